"""The arguments of each layer whose defaults decide what it returns, by Keras's names."""

_CELL = ["activation", "use_bias", "dropout", "recurrent_dropout"]
_RECURRENT = [
    "return_sequences",
    "return_state",
    "go_backwards",
    "stateful",
    "unroll",
    "zero_output_for_mask",
]
DEFAULTS = {
    "SimpleRNN": _CELL + _RECURRENT,
    "LSTM": _CELL + ["recurrent_activation", "unit_forget_bias"] + _RECURRENT,
    "GRU": _CELL + ["recurrent_activation", "reset_after"] + _RECURRENT,
    "RNN": _RECURRENT,
    "Bidirectional": ["merge_mode"],
}
