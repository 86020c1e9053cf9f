"""States that are given to a layer: those that do not fit, and those that a model has as inputs."""

import numpy as np
import pytest
from helpers import call, give_weights, numbers, skip_known, tensors, within

import rnn_oracle
from rnn_oracle.arithmetic import nest

X = numbers(2, 5, 3)


def nested_cell(target):
    """Return a cell that has a state beside a pair of states, and adds all up."""

    def add(self, inputs, states):
        first, (second, third) = states
        first = first + inputs
        return first + second + third, [first, [second, third]]

    members = {"state_size": [3, [3, 3]], "call": add}
    return type("Nested", (target.keras.layers.Layer,), members)()


def refusal(target):
    """Keras 2 says what is wrong before it computes; it is left to Keras 3 how it fails."""
    return ValueError if target.name == "keras2" else Exception


MAKE = {
    "GRU": lambda target: target.keras.layers.GRU(4),
    "LSTM": lambda target: target.keras.layers.LSTM(4),
    "both ways": lambda target: target.keras.layers.Bidirectional(target.keras.layers.GRU(4)),
    "nested": lambda target: target.keras.layers.RNN(
        nested_cell(target), unroll=target.name == "keras2"
    ),
}


@pytest.mark.parametrize(
    "name, shapes",
    [
        ("GRU", [(2, 5)]),
        ("LSTM", [(2, 4), (2, 5)]),
        ("LSTM", [(2, 4)]),
        ("nested", [(2, 3), (2, 3)]),
        ("both ways", [(2, 4)]),
        ("both ways", [(2, 5), (2, 4)]),
        ("both ways", [(2, 4), (2, 5)]),
    ],
    ids=str,
)
def test_states_that_do_not_fit(target, name, shapes):
    states = tensors(target, [numbers(*shape) for shape in shapes])
    with pytest.raises(refusal(target)):
        MAKE[name](target)(target.tf.constant(X), initial_state=states)


def test_an_odd_number_of_states_for_both_ways(target):
    """A layer that is built refuses it too; it compares no shapes any more."""
    layer = give_weights(MAKE["both ways"](target), X.shape)
    with pytest.raises(refusal(target)):
        layer(target.tf.constant(X), initial_state=[target.tf.zeros((2, 4))])


@pytest.mark.parametrize("count", [1, 3])
def test_a_layer_that_is_built_counts_its_states(target, count):
    layer = give_weights(MAKE["LSTM"](target), X.shape)
    with pytest.raises(refusal(target)):
        layer(target.tf.constant(X), initial_state=[target.tf.zeros((2, 4))] * count)


def test_states_inside_of_states(target):
    if target.name == "keras3":
        pytest.skip("there a state is a tensor")
    given = [numbers(2, 3), [numbers(2, 3, seed=1), numbers(2, 3, seed=2)]]
    layer = MAKE["nested"](target)
    got = layer(target.tf.constant(X), initial_state=tensors(target, given))
    want = X.sum(axis=1) + given[0] + given[1][0] + given[1][1]
    np.testing.assert_allclose(np.asarray(got), want, rtol=1e-4)


@pytest.mark.parametrize("name", ["SimpleRNNCell", "GRUCell"])
def test_the_bare_state_of_a_cell_becomes_its_output(target, name):
    skip_known(target, "keras2-bare-state-of-a-cell")
    cell = getattr(target.keras.layers, name)(4)
    x, state = tensors(target, [X[:, 0], numbers(2, 4)])
    output, after = cell(x, state)
    np.testing.assert_array_equal(after, output)


@pytest.mark.parametrize("both_ways", [False, True])
def test_nested_states_of_a_model(target, both_ways):
    if both_ways:
        skip_known(target, "keras2-bidirectional-nested-initial-state")
    keras, layers = target.keras, target.keras.layers
    layer = layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)])
    layer = layers.Bidirectional(layer) if both_ways else layer
    give_weights(layer, X.shape)
    given = [[numbers(2, 4, seed=1), numbers(2, 4, seed=2)], numbers(2, 3, seed=3)]
    given = given * (2 if both_ways else 1)
    leaves = nest.flatten(given)
    inputs = [keras.Input(leaf.shape[1:]) for leaf in [X] + leaves]
    model = keras.Model(inputs, layer(inputs[0], initial_state=nest.pack(given, inputs[1:])))
    got = np.asarray(model(tensors(target, [X] + leaves)))
    want = rnn_oracle.from_keras(layer)(X, initial_state=given)
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["LSTM", "GRU", "RNN"])
def test_a_stateful_layer_is_given_states_of_a_model_twice(target, name):
    """It knows all the same which sequences it takes."""
    skip_known(target, "keras2-states-not-reset-after-symbolic-states")
    keras = target.keras
    layer = getattr(keras.layers, name)(
        keras.layers.GRUCell(4) if name == "RNN" else 4, stateful=True
    )
    give_weights(layer, X.shape)
    for _ in range(2):
        states = [keras.Input(batch_shape=(2, 4)) for _ in range(2 if name == "LSTM" else 1)]
        layer(keras.Input(batch_shape=X.shape), initial_state=states)
    (layer.reset_states if target.name == "keras2" else layer.reset_state)()
    got = np.asarray(layer(target.tf.constant(X)))
    np.testing.assert_allclose(got, rnn_oracle.from_keras(layer)(X), rtol=1e-4, atol=1e-5)
    with pytest.raises(refusal(target)):
        layer(target.tf.constant(numbers(2, 5, 4)))


def test_a_strategy_keeps_no_states(target):
    if within(target, keras2="<2.0"):
        pytest.skip("there it does")
    tf, kind = target.tf, target.keras.layers.GRU
    with tf.distribute.OneDeviceStrategy("/cpu:0").scope():
        assert not kind(4).stateful
        if target.name == "keras2":
            with pytest.raises(ValueError, match="not yet supported with tf.distribute.Strategy"):
                kind(4, stateful=True)


def test_resetting_a_layer_over_a_cell_before_it_is_built(target):
    if target.name == "keras3":
        pytest.skip("there it does nothing")
    layer = target.keras.layers.RNN(target.keras.layers.GRUCell(4), stateful=True)
    with pytest.raises(ValueError, match="needs to know its batch size"):
        layer.reset_states()


def test_a_list_of_nothing_but_the_input(target):
    if target.name == "keras3":
        pytest.skip("there a list is not taken apart (rule I6)")
    layer = give_weights(target.keras.layers.LSTM(4, stateful=True), X.shape)
    copy = rnn_oracle.from_keras(layer)
    got = np.asarray(layer([target.tf.constant(X)]))
    np.testing.assert_allclose(got, copy(X), rtol=1e-4, atol=1e-5)
    layer.reset_states()
    np.testing.assert_array_equal(layer(target.tf.constant(X)), got)


@pytest.mark.parametrize("name", ["GRU", "LSTM"])
def test_a_list_of_no_states(target, name):
    """To Keras 2 it says no more than None, once the layer is built."""
    if within(target, keras2="<2.0"):
        pytest.skip("the release looks for one")
    layer = give_weights(MAKE[name](target), X.shape)
    x = target.tf.constant(X)
    if target.name == "keras3":
        with pytest.raises(refusal(target)):
            layer(x, initial_state=[])
        return
    np.testing.assert_array_equal(layer(x, initial_state=[]), layer(x))


def summing_cell(target):
    """Return a cell of two inputs, which adds both up."""

    def add(self, inputs, states):
        after = states[0] + inputs[0] + inputs[1]
        return after, [after]

    return type("Summing", (target.keras.layers.Layer,), {"state_size": 3, "call": add})()


@pytest.mark.parametrize("inputs", [1, 2])
def test_a_stateful_layer_is_built_by_the_inputs_of_a_model(target, inputs):
    if inputs == 2 and target.name == "keras3":
        pytest.skip("there a layer takes one input")
    if inputs == 2:
        skip_known(target, "keras2-stateful-nested-inputs")
    keras = target.keras
    kind, of = (keras.layers.LSTM, 4) if inputs == 1 else (keras.layers.RNN, summing_cell(target))
    layer = kind(of, stateful=True)
    made = tuple(keras.Input(batch_shape=X.shape) for _ in range(inputs))
    states = [keras.Input(batch_shape=(2, 5 - inputs)) for _ in range(3 - inputs)]
    layer(made if inputs == 2 else made[0], initial_state=states)
    (layer.reset_states if target.name == "keras2" else layer.reset_state)()
    x = (target.tf.constant(X),) * inputs
    got = np.asarray(layer(x if inputs == 2 else x[0]))
    want = 2 * X.sum(axis=1) if inputs == 2 else rnn_oracle.from_keras(layer)(X)
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_a_stateful_layer_of_mixed_precision_keeps_its_state_in_float32(target, name):
    if within(target, keras2="<2.7"):
        pytest.skip("known of this release, or later than it")
    skip_known(target, "keras3-stateful-mixed-precision-not-built")
    layer = getattr(target.keras.layers, name)(4, stateful=True, dtype="mixed_float16")
    first, second = (np.asarray(layer(target.tf.constant(X))) for _ in range(2))
    assert first.dtype == "float16" and np.any(first != second)
    assert np.asarray(target.tf.convert_to_tensor(layer.states[0])).dtype == "float32"


def test_a_layer_of_ones_own_gets_states_by_name_unless_symbolic(target):
    if target.name == "keras3":
        pytest.skip("there `call` has to name each argument")
    keras, seen = target.keras, []

    class Own(keras.layers.GRU):
        def call(self, sequences, *arguments, **named):
            seen.append((isinstance(sequences, list), named.get("initial_state") is not None))
            return super().call(sequences, *arguments, **named)

    layer = Own(4)
    call(target, layer, X, initial_state=numbers(2, 4))
    layer(keras.Input((5, 3)), initial_state=keras.Input((4,)))
    assert seen == [(False, True), (True, False)]
