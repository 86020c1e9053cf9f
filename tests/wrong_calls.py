"""Calls of each layer's methods with arguments of any kind, and whether they changed anything."""

import copy
import inspect

import numpy as np
from helpers import numbers
from hypothesis import strategies as st

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.reference.dropout import Masks, dropped
from rnn_oracle.reference.errors import OracleError
from rnn_oracle.reference.functional import Functional, Node

X = numbers(2, 4, 3)


class CellError(Exception):
    """What a cell of one's own raises."""


class Sum:
    """A cell that works in place, and takes constants."""

    state_size = [3, 2]

    def call(self, inputs, states, constants=None):
        total, lost = states
        lost *= 0.5
        try:
            for more in (inputs, *(constants or ())):
                total += more
        except (TypeError, ValueError) as error:
            raise CellError from error
        return total, states


def filled(layer):
    """Return a layer with weights."""
    shapes = [shape for _, shape, _ in layer.weight_shapes()]
    layer.set_weights([numbers(*(n or 3 for n in shape)) for shape in shapes])
    return layer


def gru(dialect, units=3, **options):
    return filled(rnn_oracle.GRU(units, stateful=True, dialect=dialect, **options))


def both(dialect):
    return filled(rnn_oracle.Bidirectional(gru(dialect, return_sequences=True)))


def of_cells(dialect):
    cells = [rnn_oracle.LSTMCell(3, dialect=dialect), Sum(), rnn_oracle.GRUCell(2, dialect=dialect)]
    return filled(rnn_oracle.RNN(cells, stateful=True, return_state=True, dialect=dialect))


def chain(dialect):
    layers = [rnn_oracle.Masking(dialect=dialect), gru(dialect, return_sequences=True)]
    return rnn_oracle.Sequential([*layers, gru(dialect, 2)])


def graph(dialect):
    nodes = [
        Node(gru(dialect, return_sequences=True, return_state=True), "x", ["y", "h"]),
        Node(gru(dialect), "y", ["z"], initial_state=["h"]),
    ]
    return Functional("x", nodes, ["y", "z"])


def stack(dialect):
    cells = [rnn_oracle.LSTMCell(3, dialect=dialect), rnn_oracle.GRUCell(2, dialect=dialect)]
    return filled(rnn_oracle.StackedRNNCells(cells))


LAYERS = {
    "GRUCell": lambda dialect: filled(rnn_oracle.GRUCell(3, dialect=dialect)),
    "LSTMCell": lambda dialect: filled(rnn_oracle.LSTMCell(3, dialect=dialect)),
    "StackedRNNCells": stack,
    "GRU": gru,
    "own cell": lambda dialect: rnn_oracle.RNN(Sum(), stateful=True, dialect=dialect),
    "cells": of_cells,
    "Bidirectional": both,
    "Dense": lambda dialect: filled(rnn_oracle.Dense(2, dialect=dialect)),
    "TimeDistributed": lambda dialect: rnn_oracle.TimeDistributed(
        filled(rnn_oracle.Dense(2, dialect=dialect))
    ),
    "Embedding": lambda dialect: filled(rnn_oracle.Embedding(4, 3, dialect=dialect)),
    "Masking": lambda dialect: rnn_oracle.Masking(dialect=dialect),
    "pooling": lambda dialect: rnn_oracle.GlobalAveragePooling1D(dialect=dialect),
    "Flatten": lambda dialect: rnn_oracle.Flatten(dialect=dialect),
    "chain": chain,
    "graph": graph,
}

DIALECTS = ("keras3", "keras2")

SHAPES = [X.shape, (2, 4), (2, 3), (2, 2), (3, 4), (3, 4, 3), (2, 0, 3), (0, 4, 3), (3,), ()]
KINDS = ["float32", "float64", "int64", "bool", "complex64", "object", "<U3"]
ARRAYS = st.builds(
    lambda shape, kind: numbers(*shape).astype(kind),
    st.sampled_from(SHAPES),
    st.sampled_from(KINDS),
) | st.builds(np.full, st.just(X.shape), st.sampled_from([np.nan, np.inf, 0.0]))
NESTS = st.lists(ARRAYS, max_size=4) | st.tuples(ARRAYS, ARRAYS) | st.builds(dict, a=ARRAYS)
ANYTHING = ARRAYS | NESTS | st.sampled_from([None, "x", 3, [[1.0], [2.0, 3.0]], [], object])
METHODS = {
    # what is drawn for each argument
    "__call__": dict(
        inputs=st.just(X[:, 0]) | ANYTHING,
        states=ANYTHING,
        mask=ANYTHING,
        initial_state=ANYTHING,
        constants=ANYTHING,
    ),
    "compute_mask": dict(mask=ANYTHING),
    "reset_states": dict(states=ANYTHING),
    "set_weights": dict(weights=ANYTHING),
    "get_initial_state": dict(batch_size=ANYTHING),
    "compute_output_shape": dict(input_shape=st.sampled_from(SHAPES) | ANYTHING),
    "dropped": dict(masks=st.lists(st.builds(Masks, ANYTHING, ANYTHING), max_size=3) | ANYTHING),
}


@st.composite
def calls(draw, layer):
    """Return the name of a method that a layer has, and what it is called with."""
    known = [name for name in METHODS if name == "dropped" or hasattr(layer, name)]
    method = draw(st.sampled_from(known))
    parameters = inspect.signature(getattr(layer, method, dropped)).parameters
    arguments = {name: draw(what) for name, what in METHODS[method].items() if name in parameters}
    if "x" in parameters:
        arguments["x"] = draw(st.just(X) | ANYTHING)
        for name in ("mask", "initial_state", "constants"):  # so that not all is wrong at once
            if draw(st.booleans()):
                arguments.pop(name, None)
    return method, arguments


def held(layer):
    """Return copies of the weights and the states of a layer, and of all layers in it."""
    inner = layer.layers if hasattr(layer, "layers") else getattr(layer, "parts", list)()
    own = [getattr(layer, name, None) or [] for name in ("weights", "states")]
    return [copy.deepcopy(nest.flatten(own)), [held(part) for part in inner]]


def bits(tree):
    """Return what tells arrays that differ in a bit."""
    return [
        (leaf.dtype, leaf.shape, leaf.tolist() if leaf.dtype == object else leaf.tobytes())
        if isinstance(leaf, np.ndarray)
        else repr(leaf)
        for leaf in nest.flatten(tree)
    ]


def used(layer):
    """Call a layer or a cell with what it takes."""
    if hasattr(layer, "state_size") and not hasattr(layer, "states"):
        return layer(X[:, 0], layer.get_initial_state(2))
    return layer(np.ones((2, 4)) if isinstance(layer, rnn_oracle.Embedding) else X)


def attempt(layer, method, arguments):
    if method == "dropped":
        with dropped(layer, **arguments):
            return used(layer)
    return getattr(layer, method)(**arguments)


@st.composite
def any_call(draw):
    """Return a layer that was used, the name of a method, and what it is called with."""
    layer = LAYERS[draw(st.sampled_from(sorted(LAYERS)))](draw(st.sampled_from(DIALECTS)))
    used(layer)
    return (layer, *draw(calls(layer)))


def answer(layer, method, arguments):
    """Call a method; return how it was answered. What raises has changed nothing."""
    given, before = copy.deepcopy(arguments), bits(held(layer))
    how = "taken"
    try:
        with np.errstate(all="ignore"):
            attempt(layer, method, arguments)
    except (OracleError, CellError):
        how = "raised an error of ours, and nothing was changed"
        assert bits(held(layer)) == before
    assert bits(arguments) == bits(given)
    return how
