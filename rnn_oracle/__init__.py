"""A reference implementation, in NumPy, of Keras's recurrent layers; SPEC.md has the rules."""

from .bidirectional import Bidirectional
from .cells import GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from .conversion import from_keras
from .core import (
    Dense,
    Embedding,
    Flatten,
    GlobalAveragePooling1D,
    Masking,
    MeanOverTime,
    Sequential,
    TimeDistributed,
)
from .recurrent import GRU, LSTM, RNN, SimpleRNN

__version__ = "0.1.0"

__all__ = [
    "Bidirectional",
    "Dense",
    "Embedding",
    "Flatten",
    "GRU",
    "GRUCell",
    "GlobalAveragePooling1D",
    "LSTM",
    "LSTMCell",
    "Masking",
    "MeanOverTime",
    "RNN",
    "Sequential",
    "SimpleRNN",
    "SimpleRNNCell",
    "StackedRNNCells",
    "TimeDistributed",
    "from_keras",
]
