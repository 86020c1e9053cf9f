"""The family of a user's own cells, put together."""

from ..crossed_family import crossed_family
from .case import OwnCellCase

FAMILY = crossed_family(OwnCellCase)
