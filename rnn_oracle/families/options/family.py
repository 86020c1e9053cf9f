"""The family of all options, put together."""

import functools

from .. import covering
from ..family import Family
from .case import OptionCase

FAMILY = Family(
    id="options",
    case=OptionCase,
    cases=functools.partial(covering.cases_of_dialect, OptionCase),
    recorded=False,
    judged_on={"keras2": ">=2.15", "keras3": ">=3.12"},
)
