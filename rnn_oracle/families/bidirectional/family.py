"""The family of bidirectional, put together."""

from ..crossed_family import crossed_family
from .case import BidirectionalCase

FAMILY = crossed_family(BidirectionalCase)
