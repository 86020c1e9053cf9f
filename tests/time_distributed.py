"""Layers that `TimeDistributed` goes around, inputs for them, and what is demanded of it."""

import numpy as np
import pytest
from helpers import assert_same, give_weights, numbers, within
from unknown_axes import KNOWN, needs_masks_inside

import rnn_oracle
from rnn_oracle.arithmetic.error_bounds import bounds

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, False]])
DEEP = numbers(2, 3, 4, 5, seed=1)
DEEP_MASK = np.array(
    [
        [[True, True, False, False], [False, False, False, False], [False, True, False, True]],
        [[True, True, True, True], [False, False, True, True], [False, False, False, False]],
    ]
)

INNER = {
    "dense": (lambda layers: layers.Dense(4, activation="tanh"), X, [MASK]),
    "dense_deep": (lambda layers: layers.Dense(4), DEEP, [DEEP_MASK[..., 0], DEEP_MASK]),
    "flatten": (lambda layers: layers.Flatten(), DEEP, []),
    "masking": (lambda layers: layers.Masking(), DEEP * DEEP_MASK[..., None], []),
    "gru": (lambda layers: layers.GRU(6), DEEP, [DEEP_MASK]),
    "lstm": (lambda layers: layers.LSTM(6, return_sequences=True), DEEP, [DEEP_MASK]),
    "bidirectional": (lambda layers: layers.Bidirectional(layers.GRU(2)), DEEP, [DEEP_MASK]),
}
"""By name: how to make the layer inside, an input, and masks for it."""

CASES = [
    pytest.param(name, mask, id=f"{name}-{'nomask' if mask is None else mask.ndim}")
    for name, (_, _, masks) in INNER.items()
    for mask in [None] + masks
]
GRAPHS = list(KNOWN)[1:]


def own_layer(target, call, **attributes):
    """Return a layer of one's own whose output has the shape of its input."""
    attributes = dict({"compute_output_shape": lambda self, shape: shape}, **attributes)
    return type("Own", (target.keras.layers.Layer,), dict(attributes, call=call))()


def distributed(target, name, mask=None):
    """Return the layer with weights, its copy, and an input."""
    make, x, _ = INNER[name]
    if mask is not None and name in ("gru", "lstm", "bidirectional"):
        needs_masks_inside(target)
    layer = give_weights(target.keras.layers.TimeDistributed(make(target.keras.layers)), x.shape)
    return layer, rnn_oracle.from_keras(layer), x


def assert_near(copy, x, got, mask=None, cut=slice(None)):
    """Compare with what the copy returns; `cut` tells which steps are there."""
    allowed = bounds(copy, x, "float32", mask=mask)
    assert_same(copy(x, mask=mask)[:, cut], np.asarray(got), allowed[:, cut])


def comes_through(target, batch_known=True):
    """Tell whether the mask goes on as it came, whatever the layer makes of it."""
    return target.name == "keras3" or (within(target, keras2="<2.2") and batch_known)


def assert_same_mask(want, got):
    assert (want is None) == (got is None)
    if want is not None:
        np.testing.assert_array_equal(np.asarray(got), want)
