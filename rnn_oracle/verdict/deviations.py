"""What a release returns instead: each way to deviate by its name, in the family of the case.

A deviation takes the outcome that the rules demand and returns the outcome that an entry of the
ledger claims, so that a known divergence is judged as strictly as agreement.
"""

import functools
import re

from ..families import registry
from ..families.outcome import Outcome
from .entry import FAMILY, RECORDED

_ANSWER = re.compile(r"values|[A-Z]\w* at (build|call)")


def check(entries):
    """See that every family of an entry's cases has the deviation that the entry names.

    This imports the deviations of these families, and with them the reference.

    Raises
    ------
    ValueError
        For an entry with a deviation that does not exist; it names the entry.
    """
    for entry in entries:
        for pattern in entry.cases:
            deviation_of(entry, pattern.get(FAMILY, RECORDED))


def deviation_of(entry, family):
    """Return the `deviation` that an entry names, in a family.

    Raises
    ------
    ValueError
        If the family has no such deviation; it names the entry.
    """
    try:
        return deviation(family, entry.instead)
    except ValueError as error:
        raise ValueError(f"ledger entry {entry.id!r}: {error}") from None


def deviation(family, name):
    """Return the deviation of a name in a family: ``deviation(case, dialect, sizes, outcome)``.

    Parameters
    ----------
    family : str
        The id of the family of cases.
    name : str
        One of those that the family's module `deviations` defines, or for any family an answer,
        such as ``"ValueError at call"`` or ``"values"``.

    Raises
    ------
    ValueError
        If there is no such family, or it has no such deviation.
    """
    known = registry.get(family).part("deviations").DEVIATIONS
    if name in known:
        return known[name]
    if not is_answer(name):
        raise ValueError(
            f"the family {family} has no deviation {name!r}: it has {', '.join(sorted(known))}, "
            "and answers such as 'ValueError at call'"
        )
    answer = functools.partial(_answered, name)
    answer.__doc__ = f"{name}."
    return answer


def is_answer(name):
    """Tell whether this is an answer, such as ``"ValueError at call"`` or ``"values"``."""
    return bool(_ANSWER.fullmatch(name))


def _answered(answer, case, dialect, sizes, outcome):
    return Outcome.of_verdict(answer)
