"""The family of TensorFlow 1, put together."""

from ..family import Family
from .case import Tf1Case, matrix


def _cases(dialect):
    return matrix() if dialect == "tf1" else []


FAMILY = Family(id="tf1", case=Tf1Case, cases=_cases, judged_on={"tf1": ""})
