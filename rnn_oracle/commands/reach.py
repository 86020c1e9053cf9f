"""How far a comparison of two sides reaches: what was compared, and what was not, by family."""

from __future__ import annotations

import collections
from typing import NamedTuple

from ..families import registry

NEVER_RECORDED = "other sizes, devices and backends, gradients, and layers that are not recurrent"
"""What no recording holds."""


class Reach(NamedTuple):
    """How far a comparison reaches in one family.

    Attributes
    ----------
    family : str
    compared : int
        How many cases were compared.
    left_out : dict of str to int
        Of how many others, by the reason, such as ``"not recorded in tf2.1"``.
    values : dict of str to dict
        For each option, by its value, how many cases were compared.
    """

    family: str
    compared: int
    left_out: dict
    values: dict

    @property
    def cases(self):
        """How many cases there are, compared or not."""
        return self.compared + sum(self.left_out.values())

    @property
    def never(self):
        """The values of each option of which no case was compared, where others were."""
        found = {
            option: [value for value, count in counts.items() if not count]
            for option, counts in self.values.items()
        }
        return {option: values for option, values in found.items() if values and self.compared}


def reach(old, new, cases):
    """Return the `Reach` of each family.

    Parameters
    ----------
    old, new : Side
    cases : list of Case
        All that are asked for, on either side or on none.
    """
    own = {name: [case for case in cases if case.family == name] for name in registry.IDS}
    return [_reach_of(name, some, old, new) for name, some in own.items() if some]


def why_not(old, new, case):
    """Return why a case cannot be compared, None if it can.

    What one of two releases has and the other has not can: that is a difference.
    """
    lacking = [side for side in (old, new) if case not in side.outcomes]
    if lacking:
        return f"not in the recording{_of(lacking)}"
    real = [side for side in (old, new) if side.real]
    if all(side.outcomes[case].unsupported for side in real):
        return f"not there in the release{_of(real)}"
    return None


def _of(sides):
    return "s of both" if len(sides) == 2 else f" of {sides[0].title.partition(' (')[0]}"


def _reach_of(name, cases, old, new):
    whys = {case: why_not(old, new, case) for case in cases}
    values = {option: collections.Counter() for option in cases[0].options}
    for case in cases:
        for option, value in case.options.items():
            values[option][value] += whys[case] is None
    left_out = collections.Counter(filter(None, whys.values()))
    return Reach(name, sum(why is None for why in whys.values()), dict(left_out), values)


def in_words(reached):
    """Return lines that say how far a comparison reaches."""
    lines = []
    for one in reached:
        lines.append(f"{one.family}: {one.compared} of {one.cases} cases compared")
        lines += [f"  {count} {why}" for why, count in one.left_out.items()]
        never = [f"{option} = {' or '.join(map(str, v))}" for option, v in one.never.items()]
        lines += [f"  none with {', with '.join(never)}"] * bool(never)
    return lines + [f"never recorded: {NEVER_RECORDED}"]


def as_json(reached):
    """Return the same as plain values, with how many cases were compared of each value."""
    return {
        "families": [
            {
                "family": one.family,
                "cases": one.cases,
                "compared": one.compared,
                "left_out": one.left_out,
                "compared_by_option": {
                    option: {str(value): count for value, count in counts.items()}
                    for option, counts in one.values.items()
                },
            }
            for one in reached
        ],
        "never_recorded": NEVER_RECORDED,
    }
