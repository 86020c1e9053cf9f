"""The family of refusals, put together."""

from ...reference.dialects import generation
from ..family import Family
from .case import RefusalCase, cases


def _cases(dialect):
    return [] if dialect == "tf1" else cases(generation(dialect))


FAMILY = Family(
    id="refusals",
    case=RefusalCase,
    cases=_cases,
    judged_on={"keras2": "", "keras3": ""},
)
