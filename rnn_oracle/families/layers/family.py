"""The family of the core matrix, put together."""

from ..family import Family
from . import matrix
from .case import CoreCase


def _cases(dialect):
    return [] if dialect == "tf1" else matrix.core() + matrix.activations()


FAMILY = Family(
    id="layers",
    case=CoreCase,
    cases=_cases,
    judged_on={"keras2": "", "keras3": ""},
)
