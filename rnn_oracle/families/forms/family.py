"""The family of forms, put together."""

from ..crossed_family import crossed_family
from .case import FormsCase

FAMILY = crossed_family(FormsCase)
