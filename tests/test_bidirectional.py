"""`Bidirectional` on the installed Keras."""

import numpy as np
import pytest
from helpers import assert_agrees, flat_shapes, give_weights, numbers, within

import rnn_oracle
from rnn_oracle import nest

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, True]])
STATES = {"SimpleRNN": 1, "LSTM": 2, "GRU": 1}


def wrapped(target, name, merge_mode="concat", backward=None, **arguments):
    layers = target.keras.layers
    inner = getattr(layers, name)(4, **arguments)
    other = None if backward is None else getattr(layers, name)(**dict(arguments, **backward))
    both = layers.Bidirectional(inner, merge_mode=merge_mode, backward_layer=other)
    return give_weights(both, (2, 5, 3))


@pytest.mark.parametrize("merge_mode", ["concat", "sum", "ave", "mul", None])
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("return_state", [False, True])
@pytest.mark.parametrize("name", STATES)
def test_merge_modes(target, name, merge_mode, return_sequences, return_state):
    layer = wrapped(
        target, name, merge_mode, return_sequences=return_sequences, return_state=return_state
    )
    states = [numbers(2, 4, seed=i) for i in range(2 * STATES[name])]
    assert_agrees(target, layer, X)
    copy = assert_agrees(target, layer, X, mask=MASK, initial_state=states)
    if return_state and within(target, keras2="<2.5", keras3="<3.2"):
        with pytest.raises(TypeError):  # a fault in joining the shapes of the two layers
            layer.compute_output_shape((None, None, 3))
        return
    real = layer.compute_output_shape((None, None, 3))
    ours = copy.compute_output_shape((None, None, 3))
    assert flat_shapes(ours) == flat_shapes(real)


@pytest.mark.parametrize("merge_mode", ["concat", None])
def test_a_backward_layer_of_its_own(target, merge_mode):
    backward = dict(units=6, go_backwards=True, activation="relu")
    layer = wrapped(target, "LSTM", merge_mode, backward, return_sequences=True)
    copy = assert_agrees(target, layer, X, mask=MASK)
    if merge_mode:  # Keras doubles the forward layer's units
        assert copy.compute_output_shape((2, 5, 3)) == copy(X).shape == (2, 5, 10)


def test_the_layer_may_go_backwards_itself_in_keras2_only(target):
    layer = target.keras.layers.GRU(4, go_backwards=True, return_sequences=True)
    ours = rnn_oracle.GRU(4, go_backwards=True, return_sequences=True, dialect=target.dialect)
    if target.dialect == "keras3":
        for module, inner in ((target.keras.layers, layer), (rnn_oracle, ours)):
            with pytest.raises(ValueError, match="go_backwards"):
                module.Bidirectional(inner)
    else:
        both = give_weights(target.keras.layers.Bidirectional(layer), (2, 5, 3))
        assert_agrees(target, both, X, mask=MASK)


def test_masked_steps_are_zero_in_both_directions(target):
    layer = wrapped(target, "GRU", return_sequences=True)
    assert_agrees(target, layer, X, mask=MASK)
    assert not rnn_oracle.from_keras(layer)(X, mask=MASK)[~MASK].any()


def test_over_a_list_of_cells(target):
    layers = target.keras.layers
    both = layers.Bidirectional(layers.RNN([layers.LSTMCell(4), layers.LSTMCell(6)]))
    assert_agrees(target, give_weights(both, (2, 5, 3)), X, mask=MASK)


@pytest.mark.parametrize("merge_mode", ["concat", None])
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("return_state", [False, True])
def test_the_mask_goes_on(target, merge_mode, return_sequences, return_state):
    layer = wrapped(
        target, "GRU", merge_mode, return_sequences=return_sequences, return_state=return_state
    )
    ours = rnn_oracle.from_keras(layer).compute_mask(X, MASK)
    told = layer.compute_mask(X, MASK)
    describe = lambda masks: nest.describe(masks, lambda m: "None" if m is None else "mask")  # noqa: E731
    assert describe(ours) == describe(told)
    result = layer(target.tf.constant(X), mask=target.tf.constant(MASK))
    real = [getattr(t, "_keras_mask", None) for t in target.tf.nest.flatten(result)]
    # A mask given as an argument goes no further before Keras 3.11, see the ledger.
    expected = ([] if within(target, keras3="<3.11") else nest.flatten(ours)) + [None] * 9
    assert [m is None for m in real] == [m is None for m in expected[: len(real)]]


def test_the_layers_share_no_weights():
    inner = rnn_oracle.GRU(2)
    weights = [numbers(*(n or 3 for n in shape)) for _, shape, _ in inner.weight_shapes()]
    inner.set_weights(weights)
    layer = rnn_oracle.Bidirectional(inner)
    with pytest.raises(ValueError, match="no weights yet"):
        layer(X)
    layer.set_weights(weights + [2 * w for w in weights])
    np.testing.assert_array_equal(inner.get_weights()[0], weights[0])
