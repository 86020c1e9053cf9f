"""The cells, each one step of a recurrence, where other rooms find them (rules C1 to C8)."""

from .cell import Cell
from .gru import GRUCell
from .lstm import LSTMCell
from .simple_rnn import SimpleRNNCell
from .stacked_rnn_cells import StackedRNNCells, all_cells, as_cell, bottom_cell, weighted_cells

__all__ = [
    "Cell",
    "GRUCell",
    "LSTMCell",
    "SimpleRNNCell",
    "StackedRNNCells",
    "all_cells",
    "as_cell",
    "bottom_cell",
    "weighted_cells",
]
