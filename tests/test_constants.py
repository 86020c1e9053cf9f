"""Constants that Keras 2 hands to both directions, and to the cells of a stack (rule C8)."""

import numpy as np
import pytest
from helpers import as_arrays, numbers, tensors

import rnn_oracle

X, CONSTANTS = numbers(2, 5, 3), [numbers(2, 3, seed=1), numbers(2, 3, seed=2)]
STATES = [numbers(2, 3, seed=3), numbers(2, 3, seed=4)]
MASK = np.array([[True, True, False, True, False], [False, True, True, False, False]])


class Leaky:
    """What a cell computes from one constant or two, in NumPy as in TensorFlow."""

    state_size = output_size = 3

    def call(self, inputs, states, constants=None):
        h = 0.5 * states[0] + inputs
        for i, constant in enumerate(constants or []):
            h = h + (i + 2) * constant
        return h, [h]


@pytest.fixture
def of_keras(target):
    """Return the cell as a layer, of which Bidirectional makes copies."""
    if target.name == "keras3":
        pytest.skip("constants exist in keras2")
    kind = type("LeakyLayer", (Leaky, target.keras.layers.Layer), {})
    with target.keras.utils.custom_object_scope({"LeakyLayer": kind}):
        yield kind


def demanded(count, states):
    layer = rnn_oracle.RNN(Leaky(), dialect="keras2", return_sequences=True)
    both = rnn_oracle.Bidirectional(layer)
    return both(X, initial_state=states, constants=CONSTANTS[:count])


@pytest.mark.parametrize("count", [1, 2])
def test_a_stack(target, of_keras, count):
    layers = target.keras.layers
    layer = layers.RNN([layers.SimpleRNNCell(3), of_keras()], return_sequences=True)
    got = layer(target.tf.constant(X), constants=tensors(target, CONSTANTS[:count]))
    cells = [rnn_oracle.SimpleRNNCell(3, dialect="keras2"), Leaky()]
    ours = rnn_oracle.RNN(cells, dialect="keras2", return_sequences=True)
    ours.set_weights(layer.get_weights())
    want = ours(X, constants=CONSTANTS[:count])
    np.testing.assert_allclose(as_arrays(got), want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("masked", [False, True], ids=["nomask", "mask"])
@pytest.mark.parametrize("bare", [False, True], ids=["list", "bare"])
def test_in_what_a_cell_returns_its_state(target, of_keras, bare, masked):
    """It may return a state without a list around it, as it may without constants."""

    class Returning(of_keras):
        def call(self, inputs, states, constants=None):
            h, _ = super().call(inputs, states, constants)
            return h, h if bare else [h]

    layer = target.keras.layers.RNN(Returning(), return_state=True)
    arguments = {"mask": target.tf.constant(MASK)} if masked else {}
    got = layer(target.tf.constant(X), constants=tensors(target, CONSTANTS), **arguments)
    ours = rnn_oracle.RNN(Leaky(), dialect="keras2", return_state=True)
    want = ours(X, constants=CONSTANTS, mask=MASK if masked else None)
    for mine, theirs in zip(got, want):
        np.testing.assert_allclose(np.asarray(mine), theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("states", [None, STATES[:1]], ids=["nostate", "state"])
def test_a_layer_made_of_a_configuration_knows_how_many_there_are(target, of_keras, states):
    layer = target.keras.layers.RNN(of_keras())
    layer(target.tf.constant(X), constants=tensors(target, CONSTANTS))
    twin = type(layer).from_config(layer.get_config())
    got = twin(tensors(target, [X] + (states or []) + CONSTANTS))
    ours = rnn_oracle.RNN(Leaky(), dialect="keras2")
    want = ours(X, initial_state=states, constants=CONSTANTS)
    np.testing.assert_allclose(np.asarray(got), want, rtol=1e-4, atol=1e-5)


def test_a_cell_that_takes_none(target):
    if target.name == "keras3":
        pytest.skip("constants exist in keras2")
    layer = target.keras.layers.RNN(target.keras.layers.GRUCell(4))
    with pytest.raises(ValueError, match="does not support constants"):
        layer(target.tf.constant(X), constants=tensors(target, CONSTANTS))


def test_inputs_of_a_model_that_goes_one_way(target, of_keras):
    given = [X] + CONSTANTS
    inputs = [target.keras.Input(array.shape[1:]) for array in given]
    output = target.keras.layers.RNN(of_keras())(inputs[0], constants=inputs[1:])
    got = target.keras.Model(inputs, output)(tensors(target, given))
    want = rnn_oracle.RNN(Leaky(), dialect="keras2")(X, constants=CONSTANTS)
    np.testing.assert_allclose(np.asarray(got), want, rtol=1e-4)


def test_a_list_of_inputs_takes_none_beside_it(target, of_keras):
    with pytest.raises(AssertionError):
        target.keras.layers.RNN(of_keras())(
            [target.tf.constant(X)], constants=tensors(target, CONSTANTS)
        )


def both_ways(target, kind):
    layers = target.keras.layers
    return layers.Bidirectional(layers.RNN(kind(), return_sequences=True))


@pytest.mark.parametrize("states", [None, STATES], ids=["nostate", "state"])
@pytest.mark.parametrize("count", [1, 2])
def test_given_to_a_call(target, of_keras, count, states):
    named = {} if states is None else {"initial_state": tensors(target, states)}
    constants = tensors(target, CONSTANTS[:count])
    got = both_ways(target, of_keras)(target.tf.constant(X), constants=constants, **named)
    np.testing.assert_allclose(as_arrays(got), demanded(count, states), rtol=1e-4)


@pytest.mark.parametrize("rebuilt", [False, True], ids=["model", "config"])
@pytest.mark.parametrize("states", [None, STATES], ids=["nostate", "state"])
@pytest.mark.parametrize("count", [1, 2])
def test_inputs_of_a_model(target, of_keras, count, states, rebuilt):
    keras = target.keras
    given = [X] + (states or []) + CONSTANTS[:count]
    inputs = [keras.Input(array.shape[1:]) for array in given]
    named = {"initial_state": inputs[1:3]} if states else {}
    output = both_ways(target, of_keras)(inputs[0], constants=inputs[-count:], **named)
    model = keras.Model(inputs, output)
    if rebuilt:
        model = keras.Model.from_config(model.get_config())
    got = model(tensors(target, given))
    np.testing.assert_allclose(as_arrays(got), demanded(count, states), rtol=1e-4)
