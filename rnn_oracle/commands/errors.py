"""What ends a command before it has done what was asked for."""

from ..records.format import FixtureError
from ..targets.runtime import BrokenTargetError
from .parallel import LostError


class MisuseError(Exception):
    """A command line that cannot be followed."""


class SelectionError(ValueError):
    """A selector that no case could ever fulfil: it is misspelt."""


FORESEEN = (
    MisuseError,
    SelectionError,
    BrokenTargetError,
    FixtureError,
    ImportError,
    LostError,
    OSError,
)
"""What ends a command with a line that says why."""
