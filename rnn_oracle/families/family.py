"""A family of cases: the record that its folder puts together, and what others find by its id."""

from __future__ import annotations

import functools
import importlib
from typing import Callable, NamedTuple

PARTS = {"expected": "expected", "deviations": "DEVIATIONS"}
"""The parts that every family has beside its cases: a module of its folder, and what it defines."""


class MissingPartError(LookupError):
    """A part of a family that somebody depends on and that is not there."""


class Family(NamedTuple):
    """A family of cases.

    Attributes
    ----------
    id : str
        The name of its folder, with which the ids of its cases begin. (Those of the core matrix,
        which are older, have nothing in front.)
    case : type
        The class of its cases, derived from `rnn_oracle.families.case.Case`.
    cases : callable
        ``cases(dialect)`` returns those that run by default, in a fixed order: none where the
        dialect has none.
    judged_on : dict of str to str
        The versions of each target on which the cases were measured, and are judged.
    releases_differ : bool
        Whether a release may lack what a case needs though its axes are not crossed.
    """

    id: str
    case: type
    cases: Callable
    judged_on: dict
    releases_differ: bool = False

    @property
    def is_crossed(self):
        """Whether a covering array crosses its axes."""
        return hasattr(self.case, "triples")

    @property
    def may_lack(self):
        """Whether a release that lacks what a case needs is left out of it."""
        return self.is_crossed or self.releases_differ

    def part(self, name):
        """Return a module of the family's folder: ``"expected"`` or ``"deviations"``.

        Raises
        ------
        MissingPartError
            If it is not there, or does not define what `PARTS` says.
        """
        return find_part(f"{__package__}.{self.id}.{name}", PARTS[name], self.id)


@functools.lru_cache(maxsize=None)
def find_part(module, attribute, family):
    """Import the module that is a family's part, and see that it defines what it must.

    Parameters
    ----------
    module : str
        Its full name.
    attribute : str
        What it must define.
    family : str
        The id, for the message.

    Raises
    ------
    MissingPartError
        If there is no such module, or no such attribute in it.
    """
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if not f"{module}.".startswith(f"{error.name}."):
            raise
        raise MissingPartError(
            f"the family {family} has no module {module}, which must define {attribute}"
        ) from None
    if not hasattr(found, attribute):
        raise MissingPartError(f"{module}, a part of the family {family}, defines no {attribute}")
    return found
