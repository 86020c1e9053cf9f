"""Copies of `Bidirectional`, and what it refuses; for its options see the crossed cases."""

import numpy as np
import pytest
from helpers import assert_agrees, give_weights, numbers

import rnn_oracle

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, True]])


@pytest.mark.parametrize("merge_mode", ["concat", None])
def test_a_backward_layer_of_its_own(target, merge_mode):
    layers = target.keras.layers
    both = layers.Bidirectional(
        layers.LSTM(4, return_sequences=True),
        merge_mode,
        backward_layer=layers.LSTM(6, "relu", return_sequences=True, go_backwards=True),
    )
    copy = assert_agrees(target, give_weights(both, (2, 5, 3)), X, mask=MASK)
    if merge_mode:
        assert copy.compute_output_shape((2, 5, 3)) == copy(X).shape == (2, 5, 10)


def test_over_a_list_of_cells(target):
    layers = target.keras.layers
    both = layers.Bidirectional(layers.RNN([layers.LSTMCell(4), layers.LSTMCell(6)]))
    assert_agrees(target, give_weights(both, (2, 5, 3)), X, mask=MASK)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(layer="LSTM"), "must be a recurrent layer"),
        (dict(merge_mode="max"), "merge_mode='max' is not one of"),
        (dict(backward_layer=rnn_oracle.GRU(4)), "both have go_backwards=False"),
        (
            dict(backward_layer=rnn_oracle.GRU(4, go_backwards=True, return_state=True)),
            "return_state=False, the backward layer True",
        ),
    ],
    ids=["layer", "merge_mode", "direction", "options"],
)
def test_what_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        rnn_oracle.Bidirectional(**dict(dict(layer=rnn_oracle.GRU(4)), **arguments))


def test_an_odd_number_of_states_is_refused():
    layer = rnn_oracle.Bidirectional(rnn_oracle.GRU(2))
    layer.set_weights([numbers(*s[1][:0], *(n or 3 for n in s[1])) for s in layer.weight_shapes()])
    with pytest.raises(ValueError, match="not 3 in all"):
        layer(X, initial_state=[np.zeros((2, 2))] * 3)


def test_the_layers_share_no_weights():
    inner = rnn_oracle.GRU(2)
    weights = [numbers(*(n or 3 for n in shape)) for _, shape, _ in inner.weight_shapes()]
    inner.set_weights(weights)
    layer = rnn_oracle.Bidirectional(inner)
    with pytest.raises(ValueError, match="no weights yet"):
        layer(X)
    layer.set_weights(weights + [2 * w for w in weights])
    np.testing.assert_array_equal(inner.get_weights()[0], weights[0])
