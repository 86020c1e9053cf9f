"""A call that raises changes nothing, and layers that do not fit together are refused."""

import contextlib

import numpy as np
import pytest
from helpers import numbers

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.reference.errors import OracleError
from rnn_oracle.reference.functional import Functional, Node

X = numbers(2, 5, 3)
H = numbers(2, 3)
WIDE = numbers(2, 4)


def gru(units=3, features=3, **options):
    options = {"stateful": True, "return_sequences": True, **options}
    layer = rnn_oracle.GRU(units, **options)
    shapes = [(features, 3 * units), (units, 3 * units), (2, 3 * units)]
    layer.set_weights([numbers(*shape) for shape in shapes])
    return layer


def both(**options):
    layer = rnn_oracle.Bidirectional(gru(**options))
    layer.set_weights(2 * gru(**options).get_weights())
    return layer


def failing(steps=5, **options):
    """Return a layer that fails after so many steps."""
    layer, done = gru(**options), []

    def activation(x):
        done.append(x)
        if len(done) > steps:
            raise ZeroDivisionError
        return np.tanh(x)

    layer.cell.activation = activation
    return layer


def graph():
    nodes = [Node(gru(), "x", ["y"]), Node(failing(stateful=False), "y", ["z"])]
    return Functional("x", nodes, ["y", "z"])


def of_steps():
    """Return a layer that takes two steps of five steps each, and fails in the fourth."""
    return rnn_oracle.TimeDistributed(failing(17, return_sequences=False))


def states(layer):
    """Return copies of what the recurrent layers of a layer or a model have recorded."""
    if hasattr(layer, "states"):
        return [state.copy() for state in nest.flatten(layer.states)]
    inner = layer.layers if hasattr(layer, "layers") else layer.parts()
    return [state for one in inner if getattr(one, "stateful", True) for state in states(one)]


STEPS = numbers(2, 2, 5, 3)
KERAS2 = dict(dialect="keras2")
CALLS = {
    "a layer": (gru, X, lambda layer: layer(X[:1])),
    "backward states": (both, X, lambda layer: layer(X, initial_state=[H, WIDE])),
    "an odd number of states": (both, X, lambda layer: layer(X, initial_state=[H])),
    "states to reset to": (
        lambda: both(**KERAS2),
        X,
        lambda layer: layer.reset_states([H, WIDE]),
    ),
    "states to reset a layer to": (
        lambda: gru(**KERAS2),
        X,
        lambda layer: layer.reset_states([WIDE]),
    ),
    "a chain": (
        lambda: rnn_oracle.Sequential([gru(), failing(stateful=False)]),
        X,
        lambda layer: layer(X),
    ),
    "a graph": (graph, X, lambda layer: layer(X)),
    "steps": (of_steps, STEPS, lambda layer: layer(STEPS)),
}


@pytest.mark.parametrize("what", CALLS)
def test_a_call_that_raises_records_no_state(what):
    make, x, call = CALLS[what]
    layer = make()
    layer(x)
    before = states(layer)
    assert before and all(map(np.any, before))
    with pytest.raises((OracleError, ZeroDivisionError)):
        call(layer)
    after = states(layer)
    assert len(after) == len(before)
    for was, now in zip(before, after):
        np.testing.assert_array_equal(now, was)


@pytest.mark.parametrize(
    "make", [graph, lambda: rnn_oracle.Sequential([gru(), gru()])], ids=["graph", "chain"]
)
def test_asking_a_model_for_its_mask_records_no_state(make):
    model = make()
    model(X)
    before = states(model)
    with contextlib.suppress(ZeroDivisionError):
        model.compute_mask(X)
    for was, now in zip(before, states(model)):
        np.testing.assert_array_equal(now, was)


def test_a_chain_in_a_graph_records_each_call_once():
    chain = rnn_oracle.Sequential([gru()])
    model = Functional("x", [Node(chain, "x", ["y"]), Node(gru(stateful=False), "y", ["z"])], "y")
    alone = gru()
    for _ in range(2):
        np.testing.assert_array_equal(model(X), alone(X))


# Layers that do not fit together.


def pair(one, other, merge_mode="concat", **options):
    backward = gru(**dict({"go_backwards": True}, **other))
    return rnn_oracle.Bidirectional(gru(**one), merge_mode, backward_layer=backward, **options)


def cells(*options):
    return [rnn_oracle.GRUCell(3, **each) for each in options]


F32 = dict(dtype="float32")
UNFIT = {
    "dialects": (
        lambda: pair({}, KERAS2),
        "dialect=<dialect keras3>, the backward layer <.*keras2",
    ),
    "dtypes": (lambda: pair({}, F32), "dtype=float64, the backward layer float32"),
    "dtype": (lambda: pair({}, {}, dtype="float32"), "dtype=float32 is not that of the layers"),
    "layouts": (
        lambda: pair(KERAS2, dict(KERAS2, time_major=True)),
        "time_major=False, the backward layer True",
    ),
    "sum": (lambda: pair({"units": 1}, {"units": 5}, "sum"), "'sum' needs .* size, not of 1 and 5"),
    "mul": (lambda: pair({"units": 5}, {"units": 1}, "mul"), "'mul' needs .* size, not of 5 and 1"),
    "ave": (lambda: pair({"units": 2}, {"units": 3}, "ave"), "'ave' needs .* size, not of 2 and 3"),
    "merge_mode": (
        lambda: rnn_oracle.Bidirectional(gru(), ["sum"]),
        r"merge_mode=\['sum'\] is not",
    ),
    "dialects of cells": (
        lambda: rnn_oracle.StackedRNNCells(cells({}, KERAS2)),
        "StackedRNNCells has dialect=<dialect keras3>, but GRUCell has <dialect keras2>",
    ),
    "dtypes of cells": (
        lambda: rnn_oracle.RNN(cells(F32, {})),
        "dtype=float32, but GRUCell has fl",
    ),
    "dtype over cells": (
        lambda: rnn_oracle.RNN(cells({})[0], dtype="float32"),
        "RNN has dtype=float32, but GRUCell has float64",
    ),
    "steps of a dtype": (
        lambda: rnn_oracle.TimeDistributed(gru(), dtype="float32"),
        "TimeDistributed has dtype=float32, but GRU has float64",
    ),
    "steps of a dialect": (
        lambda: rnn_oracle.TimeDistributed(gru(), dialect="keras2"),
        "TimeDistributed has dialect=<dialect keras2>, but GRU has <dialect keras3>",
    ),
}


@pytest.mark.parametrize("what", UNFIT)
def test_parts_that_do_not_fit_together(what):
    make, message = UNFIT[what]
    with pytest.raises(ValueError, match=message) as raised:
        make()
    assert isinstance(raised.value, OracleError)


@pytest.mark.parametrize("merge_mode", ["concat", None])
def test_directions_of_unequal_width_can_be_joined_or_left_apart(merge_mode):
    layer = pair({"units": 1, "stateful": False}, {"units": 5, "stateful": False}, merge_mode)
    layer.set_weights(gru(1).get_weights() + gru(5).get_weights())
    shapes = {"concat": [(2, 5, 6)], None: [(2, 5, 1), (2, 5, 5)]}[merge_mode]
    assert [output.shape for output in nest.as_list(layer(X))] == shapes
    told = layer.compute_output_shape(X.shape)
    assert list(told) == (shapes if merge_mode is None else list(shapes[0]))


@pytest.mark.parametrize("units", [(1, 5), (5, 1)])
def test_keras_broadcasts_a_single_unit_and_tells_another_shape(target, units):
    layers = target.keras.layers
    one, other = layers.GRU(units[0]), layers.GRU(units[1], go_backwards=True)
    layer = layers.Bidirectional(one, merge_mode="sum", backward_layer=other)
    assert tuple(layer(target.tf.constant(X)).shape) == (2, 5)
    told = layer.compute_output_shape(X.shape)
    assert tuple(told) == (2, units[0])


@pytest.mark.parametrize("wrong", [{"unroll": "x"}, {"dtype": "int8"}, {"bogus": 1}], ids=str)
@pytest.mark.parametrize("nested", [False, True])
def test_a_layer_that_cannot_be_made_leaves_its_cells_alone(wrong, nested):
    upper = rnn_oracle.GRUCell(4)
    above = rnn_oracle.StackedRNNCells([upper]) if nested else upper
    with pytest.raises(OracleError):
        rnn_oracle.RNN([rnn_oracle.GRUCell(3), above], **wrong)
    upper.set_weights([numbers(5, 12), numbers(4, 12), numbers(2, 12)])
    assert upper(numbers(2, 5), [numbers(2, 4)])[0].shape == (2, 4)
