"""What SPEC.md says of a release and no recorded case shows: each measured by a small function."""

from . import (  # noqa: F401, each lists its own
    arguments,
    dialects,
    layers,
    merging,
    saved,
    states,
    tf1,
    time_distributed,
)
from .registry import MEASUREMENTS

__all__ = ["MEASUREMENTS"]
