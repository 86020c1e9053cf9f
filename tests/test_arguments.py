"""Arguments beside those of the core matrix, on the installed Keras."""

import numpy as np
import pytest
from helpers import assert_agrees, assert_same, call, give_weights, is_known, knows, numbers, within

import rnn_oracle
from rnn_oracle.reference.dialects import DIALECTS
from rnn_oracle.targets import installed
from rnn_oracle.targets.runtime import plain_shape

LAYERS = ("SimpleRNN", "LSTM", "GRU")
CELLS = tuple(name + "Cell" for name in LAYERS)
X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, False]])
ACTIVATIONS = sorted(DIALECTS["keras3"].activations)


def layer_of(target, kind, **arguments):
    return give_weights(getattr(target.keras.layers, kind)(4, **arguments), (2, 5, 3))


def states_of(name):
    return [numbers(2, 4, seed=7 + i) for i in range(2 if name == "LSTM" else 1)]


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("mask", [None, MASK], ids=["nomask", "mask"])
@pytest.mark.parametrize(
    "arguments",
    [
        dict(unroll=True),
        dict(use_bias=False),
        dict(bias_initializer="ones"),
        dict(activation=None),
        dict(activation="relu", go_backwards=True),
        dict(trainable=False, name="frozen"),
    ],
    ids=lambda arguments: "-".join(arguments),
)
def test_argument(target, name, mask, arguments):
    layer = layer_of(target, name, return_sequences=True, return_state=True, **arguments)
    assert_agrees(target, layer, X, mask=mask, initial_state=states_of(name))


def test_reset_states_to_some(target):
    if target.name != "keras2":
        pytest.skip("reset_states takes no states in keras3")
    layer = layer_of(target, "GRU", stateful=True)
    copy = rnn_oracle.from_keras(layer)
    for side in (layer, copy):
        side.reset_states([states_of("GRU")[0]])
    want = copy(X)
    assert_same(want, call(target, layer, X), 1e-5 * np.ones_like(want))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_of_another_generation_is_unknown(target, name):
    if name not in DIALECTS[target.dialect].activations:
        with pytest.raises(ValueError):
            target.keras.activations.get(name)
        with pytest.raises(ValueError, match="unknown activation"):
            DIALECTS[target.dialect].activation(name)


def test_sparsemax_is_a_projection_onto_the_simplex():
    x = numbers(20, 7)
    y = DIALECTS["keras3"].activation("sparsemax")(x)
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-6)
    assert (y >= 0).all() and (y == 0).any() and ((y > 0).sum(axis=-1) > 1).any()
    inside = np.where(y > 0, x - y, np.nan)
    np.testing.assert_allclose(np.nanmax(inside, axis=-1), np.nanmin(inside, axis=-1), rtol=1e-5)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("argument", ["activation", "recurrent_activation"])
def test_sparsemax_in_a_layer(target, name, argument):
    """It does what it does in a cell that is called by hand, of which a family of cases tells."""
    if argument == "recurrent_activation" and name == "SimpleRNN":
        pytest.skip("SimpleRNN has no gates")
    if not knows(target.keras.activations.get, "sparsemax"):
        pytest.skip("the release does not know sparsemax")
    layer = layer_of(target, name, return_sequences=True, **{argument: "sparsemax"})
    cell = layer.cell
    states = [np.zeros((2, 4), "float32")] * (2 if name == "LSTM" else 1)
    stepped = []
    for x in X.swapaxes(0, 1):
        output, states = cell(target.tf.constant(x), states)
        stepped.append(np.asarray(output))
    np.testing.assert_allclose(
        call(target, layer, X), np.stack(stepped, axis=1), rtol=1e-5, atol=1e-6
    )


def test_no_activation_is_missing(target):
    module = target.keras.activations
    names = {n for n in dir(module) if not n.startswith("_") and callable(getattr(module, n))}
    names -= {"get", "serialize", "deserialize", "glu", "threshold"}
    assert names <= set(DIALECTS[target.dialect].activations)


def test_a_callable_activation_is_itself(target):
    layer = layer_of(target, "SimpleRNN", activation=lambda x: 0.5 * x)
    copy = rnn_oracle.from_keras(layer)
    np.testing.assert_allclose(copy(X), call(target, layer, X), rtol=1e-5)


NOT_YET = {
    ("GRU", "implementation"): dict(keras3="<3.4"),
    ("LSTM", "use_cudnn"): dict(keras3="<3.2"),
    ("GRU", "use_cudnn"): dict(keras3="<3.2"),
    ("SimpleRNNCell", "implementation"): dict(keras2="<2.4"),
    ("LSTM", "seed"): dict(keras2=">=2.0,<2.8"),
    ("GRU", "seed"): dict(keras2=">=2.0,<2.8"),
}
NOT_YET.update({(name, "seed"): dict(keras2="<2.8") for name in CELLS})
NOT_YET.update({(name, "enable_caching_device"): dict(keras2="<2.2") for name in LAYERS})
NOT_YET.update({(name, "enable_caching_device"): dict(keras2="<2.1") for name in CELLS})
"""The releases that do not know an argument yet which their generation has."""

VALUES = {
    "bogus": True,
    "time_major": True,
    "implementation": 2,
    "use_cudnn": "auto",
    "seed": 3,
    "enable_caching_device": False,
}


@pytest.mark.parametrize("name", LAYERS + CELLS)
@pytest.mark.parametrize("argument", VALUES)
def test_an_argument_is_known_to_both_or_to_neither(target, name, argument):
    def verdict(layers, **more):
        try:
            getattr(layers, name)(4, **dict(more, **{argument: VALUES[argument]}))
        except (TypeError, ValueError) as error:
            return getattr(error, "builtin", type(error).__name__)

    real, ours = verdict(target.keras.layers), verdict(rnn_oracle, dialect=target.dialect)
    if within(target, **NOT_YET.get((name, argument), {})):
        unknown = DIALECTS[target.dialect].unknown_argument
        assert (real, ours) == (unknown.builtin, None)
    else:
        assert ours == real
    assert (argument == "bogus") <= (real is not None)


@pytest.mark.parametrize("name", LAYERS)
def test_the_defaults_are_those_of_keras(target, name):
    real = getattr(target.keras.layers, name)(4).get_config()
    ours = getattr(rnn_oracle, name)(4, dialect=target.dialect).get_config()
    ignored = {"name", "dtype", "trainable"} | {k for k in real if "initializer" in k}
    assert {k: v for k, v in real.items() if k in ours and k not in ignored} == {
        k: v for k, v in ours.items() if k in real and k not in ignored
    }
    assert {"activation", "use_bias", "dropout", "kernel_constraint"} <= set(ours) & set(real)


# Steps.


@pytest.mark.parametrize("name", LAYERS + ("RNN",))
def test_an_unrolled_layer_must_know_its_steps(target, name):
    layers = target.keras.layers
    own = layers.GRUCell(4) if name == "RNN" else 4
    layer = give_weights(getattr(layers, name)(own, unroll=True), X.shape)
    spec = target.tf.TensorSpec((2, None, 3), "float32")
    with pytest.raises(ValueError, match="Cannot unroll a RNN|Unrolling requires a fixed number"):
        target.tf.function(lambda x: layer(x), input_signature=[spec])(target.tf.constant(X))
    assert_agrees(target, layer, X)


@pytest.mark.parametrize("name", LAYERS + ("RNN",))
def test_ragged_input_is_not_unrolled(target, name):
    if target.name == "keras3" or within(target, keras2="<2.2"):
        pytest.skip("this Keras takes no ragged input (rule I8)")
    layers = target.keras.layers
    own = layers.GRUCell(4) if name == "RNN" else 4
    layer = give_weights(getattr(layers, name)(own, unroll=True), X.shape)
    ragged = target.tf.RaggedTensor.from_tensor(X, lengths=[3, 5])
    with pytest.raises(ValueError, match="does not support unrolling"):
        layer(ragged)


@pytest.mark.parametrize("name", LAYERS)
def test_ragged_input_is_batch_major(target, name):
    if target.name == "keras3" or within(target, keras2="<2.2"):
        pytest.skip("this Keras takes no ragged input (rule I8)")
    layer = getattr(target.keras.layers, name)(4, time_major=True)
    ragged = target.tf.RaggedTensor.from_tensor(X, lengths=[3, 5])
    with pytest.raises(target.tf.errors.InvalidArgumentError):
        layer(ragged)


# Arguments that tell the input, and one for GPUs.


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize(
    "given", [("input_dim",), ("input_length",), ("input_dim", "input_length")]
)
def test_the_input_may_be_told_beforehand(target, name, given):
    sizes = {name: dict(input_dim=3, input_length=5)[name] for name in given}
    kind = getattr(target.keras.layers, name)
    if target.name == "keras3" and "input_length" in given:
        with pytest.raises(ValueError, match="input_length"):
            kind(4, **sizes)
        return
    layer = kind(4, **sizes)
    if target.name == "keras3":
        assert "batch_input_shape" not in layer.get_config()
        return
    shape = (None, sizes.get("input_length"), sizes.get("input_dim"))
    assert tuple(layer.get_config()["batch_input_shape"]) == shape
    if "input_dim" in given:
        model = target.keras.Sequential([layer])
        assert [w.shape for w in model.get_weights()][0][0] == 3


def test_the_input_that_is_told_twice(target):
    if target.name == "keras3":
        pytest.skip("there the number of features alone is no shape of a sequence")
    if within(target, keras2="<2.3"):
        pytest.skip("there a layer takes one of the two")
    layer = target.keras.layers.GRU(4, input_shape=(5, 3), input_dim=3)
    assert tuple(layer.get_config()["batch_input_shape"]) == (None, 5, 3)


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
@pytest.mark.parametrize("go_backwards", [False, True])
def test_ragged_sequences_without_a_kernel_shared_with_cudnn(target, name, go_backwards):
    if target.name == "keras3" or within(target, keras2="<2.2"):
        pytest.skip("this Keras takes no ragged input (rule I8)")
    if go_backwards and is_known(target, "keras2-ragged-backwards-cut-at-the-end"):
        pytest.skip("known of this release")
    options = dict(activation="softsign", return_sequences=True, go_backwards=go_backwards)
    layer = layer_of(target, name, **options)
    got = layer(target.tf.RaggedTensor.from_tensor(X, lengths=[3, 5]))
    for rows, x, length in zip(got, X, (3, 5)):
        want = call(target, layer, x[None, :length])[0]
        np.testing.assert_allclose(np.asarray(rows), want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_use_cudnn(target, name):
    kind = getattr(target.keras.layers, name)
    if not knows(kind, 4, use_cudnn="auto"):
        assert target.name == "keras2" or within(target, keras3="<3.2")
        return
    assert kind(4).use_cudnn == "auto" and kind(4, use_cudnn=False).use_cudnn is False
    for wrong in ("no", None, 2):
        with pytest.raises(ValueError, match="Expected one of {'auto', True, False}"):
            kind(4, use_cudnn=wrong)
    layer = layer_of(target, name, use_cudnn=False)
    assert_agrees(target, layer, X)
    np.testing.assert_array_equal(call(target, layer, X), call(target, layer_of(target, name), X))


@pytest.mark.parametrize("return_sequences", [False, True])
def test_results_have_the_dtype_of_the_layer(target, return_sequences):
    layers = target.keras.layers
    cell = layers.GRUCell(4, dtype="float32")
    options = dict(return_sequences=return_sequences, return_state=True, dtype="float64")
    if target.name == "keras2":
        with pytest.raises(Exception, match="float|double"):  # it wants both to be the same
            layers.RNN(cell, **options)(target.tf.constant(X, "float64"))
        return
    results = call(target, layers.RNN(cell, **options), X.astype("float64"))
    assert [array.dtype for array in results] == ["float64", "float64"]


# What Keras 2 takes besides.


@pytest.mark.parametrize("name", LAYERS + ("RNN",))
@pytest.mark.parametrize(
    "given, shape",
    [
        (dict(input_dim=3), (None, None, 3)),
        (dict(input_length=5, input_dim=3), (None, 5, 3)),
        (dict(input_shape=(5, 3)), (None, 5, 3)),
    ],
    ids=["dim", "length", "shape"],
)
def test_the_shape_of_the_input_of_a_model(target, name, given, shape):
    keras = target.keras
    first = keras.layers.GRUCell(4) if name == "RNN" else 4
    if target.name == "keras3" and "input_dim" in given:  # for an input without steps
        with pytest.raises(ValueError):
            keras.Sequential([getattr(keras.layers, name)(first, **given)])
        return
    model = keras.Sequential([getattr(keras.layers, name)(first, **given)])
    assert plain_shape(model.input_shape) == shape


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_the_kernel_that_ran(target, name):
    """It is told to tests of Keras itself: 1 on a CPU."""
    kind = getattr(target.keras.layers, name)
    if not knows(kind, 4, return_runtime=True):
        pytest.skip("the release does not tell")
    output, runtime = kind(4, return_runtime=True)(target.tf.constant(X))
    assert (output.shape, float(runtime)) == ((2, 4), 1)


@pytest.mark.parametrize("unroll", [False, True])
def test_over_a_cell_of_tensorflow_1(target, unroll):
    cells = installed().get("tf1")
    if target.name == "keras3" or cells is None:
        pytest.skip("it has no cells of TensorFlow 1")
    cell = cells.rnn_cell.BasicRNNCell(4)
    layer = target.keras.layers.RNN(cell, unroll=unroll, return_state=True)
    give_weights(layer, (2, 5, 3))
    kernel, bias = layer.get_weights()
    ours = rnn_oracle.SimpleRNN(4, return_state=True)
    ours.set_weights([kernel[:3], kernel[3:], bias])
    for got, want in zip(call(target, layer, X), ours(X)):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


def test_over_a_cell_of_tensorflow_1_with_two_states(target):
    cells = installed().get("tf1")
    if target.name == "keras3" or cells is None:
        pytest.skip("it has no cells of TensorFlow 1")
    cell = cells.rnn_cell.BasicLSTMCell(4)
    got = call(target, target.keras.layers.RNN(cell), X)
    states = cell.zero_state(2, "float32")
    for step in X.swapaxes(0, 1):
        output, states = cell(target.tf.constant(step), states)
    np.testing.assert_allclose(got, output, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", LAYERS)
def test_steps_first_under_xla(target, name):
    """There the number of steps limits the loop, also in the kernels that LSTM and GRU have."""
    if target.name == "keras3":
        pytest.skip("time_major exists in keras2")
    assert_all_steps_under_xla(target, name, time_major=True)


@pytest.mark.parametrize("name", LAYERS)
def test_all_steps_under_xla(target, name):
    assert_all_steps_under_xla(target, name)


@pytest.mark.parametrize("time_major", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_all_steps_under_xla_without_such_a_kernel(target, name, time_major):
    if time_major and target.name == "keras3":
        pytest.skip("time_major exists in keras2")
    major = {"time_major": True} if time_major else {}
    assert_all_steps_under_xla(target, name, activation="softsign", **major)


def assert_all_steps_under_xla(target, name, **options):
    jit = target.tensors.jit_argument
    if jit is None:
        pytest.skip("not every release compiles")
    layer = getattr(target.keras.layers, name)(4, return_sequences=True, **options)
    x = X.swapaxes(0, 1) if "time_major" in options else X
    give_weights(layer, x.shape)
    compiled = target.tf.function(lambda x: layer(x), **{jit: True})
    want = rnn_oracle.from_keras(layer)(x)
    np.testing.assert_allclose(compiled(target.tf.constant(x)), want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", LAYERS)
def test_masked_steps_are_zero_without_such_a_kernel(target, name):
    options = dict(activation="softsign", return_sequences=True, zero_output_for_mask=True)
    mask = np.array([[True, True, False, True, False], [False, True, True, False, True]])
    assert_agrees(target, layer_of(target, name, **options), X, mask=mask)


@pytest.mark.parametrize("name", LAYERS)
def test_steps_first_of_other_sizes(target, name):
    if target.name == "keras3":
        pytest.skip("time_major exists in keras2")
    layer = give_weights(getattr(target.keras.layers, name)(4, time_major=True), (5, 2, 3))
    for shape in ((5, 2, 3), (7, 3, 3), (1, 1, 3)):
        assert_agrees(target, layer, numbers(*shape))


@pytest.mark.parametrize("name", LAYERS)
def test_a_model_under_xla(target, name):
    """On a GPU Keras 3 leaves it out, for the sake of cuDNN."""
    if target.tensors.jit_argument is None or target.name == "keras2":
        pytest.skip("it stands in keras2 only for what a caller compiles")
    keras = target.keras
    layer = layer_of(target, name)
    model = keras.Sequential([keras.Input(X.shape[1:]), layer])
    model.compile(jit_compile=True)
    assert model.jit_compile
    want = rnn_oracle.from_keras(layer)(X)
    np.testing.assert_allclose(model.predict(X, verbose=0), want, rtol=1e-4, atol=1e-5)
