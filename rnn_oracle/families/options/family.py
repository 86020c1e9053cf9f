"""The family of all options, put together."""

from ..crossed_family import crossed_family
from .case import OptionCase

FAMILY = crossed_family(OptionCase)
