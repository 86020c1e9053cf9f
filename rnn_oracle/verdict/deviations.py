"""What a release returns instead: each way to deviate by its name, in the family of the case.

A deviation takes the outcome that the rules demand and returns the outcome that an entry of the
ledger claims, so that a known divergence is judged as strictly as agreement.
"""

import functools
import re

from ..families import registry
from ..families.outcome import Outcome

_ANSWER = re.compile(r"values|[A-Z]\w* at (build|call)")


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
    if not _ANSWER.fullmatch(name):
        raise ValueError(
            f"the family {family} has no deviation {name!r}: it has {', '.join(sorted(known))}, "
            "and answers such as 'ValueError at call'"
        )
    answer = functools.partial(_answered, name)
    answer.__doc__ = f"{name}."
    return answer


def _answered(answer, case, dialect, sizes, outcome):
    return Outcome.of_verdict(answer)
