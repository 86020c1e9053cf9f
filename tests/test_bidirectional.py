"""Copies of `Bidirectional`; for its options see the crossed cases."""

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


def test_the_layers_share_no_weights():
    inner = rnn_oracle.GRU(2)
    weights = [numbers(*(n or 3 for n in shape)) for _, shape, _ in inner.weight_shapes()]
    inner.set_weights(weights)
    layer = rnn_oracle.Bidirectional(inner)
    with pytest.raises(ValueError, match="no weights yet"):
        layer(X)
    layer.set_weights(weights + [2 * w for w in weights])
    np.testing.assert_array_equal(inner.get_weights()[0], weights[0])
