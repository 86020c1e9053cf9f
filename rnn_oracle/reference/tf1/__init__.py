"""The recurrent cells and functions of TensorFlow 1, the dialect `tf1` (rules V1 to V16)."""

from .cell import LSTMStateTuple
from .cells import BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell, MultiRNNCell
from .drivers import bidirectional_dynamic_rnn, dynamic_rnn, static_rnn

__all__ = [
    "BasicLSTMCell",
    "BasicRNNCell",
    "GRUCell",
    "LSTMCell",
    "LSTMStateTuple",
    "MultiRNNCell",
    "bidirectional_dynamic_rnn",
    "dynamic_rnn",
    "static_rnn",
]
