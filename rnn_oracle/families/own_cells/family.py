"""The family of a user's own cells, put together."""

import functools

from .. import covering
from ..family import Family
from .case import OwnCellCase

FAMILY = Family(
    id="own_cells",
    case=OwnCellCase,
    cases=functools.partial(covering.cases_of_dialect, OwnCellCase),
    recorded=False,
    judged_on={"keras2": ">=2.15", "keras3": ">=3.12"},
)
