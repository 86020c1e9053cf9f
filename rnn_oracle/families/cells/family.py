"""The family of cells, put together."""

from ..crossed_family import crossed_family
from .case import CellCase

FAMILY = crossed_family(CellCase)
