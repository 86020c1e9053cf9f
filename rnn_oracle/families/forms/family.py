"""The family of forms, put together."""

import functools

from .. import covering
from ..family import Family
from .case import FormsCase

FAMILY = Family(
    id="forms",
    case=FormsCase,
    cases=functools.partial(covering.cases_of_dialect, FormsCase),
    recorded=False,
    judged_on={"keras2": ">=2.15", "keras3": ">=3.12"},
)
