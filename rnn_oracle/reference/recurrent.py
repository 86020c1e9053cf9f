"""The recurrent layers, where other rooms find them (rules R1 to R4)."""

from .gru import GRU
from .lstm import LSTM
from .rnn import RNN
from .scan import choose, scan
from .simple_rnn import SimpleRNN

__all__ = ["GRU", "LSTM", "RNN", "SimpleRNN", "choose", "scan"]
