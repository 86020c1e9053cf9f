"""Shapes and masks that are told without a call, against the installed Keras."""

import numpy as np
import pytest
from helpers import call, flat_shapes, give_weights, numbers, within

import rnn_oracle
from rnn_oracle.targets.runtime import plain_shape

ONE = ("SimpleRNN", "LSTM", "GRU")
MAKE = {
    name: (lambda layers, more, name=name, **a: getattr(layers, name)(4, **more, **a))
    for name in ONE
}
MAKE["cells"] = lambda layers, more, **a: layers.RNN(
    [layers.LSTMCell(4, **more), layers.GRUCell(6, **more)], **a
)


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("return_state", [False, True])
@pytest.mark.parametrize("time_major", [False, True])
@pytest.mark.parametrize("shape", [(None, None, 3), (2, None, 3), (None, 5, 3), (2, 5, 3)], ids=str)
def test_compute_output_shape(target, kind, return_sequences, return_state, time_major, shape):
    if time_major and target.dialect == "keras3":
        pytest.skip("Keras 3 has no time_major")
    arguments = dict(return_sequences=return_sequences, return_state=return_state)
    arguments.update({"time_major": True} if time_major else {})
    real = MAKE[kind](target.keras.layers, {}, **arguments)
    ours = MAKE[kind](rnn_oracle, {"dialect": target.dialect}, **arguments)
    want, got = real.compute_output_shape(shape), ours.compute_output_shape(shape)
    if kind == "cells" and return_state and within(target, keras3="<3.3"):
        # The sizes of a cell's states in place of their shapes.
        assert want == (got[0], (shape[0], [4, 4]), (shape[0], 6))
        return
    assert flat_shapes(got) == flat_shapes(want)
    if return_state:
        assert type(got) is type(want) and len(got) == len(want)


class Wide:
    """A cell of which the output is wider than its only state."""

    state_size, output_size = 4, 7

    def call(self, inputs, states):
        raise NotImplementedError


@pytest.mark.parametrize("return_sequences", [False, True])
def test_the_output_is_not_the_state(target, return_sequences):
    options = dict(return_sequences=return_sequences, return_state=True)
    real = target.keras.layers.RNN(Wide(), **options)
    ours = rnn_oracle.RNN(Wide(), dialect=target.dialect, **options)
    got = real.compute_output_shape((2, 5, 3))
    assert flat_shapes(got) == flat_shapes(ours.compute_output_shape((2, 5, 3)))


def test_a_state_of_two_axes(target):
    """Keras 2 takes a TensorShape for a size, which the oracle refuses (rule C7)."""
    if target.name == "keras3":
        pytest.skip("keras3 takes numbers alone")
    cell = Wide()
    cell.state_size = cell.output_size = target.tf.TensorShape((2, 3))
    cell.call = lambda inputs, states: (inputs + states[0], [inputs])
    layer = target.keras.layers.RNN(cell, return_state=True)
    assert flat_shapes(layer.compute_output_shape((7, 5, 2, 3))) == [(7, 2, 3)] * 2
    x, state = numbers(7, 1, 2, 3), numbers(7, 2, 3, seed=1)
    output, after = call(target, layer, x, initial_state=[state])
    np.testing.assert_array_equal(output, x[:, 0] + state)
    np.testing.assert_array_equal(after, x[:, 0])


@pytest.mark.parametrize("time_major", [False, True])
def test_a_cell_is_built_for_a_step(target, time_major):
    if time_major and target.dialect == "keras3":
        pytest.skip("Keras 3 has no time_major")
    layers, seen = target.keras.layers, []

    class Plus(layers.Layer):
        state_size = output_size = 3

        def build(self, input_shape):
            assert type(input_shape) is tuple
            seen.append(plain_shape(input_shape))
            super().build(input_shape)

        def call(self, inputs, states):
            return inputs + states[0], [inputs]

    layers.RNN(Plus(), **({"time_major": True} if time_major else {}))(target.tf.ones((2, 5, 3)))
    assert seen == [(5 if time_major else 2, 3)]


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("form", ["list", "TensorShape", "with_states"])
def test_compute_output_shape_of_other_forms(target, kind, form):
    layer = MAKE[kind](target.keras.layers, {}, return_sequences=True)
    want = (2, None, 6 if kind == "cells" else 4)
    shape = target.tf.TensorShape((2, None, 3)) if form == "TensorShape" else [2, None, 3]
    if target.name == "keras2" and form != "TensorShape":
        # A list stands for several inputs, of which the first is the sequence.
        shape = [tuple(shape)] + ([(2, 4)] if form == "with_states" else [])
        assert flat_shapes(layer.compute_output_shape(shape)) == [want]
        return
    if form == "with_states":
        # The shapes of the states go by themselves.
        got = layer.compute_output_shape(tuple(shape), [(2, 4)])
    else:
        got = layer.compute_output_shape(shape)
    assert flat_shapes(got) == [want]


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("return_state", [False, True])
def test_compute_mask_takes_the_first_of_several(target, kind, return_state):
    layer = MAKE[kind](target.keras.layers, {}, return_sequences=True, return_state=return_state)
    mask, other = numbers(2, 5) > 0, numbers(2, 5, seed=1) > 0
    got = layer.compute_mask(None, [mask, other])
    states = 2 if kind in ("LSTM", "cells") else 1
    assert (got[0] if return_state else got) is mask
    if return_state:
        assert got[1:] == [None] * states


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("return_state", [False, True])
def test_compute_mask(target, kind, return_sequences, return_state):
    arguments = dict(return_sequences=return_sequences, return_state=return_state)
    real = MAKE[kind](target.keras.layers, {}, **arguments)
    ours = MAKE[kind](rnn_oracle, {"dialect": target.dialect}, **arguments)
    mask = numbers(2, 5) > 0
    want, got = real.compute_mask(None, mask), ours.compute_mask(None, mask)
    assert type(got) is type(want)
    if return_state:
        assert [m is None for m in got] == [m is None for m in want]
        got, want = got[0], want[0]
    assert got is want


@pytest.mark.parametrize("kind", MAKE)
def test_state_size_and_output_size(target, kind):
    real = MAKE[kind](target.keras.layers, {})
    ours = MAKE[kind](rnn_oracle, {"dialect": target.dialect})
    plain = lambda sizes: [plain(s) for s in sizes] if hasattr(sizes, "__len__") else sizes  # noqa: E731
    assert plain(ours.cell.state_size) == plain(real.cell.state_size)
    assert ours.cell.output_size == real.cell.output_size == ours.output_size
    if target.dialect == "keras3":
        assert plain(ours.state_size) == plain(real.state_size)


@pytest.mark.parametrize("steps", [5, None], ids=["known", "unknown"])
@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_a_graph_knows_of_the_output_what_it_knows_of_the_input(target, name, steps):
    layer = getattr(target.keras.layers, name)(4, return_sequences=True)
    give_weights(layer, (2, 5, 3))
    seen = []

    def function(x):
        output = layer(x)
        seen.append(plain_shape(output.shape))
        return output

    x, tf = numbers(2, 5, 3), target.tf
    got = tf.function(function, input_signature=[tf.TensorSpec((2, steps, 3))])(tf.constant(x))
    np.testing.assert_allclose(got, rnn_oracle.from_keras(layer)(x), rtol=1e-4, atol=1e-5)
    assert set(seen) == {(2, steps, 4)}
