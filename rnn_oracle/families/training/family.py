"""The family of training, put together."""

from ..crossed_family import crossed_family
from .case import TrainingCase

FAMILY = crossed_family(TrainingCase)
