"""The layers around a recurrent one and the chain of them, where other rooms find them."""

from .core import Dense, Embedding, Masking
from .pooling import Flatten, GlobalAveragePooling1D, MeanOverTime
from .sequential import Sequential
from .time_distributed import TimeDistributed

__all__ = [
    "Dense",
    "Embedding",
    "Flatten",
    "GlobalAveragePooling1D",
    "Masking",
    "MeanOverTime",
    "Sequential",
    "TimeDistributed",
]
