"""Constraints: which values of the axes of a family may not stand in one case, and why."""

from __future__ import annotations

from typing import Callable, NamedTuple


class Constraint(NamedTuple):
    """What may not be crossed.

    Attributes
    ----------
    axes : tuple of str
        The axes that it speaks of.
    allows : callable
        Takes a value of each, in that order; tells whether they may stand in one case.
    reason : str
        Why others may not.
    """

    axes: tuple[str, ...]
    allows: Callable
    reason: str


def unless(condition, axes, reason):
    """Return a constraint that forbids what fulfils the condition."""
    return Constraint(axes, lambda *values: not condition(*values), reason)


def of_generation(axes, generation):
    """Return the constraints that follow from values that one generation alone has.

    Parameters
    ----------
    axes : dict of str to Values
    generation : str
        Of the dialect in which they hold.
    """
    found = []
    for name, about in axes.items():
        for owner in sorted(set(about.only.values()) - {generation}):
            lacking = [value for value, only in about.only.items() if only == owner]
            found.append(
                unless(
                    lambda value, lacking=lacking: value in lacking,
                    (name,),
                    f"{name} = {' or '.join(map(str, lacking))} exists in {owner} only",
                )
            )
    return found
