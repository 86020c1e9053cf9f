"""Values of any kind for each argument of each class, and which of them are documented."""

import inspect
import re

import numpy as np
from hypothesis import strategies as st

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.reference.errors import OracleError
from rnn_oracle.reference.functional import Node
from rnn_oracle.reference.module import FLAGS

CLASSES = {
    # how a class is made
    "Bidirectional": dict(layer=rnn_oracle.GRU(2)),
    "Dense": dict(units=2),
    "Embedding": dict(input_dim=3, output_dim=2),
    "Flatten": {},
    "Functional": dict(inputs="x", nodes=[Node(rnn_oracle.GRU(2), "x", ["y"])], outputs="y"),
    "GRU": dict(units=2),
    "GRUCell": dict(units=2),
    "GlobalAveragePooling1D": {},
    "LSTM": dict(units=2),
    "LSTMCell": dict(units=2),
    "Masking": {},
    "MeanOverTime": {},
    "RNN": dict(cell=rnn_oracle.GRUCell(2)),
    "Sequential": dict(layers=[rnn_oracle.GRU(2)]),
    "SimpleRNN": dict(units=2),
    "SimpleRNNCell": dict(units=2),
    "StackedRNNCells": dict(cells=[rnn_oracle.GRUCell(2)]),
    "TimeDistributed": dict(layer=rnn_oracle.GRU(2)),
}
MORE = ("name", "trainable", "implementation")
"""Arguments of ``**kwargs`` that are checked."""


def whole(value):
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value > 0


def real(value):
    return np.asarray(value).dtype.kind in "biuf"


def flag(value):
    return isinstance(value, (bool, np.bool_, int, np.integer)) and value in (0, 1)


TAKEN = {
    # by the name of an argument: whether a value is one that the documentation names
    **dict.fromkeys(FLAGS, flag),
    **dict.fromkeys(("units", "input_dim", "output_dim"), whole),
    **dict.fromkeys(
        ("activation", "recurrent_activation"),
        lambda value: value is None or callable(value) or value in ("tanh", "relu"),
    ),
    **dict.fromkeys(
        ("dropout", "recurrent_dropout"), lambda value: real(value) and 0 <= value <= 1
    ),
    "dtype": lambda value: value in (None, "float64"),
    "dialect": lambda value: value in (None, "keras3"),
    "mask_value": real,
    "merge_mode": lambda value: value in (None, "sum"),
    "backward_layer": lambda value: value is None,
    "name": lambda value: value is None or isinstance(value, str),
    "implementation": lambda value: value in (0, 1, 2),
    **dict.fromkeys(("layer", "cell", "cells", "nodes"), lambda value: False),
    "layers": lambda value: value == [],
    "inputs": lambda value: value == ["x"],
    "outputs": lambda value: set(nest.flatten(value)) <= {"x"},
}


def kept(owner):
    """Return the arguments that are documented as kept for the configuration alone."""
    entries = re.split(r"\n    (?=[a-z])", inspect.getdoc(owner).replace("\n", "\n    "))
    found = [entry.partition("\n") for entry in entries if "Kept for `get_config`" in entry]
    return {name for names, _, _ in found for name in names.partition(" : ")[0].split(", ")}


def arguments():
    for name in CLASSES:
        owner = getattr(rnn_oracle, name)
        documented = kept(owner)
        parameters = inspect.signature(owner).parameters
        names = [n for n, p in parameters.items() if p.kind is not p.VAR_KEYWORD]
        if "kwargs" in parameters:
            names += MORE
        yield from (f"{name}.{n}" for n in names if n in TAKEN or n not in documented)


ANYTHING = st.one_of(
    st.sampled_from([None, "", "False", "tanh", b"sum", object(), dict, abs, 1j, np.nan]),
    st.sampled_from([True, np.False_, np.int64(1), np.float32(0.5), np.float64(2), 10**30]),
    st.integers(-2, 3),
    st.floats(-2, 2),
    st.lists(st.sampled_from([1, None, "x", np.ones(2)]), max_size=2),
    st.builds(np.full, st.sampled_from([(), 1, 2]), st.sampled_from([None, 1.0, "1", 1j])),
    st.builds(dict, a=st.integers(0, 1)),
)


def answer(argument, value):
    """Make a class with an argument; return how it was answered."""
    owner, _, name = argument.partition(".")
    try:
        getattr(rnn_oracle, owner)(**dict(CLASSES[owner], **{name: value}))
    except OracleError as error:
        assert str(error)
        return "raised an error of ours"
    assert TAKEN[name](value)
    return "taken as documented"
