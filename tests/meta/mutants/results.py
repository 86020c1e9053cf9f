"""The results: what came of each mutant, and of those that nothing shows, why not."""

from __future__ import annotations

import fnmatch
import json
import os
import re
from typing import NamedTuple

from rnn_oracle.commands.output import write_output
from rnn_oracle.families import registry
from rnn_oracle.families.refusals import case as refusals

from .search import CAUGHT, COMPARISON, Found

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
JUDGED = os.path.join(FOLDER, "judged.json")

NOTHING, NOT_HERE = "changes nothing", "cannot run here"
OUTCOMES = (NOTHING, NOT_HERE)


class Judgement(NamedTuple):
    """Why no test shows some mutants, judged by a person who has read the source.

    Attributes
    ----------
    outcome : str
        `NOTHING` or `NOT_HERE`.
    why : str
    mutants : list of str
        Patterns of their names.
    """

    outcome: str
    why: str
    mutants: list[str]


class Results(NamedTuple):
    """What came of all mutants of a target.

    Attributes
    ----------
    version : str
        Of the Keras that the target is.
    part : int
        One mutant in so many was tried.
    found : dict of str to Found
        By the name of the mutant.
    """

    version: str
    part: int
    found: dict


def path_of(target):
    """Return where the results of a target are kept."""
    return os.path.join(FOLDER, f"mutants.{target}.json")


def read(path):
    """Read `Results`; there are none where there is no file."""
    if not os.path.exists(path):
        return Results("", 0, {})
    with open(path, encoding="ascii") as file:
        told = json.load(file)
    tests = told["tests"]
    found = {
        name: Found(outcome, tests[test] if outcome == CAUGHT else "", how)
        for name, outcome, test, how in told["mutants"]
    }
    return Results(told["version"], told["part"], found)


def write(results, path):
    """Write `Results`: one line a mutant, in the order of their names; the tests by number."""
    tests = sorted({found.test for found in results.found.values() if found.test})
    numbers = {test: number for number, test in enumerate(tests)}
    lines = [
        json.dumps([name, found.outcome, numbers.get(found.test), found.how])
        for name, found in sorted(results.found.items())
    ]
    parts = [
        f'"version": {json.dumps(results.version)}, "part": {results.part}',
        '"tests": [\n' + ",\n".join(map(json.dumps, tests)) + "\n]",
        '"mutants": [\n' + ",\n".join(lines) + "\n]",
    ]
    write_output(path, "{\n" + ",\n".join(parts) + "\n}\n")


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


def _crossed(generation):
    return [case for family in registry.crossed() for case in family.cases(generation)]


CASES = {
    "tests/test_core.py::test_core": lambda dialect: registry.cases(dialect, "layers", "defaults"),
    "tests/test_crossed.py::test_case": _crossed,
    "tests/test_refusals.py::test_case": refusals.cases,
}
"""By test that is run on cases: what returns those of a generation of Keras."""


def lost_cases(results, target):
    """Return the tests that showed something by a case that there is no more, in order.

    Parameters
    ----------
    results : Results
    target : str
        Of which they are, named after its generation of Keras.
    """
    there = {
        f"{test}[{target}-{case.id}]" for test, cases in CASES.items() for case in cases(target)
    }
    cited = {found.test for found in results.found.values()}
    return sorted(test for test in cited - there if test.partition("[")[0] in CASES)


_OF_NO_NUMBERS = re.compile(
    "config|defaults|refused|compat_v1|::test_names|are_ignored|must_know|no_unrolling"
)
"""What the names of tests have in them that compare other things."""


def is_number(found):
    """Tell whether a mutant was shown by a wrong number, shape or mask.

    Others are shown by an error that Keras raises, or one that it does not raise any more, or by
    what a configuration keeps, and what an argument is by default.
    """
    if found.outcome != CAUGHT or _OF_NO_NUMBERS.search(found.test):
        return False
    return found.how == COMPARISON or ("." in found.how and not found.how.endswith("Error"))


def summary(target, results, judged):
    """Return a line that counts the mutants of a target."""
    known, holes, _ = judge(results.found, judged)
    found = results.found.values()
    told = [
        f"{target} {results.version}: {len(found)} changes, one in {results.part}",
        f"{sum(one.outcome == CAUGHT for one in found)} caught",
        f"{sum(map(is_number, found))} of them by a wrong number, shape or mask",
    ]
    for outcome in OUTCOMES:
        count = sum(judgement.outcome == outcome for judgement in known.values())
        told.append(f"{count} {outcome}")
    return ", ".join(told + [f"{len(holes)} holes"])
