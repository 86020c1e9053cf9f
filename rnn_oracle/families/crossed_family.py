"""The record of a family whose axes are crossed by a covering array."""

import functools

from . import covering
from .family import Family

MEASURED_ON = {"keras2": ">=1.15", "keras3": ">=3.0"}
"""The versions of each target on which the crossed cases were measured, and are judged."""


def crossed_family(kind):
    """Return the `Family` of a class of cases that derives from `Crossed`."""
    return Family(
        id=kind.family,
        case=kind,
        cases=functools.partial(covering.cases_of_dialect, kind),
        judged_on=MEASURED_ON,
    )
