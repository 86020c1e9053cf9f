"""`TimeDistributed` around layers of one's own and stateful ones, and what it refuses (rule L8)."""

import numpy as np
import pytest
from helpers import assert_same, call, give_weights, numbers, within
from time_distributed import DEEP, MASK, X, own_layer
from unknown_axes import KNOWN, computed, needs_masks_inside, run

import rnn_oracle
from rnn_oracle.arithmetic.error_bounds import bounds
from rnn_oracle.reference.recurrent import scan
from rnn_oracle.targets.runtime import plain_shape

OTHER = numbers(2, 5, 3, seed=1)
LENGTHS = [5, 2]


def assert_steps(target, how, want, got):
    """Compare those steps that are computed, to the bit."""
    if got is not None:
        np.testing.assert_array_equal(got, want[:, computed(target, how, len(want))])


def goes_step_by_step(target, how):
    """Tell whether the steps go through `keras.backend.rnn`, which then gets the mask too."""
    return target.name == "keras2" and KNOWN[how][0]


# Layers of one's own.


@pytest.mark.parametrize("training", [None, False, True])
@pytest.mark.parametrize("how", KNOWN)
def test_own_layer(target, how, training):
    inner = own_layer(target, lambda self, x, training=None: 3.0 * x if training else 2.0 * x)
    layer = target.keras.layers.TimeDistributed(inner)
    got = run(target, layer, how, X, training=training)[1]
    assert_steps(target, how, X * (3 if training else 2), got)


@pytest.mark.parametrize("how", KNOWN)
@pytest.mark.parametrize("supports_masking", [False, True])
def test_own_layer_with_a_mask(target, how, supports_masking):
    inner = own_layer(target, lambda self, x: 2.0 * x)
    needs_masks_inside(target)
    inner.supports_masking = supports_masking
    layer = target.keras.layers.TimeDistributed(inner)
    if target.name == "keras2" and not goes_step_by_step(target, how) and not supports_masking:
        with pytest.raises(TypeError, match="does not support masking"):
            run(target, layer, how, X, MASK)
        return
    want = 2 * (held(X, MASK) if goes_step_by_step(target, how) else X)
    assert_steps(target, how, want, run(target, layer, how, X, MASK)[1])


def held(x, mask):
    """Return the steps as rule M2 has them, though rule L8 wants them all."""
    outputs, _ = scan(lambda x, states: (x, states), x.swapaxes(0, 1), [], mask.T)
    return np.stack(outputs, axis=1)


@pytest.mark.parametrize("how", KNOWN)
def test_own_layer_that_takes_masks(target, how):
    """Each step has its part of the mask, unless `keras.backend.rnn` has it."""
    needs_masks_inside(target)

    def call(self, x, mask=None):
        return 3.0 * x if mask is None else x * (1.0 + target.tf.cast(mask, x.dtype)[:, None])

    inner = own_layer(target, call)
    inner.supports_masking = True
    layer = target.keras.layers.TimeDistributed(inner)
    want = X * (1 + MASK[..., None].astype(X.dtype))
    if goes_step_by_step(target, how):
        want = 3 * held(X, MASK)
    assert_steps(target, how, want, run(target, layer, how, X, MASK)[1])
    assert_steps(target, how, 3 * X, run(target, layer, how, X)[1])


def test_own_layer_passes_the_mask_on(target):
    layer = target.keras.layers.TimeDistributed(own_layer(target, lambda self, x: 2.0 * x))
    x, mask = target.tf.constant(X), target.tf.constant(MASK)
    assert layer.compute_mask(x, mask) is mask


# Stateful layers.


def stateful_layer(target):
    layers = target.keras.layers
    layer = layers.TimeDistributed(layers.GRU(2, stateful=True))
    return give_weights(layer, DEEP.shape)


@pytest.mark.parametrize("times", [1, 2])
def test_stateful_layer(target, times):
    """Each step begins with the states of the one before, the first of a call with the last's."""
    layer = stateful_layer(target)
    got = np.concatenate([call(target, layer, DEEP) for _ in range(times)], axis=1)
    tried = target.name == "keras2"  # `keras.backend.rnn` tries the first step of each call
    one_call = np.concatenate([DEEP[:, :1]] * tried + [DEEP], axis=1)
    x, kept = np.concatenate([one_call] * times, axis=1), ([False] * tried + [True] * 3) * times
    want = rnn_oracle.from_keras(layer)(x)[:, kept]
    assert_same(want, got, bounds(rnn_oracle.from_keras(layer), x, "float32")[:, kept])


def test_stateful_layer_with_a_mask(target):
    needs_masks_inside(target)
    mask = np.array([[True, False, True], [False, True, True]])
    layer = stateful_layer(target)
    if target.name == "keras3":
        with pytest.raises(IndexError):  # the layer gets a mask of one axis
            call(target, layer, DEEP, mask=mask)
        return
    want = held(call(target, stateful_layer(target), DEEP), mask)
    np.testing.assert_array_equal(call(target, layer, DEEP, mask=mask), want)


# Ragged input, which Keras 3 refuses.


def ragged_layer(target, kind):
    layers = target.keras.layers
    if kind == "own":
        return layers.TimeDistributed(own_layer(target, lambda self, x: 2.0 * x))
    return give_weights(layers.TimeDistributed(layers.Dense(4)), X.shape)


@pytest.mark.parametrize("kind", ["dense", "own"])
def test_ragged(target, kind):
    if within(target, keras2="<2.0"):
        pytest.skip("the release takes no ragged input")
    layer = ragged_layer(target, kind)
    ragged = target.tf.RaggedTensor.from_tensor(target.tf.constant(X), lengths=LENGTHS)
    if target.name == "keras3":
        with pytest.raises(ValueError):
            layer(ragged)
        return
    got = layer(ragged)
    np.testing.assert_array_equal(got.row_lengths(), LENGTHS)
    whole = call(target, layer, X)
    for row, want, length in zip(got.to_list(), whole, LENGTHS):
        np.testing.assert_allclose(row, want[:length], rtol=1e-6)
    assert layer.compute_mask(ragged) is None
    mask = target.tf.constant(MASK)
    assert layer.compute_mask(ragged, mask) is mask


@pytest.mark.parametrize("dense", [0, 1])
def test_ragged_beside_dense(target, dense):
    ragged = target.tf.RaggedTensor.from_tensor(target.tf.constant(X), lengths=LENGTHS)
    given = [ragged, ragged]
    given[dense] = target.tf.constant(X)
    layers = target.keras.layers
    needs_nesting(target)
    message = {"keras3": "at least 3 dim", "keras2": "either ragged or not, but not mixed"}
    with pytest.raises(ValueError, match=message[target.name]):
        layers.TimeDistributed(layers.Add())(given)


# Several inputs and outputs.


def needs_nesting(target, how="eager"):
    if within(target, keras3="<3.4") and not KNOWN[how][1]:
        pytest.skip("the release refuses unknown steps")
    if within(target, keras2="<2.13"):
        pytest.skip("the release takes and returns one tensor, or fails at some others")


Y = numbers(2, 5, 3, 2, seed=2)
PAIR = {
    "add": ([X, OTHER], X + OTHER),
    "own": ([X, Y], X + 2 * Y[..., 0]),
    "dict": ({"x": X, "y": Y}, X + 2 * Y[..., 0]),
}
"""By kind of layer: what it is given, and what it is to return."""


def of_two(target, kind, how="eager"):
    """Return a layer that takes two inputs."""
    needs_nesting(target, how)
    layers = target.keras.layers
    keys = ("x", "y") if kind == "dict" else (0, 1)
    inner = own_layer(target, lambda self, given: given[keys[0]] + 2.0 * given[keys[1]][..., 0])
    return layers.TimeDistributed(layers.Add() if kind == "add" else inner)


@pytest.mark.parametrize("how", KNOWN)
@pytest.mark.parametrize("kind", PAIR)
def test_two_inputs(target, kind, how):
    """Both generations document nested input; Keras 3 takes none."""
    given, want = PAIR[kind]
    if target.name == "keras3":
        with pytest.raises(ValueError, match="at least 3 dimensions"):
            run(target, of_two(target, kind, how), how, given)
        return
    np.testing.assert_array_equal(run(target, of_two(target, kind, how), how, given)[1], want)


def test_the_shape_of_two_inputs(target):
    layer, shapes = of_two(target, "add"), [(None, 5, 3), (None, 5, 3)]
    if target.name == "keras3":
        for given in (shapes, dict.fromkeys("xyz", shapes[0])):
            with pytest.raises(ValueError, match="at least 3 dimensions"):
                layer.compute_output_shape(given)
        return
    assert tuple(layer.compute_output_shape(shapes)) == (None, 5, 3)


def test_the_shape_that_an_own_layer_tells(target):
    tells = {"compute_output_shape": lambda self, shape: (shape[0], 7)}
    layer = target.keras.layers.TimeDistributed(own_layer(target, lambda self, x: x, **tells))
    assert plain_shape(layer.compute_output_shape((None, 5, 3))) == (None, 5, 7)


@pytest.mark.parametrize("how", KNOWN)
def test_two_outputs(target, how):
    """Keras 3 takes the outputs for steps."""
    needs_nesting(target, how)
    layer = target.keras.layers.TimeDistributed(own_layer(target, lambda self, x: (x, 2.0 * x)))
    want = [X, 2 * X]
    if target.name == "keras3":
        if not KNOWN[how][1]:
            with pytest.raises((AttributeError, ValueError)):
                run(target, layer, how, X)
            return
        want = np.stack([array.swapaxes(0, 1) for array in want])
    got = run(target, layer, how, X)[1]
    assert len(got) == 2
    for one, other in zip(want, got):
        np.testing.assert_array_equal(other, one)


# What is refused.


def mask_of(shape):
    return lambda layers: (layers.Dense(4), X, np.ones(shape, bool))


REFUSED = {
    "no_layer": (
        lambda layers: ("Dense", X, None),
        "needs a layer, not 'Dense'",
        {"keras3": "ValueError", "keras2": "ValueError"},
    ),
    "no_steps_axis": (
        lambda layers: (layers.Dense(4), X[0], None),
        r"takes \(batch, steps, ...\) of at least one step, but the input has shape \(5, 3\)",
        {"keras3": "ValueError", "keras2": "ValueError"},
    ),
    "no_steps": (
        lambda layers: (layers.Dense(4), X[:, :0], None),
        "of at least one step, but the input has shape",
        {"keras3<3.15": "InvalidArgumentError", "keras3": "ValueError", "keras2": "values"},
    ),
    "mask_of_one_axis": (
        mask_of((5,)),
        r"the mask has shape \(5,\), but has to begin with \(2, 5\)",
        {
            "keras3": "ValueError",
            "keras3>=3.9,<3.14": "InvalidArgumentError",
            "keras2": "InvalidArgumentError",
            "keras2<2.13": "values",
        },
    ),
    "mask_of_fewer_steps": (
        mask_of((2, 4)),
        r"the mask has shape \(2, 4\), but has to begin with \(2, 5\)",
        {
            "keras3": "ValueError",
            "keras3>=3.9,<3.14": "values",
            "keras2": "InvalidArgumentError",
            "keras2<2.4": "values",
        },
    ),
    "mask_of_another_batch": (
        mask_of((1, 5)),
        r"the mask has shape \(1, 5\), but has to begin with \(2, 5\)",
        {
            "keras3": "ValueError",
            "keras3>=3.9,<3.14": "values",
            "keras2": "InvalidArgumentError",
            "keras2<2.13": "values",
        },
    ),
    "mask_of_outer_steps": (
        lambda layers: (layers.GRU(4), DEEP, np.ones((2, 3), bool)),
        r"the mask has shape \(2,\), but the input's first two axes are \(2, 4\)",
        {"keras3": "IndexError", "keras2": "IndexError", "keras2<2.0": "values"},
    ),
    "return_state": (
        lambda layers: (layers.GRU(4, return_state=True), DEEP, None),
        "returns its states; TimeDistributed passes on one array",
        {
            "keras3": "values",
            "keras2": "AttributeError",
            "keras2<2.0": "values",
            "keras2<2.8": "TypeError",
        },
    ),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_refused_by_keras(target, fault):
    make, _, answers = REFUSED[fault]
    inner, x, mask = make(target.keras.layers)
    try:
        call(target, target.keras.layers.TimeDistributed(inner), x, mask=mask)
        got = "values"
    except Exception as error:
        got = type(error).__name__
    some = [key for key in answers if key != target.name and key.startswith(target.name)]
    versions = {key: within(target, **{target.name: key[len(target.name) :]}) for key in some}
    key = next((key for key, fits in versions.items() if fits), target.name)
    assert got == answers[key]


@pytest.mark.parametrize("fault", REFUSED)
def test_refused_by_the_oracle(fault):
    make, message, _ = REFUSED[fault]
    inner, x, mask = make(rnn_oracle)
    if hasattr(inner, "set_weights"):
        rows = x.shape[-1]
        shapes = [shape for _, shape, _ in inner.weight_shapes()]
        inner.set_weights([numbers(*(n or rows for n in shape)) for shape in shapes])
    with pytest.raises(ValueError, match=message):
        rnn_oracle.TimeDistributed(inner)(x, mask=mask)


@pytest.mark.parametrize("shape", [(2, 5), 5, "TensorShape"], ids=str)
def test_what_is_no_shape_of_steps(target, shape):
    """(To Keras 3 a shape of TensorFlow's class is none.)"""
    layer = target.keras.layers.TimeDistributed(target.keras.layers.Dense(4))
    if shape == "TensorShape":
        shape = target.tf.TensorShape((2, 5, 3))
        if target.name == "keras2":
            assert tuple(layer.compute_output_shape(shape)) == (2, 5, 4)
            return
    with pytest.raises(ValueError, match="at least"):
        layer.compute_output_shape(shape)


def test_keras_names_the_axis_that_is_missing(target):
    with pytest.raises(ValueError, match="at least 3 dimensions"):
        call(target, target.keras.layers.TimeDistributed(target.keras.layers.Dense(4)), X[0])


def test_a_layer_that_does_not_say_that_it_is_built(target):
    if within(target, keras2="<2.2"):
        pytest.skip("there it is built in each call")

    class Silent(target.keras.layers.Layer):
        times = 0

        def build(self, input_shape):
            self.times += 1

        def call(self, inputs):
            return self.times * inputs

    layer = target.keras.layers.TimeDistributed(Silent())
    np.testing.assert_array_equal(call(target, layer, X), X)


def test_a_layer_around_another_is_built(target):
    layers = target.keras.layers
    for layer in (layers.TimeDistributed(layers.Dense(4)), layers.Bidirectional(layers.GRU(4))):
        layer.build((2, 5, 3))
        assert layer.built and layer.count_params() > 0


def test_own_layer_under_xla(target):
    jit = target.tensors.jit_argument
    if jit is None:
        pytest.skip("not every release compiles")

    class Double(target.keras.layers.Layer):
        def call(self, inputs):
            return 2 * inputs

    layer = target.keras.layers.TimeDistributed(Double())
    compiled = target.tf.function(lambda x: layer(x), **{jit: True})
    np.testing.assert_array_equal(compiled(target.tf.constant(X)), 2 * X)
