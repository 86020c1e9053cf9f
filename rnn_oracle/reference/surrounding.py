"""The layers around a recurrent one and the chain of them, where other rooms find them.

Arrays carry no mask here: every layer takes one beside its input and tells by `compute_mask`
which one goes on. `Sequential` does the passing (rules L1 to L8), and
`rnn_oracle.reference.functional` where it is a graph.
"""

from .dense import Dense
from .embedding import Embedding
from .masking import Masking
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
