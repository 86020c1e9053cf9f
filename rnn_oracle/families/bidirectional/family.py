"""The family of bidirectional, put together."""

import functools

from .. import covering
from ..family import Family
from .case import BidirectionalCase

FAMILY = Family(
    id="bidirectional",
    case=BidirectionalCase,
    cases=functools.partial(covering.cases_of_dialect, BidirectionalCase),
    recorded=False,
    judged_on={"keras2": ">=2.15", "keras3": ">=3.12"},
)
