"""Bad input: what the oracle says, against what Keras does with the same."""

import numpy as np
import pytest
from helpers import assert_agrees, call, give_weights, numbers, within

import rnn_oracle

LAYERS = ("SimpleRNN", "LSTM", "GRU")
X = numbers(2, 5, 3)
BOTH = ("keras3", "keras2")


def state(*shape):
    """Return a function that gives an initial state with arrays of that shape to a layer."""
    return lambda name: [np.zeros(shape, "float32")] * (2 if name == "LSTM" else 1)


def too_few(name):
    return state(2, 4)(name)[1:]


def too_many(name):
    return state(2, 4)(name) + state(2, 4)(name)[:1]


BAD = {
    # what: (arguments of the call, the oracle's message, who refuses it too)
    "rank 2": (dict(x=X[0]), r"takes 3 axes.*return_sequences=True", BOTH),
    "rank 4": (dict(x=X[None]), r"takes 3 axes", BOTH),
    "features": (dict(x=numbers(2, 5, 6)), r"takes 3 features.*\(2, 5, 6\)", BOTH),
    "no steps": (dict(x=X[:, :0]), r"at least one step", BOTH),
    "mask too short": (dict(mask=np.ones((2, 4), bool)), r"mask has shape \(2, 4\)", BOTH),
    "mask transposed": (dict(mask=np.ones((5, 2), bool)), r"mask has shape \(5, 2\)", BOTH),
    "mask rank 1": (dict(mask=np.ones(5, bool)), r"mask has shape \(5,\)", BOTH),
    "mask broadcast": (
        dict(mask=np.ones((1, 5), bool)),
        r"mask has shape \(1, 5\)",
        ("keras2_v1",),
    ),
    "states too few": (
        dict(initial_state=too_few),
        r"has \d states?, but",
        # an empty list is no state at all to Keras 2, from TensorFlow 2 on
        ("keras3", "keras2 LSTM", "keras2_v1"),
    ),
    "states too many": (
        dict(initial_state=too_many),
        r"has \d states?, but",
        ("keras3 SimpleRNN", "keras3 LSTM", "keras2"),  # GRU looks at the first only
    ),
    "state units": (dict(initial_state=state(2, 3)), r"shape \(2, 3\), but needs", BOTH),
    "state batch": (dict(initial_state=state(3, 4)), r"shape \(3, 4\), but needs", BOTH),
    "state batch 1": (dict(initial_state=state(1, 4)), r"shape \(1, 4\), but needs", ("keras2",)),
    "state rank 1": (
        dict(initial_state=state(4)),
        r"shape \(4,\), but needs",
        ("keras3 GRU", "keras2"),
    ),
}


def built(target, name, **arguments):
    return give_weights(getattr(target.keras.layers, name)(4, **arguments), (2, 5, 3))


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("what", BAD)
def test_bad_input(target, name, what):
    arguments, message, refused_by = BAD[what]
    arguments = dict({"x": X}, **arguments)
    if callable(arguments.get("initial_state")):
        arguments["initial_state"] = arguments["initial_state"](name)
    layer = built(target, name)
    with pytest.raises(ValueError, match=message):
        rnn_oracle.from_keras(layer)(**arguments)
    if {target.name, target.dialect, "{} {}".format(target.name, name)} & set(refused_by):
        with pytest.raises(Exception):  # noqa: B017 (TensorFlow's errors have many types)
            call(target, layer, **arguments)
    else:
        call(target, layer, **arguments)


def test_a_stack_of_cells_checks_as_a_layer_does(target):
    layers = target.keras.layers
    layer = give_weights(layers.RNN([layers.GRUCell(4), layers.LSTMCell(6)]), (2, 5, 3))
    copy = rnn_oracle.from_keras(layer)
    for x, message in (
        (numbers(2, 5, 6), "takes 3 features"),
        (numbers(2, 5, 2, 3), "takes 3 axes"),
        (numbers(2, 3), "takes 3 axes.*return_sequences=True"),
    ):
        with pytest.raises(ValueError, match=message):
            copy(x)
        with pytest.raises(Exception):  # noqa: B017 (TensorFlow's errors have many types)
            call(target, layer, x)


@pytest.mark.parametrize(
    "states, message",
    [
        ([np.zeros((1, 4))] * 2, r"shape \(1, 4\), but needs \(2, 4\)"),
        ([np.zeros((2, 4))], "has 2 states, but 1 was given"),
        (np.zeros((2, 4)), "has 2 states, but 1 was given"),
    ],
    ids=["batch", "number", "bare"],
)
def test_a_cell_called_by_hand_checks_its_states(states, message):
    cell = rnn_oracle.LSTMCell(4)
    cell.set_weights([numbers(3, 16), numbers(4, 16), numbers(16)])
    with pytest.raises(ValueError, match=message):
        cell(numbers(2, 3), states)


@pytest.mark.parametrize("name", LAYERS)
def test_a_stateful_layer_with_another_batch_size(target, name):
    layer = built(target, name, stateful=True)
    copy = rnn_oracle.from_keras(layer)
    copy(X)
    with pytest.raises(ValueError, match="holds states of batch size 2, but the input has 3"):
        copy(numbers(3, 5, 3))
    error, message = ValueError, r"batch|expected shape=\(2, None, 3\)"
    if within(target, keras2="<2.4", keras3="<3.12"):  # nothing checks it before the first step
        error, message = target.tf.errors.InvalidArgumentError, "Incompatible shapes"
    call(target, layer, X)
    with pytest.raises(error, match=message):
        call(target, layer, numbers(3, 5, 3))


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf], ids=str)
@pytest.mark.parametrize("zero_output_for_mask", [False, True])
def test_what_is_masked_is_not_looked_at(target, name, value, zero_output_for_mask):
    layer = built(
        target,
        name,
        return_sequences=True,
        return_state=True,
        zero_output_for_mask=zero_output_for_mask,
    )
    mask = np.array([[False, True, False, True, True], [True] * 5])
    x = np.where(mask[..., None], X, np.float32(value))
    assert_agrees(target, layer, x, mask=mask)
    assert np.isfinite(rnn_oracle.from_keras(layer)(x, mask=mask)[0]).all()


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("masked", [False, True])
def test_nan_stays_in_its_sequence_and_behind_a_mask(target, name, masked):
    layer = built(target, name, return_sequences=True)
    x = X.copy()
    x[0, 2, 1] = np.nan
    mask = np.ones((2, 5), bool)
    mask[0, 2] = not masked
    got, want = call(target, layer, x, mask=mask), rnn_oracle.from_keras(layer)(x, mask=mask)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    assert np.isnan(want[0, 2:]).all() == (not masked)
    assert not np.isnan(want[1]).any() and not np.isnan(want[0, :2]).any()


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize("dtype", ["int32", "int64", "bool"])
def test_whole_numbers(dialect, dtype):
    layer = rnn_oracle.GRU(4, dialect=dialect)
    layer.set_weights([numbers(*(n or 3 for n in shape)) for _, shape, _ in layer.weight_shapes()])
    x = (X > 0).astype(dtype)
    if dialect == "keras3":
        np.testing.assert_array_equal(layer(x), layer(x.astype(float)))
    else:
        with pytest.raises(TypeError, match="must be floating-point, but the dtype is " + dtype):
            layer(x)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_floats_of_another_width_are_cast(target, dtype):
    layer = built(target, "GRU")
    if target.dialect == "keras2_v1":
        with pytest.raises(target.tf.errors.InvalidArgumentError):  # it casts no input
            call(target, layer, X.astype(dtype))
        return
    got = call(target, layer, X.astype(dtype))
    want = rnn_oracle.from_keras(layer, dtype="float32")(X.astype(dtype))
    assert got.dtype == want.dtype == np.float32
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", LAYERS)
def test_a_batch_of_none(target, name):
    layer = built(target, name)
    assert rnn_oracle.from_keras(layer)(X[:0]).shape == (0, 4)
    if name == "LSTM" and within(target, keras3=">=3.12"):
        with pytest.raises(Exception, match="Biases must be 1D"):  # a fault of `keras.ops.add`
            call(target, layer, X[:0])
    else:
        assert call(target, layer, X[:0]).shape == (0, 4)


def test_states_of_stacked_cells_in_another_nesting():
    layer = rnn_oracle.RNN([rnn_oracle.LSTMCell(2), rnn_oracle.LSTMCell(2)])
    layer.set_weights([numbers(*(n or 3 for n in s)) for _, s, _ in layer.weight_shapes()])
    flat = [np.zeros((2, 2))] * 2
    with pytest.raises(ValueError, match=r"given nested \[\*, \*\], but are nested \[\["):
        layer(X, initial_state=flat)


@pytest.mark.parametrize("value", ["words", [[[1j]]], None], ids=["text", "complex", "none"])
def test_what_is_no_number(value):
    layer = rnn_oracle.SimpleRNN(1)
    layer.set_weights([np.ones((1, 1)), np.ones((1, 1)), np.ones(1)])
    with pytest.raises(TypeError, match="the input must be floating-point"):
        layer(value)


@pytest.mark.parametrize("units", [0, -1, 2.5, True, "4"])
@pytest.mark.parametrize("name", LAYERS)
def test_units_must_be_a_positive_integer(units, name):
    with pytest.raises(ValueError, match="`units` must be a positive integer"):
        getattr(rnn_oracle, name)(units)


@pytest.mark.parametrize("dtype", ["float16", "int32", "complex64"])
def test_dtypes_that_are_not_computed(dtype):
    with pytest.raises(ValueError, match="in float32 or float64, not in " + dtype):
        rnn_oracle.LSTM(4, dtype=dtype)


def test_a_dialect_that_is_not_there():
    with pytest.raises(ValueError, match="unknown dialect 'keras1'"):
        rnn_oracle.LSTM(4, dialect="keras1")


@pytest.mark.parametrize(
    "dialect, error", [("keras3", ValueError), ("keras2", TypeError)], ids=["keras3", "keras2"]
)
def test_unknown_arguments(dialect, error):
    with pytest.raises(error, match=r"LSTM\(\) of dialect .* does not know the argument bogus"):
        rnn_oracle.LSTM(4, bogus=1, dialect=dialect)
    with pytest.raises(error, match=r"does not know the arguments also, bogus"):
        rnn_oracle.LSTMCell(4, bogus=1, also=2, dialect=dialect)


def test_too_many_positional_arguments():
    with pytest.raises(TypeError, match="positional arguments"):
        rnn_oracle.SimpleRNN(4, "tanh", True, "zeros")
