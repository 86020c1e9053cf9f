"""The family of training, put together."""

import functools

from .. import covering
from ..family import Family
from .case import TrainingCase

FAMILY = Family(
    id="training",
    case=TrainingCase,
    cases=functools.partial(covering.cases_of_dialect, TrainingCase),
    recorded=False,
    judged_on={"keras2": ">=2.15", "keras3": ">=3.12"},
)
