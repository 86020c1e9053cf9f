"""What `check` judges: which cases of which families on which targets, and by which entries."""

from __future__ import annotations

from typing import NamedTuple

from ..families import registry
from ..families.layers.case import CoreCase
from ..reference.dialects import generation
from ..verdict.ledger import covers
from .selection import blocks

NOT_SELECTED, NO_TARGET = "not selected", "no such target"
NOT_MEASURED = "not measured on this release"
_BLOCK = 40
"""How many cases a process gets at a time; those of the core matrix have blocks of their own."""


class LeftOut(NamedTuple):
    """A family that is not judged on a target.

    Attributes
    ----------
    family, target : str
    reason : str
        One of `NOT_SELECTED`, `NOT_MEASURED` and `NO_TARGET`.
    judged_on : str
        The versions on which the cases were measured.
    """

    family: str
    target: str
    reason: str
    judged_on: str


class Plan(NamedTuple):
    """What is judged, and what is not.

    Attributes
    ----------
    cases : dict of (str, str) to list of Case
        By the name of the target and the id of the family.
    left_out : list of LeftOut
    """

    cases: dict
    left_out: list[LeftOut]

    @property
    def chunks(self):
        """The work for one process each, as a list of target's name and list of cases."""
        return [
            (name, block)
            for (name, family), cases in self.cases.items()
            for block in (blocks(cases) if family == CoreCase.family else blocks(cases, _BLOCK))
        ]


def plan(targets, selection, alone=False):
    """Return the `Plan` for targets, a dict by name, and a `Selection`.

    What is judged on other targets is left out too, unless these were named and stand `alone`.
    """
    cases, left_out = {}, []
    for name in targets if alone else _names(targets):
        target = targets.get(name)
        chosen = {}
        for case in selection.cases(target.dialect if target else name):
            chosen.setdefault(case.family, []).append(case)
        for family in registry.families():
            versions = _judged_on(family, name, target)
            if versions is None:
                continue
            reason = _reason(family, versions, target, chosen)
            if reason:
                left_out.append(LeftOut(family.id, name, reason, versions))
            else:
                cases[name, family.id] = chosen[family.id]
    return Plan(cases, left_out)


def _names(targets):
    """Return the names of the installed targets, then of all others that a family is judged on."""
    known = [name for family in registry.families() for name in family.judged_on]
    there = {generation(target.dialect) for target in targets.values()}
    return list(targets) + [name for name in dict.fromkeys(known) if name not in there]


def _judged_on(family, name, target):
    """Return the versions of a target on which a family is judged, None if it is not judged."""
    if target is None:
        return family.judged_on.get(name)
    if target.families is None:
        return family.judged_on.get(generation(target.dialect))
    return "" if family.id in target.families else None


def _reason(family, versions, target, chosen):
    if family.id not in chosen:
        return NOT_SELECTED
    if target is None:
        return NO_TARGET
    return None if covers(versions, target.version) else NOT_MEASURED
