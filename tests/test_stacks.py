"""Stacks of one cell, of three and from the top down, against the installed Keras."""

import json

import numpy as np
import pytest
from helpers import (
    as_arrays,
    assert_agrees,
    call,
    flat_shapes,
    give_weights,
    knows,
    numbers,
    tensors,
    within,
)

import rnn_oracle
from rnn_oracle.arithmetic import nest

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, True]])

STACKS = {
    "one": [("LSTMCell", 4)],
    "one_state": [("GRUCell", 4)],
    "three": [("LSTMCell", 4), ("GRUCell", 6), ("SimpleRNNCell", 5)],
    "three_upside_down": [("SimpleRNNCell", 5), ("GRUCell", 6), ("LSTMCell", 4)],
}


def stack_of(layers, name, container=list, **more):
    return container(getattr(layers, kind)(units, **more) for kind, units in STACKS[name])


def pair(target, name, **options):
    """Return a layer over a stack, and the oracle's of the same arguments."""
    dialect = {"dialect": target.dialect}
    real = target.keras.layers.RNN(stack_of(target.keras.layers, name), **options)
    return real, rnn_oracle.RNN(stack_of(rnn_oracle, name, **dialect), **options)


def plain(sizes):
    return [plain(s) for s in sizes] if hasattr(sizes, "__len__") else sizes


def states_of(sizes, seed=7):
    """Return telling states nested as `sizes`."""
    seeds = iter(range(seed, seed + 9))
    return nest.map_structure(lambda size: numbers(2, size, seed=next(seeds)), plain(sizes))


def no_run(target, name, mask, unroll):
    """Return what Keras raises where it runs a stack neither with nor without a loop, else None.

    Keras 3 takes the states of a lone cell out of their list. A loop with a mask cannot go on
    with that, nor can an LSTM without a loop, unless there is a mask, which puts the list back.
    """
    if within(target, keras2="<2.0"):
        nested = "LSTMCell" in dict(STACKS[name])
        return AssertionError if unroll and mask is not None and nested else None
    if target.name == "keras2" or len(STACKS[name]) > 1 or (mask is None) != unroll:
        return None
    return {("one", True): IndexError, ("one_state", True): None}.get((name, unroll), ValueError)


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("mask", [None, MASK], ids=["nomask", "mask"])
@pytest.mark.parametrize("unroll", [False, True])
def test_over_a_sequence(target, name, mask, unroll):
    layers = target.keras.layers
    cells = stack_of(layers, name)
    layer = give_weights(layers.RNN(cells, return_sequences=True, unroll=unroll), X.shape)
    error = no_run(target, name, mask, unroll)
    if error:
        with pytest.raises(error):
            call(target, layer, X, mask=mask)
        return
    assert_agrees(target, layer, X, mask=mask)
    assert_agrees(target, layer, X, mask=mask, initial_state=states_of(layer.cell.state_size))


def test_a_tuple_of_cells(target):
    layer = target.keras.layers.RNN(stack_of(target.keras.layers, "three", tuple))
    give_weights(layer, X.shape)
    if within(target, keras2="<2.0"):
        assert not layer.weights  # it does not look into a tuple
        return
    assert_agrees(target, layer, X)


@pytest.mark.parametrize("name", STACKS)
def test_final_states(target, name):
    layer, _ = pair(target, name, return_state=True)
    given = states_of(give_weights(layer, X.shape).cell.state_size)
    copy = assert_agrees(target, layer, X, initial_state=given)
    begun, ours = call(target, layer, X), copy(X)
    assert [a.shape for a in nest.flatten(begun)] == [a.shape for a in nest.flatten(ours)]
    for want, got in zip(nest.flatten(ours), nest.flatten(begun)):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", STACKS)
def test_sizes(target, name):
    real, ours = pair(target, name)
    assert plain(real.cell.state_size) == plain(ours.cell.state_size)
    assert type(real.cell.state_size) is type(ours.cell.state_size)
    assert real.cell.output_size == ours.output_size == STACKS[name][-1][1]
    if target.name == "keras3":
        assert plain(real.state_size) == plain(ours.state_size)


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("batch", [2, None])
def test_output_shape(target, name, batch):
    real, ours = pair(target, name, return_sequences=True, return_state=True)
    want, got = (each.compute_output_shape((batch, None, 3)) for each in (real, ours))
    if within(target, keras3="<3.3"):
        # The sizes of a cell's states in place of their shapes.
        want, got = want[:1], got[:1]
    assert flat_shapes(want) == flat_shapes(got)


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("return_state", [True, False])
def test_mask(target, name, return_state):
    for each in pair(target, name, return_sequences=True, return_state=return_state):
        got = each.compute_mask(None, MASK)
        states = [None] * len(STACKS[name])
        assert got == [MASK] + states if return_state else got is MASK


def in_keras(target, batch):
    """Return how each generation names the size of a batch to a cell."""
    return dict(batch_size=batch, **({} if target.name == "keras3" else {"dtype": "float32"}))


@pytest.mark.parametrize("name", STACKS)
def test_initial_states(target, name):
    real, ours = pair(target, name)
    for got in (real.cell.get_initial_state(**in_keras(target, 2)), ours.cell.get_initial_state(2)):
        flat = nest.flatten(as_arrays(got))
        assert [a.shape for a in flat] == [
            (2, n) for n in nest.flatten(plain(real.cell.state_size))
        ]
        assert not any(map(np.any, flat)) and isinstance(got, type(real.cell.state_size))
    argument = 2 if target.name == "keras3" else target.tf.constant(X)
    got = real.get_initial_state(argument)
    assert isinstance(got, list) and len(got) == len(STACKS[name])


@pytest.mark.parametrize("state_size", [3, [3, 2]], ids=["one", "two"])
def test_initial_states_of_a_cell_that_has_none_have_the_dtype_of_the_stack(target, state_size):
    layers = target.keras.layers
    call = {"call": lambda self, inputs, states: (inputs, states), "state_size": state_size}
    own = type("Own", (layers.Layer,), call)()
    stack = layers.StackedRNNCells([own, layers.GRUCell(3, dtype="float64")], dtype="float64")
    by_dtype = {} if target.name == "keras3" else {"dtype": "float64"}
    states = as_arrays(stack.get_initial_state(batch_size=2, **by_dtype))
    assert [state.dtype for state in nest.flatten(states)] == ["float64"] * (2 + (state_size != 3))


@pytest.mark.parametrize("missing", ["call", "state_size"])
def test_a_stack_refuses_what_is_no_cell(target, missing):
    whole = {"call": lambda self, inputs, states: (inputs, states), "state_size": 3}
    own = type("Own", (), {name: value for name, value in whole.items() if name != missing})()
    for layers in (target.keras.layers, rnn_oracle):
        with pytest.raises(ValueError, match="`" + missing):
            layers.StackedRNNCells([own, layers.GRUCell(3)])


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("container", [list, tuple])
def test_called_by_hand(target, name, container):
    layers = target.keras.layers
    stack = give_weights(layers.StackedRNNCells(stack_of(layers, name)), (2, 3))
    copy = rnn_oracle.from_keras(stack)
    given = states_of(stack.state_size)
    want = copy(X[:, 0], given)
    got = as_arrays(stack(target.tf.constant(X[:, 0]), container(tensors(target, given))))
    if target.name == "keras3" and len(stack.cells) == 1:
        # It returns the states of a lone cell bare, which it does not take at the next step.
        got = (got[0], [got[1]])
    for ours, real in zip(*map(nest.flatten, (want, got))):
        np.testing.assert_allclose(real, ours, rtol=1e-5, atol=1e-6)
    assert nest.describe(got[1]) == nest.describe(want[1])


def test_a_stack_that_is_built_by_hand_says_so(target):
    stack = target.keras.layers.StackedRNNCells(stack_of(target.keras.layers, "three"))
    stack.build((2, 3))
    assert stack.built


def test_the_input_tells_what_the_states_of_a_stack_are_to_be(target):
    if target.name == "keras3":
        pytest.skip("there the size of the batch does")
    stack = target.keras.layers.StackedRNNCells(stack_of(target.keras.layers, "three"))
    zeros = nest.flatten(stack.get_initial_state(target.tf.constant(X[:, 0])))
    assert [np.shape(zero) for zero in zeros] == [(2, 4), (2, 4), (2, 6), (2, 5)]


# Configurations.


def through_json(layer):
    """Make a layer anew from its configuration, written down and read again."""
    return type(layer).from_config(json.loads(json.dumps(layer.get_config())))


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("kind", ["RNN", "StackedRNNCells"])
def test_a_configuration_brings_back_the_cells(target, name, kind):
    layers = target.keras.layers
    cells = stack_of(layers, name, use_bias=False)
    options = dict(unroll=True, stateful=True, zero_output_for_mask=True) if kind == "RNN" else {}
    layer = getattr(layers, kind)(cells, name="mine", trainable=False, **options)
    remade = through_json(layer)
    assert {name: getattr(remade, name) for name in options} == options
    assert remade.get_config() == layer.get_config()
    assert remade.name == "mine" and not remade.trainable
    stack = getattr(remade, "cell", remade)
    assert [type(cell).__name__ for cell in stack.cells] == [cell for cell, _ in STACKS[name]]
    assert [cell.units for cell in stack.cells] == [units for _, units in STACKS[name]]


@pytest.mark.parametrize("name", STACKS)
def test_a_layer_made_of_a_configuration_computes_the_same(target, name):
    options = dict(return_sequences=True, return_state=True, go_backwards=True)
    layer, _ = pair(target, name, **options)
    remade = through_json(give_weights(layer, X.shape))
    remade.build(X.shape)
    remade.set_weights(layer.get_weights())
    want, got = (call(target, each, X) for each in (layer, remade))
    assert nest.describe(got) == nest.describe(want)
    for mine, theirs in zip(*map(nest.flatten, (got, want))):
        np.testing.assert_array_equal(mine, theirs)


# States that stay.


@pytest.mark.parametrize("name", STACKS)
def test_states_stay(target, name):
    layer, _ = pair(target, name, stateful=True)
    give_weights(layer, X.shape)
    copy = rnn_oracle.from_keras(layer)
    for _ in range(2):
        want = copy(X)
        np.testing.assert_allclose(call(target, layer, X), want, rtol=1e-4, atol=1e-5)
    for ours, real in zip(nest.flatten(copy.states), nest.flatten(list(layer.states))):
        real = np.asarray(target.tf.convert_to_tensor(real))
        np.testing.assert_allclose(real, ours, rtol=1e-4, atol=1e-5)
    if target.name == "keras3":
        with pytest.raises(AttributeError):  # see the ledger
            layer.reset_state()
        return
    layer.reset_states()
    copy.reset_states()
    np.testing.assert_allclose(call(target, layer, X), copy(X), rtol=1e-4, atol=1e-5)
    given = states_of(copy.state_size)
    layer.reset_states(given)
    copy.reset_states(given)
    np.testing.assert_allclose(call(target, layer, X), copy(X), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", STACKS)
def test_states_before_a_call(target, name):
    layer, _ = pair(target, name, stateful=True)
    if target.name == "keras3":
        assert layer.states is None
    else:
        sizes = plain(layer.cell.state_size)
        assert plain(layer.states) == nest.map_structure(lambda size: None, sizes)


# Cells whose states are turned round (rule D8).


def turned_round(target, above, units=4):
    """Return a layer over an LSTMCell and another cell, states to be turned round, or skip."""
    layers = target.keras.layers
    cells = [layers.LSTMCell(4), getattr(layers, above)(units)]
    if not knows(layers.StackedRNNCells, cells, reverse_state_order=True):
        pytest.skip("reverse_state_order is an argument of keras2")
    stack = layers.StackedRNNCells(cells, reverse_state_order=True)
    return layers.RNN(stack, return_state=True)


@pytest.mark.parametrize("above", ["LSTMCell", "GRUCell"])
def test_states_are_not_turned_round(target, above):
    """Flat they are those of the cells from the bottom up; only how they are nested is turned."""
    layer = give_weights(turned_round(target, above), X.shape)
    layers = target.keras.layers
    other = layers.RNN([layers.LSTMCell(4), getattr(layers, above)(4)], return_state=True)
    give_weights(other, X.shape)
    given, sizes = states_of(other.cell.state_size), plain(layer.cell.state_size)
    want = call(target, other, X, initial_state=given)
    got = call(target, layer, X, initial_state=nest.pack(sizes, nest.flatten(given)))
    assert nest.describe(list(got[1:])) == nest.describe(sizes)
    for mine, theirs in zip(*map(nest.flatten, (got, want))):
        np.testing.assert_array_equal(mine, theirs)
    with pytest.raises(ValueError, match=r"has reverse_state_order=True \(rule D8\)"):
        rnn_oracle.from_keras(layer)


def test_only_their_sizes_are(target):
    layer = turned_round(target, "LSTMCell", 6)
    assert plain(layer.cell.state_size) == [[6, 6], [4, 4]]
    zeros = layer.cell.get_initial_state(**in_keras(target, 2))
    assert [np.shape(zero) for zero in nest.flatten(zeros)] == [(2, 6)] * 2 + [(2, 4)] * 2
    with pytest.raises(target.tf.errors.InvalidArgumentError):
        layer(target.tf.constant(X))
    assert plain(through_json(layer).cell.state_size) == [[4, 4], [6, 6]]


def test_the_oracle_does_not_know_the_argument():
    for dialect, error in (("keras3", ValueError), ("keras2", TypeError)):
        with pytest.raises(error, match="does not know the argument reverse_state_order"):
            rnn_oracle.StackedRNNCells(
                stack_of(rnn_oracle, "one", dialect=dialect), reverse_state_order=False
            )
