"""Cells and states of one's own in the layers of Keras, and cells of another dtype."""

import numpy as np
import pytest
from helpers import as_arrays, call, flat_shapes, give_weights, numbers, skip_known, tensors, within

from rnn_oracle.arithmetic import nest
from rnn_oracle.targets.runtime import plain_shape

X = numbers(2, 5, 3)


def own(target, state_size=3, call=None, dtype=None, **members):
    """Return a cell that adds its input to its first state, and puts that out."""

    def add(self, inputs, states):
        after = inputs + states[0]
        return after, [after] + list(states[1:])

    members = dict(members, state_size=state_size, call=call or add)
    return type("Own", (target.keras.layers.Layer,), members)(dtype=dtype)


# Dtypes.


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("states", ["none", "given", "stateful"])
def test_a_cell_of_another_dtype(target, states, return_sequences):
    """It computes in its own, and the layer returns its own (rule D6)."""
    if target.name == "keras2":
        pytest.skip("there the products of the cell fail: the states have another dtype")
    if states == "stateful":
        skip_known(target, "keras3-stateful-mixed-precision-not-built")
    layers, tf = target.keras.layers, target.tf
    same, other = (
        give_weights(
            layers.RNN(
                layers.GRUCell(4, dtype=dtype),
                return_sequences=return_sequences,
                return_state=True,
                stateful=states == "stateful",
            ),
            X.shape,
        )
        for dtype in ("float32", "float64")
    )
    given = {"initial_state": tf.ones((2, 4))} if states == "given" else {}
    want, got = (
        as_arrays(tf.function(lambda x, layer=layer: layer(x, **given))(tf.constant(X)))
        for layer in (same, other)
    )
    for mine, theirs in zip(got, want):
        assert mine.dtype == "float32"
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)


def test_cells_of_two_dtypes_in_a_stack(target):
    if target.name == "keras2":
        pytest.skip("there the products of the cell fail: the states have another dtype")
    layers = target.keras.layers
    stack = layers.StackedRNNCells([layers.GRUCell(4), layers.GRUCell(4, dtype="float16")])
    states = tensors(target, [np.ones((2, 4), "float32")] * 2)
    output, after = as_arrays(stack(target.tf.constant(X[:, 0]), states))
    assert output.dtype == "float16"
    assert [state.dtype for state in nest.flatten(after)] == ["float32", "float16"]


def test_states_of_which_a_cell_tells_nothing_but_their_size(target):
    if target.name == "keras2":
        pytest.skip("there it tells none of a number in place of its input")
    skip_known(target, "keras3-stateful-mixed-precision-not-built")
    layer = target.keras.layers.RNN(own(target, dtype="float64"), stateful=True)
    assert [np.asarray(state).dtype for state in layer.get_initial_state(2)] == ["float64"]
    layer.build(X.shape)
    assert [state.dtype for state in layer.states] == ["float32"]  # those are the layer's


# States.


@pytest.mark.parametrize("name", ["SimpleRNN", "GRU", "LSTM"])
def test_a_cell_by_hand_takes_more_axes(target, name):
    if name != "SimpleRNN" and target.name == "keras3":
        pytest.skip("there it joins or splits the gates along the second")
    options = {"implementation": 1} if name == "LSTM" else {}
    cell = getattr(target.keras.layers, name + "Cell")(4, **options)
    given = [X] + [numbers(2, 5, 4, seed=i) for i in range(2 if name == "LSTM" else 1)]
    (got, _), (want, _) = (
        cell(x, states)
        for x, *states in (tensors(target, g) for g in (given, [a.reshape(10, -1) for a in given]))
    )
    np.testing.assert_allclose(np.reshape(got, (10, 4)), want, rtol=1e-4, atol=1e-6)


def test_a_cell_that_is_no_layer_but_has_a_dtype(target):
    """No more is missing for Keras 3 to take one without a list around it, see the ledger."""

    class Plain:
        state_size, compute_dtype = 3, "float32"

        def call(self, inputs, states):
            return inputs + states[0], [inputs + states[0]]

        __call__ = call

    got = call(target, target.keras.layers.RNN(Plain()), X)
    np.testing.assert_allclose(got, X.sum(axis=1), rtol=1e-5)


def plain(target, **members):
    """Return a cell that is no layer, and adds its input to its state."""

    def add(self, inputs, states, training=None):
        self.told = training
        return inputs + states[0], [inputs + states[0]]

    if target.name == "keras3":
        members["compute_dtype"] = "float32"
    return type("Plain", (), dict({"state_size": 3, "call": add, "__call__": add}, **members))()


def test_a_stateful_layer_over_a_cell_that_is_no_layer(target):
    layer = target.keras.layers.RNN(plain(target), stateful=True)
    for times in (1, 2):
        np.testing.assert_allclose(call(target, layer, X), times * X.sum(axis=1), rtol=1e-4)


@pytest.mark.parametrize("stacked", [False, True], ids=["alone", "stack"])
def test_a_cell_that_is_no_layer_is_called(target, stacked):
    """Its method `call` stands in for that only where there is nothing else."""

    def subtract(self, inputs, states, training=None):
        return inputs - states[0], [inputs - states[0]]

    if within(target, keras2="<2.2"):
        pytest.skip("there a layer calls the method `call` of every cell")
    cell = plain(target, __call__=subtract)
    if stacked and target.name == "keras3":
        pytest.skip("there the cells of a stack are layers")
    layer = target.keras.layers.RNN([cell] if stacked else cell)
    signs = np.array([1, -1, 1, -1, 1])[:, None]
    np.testing.assert_allclose(call(target, layer, X), (signs * X).sum(axis=1), rtol=1e-4)


@pytest.mark.parametrize("stacked", [False, True], ids=["alone", "stack"])
def test_a_cell_that_cannot_be_called(target, stacked):
    if target.name == "keras3":
        pytest.skip("there it must")

    class Uncalled:
        state_size = 3

        def call(self, inputs, states):
            return inputs + states[0], [inputs + states[0]]

    layer = target.keras.layers.RNN([Uncalled()] if stacked else Uncalled())
    np.testing.assert_allclose(call(target, layer, X), X.sum(axis=1), rtol=1e-4)


@pytest.mark.parametrize("masked", [False, True], ids=["nomask", "mask"])
def test_a_state_that_a_cell_returns_bare(target, masked):
    def add(self, inputs, states):
        return inputs + states[0], inputs + states[0]

    layer = target.keras.layers.RNN(own(target, call=add))
    mask = np.array([[True, True, False, True, False], [False, True, True, False, True]])
    want = (X * mask[..., None] if masked else X).sum(axis=1)
    got = call(target, layer, X, mask=mask if masked else None)
    np.testing.assert_allclose(got, want, rtol=1e-4)


def test_a_cell_that_does_not_say_that_it_is_built(target):
    seen = []
    cell = own(target, build=lambda self, shape: seen.append(tuple(shape)))
    call(target, target.keras.layers.RNN(cell), X)
    assert seen == [(2, 3)]


@pytest.mark.parametrize("stacked", [False, True], ids=["alone", "stack"])
def test_keras2_tells_a_cell_that_is_no_layer_whether_it_is_training(target, stacked):
    if stacked and (target.name == "keras3" or within(target, keras2="<2.0")):
        pytest.skip("there the cells of a stack are layers, or are told nothing")
    cell = plain(target)
    layer = target.keras.layers.RNN([cell] if stacked else cell)
    layer(target.tf.constant(X), training=True)
    assert cell.told is (True if target.name == "keras2" else None)


def test_the_first_of_several_inputs_tells_the_dtype_of_the_states(target):
    if target.name == "keras3":
        pytest.skip("there a layer takes one input")

    def add(self, inputs, states):
        after = inputs[0] + states[0]
        return after, [after]

    got = target.keras.layers.RNN(own(target, call=add))((X, np.ones((2, 5, 3), "int32")))
    np.testing.assert_allclose(np.asarray(got), X.sum(axis=1), rtol=1e-4)


def test_states_that_a_cell_begins_with_become_a_list(target):
    def begin(self, inputs=None, batch_size=None, dtype=None):
        return (target.tf.ones((batch_size, 3)), target.tf.zeros((batch_size, 2)))

    layer = target.keras.layers.RNN(own(target, (3, 2), get_initial_state=begin))
    if target.name == "keras3":
        assert layer.state_size == [3, 2]
    given = 2 if target.name == "keras3" else target.tf.constant(X)
    states = layer.get_initial_state(given)
    assert type(states) is list and flat_shapes([s.shape for s in states]) == [(2, 3), (2, 2)]


def test_a_stateful_stack_is_given_states_of_two_sizes(target):
    layer = target.keras.layers.RNN([own(target, [3, 2]), own(target)], stateful=True)
    given = [[np.ones((2, 3), "float32"), np.ones((2, 2), "float32")], np.ones((2, 3), "float32")]
    got = call(target, layer, X, initial_state=given)
    want = 1 + (X.cumsum(axis=1) + 1).sum(axis=1)
    np.testing.assert_allclose(got, want, rtol=1e-4)


@pytest.mark.parametrize("stacked", [False, True], ids=["alone", "stack"])
def test_a_cell_that_asks_for_inputs_to_begin_with(target, stacked):
    """It is told that there are none."""
    if target.name == "keras3":
        pytest.skip("there it is told the size of the batch alone")

    def ones(self, inputs, batch_size, dtype):
        assert inputs is None
        return target.tf.ones((batch_size, 3), dtype)

    cell = own(target, get_initial_state=ones)
    layer = target.keras.layers.RNN([cell] if stacked else cell, stateful=True)
    begin = 0 if within(target, keras2="<2.4") else 1  # from where the second batch goes on
    for batches in (1, 2):
        np.testing.assert_allclose(
            call(target, layer, X), begin + batches * X.sum(axis=1), rtol=1e-4
        )


def test_a_bare_state_stays_bare_in_a_stack(target):
    """It is not taken for a list of its sequences."""

    def call(self, inputs, states):
        return inputs + states[0], inputs + states[0]

    stack = target.keras.layers.StackedRNNCells([own(target, call=call), own(target, call=call)])
    x, first, second = (X[:, i] for i in range(3))
    output, states = as_arrays(stack(*tensors(target, (x, [first, second]))))
    np.testing.assert_array_equal(states[0], x + first)
    np.testing.assert_array_equal(states[1], output)


def test_states_that_a_layer_has_before_it_is_built(target):
    """Keras 3 makes no others then, and sets them back; it knows no batch size to insist on."""
    if target.name == "keras2":
        pytest.skip("there they are made when the layer is")
    layers = target.keras.layers
    cell = layers.GRUCell(4)
    want = call(target, layers.RNN(cell), X)
    layer = layers.RNN(cell, stateful=True)
    layer.states = [target.keras.Variable(np.ones((2, 4)), trainable=False)]
    np.testing.assert_array_equal(call(target, layer, X), want)


def test_a_cell_without_states(target):
    if target.name == "keras3":
        pytest.skip("there a layer asks for the first of them")
    if within(target, keras2="<2.0"):
        pytest.skip("there a layer fails without a state")

    def double(self, inputs, states):
        return 2 * inputs, []

    layer = target.keras.layers.RNN(own(target, [], call=double, output_size=3))
    for given in (None, []):
        got = call(target, layer, X, initial_state=given)
        np.testing.assert_array_equal(got, 2 * X[:, -1])


# Sizes.


@pytest.mark.parametrize(
    "sizes",
    [[2, 4, 3], [[2, 1], [4, 1], [3, 1]], [[2, 1], 4, [3, 2]], [[3, 2]], [4, [3, 2]]],
    ids=str,
)
def test_a_stack_puts_out_what_the_first_state_of_its_top_cell_holds(target, sizes):
    stack = target.keras.layers.StackedRNNCells([own(target, size) for size in sizes])
    assert stack.output_size == 3


def test_a_stack_puts_out_what_its_top_cell_says(target):
    cells = [own(target, 4), own(target, 4, output_size=7)]
    assert target.keras.layers.StackedRNNCells(cells).output_size == 7


@pytest.mark.parametrize("sizes", [3, (3, 2)], ids=str)
def test_shapes_of_a_cell_that_tells_no_size_of_its_output(target, sizes):
    layer = target.keras.layers.RNN(own(target, sizes), return_state=True)
    states = [(2, n) for n in np.atleast_1d(sizes)]
    assert flat_shapes(layer.compute_output_shape(X.shape)) == [(2, 3)] + states


def test_the_first_of_several_inputs_tells_the_shape_of_the_output(target):
    if target.name == "keras3":
        pytest.skip("there a layer takes one input")
    layer = target.keras.layers.RNN(own(target), return_sequences=True)
    shapes = {"a": target.tf.TensorShape((2, 5, 3)), "b": target.tf.TensorShape((2, 5, 4))}
    assert plain_shape(layer.compute_output_shape(shapes)) == (2, 5, 3)


def test_shapes_of_a_cell_of_two_outputs(target):
    if target.name == "keras3":
        pytest.skip("there a cell has one output")
    layer = target.keras.layers.RNN(own(target, output_size=(3, 2)))
    assert flat_shapes(layer.compute_output_shape(X.shape)) == [(2, 3), (2, 2)]


def test_a_single_input_in_a_nest(target):
    if target.name == "keras3":
        pytest.skip("there an input is a tensor")
    if within(target, keras2="<2.0"):
        pytest.skip("the release looks for a size of the batch that a nest has not")

    def add(self, inputs, states):
        after = inputs["a"] + states[0]
        return after, [after]

    layer = target.keras.layers.RNN(own(target, call=add), stateful=True)
    shapes = {"a": target.tf.TensorShape(X.shape)}
    assert plain_shape(layer.compute_output_shape(shapes)) == (2, 3)
    got = np.asarray(layer({"a": target.tf.constant(X)}))
    np.testing.assert_allclose(got, X.sum(axis=1), rtol=1e-5)


def test_a_cell_is_built_for_the_first_state_of_the_one_below(target):
    layers = target.keras.layers
    layer = layers.RNN([own(target, [3, 2]), layers.GRUCell(4)])
    layer.build(X.shape)
    assert [plain_shape(w.shape) for w in layer.cell.cells[1].weights][0] == (3, 12)
    assert layer(target.tf.constant(X)).shape == (2, 4)


def test_a_cell_above_one_of_two_inputs_is_built_for_one(target):
    if within(target, keras2="<2.7"):
        pytest.skip("there the cell above is given more than that shape, as the bottom one is")

    def build(self, shape):
        seen.append(tuple(shape))

    def add(self, inputs, states):
        return inputs[0] + inputs[1] + states[0], states

    seen = []
    cells = [own(target, call=add), own(target, build=build)]
    stack = target.keras.layers.StackedRNNCells(cells)
    given = tensors(target, (X[:, 0], X[:, 1]))
    stack(given, tensors(target, [X[:, 2], X[:, 3]]))
    assert seen == [(2, 3)]


def test_a_cell_above_one_of_two_outputs_is_built_for_two(target):
    if target.name == "keras3":
        pytest.skip("there a cell has one output")
    if within(target, keras2="<2.7"):
        pytest.skip("there a stack takes a cell to have one output")

    def part(self, inputs, states):
        return (inputs, 2 * inputs[:, :2]), states

    def build(self, shapes):
        seen.extend(map(tuple, shapes))

    def join(self, inputs, states):
        return inputs[0] - inputs[1][:, :1], states

    seen = []
    below = own(target, call=part, output_size=(3, 2))
    above = own(target, call=join, build=build, output_size=3)
    got = call(target, target.keras.layers.RNN([below, above, own(target)]), X)
    assert seen == [(2, 3), (2, 2)]
    np.testing.assert_allclose(got, (X - 2 * X[..., :1]).sum(axis=1), rtol=1e-4)


def test_sizes_that_are_no_integers_of_python(target):
    """Keras 3 leaves such a state out of the shapes, and refuses such an output."""
    if within(target, keras3="<3.3"):
        pytest.skip("there it fails at such a state")
    layers, size = target.keras.layers, np.int64(3)
    layer = layers.RNN(own(target, [3, size]), return_state=True)
    got = flat_shapes(layer.compute_output_shape(X.shape))
    assert got == [(2, 3)] * (2 if target.name == "keras3" else 3)
    if target.name == "keras2":
        return
    for output_size in (size, [3]):
        layer = layers.RNN(own(target, 3, output_size=output_size))
        with pytest.raises(ValueError, match="output_size must be an integer"):
            layer.compute_output_shape(X.shape)
