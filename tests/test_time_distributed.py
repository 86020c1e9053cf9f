"""`TimeDistributed` on the installed Keras: a layer applied to each step in turn (rule L8)."""

import numpy as np
import pytest
from helpers import assert_same, call, give_weights, numbers, within
from unknown_axes import KNOWN, computed, needs_masks_inside, partly_known, run, traced

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.arithmetic.error_bounds import bounds
from rnn_oracle.families.options.case import LAYER_MODES, REBUILT
from rnn_oracle.targets.keras.missing_features import jit_argument
from rnn_oracle.targets.keras.modes import Layers, Model
from rnn_oracle.targets.keras.target import plain_shape

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, False]])
DEEP = numbers(2, 3, 4, 5, seed=1)
DEEP_MASK = np.array(
    [
        [[True, True, False, False], [False, False, False, False], [False, True, False, True]],
        [[True, True, True, True], [False, False, True, True], [False, False, False, False]],
    ]
)
IDS = np.array([[[1, 0], [0, 0], [3, 6]], [[2, 5], [0, 4], [6, 6]]])

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
    pytest.param(name, mask, id="{}-{}".format(name, "nomask" if mask is None else mask.ndim))
    for name, (_, _, masks) in INNER.items()
    for mask in [None] + masks
]
GRAPHS = list(KNOWN)[1:]


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


def assert_shape(target, copy, x, how, shape):
    """Compare a shape in a graph; before 2.4, TensorFlow mostly forgot the batch."""
    forgotten = 1 if within(target, keras2="<2.4") else 0
    assert shape[forgotten:] == copy.compute_output_shape(partly_known(x.shape, how))[forgotten:]


# What is computed.


@pytest.mark.parametrize("name, mask", CASES)
def test_call(target, name, mask):
    layer, copy, x = distributed(target, name, mask)
    assert_near(copy, x, call(target, layer, x, mask=mask), mask)


@pytest.mark.parametrize("how", GRAPHS)
@pytest.mark.parametrize("name, mask", CASES)
def test_in_a_graph(target, name, mask, how):
    assert_agrees_in_a_graph(target, how, mask, *distributed(target, name, mask))


def assert_agrees_in_a_graph(target, how, mask, layer, copy, x):
    """Compare numbers and shape; tell whether the release runs such a graph."""
    shape, got = run(target, layer, how, x, mask)
    if got is None:
        return False
    cut = computed(target, how, len(x))
    assert_near(copy, x, got, mask, cut)
    if cut.stop is None:
        assert_shape(target, copy, x, how, shape)
    return True


@pytest.mark.parametrize("how", ["inner_unknown", "all_unknown"])
@pytest.mark.parametrize("mask", [None, DEEP_MASK], ids=["nomask", "3"])
@pytest.mark.parametrize("name", ["gru", "lstm", "dense_deep"])
def test_steps_inside_a_step_of_unknown_number(target, name, mask, how):
    layer, copy, x = distributed(target, name, mask)
    runs = assert_agrees_in_a_graph(target, how, mask, layer, copy, x)
    if runs and mask is not None and not comes_through(target):
        function = traced(target, layer.compute_mask, how, x, mask)
        goes_on = function(target.tf.constant(x), target.tf.constant(mask))
        assert_same_mask(copy.compute_mask(x, mask), goes_on)


def test_two_axes_inside_a_step_of_unknown_number(target):
    layer = target.keras.layers.TimeDistributed(target.keras.layers.Dense(4))
    x = numbers(2, 3, 4, 6, 5)
    copy = rnn_oracle.from_keras(give_weights(layer, x.shape))
    got = run(target, layer, "four_unknown", x)[1]
    if got is not None:
        assert_near(copy, x, got, cut=computed(target, "four_unknown", 2))


def test_a_built_layer_takes_other_lengths(target):
    layer, copy, x = distributed(target, "dense")
    longer = numbers(3, 7, 3)
    assert_near(copy, longer, call(target, layer, longer))


def test_a_built_layer_takes_no_other_features(target):
    """Keras 3 asks the layer inside alone, which may not mind, and so did early releases."""
    layer, _, _ = distributed(target, "flatten")
    if not within(target, keras2=">=2.4"):
        assert call(target, layer, numbers(2, 3, 4, 6)).shape == (2, 3, 24)
    else:
        with pytest.raises(ValueError, match="incompatible"):
            call(target, layer, numbers(2, 3, 4, 6))


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


def test_more_sequences_than_steps_of_unknown_number(target):
    layer, copy, _ = distributed(target, "dense")
    x = X.swapaxes(0, 1)
    if computed(target, "both_unknown", 5).stop is not None:
        with pytest.raises(Exception):  # noqa: B017 (TensorFlow's errors have many types)
            run(target, layer, "both_unknown", x)
        return
    got = run(target, layer, "both_unknown", x)[1]
    if got is not None:
        assert_near(copy, x, got)


@pytest.mark.parametrize("how", GRAPHS)
@pytest.mark.parametrize("name", ["dense", "gru"])
def test_in_a_model(target, name, how):
    keras = target.keras
    layer, copy, x = distributed(target, name)
    shape = partly_known(x.shape, how)
    inputs = keras.Input(batch_shape=shape)
    model = keras.Model(inputs, layer(inputs))
    assert_shape(target, copy, x, how, plain_shape(model.outputs[0].shape))
    assert_near(copy, x, model(target.tf.constant(x)))
    assert_near(copy, x, model.predict(x, verbose=0, batch_size=2))


def test_predict_of_one_length_after_another(target):
    """Where Keras meets another length, it makes a graph that knows none, see `computed`."""
    keras = target.keras
    layer, copy, _ = distributed(target, "dense")
    inputs = keras.Input((None, 3))
    model = keras.Model(inputs, layer(inputs))
    for steps, how in ((5, "batch_unknown"), (7, "both_unknown"), (9, "both_unknown")):
        x = numbers(2, steps, 3, seed=steps)
        if within(target, keras3="<3.4") and steps > 5:
            with pytest.raises(ValueError):
                model.predict(x, verbose=0)
        else:
            got = model.predict(x, verbose=0)
            assert_near(copy, x, got, cut=computed(target, how, 2))


@pytest.mark.parametrize("how", KNOWN)
@pytest.mark.parametrize("name", INNER)
def test_compute_output_shape(target, name, how):
    layer, copy, x = distributed(target, name)
    for shape in (partly_known(x.shape, how), partly_known(x.shape[:2] + (9, 5), how)):
        if name == "dense" and len(shape) > 3:
            continue
        assert plain_shape(layer.compute_output_shape(shape)) == copy.compute_output_shape(shape)


def test_no_sequences(target):
    layer, copy, x = distributed(target, "dense")
    assert layer.supports_masking
    assert_near(copy, x[:0], call(target, layer, x[:0]))


def test_time_distributed_time_distributed(target):
    layers = target.keras.layers
    layer = layers.TimeDistributed(layers.TimeDistributed(layers.Dense(2)))
    copy = rnn_oracle.from_keras(give_weights(layer, DEEP.shape))
    assert_near(copy, DEEP, call(target, layer, DEEP))
    assert copy.compute_output_shape((None, 3, None, 5)) == (None, 3, None, 2)


@pytest.mark.parametrize("how", KNOWN)
@pytest.mark.parametrize("training", [None, False, True])
def test_training_reaches_the_layer(target, training, how):
    layer = target.keras.layers.TimeDistributed(target.keras.layers.Dropout(0.5))
    x = np.tile(X, (1, 1, 7))
    got = run(target, layer, how, x, training=training)[1]
    if got is None:
        return
    x = x[:, computed(target, how, 2)]
    dropped = got == 0
    assert dropped.any() == (not dropped.all() and bool(training))
    np.testing.assert_array_equal(got[~dropped], x[~dropped] * (2 if training else 1))


def test_steps_are_dropped_each_on_its_own(target):
    layer = target.keras.layers.TimeDistributed(target.keras.layers.Dropout(0.5))
    got = np.asarray(layer(target.tf.ones((2, 5, 21)), training=True))
    assert len({step.tobytes() for step in got.swapaxes(0, 1)}) == 5


# Masks.


def passed_on(target, layer, x, mask=None):
    """Return the mask that goes with the output, or None."""
    named = {} if mask is None else {"mask": target.tf.constant(mask)}
    goes = getattr(layer(target.tf.constant(x), **named), "_keras_mask", None)
    return None if goes is None else np.asarray(goes)


def comes_through(target, batch_known=True):
    """Tell whether the mask goes on as it came, whatever the layer makes of it."""
    return target.name == "keras3" or (within(target, keras2="<2.4") and batch_known)


def assert_same_mask(want, got):
    assert (want is None) == (got is None)
    if want is not None:
        np.testing.assert_array_equal(np.asarray(got), want)


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
    if mode == "xla" and jit_argument(target) is None:
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
