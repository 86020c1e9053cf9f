"""The table of what Keras does about a fault otherwise than the rules, by release.

``refusals.json`` has for each target and fault a list of rows: which layers and modes, where not
all, and the `answers` by versions: a type and a phase, or "values" where the fault passes.
``refusals.schema.json`` describes it.
"""

import itertools
import json
import os

from ..families.expected import expected
from ..families.refusals.case import cases
from ..families.refusals.faults import FAULTS
from .deviations import is_answer
from .entry import is_specifier

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "refusals.json")
ANSWERS = "answers"


def load(path=PATH):
    """Read the table.

    Raises
    ------
    ValueError
        For a fault that the target does not have, a layer or mode that the fault does not have, a
        missing or unknown field, no version specifier or no answer; it names the row.
    """
    with open(path, encoding="ascii") as file:
        table = json.load(file)
    for target, faults in table.items():
        for fault, rows in faults.items():
            for number, row in enumerate(rows):
                try:
                    _check(target, fault, row)
                except ValueError as error:
                    where = f"refusals of {target}, {fault}, row {number}"
                    raise ValueError(f"{where}: {error}") from None
    return table


def _check(target, fault, row):
    about = FAULTS.get(fault)
    if about is None or target not in about.generations:
        raise ValueError(f"{target} has no such fault")
    there = {"layer": about.layers, "mode": about.modes}
    wrong = sorted((set(row) - set(there)) ^ {ANSWERS})
    if wrong:
        raise ValueError(f"missing or unknown fields {wrong}")
    for option, known in there.items():
        values = row.get(option, known)
        if not values or not set(values) <= set(known):
            raise ValueError(f"{option} is {values!r}, expected some of {list(known)}")
    for versions, answer in row[ANSWERS].items():
        if not is_specifier(versions):
            raise ValueError(f"{versions!r} are no versions, expected such as '>=3.0,<3.4'")
        if not is_answer(answer):
            raise ValueError(f"{answer!r} is no answer, expected such as 'ValueError at call'")


def answers():
    """Return all answers in the table."""
    rows = [row for faults in load().values() for rows in faults.values() for row in rows]
    return sorted({answer for row in rows for answer in row[ANSWERS].values()})


def text(table):
    """Return the text of the file of a table, a row a line."""
    return _layout(table, 2) + "\n"


def _layout(tree, levels, margin="\n"):
    if not levels:
        rows = ("," + margin + " ").join(json.dumps(row) for row in tree)
        return "[" + rows + "]"
    inner = margin + " "
    branches = [json.dumps(k) + ": " + _layout(v, levels - 1, inner) for k, v in tree.items()]
    return "{" + inner + ("," + inner).join(branches) + margin + "}"


def tabulate(measurements):
    """Make the table of what was measured.

    Parameters
    ----------
    measurements : list of dict
        Of `rnn_oracle.commands.tabulate_refusals`: "name", "dialect", "version", and
        "verdicts" by case.

    Raises
    ------
    ValueError
        Where two measurements of one version do not say the same.
    """
    names = sorted({measured["name"] for measured in measurements})
    return {name: _of_target(name, measurements) for name in names}


def _of_target(name, measurements):
    releases = _by_version([measured for measured in measurements if measured["name"] == name])
    table = {}
    everything = sorted(cases(name), key=lambda case: case.fault)
    for fault, group in itertools.groupby(everything, key=lambda case: case.fault):
        group = list(group)
        histories = {}
        for case in group:
            history = tuple(_otherwise(case, measured) for _, measured in releases)
            histories.setdefault(history, []).append(case)
        rows = [
            dict(where, **{ANSWERS: _answers([version for version, _ in releases], history)})
            for history, alike in histories.items()
            if any(history)
            for where in _where(alike, group)
        ]
        if rows:
            table[fault] = rows
    return table


def _by_version(measurements):
    from packaging.version import Version

    found = {}
    for measured in measurements:
        other = found.setdefault(Version(measured["version"]), measured)
        if other["verdicts"] != measured["verdicts"]:
            found_here, there = measured["verdicts"], other["verdicts"]
            wrong = [case for case in found_here if found_here[case] != there.get(case)]
            raise ValueError(f"two answers of {measured['version']}: {', '.join(wrong)}")
    return sorted(found.items())


def _otherwise(case, measured):
    """Return what a release does about a case, None where that is what the rules demand."""
    answer = measured["verdicts"][case.id]
    return None if answer == expected(case, measured["dialect"]).verdict else answer


def _where(alike, group):
    """Say which cases of a fault are alike: layers with the modes that they have in common."""
    modes = {}
    for case in alike:
        modes.setdefault(case.layer, []).append(case.mode)
    layers = {}
    for layer, found in modes.items():
        layers.setdefault(tuple(found), []).append(layer)
    whole = {
        "layer": sorted({case.layer for case in group}),
        "mode": sorted({case.mode for case in group}),
    }
    boxes = [{"layer": names, "mode": list(found)} for found, names in layers.items()]
    return [{n: v for n, v in box.items() if sorted(v) != whole[n]} for box in boxes]


def _answers(versions, history):
    """Return the answers by ranges of versions, each up to the next that was measured."""
    answers, start = {}, 0
    for answer, run in itertools.groupby(history):
        end = start + len(list(run))
        if answer is not None:
            lower = [f">={_minor(versions[start])}"]
            upper = [f"<{_minor(versions[end])}"] if end < len(versions) else []
            answers[",".join(lower + upper)] = answer
        start = end
    return answers


def _minor(version):
    return "{}.{}".format(*version.release)
