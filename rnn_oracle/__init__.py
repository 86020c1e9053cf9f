"""A reference implementation, in NumPy, of Keras's recurrent layers; SPEC.md has the rules."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what an editor reads; at run time `__getattr__` does the same
    from .models.conversion import from_keras
    from .models.loading import load
    from .reference.bidirectional import Bidirectional
    from .reference.cells import GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
    from .reference.functional import Functional
    from .reference.gradients import gradients
    from .reference.recurrent import GRU, LSTM, RNN, SimpleRNN
    from .reference.surrounding import (
        Dense,
        Embedding,
        Flatten,
        GlobalAveragePooling1D,
        Masking,
        MeanOverTime,
        Sequential,
        TimeDistributed,
    )

__version__ = "0.1.0"

__all__ = [
    "Bidirectional",
    "Dense",
    "Embedding",
    "Flatten",
    "Functional",
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
    "gradients",
    "load",
]

_MODULES = (
    "models.conversion",
    "models.loading",
    "reference.bidirectional",
    "reference.cells",
    "reference.functional",
    "reference.gradients",
    "reference.recurrent",
    "reference.surrounding",
)


def __getattr__(name: str) -> Any:
    """Import the oracle, and with it NumPy, at the first use of a public name.

    pytest imports this package in every project, for the sake of `rnn_oracle.plugin`.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for module in _MODULES:
        names = vars(importlib.import_module("." + module, __name__))
        globals().update({name: names[name] for name in __all__ if name in names})
    return globals()[name]


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
