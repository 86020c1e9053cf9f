"""A change to one part of a layer of the oracle."""

from __future__ import annotations

import functools
from typing import Callable, NamedTuple


class Change(NamedTuple):
    """What can be done to a part.

    Attributes
    ----------
    apply : callable
        Changes the part in place.
    instead : str or None
        The deviation of `rnn_oracle.verdict.deviations` that says the same of cases.
    """

    apply: Callable
    instead: str | None = None


def redirect(part, method, function, *arguments):
    """Return a `Change` by which ``function(*arguments, method, ...)`` stands for a method.

    What then stands there are partials of bound methods: a copy of the part has its own, which a
    closure would not be.
    """
    return Change(functools.partial(_redirect, part, method, function, arguments))


def _redirect(part, method, function, arguments):
    setattr(part, method, functools.partial(function, *arguments, getattr(part, method)))
