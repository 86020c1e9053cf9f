"""The oracle's side of users' own cells: several inputs, constants, and the protocol."""

import numpy as np
import pytest
from helpers import numbers

import rnn_oracle
from rnn_oracle.arithmetic import nest

CONTEXT = numbers(2, 3, dtype="float64")


class Own:
    """A cell that adds up what it is given, and can be told how; `call` may be another."""

    def __init__(self, call=None, state_size=3, **attributes):
        self.state_size = state_size
        self.seen = []
        self.call = call or self.add
        self.__dict__.update(attributes)

    def add(self, inputs, states):
        self.seen.append(inputs)
        h = states[0] + sum(part[..., :3] for part in nest.flatten(inputs))
        return h, [h]

    def take(self, inputs, states, constants=None):
        h, _ = self.add(inputs, states)
        h = h if constants is None else h + sum(constants)
        return h, [h]

    def need(self, inputs, states, constants):
        return self.take(inputs, states, constants)


def own(method, **attributes):
    """Return a cell of which `call` is another method."""
    cell = Own(**attributes)
    cell.call = getattr(cell, method)
    return cell


def rnn(cell, **options):
    """Return a layer of the generation that takes several inputs, and constants."""
    return rnn_oracle.RNN(cell, **dict({"dialect": "keras2"}, **options))


X, Y = (numbers(2, 5, width, dtype="float64") for width in (3, 4))


# Several inputs.


@pytest.mark.parametrize(
    "inputs, described",
    [
        ((X, Y), "(*, *)"),
        ({"b": X, "a": Y}, "{a: *, b: *}"),
        ((X, {"far": Y, "near": [X, X]}), "(*, {far: *, near: [*, *]})"),
    ],
    ids=["tuple", "dict", "both"],
)
def test_a_cell_gets_its_inputs_step_by_step_nested_as_they_are(inputs, described):
    cell = Own()
    output = rnn(cell, go_backwards=True)(inputs)
    assert [nest.describe(seen) for seen in cell.seen] == [described] * 5
    for seen, whole in zip(nest.flatten(cell.seen[0]), nest.flatten(inputs)):
        np.testing.assert_array_equal(seen, whole[:, -1])
    summed = sum(part[..., :3].sum(axis=1) for part in nest.flatten(inputs))
    np.testing.assert_allclose(output, summed)


def test_several_inputs_have_one_mask_and_one_layout():
    mask = np.array([[True, False, True, True, True], [True, True, False, False, True]])
    want = rnn(Own(), return_sequences=True)((X, Y), mask=mask)
    np.testing.assert_allclose(want[:, -1], (mask[..., None] * (X + Y[..., :3])).sum(axis=1))
    turned = tuple(part.swapaxes(0, 1) for part in (X, Y))
    got = rnn(Own(), return_sequences=True, time_major=True)(turned, mask=mask.T)
    np.testing.assert_array_equal(got.swapaxes(0, 1), want)


def test_the_bottom_cell_alone_sees_several_inputs():
    stack = rnn([Own(), rnn_oracle.GRUCell(4, dialect="keras2")])
    stack.set_weights([numbers(3, 12), numbers(4, 12), numbers(2, 12)])
    assert stack((X, Y)).shape == (2, 4)


@pytest.mark.parametrize(
    "layer, inputs, message",
    [
        (rnn(Own()), [X, Y], r"must be one array of numbers, not several nested \[\*, \*\]"),
        (rnn_oracle.RNN(Own()), (X, Y), r"not several nested \(\*, \*\)"),
        (rnn_oracle.RNN(Own()), {"x": X, "y": Y}, r"not several nested {x: \*, y: \*}"),
        (rnn(Own()), (X, Y[:, :4]), r"first two axes, but.*\(2, 5, 3\), \(2, 4, 4\)"),
        (rnn(Own()), (X, Y[:1]), r"first two axes, but.*\(2, 5, 3\), \(1, 5, 4\)"),
        (rnn(Own()), (X, Y[:, 0]), r"takes \(batch, steps, ...\).* shape \(2, 4\)"),
        (rnn(Own()), (X[:, :0], Y[:, :0]), r"at least one step, not \(2, 0, 3\)"),
    ],
    ids=["list", "keras3", "keras3-dict", "steps", "batch", "rank", "no-steps"],
)
def test_inputs_that_are_refused(layer, inputs, message):
    with pytest.raises(ValueError, match=message):
        layer(inputs)


def test_several_inputs_of_a_cell_of_keras_are_refused():
    layer = rnn_oracle.GRU(4, dialect="keras2")
    layer.set_weights([numbers(3, 12), numbers(4, 12), numbers(2, 12)])
    with pytest.raises(ValueError, match=r"must be one array of numbers, not several"):
        layer((X, Y))


def test_whole_numbers_among_several_inputs_are_refused():
    with pytest.raises(TypeError, match="an input must be floating-point, but the dtype is int64"):
        rnn(Own())((X, Y.astype("int64")))


# Constants.


@pytest.mark.parametrize(
    "constants", [[CONTEXT], (CONTEXT,), CONTEXT], ids=["list", "tuple", "bare"]
)
def test_constants_come_at_every_step_whatever_the_mask_and_direction(constants):
    mask = np.array([[True, False, True, True, True]] * 2)
    layer = rnn(own("need"), go_backwards=True)
    want = (mask[..., None] * (X + CONTEXT[:, None])).sum(axis=1)
    np.testing.assert_allclose(layer(X, mask=mask, constants=constants), want)


def test_a_cell_without_constants_has_its_default():
    layer = rnn(own("take"))
    np.testing.assert_array_equal(layer(X), rnn(Own())(X))
    np.testing.assert_array_equal(layer(X, constants=[]), rnn(Own())(X))


def test_in_a_stack_those_get_constants_that_take_them():
    layer = rnn([Own(), own("need"), rnn([own("take")]).cell])
    # The middle cell adds 1 to 5 of them to what the top cell adds up, with 5 of its own.
    added = (1 + 2 + 3 + 4 + 5 + 5) * CONTEXT
    without = rnn([Own(), Own(), Own()])(X)
    np.testing.assert_allclose(layer(X, constants=CONTEXT), without + added)


def test_constants_of_other_dtypes_stay_as_they_are():
    def call(inputs, states, constants):
        floats, ids = constants
        assert (floats.dtype.name, ids.dtype.name) == ("float32", "int32")
        return states[0], states

    layer = rnn(Own(call), dtype="float32")
    assert layer(X, constants=[CONTEXT, np.arange(7, dtype="int32")]).shape == (2, 3)


@pytest.mark.parametrize(
    "layer, constants, error, message",
    [
        (rnn(Own()), CONTEXT, ValueError, "`constants` were given, but .* has no method `call"),
        (
            rnn([Own(), Own()]),
            CONTEXT,
            ValueError,
            "`constants` were given, but .*Stacked.* has no",
        ),
        (rnn(own("need")), None, TypeError, "the cell needs `constants`, but the call gives none"),
        (rnn([Own(), own("need")]), [], TypeError, "the cell needs `constants`"),
        (rnn_oracle.RNN(own("take")), CONTEXT, TypeError, "RNN of dialect keras3 takes no `const"),
        (rnn_oracle.LSTM(4, dialect="keras2"), CONTEXT, TypeError, "LSTM of .* takes no `const"),
    ],
    ids=["cell", "stack", "missing", "missing-in-a-stack", "keras3", "lstm"],
)
def test_constants_that_are_refused(layer, constants, error, message):
    with pytest.raises(error, match=message):
        layer(X, constants=constants)


# The protocol.


class Class:
    state_size = 3

    def call(self, inputs, states):
        return inputs, states


@pytest.mark.parametrize(
    "cell, error, message",
    [
        (lambda inputs, states: None, ValueError, "a cell needs a method `call"),
        (Class, ValueError, "takes cells, but .*Class'> is a class: make one"),
        (Own(state_size=None), ValueError, "a cell needs an attribute `state_size`"),
        (Own(state_size=[]), ValueError, "a cell needs at least one state"),
        (Own(state_size=[3, [0]]), ValueError, "`state_size` must be a positive integer, not 0"),
        (Own(state_size="3"), TypeError, "`state_size` must be a positive integer, not '3'"),
        (Own(output_size=[3]), TypeError, r"`output_size` must be a positive integer, not \[3\]"),
    ],
    ids=["function", "class", "none", "no-state", "zero", "text", "outputs"],
)
def test_objects_that_are_no_cell(cell, error, message):
    with pytest.raises(error, match=message):
        rnn_oracle.RNN(cell)


@pytest.mark.parametrize(
    "returned, error, message",
    [
        (lambda h: h, TypeError, r"must return its output and its states, but returned \*"),
        (lambda h: (h, [h], h), ValueError, r"but returned \(\*, \[\*\], \*\)"),
        (
            lambda h: ((h, h), [h]),
            TypeError,
            r"must put out one array, not several nested \(\*, \*\)",
        ),
        (
            lambda h: (h[:, :2], [h]),
            ValueError,
            r"put out shape \(2, 2\), but its output_size is 3",
        ),
        (lambda h: (h[0], [h]), ValueError, r"shape \(3,\), .* has to be \(2, 3\)"),
        (lambda h: (h[:1], [h]), ValueError, r"shape \(1, 3\), .* has to be \(2, 3\)"),
        (lambda h: (h[[0, 1, 1]], [h]), ValueError, r"shape \(3, 3\), .* has to be \(2, 3\)"),
        (lambda h: (h[:, None], [h]), ValueError, r"shape \(2, 1, 3\), .* has to be \(2, 3\)"),
        (lambda h: (0.0, [h]), ValueError, r"shape \(\), .* has to be \(2, 3\)"),
        (lambda h: (h + 0j, [h]), TypeError, "output .* but the dtype is complex128"),
        (lambda h: (None, [h]), TypeError, "the output .* real numbers, but the dtype is object"),
        (lambda h: (h, [h + 0j]), TypeError, "state .* but the dtype is complex128"),
        (lambda h: (h, None), TypeError, "the state .* real numbers, but the dtype is object"),
        (lambda h: (h, [h, h]), ValueError, r"states nested \[\*\] and returned \[\*, \*\]"),
        (lambda h: (h, [h[:, :2]]), ValueError, r"of shape \(2, 3\) and returned one of \(2, 2\)"),
    ],
    ids=[
        *("output", "three", "outputs", "output-size", "one-row", "row-in-batch", "more-rows"),
        *("more-axes", "number", "complex", "none", "complex-state", "no-state"),
        *("states", "state-size"),
    ],
)
def test_what_a_cell_must_not_return(returned, error, message):
    with pytest.raises(error, match=message):
        rnn_oracle.RNN(Own(lambda inputs, states: returned(states[0])))(X)


IN_PLACE = {
    "states": lambda x, h, out: (np.add(h[0], x, out=h[0]), h),
    "list of states": lambda x, h, out: (h[0] + x, h.__setitem__(0, h[0] + x) or h),
    "input": lambda x, h, out: (np.add(x, h[0], out=x), [x]),
    "what it returned": lambda x, h, out: (np.add(x, h[0], out=out), [out]),
}


@pytest.mark.parametrize("mask", [None, [[True, False, True], [False, True, True]]])
@pytest.mark.parametrize("what", IN_PLACE)
def test_a_cell_may_change_its_arrays_in_place(what, mask):
    out = np.zeros((2, 3))
    options = dict(return_sequences=True, return_state=True)
    changing = rnn_oracle.RNN(Own(lambda x, states: IN_PLACE[what](x, states, out)), **options)
    x, state = X[:, :3].copy(), CONTEXT.copy()
    want = rnn_oracle.RNN(Own(), **options)(x, mask, [state])
    for got, right in zip(changing(x, mask, [state]), want):
        np.testing.assert_array_equal(got, right)
    np.testing.assert_array_equal(x, X[:, :3])
    np.testing.assert_array_equal(state, CONTEXT)


def test_a_cell_may_change_its_constants_in_place():
    cell = Own(state_size=3)
    cell.call = lambda x, states, constants: (np.multiply(*constants, out=constants[0]), [x])
    constants = [CONTEXT.copy(), np.full((2, 3), 2.0)]
    np.testing.assert_array_equal(rnn(cell)(X, constants=constants), 2 * CONTEXT)
    np.testing.assert_array_equal(constants[0], CONTEXT)


def test_both_directions_get_the_inputs_and_the_constants():
    both = rnn_oracle.Bidirectional(rnn(own("need")), merge_mode="sum")
    want = 2 * (X.sum(axis=1) + Y[..., :3].sum(axis=1) + 5 * CONTEXT)
    np.testing.assert_allclose(both((X, Y), constants=CONTEXT), want)


def test_the_batch_size_is_that_of_several_inputs():
    assert rnn(Own()).get_initial_state({"x": X, "y": Y})[0].shape == (2, 3)


# On Keras, what the cases do not cross. Of whole numbers all sums are exact.

WHOLE_X, WHOLE_Y, WHOLE = (np.rint(9 * array) for array in (X, Y, CONTEXT))


@pytest.fixture
def pair(target):
    """Return what makes a layer over a cell that takes constants, in the oracle and in Keras."""
    if target.name != "keras2":
        pytest.skip("Keras 3 has neither several inputs nor constants")
    layers = target.keras.layers

    class OnKeras(layers.Layer):
        state_size = 3

        def call(self, inputs, states, constants=None):
            h = states[0] + sum(part[..., :3] for part in nest.flatten(inputs))
            h = h if constants is None else h + sum(constants)
            return h, [h]

    def make(wrap=lambda home, layer: layer, **options):
        ours = wrap(rnn_oracle, rnn(own("take"), **options))
        return ours, wrap(layers, layers.RNN(OnKeras(), **options))

    return make


def tensors(target, tree):
    return nest.map_structure(lambda array: target.tf.constant(array, "float32"), tree)


def test_keras_hands_inputs_and_constants_to_both_directions(target, pair):
    ours, keras = pair(lambda home, layer: home.Bidirectional(layer), return_sequences=True)
    given = tensors(target, [(WHOLE_X, WHOLE_Y), WHOLE])
    got = keras(given[0], constants=[given[1]])
    np.testing.assert_array_equal(got, ours((WHOLE_X, WHOLE_Y), constants=WHOLE))


@pytest.mark.parametrize("masked", ["a", "b"])
def test_the_mask_that_is_attached_to_the_first_input_counts(target, pair, masked):
    ours, keras = pair()
    given = {"b": WHOLE_X, "a": np.array(WHOLE_Y)}
    given[masked] = np.where(np.arange(5)[:, None] < 3, given[masked], 0.0)
    inputs = tensors(target, given)
    inputs[masked] = target.keras.layers.Masking()(inputs[masked])
    mask = np.arange(10).reshape(2, 5) % 5 < 3 if masked == "a" else None
    np.testing.assert_array_equal(keras(inputs), ours(given, mask=mask))


def test_a_layer_that_was_given_constants_takes_them_behind_its_input(target, pair):
    ours, keras = pair()
    x, context, state = tensors(target, [WHOLE_X, WHOLE, 2 * WHOLE])
    keras(x, constants=context)
    want = ours(WHOLE_X, initial_state=2 * WHOLE, constants=WHOLE)
    np.testing.assert_array_equal(keras([x, state, context]), want)
    np.testing.assert_array_equal(keras([x, context]), ours(WHOLE_X, constants=WHOLE))
