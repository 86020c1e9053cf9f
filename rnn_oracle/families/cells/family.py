"""The family of cells, put together."""

import functools

from .. import covering
from ..family import Family
from .case import CellCase

FAMILY = Family(
    id="cells",
    case=CellCase,
    cases=functools.partial(covering.cases_of_dialect, CellCase),
    recorded=False,
    judged_on={"keras2": ">=2.15", "keras3": ">=3.12"},
)
