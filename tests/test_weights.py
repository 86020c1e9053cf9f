"""Weights go in and out in Keras's order, and wrong ones are named."""

import numpy as np
import pytest
from helpers import numbers

import rnn_oracle
from rnn_oracle.reference.errors import OracleError


def weights_for(layer, features=3):
    return [numbers(*(n or features for n in shape)) for _, shape, _ in layer.weight_shapes()]


LAYERS = {
    "SimpleRNN": lambda: rnn_oracle.SimpleRNN(4),
    "LSTM": lambda: rnn_oracle.LSTM(4),
    "GRU": lambda: rnn_oracle.GRU(4),
    "GRU-reset-before": lambda: rnn_oracle.GRU(4, reset_after=False),
    "GRU-no-bias": lambda: rnn_oracle.GRU(4, use_bias=False),
    "Dense": lambda: rnn_oracle.Dense(4),
    "Embedding": lambda: rnn_oracle.Embedding(5, 4),
    "Bidirectional": lambda: rnn_oracle.Bidirectional(rnn_oracle.LSTM(4)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_round_trip(name):
    layer = LAYERS[name]()
    weights = weights_for(layer)
    layer.set_weights(weights)
    for given, kept in zip(weights, layer.get_weights()):
        np.testing.assert_array_equal(given, kept)
        assert kept.dtype == np.float64


def test_they_are_copies():
    layer = rnn_oracle.Dense(4)
    weights = weights_for(layer)
    layer.set_weights(weights)
    weights[0][:] = 9
    layer.get_weights()[0][:] = 9
    assert not (layer.get_weights()[0] == 9).any()


@pytest.mark.parametrize(
    "name, index, shape, message",
    [
        (
            "LSTM",
            0,
            (3, 12),
            r"kernel has shape \(3, 12\), but needs \(any, 16\) = \(features, 4 \*",
        ),
        (
            "LSTM",
            1,
            (3, 16),
            r"recurrent_kernel has shape \(3, 16\), but needs \(4, 16\) = \(units,",
        ),
        ("SimpleRNN", 2, (3,), r"bias has shape \(3,\), but needs \(4\) = \(1 \* units,\)"),
        (
            "GRU",
            2,
            (12,),
            r"bias has shape \(12,\), but needs \(2, 12\) = .*input row and recurrent",
        ),
        ("GRU-reset-before", 2, (2, 12), r"bias has shape \(2, 12\), but needs \(12\)"),
        ("Embedding", 0, (4, 5), r"embeddings has shape \(4, 5\), but needs \(5, 4\)"),
    ],
)
def test_a_wrong_shape_is_named(name, index, shape, message):
    layer = LAYERS[name]()
    weights = weights_for(layer)
    weights[index] = numbers(*shape)
    with pytest.raises(ValueError, match=message):
        layer.set_weights(weights)


def test_a_stack_knows_the_features_of_its_upper_cells():
    layer = rnn_oracle.RNN([rnn_oracle.GRUCell(4), rnn_oracle.GRUCell(5)])
    assert layer.weight_shapes()[3][1] == (4, 15)
    weights = weights_for(layer)
    weights[3] = numbers(3, 15)
    with pytest.raises(ValueError, match=r"kernel has shape \(3, 15\), but needs \(4, 15\)"):
        layer.set_weights(weights)


def test_a_wrong_number_is_named():
    layer = rnn_oracle.RNN([rnn_oracle.GRUCell(4), rnn_oracle.LSTMCell(2)])
    with pytest.raises(ValueError, match=r"RNN has 6 weights \(kernel, .*\), but 3 were given"):
        layer.set_weights(weights_for(layer)[:3])


@pytest.mark.parametrize("name", LAYERS)
def test_without_weights_there_is_no_answer(name):
    layer = LAYERS[name]()
    for use in (lambda: layer(numbers(2, 5, 3)), layer.get_weights):
        with pytest.raises(ValueError, match="has no weights yet"):
            use()


NOT_TAKEN = {
    "shape": (lambda w: w.T, ValueError, "has shape"),
    "complex": (lambda w: w + 0j, TypeError, "must be real numbers, but the dtype is complex"),
    "objects": (lambda w: np.full(w.shape, None), TypeError, "but the dtype is object"),
    "texts": (lambda w: w.astype(str), TypeError, "must be real numbers, but the dtype is <U"),
    "uneven": (lambda w: [[1.0], [2.0, 3.0]], (ValueError, TypeError), "no array|is object"),
}


@pytest.mark.parametrize("what", NOT_TAKEN)
@pytest.mark.parametrize("name", ["Dense", "GRU", "Bidirectional"])
def test_weights_that_are_refused_change_nothing(name, what):
    change, error, message = NOT_TAKEN[what]
    layer, x = LAYERS[name](), numbers(2, 5, 3)
    layer.set_weights(weights_for(layer))
    before, output = layer.get_weights(), layer(x)
    wrong = [weight + 1 for weight in weights_for(layer)]
    last_kernel = max(i for i, weight in enumerate(wrong) if weight.ndim == 2 and len(weight) > 2)
    wrong[last_kernel] = change(wrong[last_kernel])
    with pytest.raises(error, match=message) as raised:
        layer.set_weights(wrong)
    assert isinstance(raised.value, OracleError)
    for kept, was in zip(layer.get_weights(), before):
        np.testing.assert_array_equal(kept, was)
    np.testing.assert_array_equal(layer(x), output)


def test_a_cell_with_weights_for_other_features_does_not_fit_into_a_stack():
    wide, narrow = rnn_oracle.GRUCell(5), rnn_oracle.GRUCell(3)
    narrow.set_weights(weights_for(narrow, features=4))
    for cells in ([wide, narrow], [wide, [narrow, rnn_oracle.GRUCell(2)]]):
        with pytest.raises(ValueError, match="has weights for 4 features, but .* puts out 5"):
            rnn_oracle.RNN(cells)
    narrow.set_weights(weights_for(narrow, features=6))
    rnn_oracle.RNN([narrow, wide])


def test_a_cell_that_stands_twice_in_a_list_has_one_set_of_weights():
    cell = rnn_oracle.GRUCell(3)
    layer = rnn_oracle.RNN([cell, cell])
    with pytest.raises(ValueError, match=r"has 3 weights \(.*\), but 6 were given"):
        layer.set_weights(2 * weights_for(cell))
    layer.set_weights(weights_for(cell))
    assert len(layer.get_weights()) == 3
