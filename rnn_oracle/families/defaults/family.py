"""The family of defaults, put together."""

from ..family import Family
from .case import DefaultsCase


def _cases(dialect):
    return [] if dialect == "tf1" else [DefaultsCase(layer) for layer in DefaultsCase.axes["layer"]]


FAMILY = Family(
    id="defaults",
    case=DefaultsCase,
    cases=_cases,
    judged_on={"keras2": "", "keras3": ""},
)
