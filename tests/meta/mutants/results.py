"""The results: what came of each mutant, and of those that nothing shows, why not."""

import fnmatch
import json
import os
from collections import namedtuple

from .search import CAUGHT, Found

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PATH = os.path.join(FOLDER, "mutants.json")
JUDGED = os.path.join(FOLDER, "judged.json")

NOTHING, NOT_HERE = "changes nothing", "cannot run here"
OUTCOMES = (NOTHING, NOT_HERE)

Judgement = namedtuple("Judgement", "outcome why mutants")
Judgement.__doc__ = """Why no test shows some mutants, judged by a person who has read the source.

outcome : str
    `NOTHING` or `NOT_HERE`.
why : str
mutants : list of str
    Patterns of their names.
"""

Results = namedtuple("Results", "versions found")
Results.__doc__ = """What came of all mutants.

versions : dict of str to str
    Of the Keras that each target is.
found : dict of str to Found
    By the name of the mutant.
"""


def read(path=PATH):
    """Read `Results`; there are none where there is no file."""
    if not os.path.exists(path):
        return Results({}, {})
    with open(path, encoding="ascii") as file:
        told = json.load(file)
    tests = told["tests"]
    found = {
        name: Found(outcome, tests[test] if outcome == CAUGHT else "", how)
        for name, outcome, test, how in told["mutants"]
    }
    return Results(told["versions"], found)


def write(results, path=PATH):
    """Write `Results`: one line a mutant, in the order of their names; the tests by number."""
    tests = sorted({found.test for found in results.found.values() if found.test})
    numbers = {test: number for number, test in enumerate(tests)}
    lines = [
        json.dumps([name, found.outcome, numbers.get(found.test), found.how])
        for name, found in sorted(results.found.items())
    ]
    parts = [
        '"versions": ' + json.dumps(results.versions, sort_keys=True),
        '"tests": [\n' + ",\n".join(map(json.dumps, tests)) + "\n]",
        '"mutants": [\n' + ",\n".join(lines) + "\n]",
    ]
    with open(path, "w", encoding="ascii") as file:
        file.write("{\n" + ",\n".join(parts) + "\n}\n")


def judgements(path=JUDGED):
    """Read the judgements."""
    with open(path, encoding="ascii") as file:
        return [Judgement(**fields) for fields in json.load(file)]


def judge(found, judged):
    """Give each mutant that no test shows its judgement.

    Returns
    -------
    dict of str to Judgement
        By the name of the mutant.
    holes : list of str
        The mutants that nobody has judged.
    stale : list of str
        The patterns that match no mutant that no test shows.
    """
    left = [name for name in found if found[name].outcome != CAUGHT]
    known, stale = {}, []
    for judgement in judged:
        for pattern in judgement.mutants:
            matching = fnmatch.filter(left, pattern)
            known.update(dict.fromkeys(matching, judgement))
            if not matching:
                stale.append(pattern)
    return known, [name for name in left if name not in known], stale


def is_number(found):
    """Tell whether a mutant was shown by a wrong number, shape or mask, not by an error."""
    return found.outcome == CAUGHT and "." in found.how


def summary(results, judged):
    """Return lines that count the mutants of each target."""
    known, holes, _ = judge(results.found, judged)
    lines = []
    for target, version in sorted(results.versions.items()):
        names = [name for name in results.found if name.startswith(target + ":")]
        caught = [name for name in names if results.found[name].outcome == CAUGHT]
        numbers = sum(is_number(results.found[name]) for name in caught)
        told = [
            "{} {}: {} changes".format(target, version, len(names)),
            "{} caught, {} of them by a wrong number, shape or mask".format(len(caught), numbers),
        ]
        for outcome in OUTCOMES:
            count = sum(name in known and known[name].outcome == outcome for name in names)
            told.append("{} {}".format(count, outcome))
        told.append("{} holes".format(sum(name in names for name in holes)))
        lines.append(", ".join(told))
    return lines
