"""The family of files, put together."""

from ..family import Family
from .case import FileCase, cases


def _cases(dialect):
    return [] if dialect == "tf1" else cases(dialect)


FAMILY = Family(
    id="files",
    case=FileCase,
    cases=_cases,
    judged_on={"keras2": "", "keras3": ""},
    releases_differ=True,
)
