"""The reference implementation of Keras's recurrent layers, in NumPy; see SPEC.md for the rules."""

from .cells import GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from .recurrent import GRU, LSTM, RNN, SimpleRNN
