"""Layers of the oracle with telling weights, and calls of them, of which tests make guesses."""

import numpy as np
from helpers import numbers

import rnn_oracle
from rnn_oracle.testing.hypotheses.hypothesis import hypotheses
from rnn_oracle.testing.layer_call import LayerCall

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, True]])
THIRDS = numbers(2, 5, 3, dtype="float64") / 3
H, C = numbers(2, 4, seed=2), numbers(2, 4, seed=3)
WHOLE = dict(return_sequences=True, return_state=True)


def telling(layer, features=3):
    """Give a layer of the oracle telling weights."""
    shapes = [[features if n is None else n for n in s] for _, s, _ in layer.weight_shapes()]
    layer.set_weights([numbers(*shape, seed=i) for i, shape in enumerate(shapes)])
    return layer


def demand(layer, **call):
    given = dict.fromkeys(LayerCall._fields, None)
    given.update(dict(x=X, dtype="float32", attached=False), layer=layer, **call)
    return LayerCall(**given)


def guess(asked, text):
    """Return the one hypothesis of that text."""
    (found,) = [hypothesis for hypothesis in hypotheses(asked) if hypothesis.text == text]
    return found


def simple(**options):
    return telling(rnn_oracle.SimpleRNN(4, **dict(WHOLE, **options)))


def lstm(**options):
    return telling(rnn_oracle.LSTM(4, **dict(WHOLE, **options)))


def gru(**options):
    return telling(rnn_oracle.GRU(4, **dict(WHOLE, **options)))


def both(merge_mode="concat", **options):
    layer = rnn_oracle.GRU(4, **dict(WHOLE, **options))
    return telling(rnn_oracle.Bidirectional(layer, merge_mode))


def stack(**options):
    cells = [rnn_oracle.GRUCell(4), rnn_oracle.GRUCell(5)]
    return telling(rnn_oracle.RNN(cells, **dict(WHOLE, **options)))


def chain():
    return rnn_oracle.Sequential(
        [
            rnn_oracle.Masking(),
            telling(rnn_oracle.LSTM(4, return_sequences=True, name="lower")),
            telling(rnn_oracle.GRU(5, name="upper"), 4),
        ]
    )


def chain_of_two():
    """Return two layers that both have a mask to pass on."""
    masking, lower, _ = chain().layers
    top = rnn_oracle.GRU(4, return_sequences=True, name="upper")
    return rnn_oracle.Sequential([masking, lower, telling(top, 4)])
