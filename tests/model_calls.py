"""Calls of layers in functional models, and what the copy of such a model returns."""

import numpy as np
from helpers import numbers
from hypothesis import strategies as st

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.reference.errors import OracleError

X = numbers(3, 4, 3) * np.array([1, 0, 1, 1], "float32")[:, None]
MASK = np.array([[1, 1, 1, 0], [1, 1, 1, 1], [1, 0, 1, 0]], bool)
STATE = numbers(3, 4, seed=1)
NO_CALL = "Keras has no such call"


def model(keras, several):
    x = keras.Input((4, 3))
    end = keras.layers.SimpleRNN(4, dropout=0.5)(x)
    return keras.Model(x, [end, keras.layers.Dense(2)(x)] if several else end)


LAYERS = {
    "GRU": lambda keras: keras.layers.GRU(4, dropout=0.5),
    "RNN": lambda keras: keras.layers.RNN(keras.layers.SimpleRNNCell(4, dropout=0.5)),
    "Bidirectional": lambda keras: keras.layers.Bidirectional(
        keras.layers.SimpleRNN(4, dropout=0.5)
    ),
    "TimeDistributed": lambda keras: keras.layers.TimeDistributed(keras.layers.Dense(2)),
    "Dense": lambda keras: keras.layers.Dense(2),
    "pooling": lambda keras: keras.layers.GlobalAveragePooling1D(),
    "Flatten": lambda keras: keras.layers.Flatten(),
    "chain": lambda keras: keras.Sequential([keras.layers.SimpleRNN(4, dropout=0.5)]),
    "graph": lambda keras: model(keras, several=False),
    "two outputs": lambda keras: model(keras, several=True),
}
CALLS = st.fixed_dictionaries(
    {"masked": st.booleans()},
    optional={
        "mask": st.sampled_from(["none", "constant", "array", "attached"]),
        "training": st.sampled_from([None, False, True, 0, 1]),
        "initial_state": st.sampled_from(["constant", "array", "dense", "listed", "in front"]),
        "by position": st.sampled_from(["mask", "training", "initial_state"]),
    },
)


def called(target, layer, x, masked, **named):
    """Return what a layer returns in a model that it is called in with these arguments."""
    keras, tf = target.keras, target.tf
    if masked:
        x = keras.layers.Masking()(x)
    if "mask" in named:
        masks = {"none": None, "constant": tf.constant(MASK), "array": MASK}
        masks["attached"] = getattr(x, "_keras_mask", None)
        named["mask"] = masks[named["mask"]]
    if "initial_state" in named:
        state = named["initial_state"]
        states = {"constant": tf.constant(STATE), "array": STATE}
        one = states.get(state)
        if one is None:
            one = keras.layers.Dense(4)(keras.layers.SimpleRNN(2)(x))
        both = isinstance(layer, keras.layers.Bidirectional)
        named["initial_state"] = [one] * 2 if both else [one] if state == "listed" else one
        if state == "in front":
            return layer([x, *nest.as_list(named.pop("initial_state"))], **named)
    place = named.pop("by position", None)
    return layer(x, named.pop(place), **named) if place in named else layer(x, **named)


def in_ledger(target, call):
    """Tell whether Keras 3 loses the mask of such a call, see the ledger."""
    return target.name == "keras3" and call["masked"] and "initial_state" in call


def answer(target, name, call):
    """Copy a model in which a layer is called so; return how that was answered."""
    keras = target.keras
    x = keras.Input(batch_shape=X.shape)
    try:
        made = keras.Model(x, called(target, LAYERS[name](keras), x, **call))
    except (AttributeError, TypeError, ValueError):
        return NO_CALL
    weights = [numbers(*weight.shape, seed=i) for i, weight in enumerate(made.get_weights())]
    made.set_weights(weights)
    try:
        copy = rnn_oracle.from_keras(made)
    except OracleError as error:
        assert str(error)
        return "raised an error of ours"
    try:
        got = [np.asarray(output) for output in nest.flatten(made(target.tf.constant(X)))]
    except (TypeError, ValueError):
        return NO_CALL  # as Keras 2 fails at a mask that is attached and given by hand
    for ours, real in zip(nest.flatten(copy(X)), got):
        np.testing.assert_allclose(ours, real, rtol=1e-4, atol=1e-5)
    return "copied, with the numbers of Keras"
