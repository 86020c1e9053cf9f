"""`TimeDistributed` and masks: those it is given, and those that go on to the layers above."""

import numpy as np
import pytest
from helpers import give_weights, numbers, within
from time_distributed import (
    CASES,
    DEEP,
    DEEP_MASK,
    GRAPHS,
    MASK,
    X,
    assert_near,
    assert_same_mask,
    comes_through,
    distributed,
    own_layer,
)
from unknown_axes import KNOWN, computed, partly_known, traced

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.families.stacks.axes import LAYER_MODES, REBUILT
from rnn_oracle.targets.keras.modes import Layers, Model

IDS = np.array([[[1, 0], [0, 0], [3, 6]], [[2, 5], [0, 4], [6, 6]]])


def passed_on(target, layer, x, mask=None):
    """Return the mask that goes with the output, or None."""
    named = {} if mask is None else {"mask": target.tf.constant(mask)}
    goes = getattr(layer(target.tf.constant(x), **named), "_keras_mask", None)
    return None if goes is None else np.asarray(goes)


@pytest.mark.parametrize("name, mask", CASES)
def test_the_mask_that_goes_on(target, name, mask):
    layer, copy, x = distributed(target, name)
    want = mask if comes_through(target) else copy.compute_mask(x, mask)
    if mask is None or not within(target, keras3="<3.11"):  # see the ledger
        assert_same_mask(want, passed_on(target, layer, x, mask))
    assert_same_mask(want, layer.compute_mask(target.tf.constant(x), as_tensor(target, mask)))


def as_tensor(target, mask):
    return None if mask is None else target.tf.constant(mask)


@pytest.mark.parametrize("how", GRAPHS)
@pytest.mark.parametrize("name, mask", [case for case in CASES if case.values[1] is not None])
def test_compute_mask_in_a_graph(target, name, mask, how):
    layer, copy, x = distributed(target, name)
    function = traced(target, layer.compute_mask, how, x, mask)
    want = mask if comes_through(target, KNOWN[how][0]) else copy.compute_mask(x, mask)
    assert_same_mask(want, function(target.tf.constant(x), target.tf.constant(mask)))


@pytest.mark.parametrize("of_mask", GRAPHS)
@pytest.mark.parametrize("of_input", GRAPHS)
def test_a_mask_that_knows_other_axes(target, of_input, of_mask):
    layer, copy, x = distributed(target, "dense")
    function = mask_known_apart(target, layer, x, of_input, MASK, of_mask)
    same = of_input == of_mask == "batch_unknown"
    if within(target, keras3=">=3.4,<3.9") or (within(target, keras3="<3.4") and not same):
        with pytest.raises((TypeError, ValueError)):
            function.get_concrete_function()
        return
    got = function(target.tf.constant(x), target.tf.constant(MASK))
    assert_near(copy, x, got, cut=computed(target, of_input, 2))


@pytest.mark.parametrize("shape, how", [((2, 4), "batch_unknown"), ((3, 5), "steps_unknown")])
def test_a_wrong_mask_of_which_one_axis_is_known(target, shape, how):
    if not within(target, keras3=">=3.14"):
        pytest.skip("the release looks at shapes that are known whole, or at none")
    layer, _, x = distributed(target, "dense")
    function = mask_known_apart(target, layer, x, how, np.ones(shape, bool), how)
    with pytest.raises(ValueError, match="incompatible with the input"):
        function.get_concrete_function()


def mask_known_apart(target, layer, x, of_input, mask, of_mask):
    """Return a call in a graph that knows other axes of the input than of the mask."""
    tf = target.tf
    signature = [
        tf.TensorSpec(partly_known(array.shape, how), array.dtype)
        for array, how in ((x, of_input), (mask, of_mask))
    ]
    return tf.function(
        lambda x, mask: layer(x, mask=mask), input_signature=signature, autograph=False
    )


def test_a_mask_of_steps_that_have_anything_left(target):
    """Where it comes through, it is one of the inner steps, which no layer above can take."""
    keras = target.keras
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((3, 4, 5)),
            layers.Masking(),
            layers.TimeDistributed(layers.GRU(6)),
            layers.GRU(2),
        ]
    )
    give_weights(model.layers[-2], DEEP.shape)
    give_weights(model.layers[-1], (2, 3, 6))
    copy, x = rnn_oracle.from_keras(model), DEEP * DEEP_MASK[..., None]
    if comes_through(target):
        with pytest.raises(Exception):  # noqa: B017 (TensorFlow's errors have many types)
            model(target.tf.constant(x))
    else:
        assert_near(copy, x, model(target.tf.constant(x)))
    assert np.abs(copy(x) - unmasked(copy, x)).max() > 1e-3


def test_a_mask_that_the_layer_makes_of_ids(target):
    layers = target.keras.layers
    layer = layers.TimeDistributed(layers.Embedding(7, 3, mask_zero=True))
    copy = rnn_oracle.from_keras(give_weights(layer, IDS.shape))
    np.testing.assert_array_equal(np.asarray(layer(target.tf.constant(IDS))), copy(IDS))
    np.testing.assert_array_equal(copy.compute_mask(IDS), IDS != 0)
    want = None if comes_through(target) else IDS != 0
    assert_same_mask(want, passed_on(target, layer, IDS))


@pytest.mark.parametrize("how", KNOWN)
@pytest.mark.parametrize("nest_of", [list, tuple, dict], ids=["list", "tuple", "dict"])
def test_a_mask_that_the_layer_makes_of_two_inputs(target, nest_of, how):
    if target.name == "keras3" or within(target, keras2="<2.13"):
        pytest.skip("the release takes one input")
    pair = [X, numbers(2, 5, 4, 2)]
    given = dict(zip("xy", pair)) if nest_of is dict else nest_of(pair)
    flatten = target.tf.nest.flatten
    inner = own_layer(
        target,
        lambda self, inputs: flatten(inputs)[0],
        compute_mask=lambda self, inputs, mask=None: flatten(inputs)[0][..., 0] > 0,
    )
    layer = target.keras.layers.TimeDistributed(inner)
    function = (
        layer.compute_mask if how == "eager" else traced(target, layer.compute_mask, how, given)
    )
    # Where the size of the batch is known, nothing asks the layer.
    want = None if KNOWN[how][0] else X[..., 0] > 0
    assert_same_mask(want, function(target.tf.nest.map_structure(target.tf.constant, given)))


def documents(target):
    """Return a chain that reads words into sentences and sentences into a document."""
    keras = target.keras
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((3, 2)),
            layers.TimeDistributed(layers.Embedding(7, 3, mask_zero=True)),
            layers.TimeDistributed(layers.GRU(4)),
            layers.GRU(2),
        ]
    )
    for layer, shape in zip(model.layers[-3:], [(2, 3, 2), (2, 3, 2, 3), (2, 3, 4)]):
        give_weights(layer, shape)
    return model


def test_a_document_of_sentences_of_words(target):
    model = documents(target)
    copy = rnn_oracle.from_keras(model)
    want = copy(IDS)
    assert np.abs(want - unmasked(copy, IDS)).max() > 1e-2
    if target.name == "keras3":
        want = unmasked(copy, IDS)
    np.testing.assert_allclose(model.predict(IDS, verbose=0), want, rtol=1e-4)


def unmasked(chain, x):
    """Return what the layers of a chain compute without masks."""
    for layer in chain.layers:
        x = layer(x)
    return x


def per_step(target):
    keras = target.keras
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((5, 3)),
            layers.Masking(),
            layers.GRU(4, return_sequences=True),
            layers.TimeDistributed(layers.Dense(3, activation="tanh")),
            layers.SimpleRNN(2),
        ]
    )


@pytest.mark.parametrize("how", ["call", "predict", "predict_in_parts"])
def test_a_layer_above_gets_the_mask(target, how):
    model = per_step(target)
    give_weights(model, (None, 5, 3))
    copy = rnn_oracle.from_keras(model)
    x = X * MASK[..., None]
    if how == "call":
        got = model(target.tf.constant(x))
    else:
        got = model.predict(x, verbose=0, batch_size=2 if how == "predict" else 1)
    assert_near(copy, x, got)
    assert np.abs(copy(x) - copy(X)).max() > 1e-3


@pytest.mark.parametrize("mode", LAYER_MODES + ("model", "predict") + REBUILT)
def test_between_recurrent_layers_in_each_way_to_run(target, mode):
    """The layer above sees the mask that has come through."""
    if mode == "xla" and target.tensors.jit_argument is None:
        pytest.skip("the release does not compile with XLA")
    if mode == "keras" and within(target, keras2="<2.12"):
        pytest.skip("the release does not write the format .keras")
    if mode == "saved_model" and within(target, keras2="<2.4"):
        pytest.skip("what TensorFlow 2.1 loads has lost its masks")
    if mode == "h5" and target.name == "keras3":
        pytest.skip("Keras 3 cannot load a mask from HDF5, see the ledger")
    if within(target, keras3="<3.11", keras2="<2.0"):
        pytest.skip("a mask goes astray here, see the ledger")
    model = per_step(target)
    give_weights(model, (None, 5, 3))
    copy = rnn_oracle.from_keras(model)
    x = X * MASK[..., None]
    runs = Layers(target, mode, model) if mode in LAYER_MODES else Model(target, mode, model, 2)
    (got,) = nest.flatten(runs([target.tf.constant(x)]))
    assert_near(copy, x, got)
