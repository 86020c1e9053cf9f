"""Functional models that are chains, and what keeps a model from being one."""

import os

import numpy as np
import pytest
from helpers import give_weights, numbers, within

import rnn_oracle
from rnn_oracle.testing.checking import check

X = numbers(2, 5, 3)
X[0, 2:], X[1, :2] = 0.0, 0.5
IDS = np.array([[1, 2, 0, 0, 3], [0, 1, 2, 3, 4]])
MASK = np.array([[True, True, False, True, False], [False, True, True, False, False]])


def gru(layers, **options):
    return layers.GRU(4, return_sequences=True, **options)


def attached(layers, x):
    """Return the output of `Masking`, and its mask as it is attached."""
    masked = layers.Masking()(x)
    return masked, masked._keras_mask


CHAINS = {
    "masking": lambda layers, x: gru(layers)(layers.Masking()(x)),
    "masking of 0.5": lambda layers, x: gru(layers)(layers.Masking(0.5)(x)),
    "mask through layers": lambda layers, x: layers.GlobalAveragePooling1D()(
        layers.Bidirectional(gru(layers))(layers.Dense(2)(gru(layers)(layers.Masking()(x))))
    ),
    "mask into time_distributed": lambda layers, x: gru(layers)(
        layers.TimeDistributed(layers.Dense(2))(layers.Masking()(x))
    ),
    "not in training": lambda layers, x: gru(layers, dropout=0.5)(x, training=False),
    "no mask, no state": lambda layers, x: gru(layers)(x, mask=None, initial_state=None),
}


def model_of(target, chain, shape=(5, 3)):
    x = target.keras.Input(shape, batch_size=2)
    return give_weights(target.keras.Model(x, chain(target.keras.layers, x)), (2,) + shape)


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain(target, name):
    assert not check(model_of(target, CHAINS[name]), X).mismatches


@pytest.mark.parametrize("how", ["cloned", "loaded"])
@pytest.mark.parametrize("front", ["masking", "embedding"])
def test_a_chain_that_is_made_again(target, how, front, tmp_path):
    if (front, how) == ("embedding", "loaded") and within(target, keras2=">=2.0,<2.2"):
        pytest.skip("there the SavedModel of such a model cannot be loaded")

    def of_ids(layers, x):
        return gru(layers)(gru(layers)(layers.Embedding(5, 3, mask_zero=True)(x)))

    if front == "masking" and within(target, keras3="<3.3"):
        pytest.skip("there a Bidirectional has more weights than its copies")
    x, shape = (X, (5, 3)) if front == "masking" else (IDS, (5,))
    model = model_of(target, CHAINS["mask through layers"] if shape == (5, 3) else of_ids, shape)
    if how == "cloned":
        again = target.keras.models.clone_model(model)
        again.set_weights(model.get_weights())
    else:
        # A SavedModel of Keras 2 traces every layer, which takes long where there are many.
        older = {"masking": ".h5", "embedding": ""}[front]
        ending = ".keras" if target.name == "keras3" else older
        path = os.path.join(str(tmp_path), "model" + ending)
        model.save(path)
        again = target.keras.models.load_model(path)
    want = rnn_oracle.from_keras(model)(x)
    np.testing.assert_array_equal(rnn_oracle.from_keras(again)(x), want)


def test_an_attached_mask_that_is_given_by_hand(target):
    if target.name != "keras3":
        pytest.skip("Keras 2 fails in the call of such a model")

    def chain(layers, x):
        masked, mask = attached(layers, x)
        return gru(layers)(masked, mask=mask)

    assert not check(model_of(target, chain), X).mismatches


def test_no_mask_in_the_place_of_an_attached_one(target):
    """In Keras 2 it counts; in Keras 3 it is as if it were not there."""
    model = model_of(target, lambda layers, x: gru(layers)(layers.Masking()(x), mask=None))
    if target.name == "keras3":
        assert not check(model, X).mismatches
        return
    with pytest.raises(ValueError, match="cannot be copied: gru.* is called with `mask`, but"):
        rnn_oracle.from_keras(model)


MORE = {
    "training": (dict(training=True), "`training`"),
    "mask": (dict(mask=MASK), "`mask`"),
    "initial_state": (dict(initial_state=[np.ones((2, 4), "float32")]), "`initial_state`"),
}


@pytest.mark.parametrize("name", MORE)
@pytest.mark.parametrize("both_ways", [False, True], ids=["one_way", "both_ways"])
def test_a_layer_that_is_called_with_more_than_its_input(target, name, both_ways):
    given, words = MORE[name]
    if name != "training":
        given = {key: target.tf.nest.map_structure(target.tf.constant, given[key]) for key in given}
        if both_ways and name == "initial_state":
            given = {key: 2 * value for key, value in given.items()}

    def chain(layers, x):
        layer = layers.Bidirectional(gru(layers)) if both_ways else gru(layers)
        return layer(x, **given)

    model = model_of(target, chain)
    with pytest.raises(ValueError, match=f"cannot be copied: .* is called with {words}, but"):
        rnn_oracle.from_keras(model)


def test_an_initial_state_by_its_place(target):
    if target.name == "keras2":
        pytest.skip("Keras 2 takes it by name, and in a list with the input")
    state = target.tf.ones((2, 4))
    for given in (state, [state]):
        model = model_of(target, lambda layers, x, given=given: gru(layers)(x, given))
        with pytest.raises(ValueError, match="is called with `initial_state`, but"):
            rnn_oracle.from_keras(model)


def test_a_chain_that_is_given_a_state_in_front(target):
    if target.name == "keras3":
        pytest.skip("Keras 3 takes one input there")
    if within(target, keras2="<2.7"):
        pytest.skip("there Keras refuses the call itself")
    keras = target.keras

    def begun(layers, x):
        inner = keras.Sequential([gru(layers)])
        return inner([x, layers.Dense(4)(layers.Flatten()(x))])

    with pytest.raises(ValueError, match="is called with several inputs, but"):
        rnn_oracle.from_keras(model_of(target, begun))


def test_a_mask_that_is_an_input(target):
    keras = target.keras
    x, mask = keras.Input((5, 3)), keras.Input((5,), dtype="bool")
    model = keras.Model([x, mask], gru(keras.layers)(x, mask=mask))
    with pytest.raises(ValueError, match="cannot be copied: gru.* is called with `mask`, but"):
        rnn_oracle.from_keras(model)


def test_a_layer_may_belong_to_another_model_too(target):
    keras = target.keras
    x, y = keras.Input((5, 3)), keras.Input((7, 3))
    shared = gru(keras.layers)
    keras.Model(y, keras.layers.Dense(2)(shared(y)))
    model = keras.Model(x, shared(x))
    give_weights(shared, X.shape)
    assert not check(model, X).mismatches


def test_a_mean_that_keeps_the_axis(target):
    tf, axis = target.tf, 1
    if target.name == "keras3":
        model = model_of(target, lambda layers, x: target.keras.ops.mean(x, axis, keepdims=True))
    elif within(target, keras2="<2.4"):
        pytest.skip("the release makes another operation of it")
    else:
        model = model_of(target, lambda layers, x: tf.reduce_mean(x, axis, True))
    with pytest.raises((TypeError, ValueError), match="cannot copy .*[Mm]ean|and `keepdims`, but"):
        rnn_oracle.from_keras(model)
