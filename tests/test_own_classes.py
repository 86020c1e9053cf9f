"""Classes of the user's own that extend Keras's: what their copies take over, and what not."""

import numpy as np
import pytest
from helpers import assert_agrees, call, give_weights, numbers, tensors, within

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.testing.checking import check

X = numbers(2, 5, 3)
MASK = np.array([[False] * 5, [False, True, True, False, True]])
CELLS = ("SimpleRNNCell", "LSTMCell", "GRUCell")


def extended(target, name, **members):
    """Return a class that extends one of Keras's, and that Keras finds by its name."""
    layers = target.keras.layers
    kind = type("Own" + name, (getattr(layers, name),), members)
    target.keras.utils.get_custom_objects()[kind.__name__] = kind
    return kind


def of_cell(target):
    """Return a method of a cell: it begins with 0.5, 1.0, ..."""

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        sizes = self.state_size if isinstance(self.state_size, (list, tuple)) else [self.state_size]
        states = [
            target.tf.fill((batch_size, size), 0.5 * i) for i, size in enumerate(sizes, start=1)
        ]
        return states if len(states) > 1 else states[0]

    return get_initial_state


FORMS = {
    "one": lambda layers, own: layers.RNN(own(4), return_state=True),
    "list": lambda layers, own: layers.RNN([own(4), layers.LSTMCell(2), own(3)]),
    "both ways": lambda layers, own: layers.Bidirectional(layers.RNN(own(4), return_state=True)),
    "list, both ways": lambda layers, own: layers.Bidirectional(
        layers.RNN([own(4), layers.GRUCell(3)], return_sequences=True)
    ),
}


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("form", FORMS)
def test_a_cell_begins_in_its_own_way(target, name, form):
    own = extended(target, name, get_initial_state=of_cell(target))
    layer = give_weights(FORMS[form](target.keras.layers, own), X.shape)
    copy = assert_agrees(target, layer, X)
    assert_agrees(target, layer, X, mask=MASK)
    first = getattr(copy, "forward_layer", copy).get_initial_state(2)
    assert nest.flatten(first)[0].tolist() == [[0.5] * 4] * 2


@pytest.mark.parametrize("name", ["RNN", "GRU"])
def test_a_method_of_one_object_counts_too(target, name):
    layers, begin = target.keras.layers, of_cell(target)
    layer = layers.RNN(layers.GRUCell(4)) if name == "RNN" else layers.GRU(4)
    layer.cell.get_initial_state = lambda **named: begin(layer.cell, **named)
    copy = assert_agrees(target, give_weights(layer, X.shape), X)
    assert copy.get_initial_state(1)[0].tolist() == [[0.5] * 4]


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_learns_how_to_begin(target, name):
    tf, kind = target.tf, getattr(target.keras.layers, name)

    def build(self, shape):
        self.begin = self.add_weight(shape=(4,), name="begin")
        kind.build(self, shape)

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        states = [tf.tile(tf.convert_to_tensor(self.begin)[None], (batch_size, 1))]
        return states * (2 if name == "LSTMCell" else 1)

    own = extended(target, name, build=build, get_initial_state=get_initial_state)
    layer = give_weights(target.keras.layers.RNN(own(4)), X.shape)
    copy = assert_agrees(target, layer, X)
    assert len(copy.get_weights()) == len(layer.get_weights()) - 1
    before = copy(X)
    layer.cell.begin.assign(np.ones(4))
    assert not np.array_equal(copy(X), before)


def test_a_stack_of_ones_own_begins_in_its_own_way(target):
    layers, tf = target.keras.layers, target.tf

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        return [tf.ones((batch_size, 4)), tf.fill((batch_size, 3), 0.5)]

    own = extended(target, "StackedRNNCells", get_initial_state=get_initial_state)
    stack = own([layers.GRUCell(4), layers.SimpleRNNCell(3)])
    assert_agrees(target, give_weights(layers.RNN(stack), X.shape), X)


def of_layer(target):
    """Return a method of a layer: in Keras 2 the states come of the input."""
    tf, count = target.tf, {"SimpleRNN": 1, "LSTM": 2, "GRU": 1}

    def get_initial_state(self, given=None, batch_size=None):
        first = tf.ones((batch_size, 4)) if given is None else given[:, 0, :1] + tf.zeros((1, 4))
        return [first] * count[type(self).__name__[len("Own") :]]

    return get_initial_state


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
@pytest.mark.parametrize("both_ways", [False, True], ids=["one_way", "both_ways"])
def test_a_layer_begins_in_its_own_way(target, name, both_ways):
    own = extended(target, name, get_initial_state=of_layer(target))
    layer = own(4, return_state=True)
    if both_ways:
        layer = target.keras.layers.Bidirectional(layer)
    assert_agrees(target, give_weights(layer, X.shape), X)
    assert not check(layer, X).mismatches


def test_an_initial_state_that_is_given_takes_its_place(target):
    own = extended(target, "GRUCell", get_initial_state=of_cell(target))
    layer = give_weights(target.keras.layers.RNN(own(4)), X.shape)
    assert_agrees(target, layer, X, initial_state=[numbers(2, 4)])


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("size", ["state_size", "output_size"])
def test_a_cell_of_other_sizes_is_refused(target, name, size):
    own = extended(target, name, **{size: property(lambda self: 7, lambda self, value: None)})
    cell = own(4)
    cell.build((2, 3))
    with pytest.raises(ValueError, match=f"{cell.name} has {size}=7, where the {name} that it ext"):
        rnn_oracle.from_keras(cell)


@pytest.mark.parametrize("name", ["LSTM", "GRUCell", "Embedding"])
def test_a_configuration_of_ones_own_is_no_concern_of_the_copy(target, name):
    base, options = getattr(target.keras.layers, name), {"dtype": "float32"}
    config = {
        "LSTM": {"return_sequences": True},
        "GRUCell": {"reset_after": False},
        "Embedding": {"mask_zero": True},
    }[name]
    sizes = (5, 4) if name == "Embedding" else (4,)

    class Own(base):
        def get_config(self):
            return {"mine": 3}

    own = Own(*sizes, **config, **options)
    own.build((2, 5) if name == "Embedding" else (2, 3) if name == "GRUCell" else (2, 5, 3))
    copy = rnn_oracle.from_keras(own)
    assert {key: copy.get_config()[key] for key in config} == config


def test_a_mask_of_ones_own_is_no_concern_of_the_copy(target):
    own = extended(target, "LSTM", compute_mask=lambda self, *arguments: None)
    layer = give_weights(own(4, return_sequences=True), X.shape)
    assert rnn_oracle.from_keras(layer).compute_mask(X, MASK) is MASK
    report = check(layer, X, mask=tensors(target, MASK))
    assert [row[0] for row in report.table] == ["mask of output"]


def test_a_cell_stands_in_a_stack_twice(target):
    layers = target.keras.layers
    twice = layers.GRUCell(3)
    layer = layers.RNN([twice, layers.LSTMCell(3), layers.StackedRNNCells([twice]), twice])
    give_weights(layer, X.shape)
    copy = assert_agrees(target, layer, X, mask=None)
    assert len(copy.get_weights()) == len(set(map(id, layer.weights))) == 6
    copy.set_weights([0.5 * weight for weight in copy.get_weights()])
    assert copy.cell.cells[0] is copy.cell.cells[3] is copy.cell.cells[2].cells[0]


def last_step(target):
    """Return a class of layers to wrap, which take no mask and return the step they end at."""

    class LastStep(target.keras.layers.Layer):
        return_sequences = stateful = False
        states = ()

        def __init__(self, go_backwards=False, return_state=False, **options):
            super().__init__(**options)
            self.go_backwards, self.return_state = go_backwards, return_state

        def call(self, sequences, initial_state=None, training=None):
            self.told = training
            last = sequences[:, 0 if self.go_backwards else -1]
            return [last, -last] if self.return_state else last

        def get_config(self):
            own = {"go_backwards": self.go_backwards, "return_state": self.return_state}
            return dict(super().get_config(), **own)

    target.keras.utils.get_custom_objects()[LastStep.__name__] = LastStep
    return LastStep


@pytest.mark.parametrize("beside", ["its copy", "GRU"])
@pytest.mark.parametrize("training", [None, False, True], ids=str)
def test_both_ways_over_a_layer_that_takes_no_mask(target, beside, training):
    layers = target.keras.layers
    backward = layers.GRU(4, go_backwards=True) if beside == "GRU" else None
    layer = layers.Bidirectional(last_step(target)(), None, backward_layer=backward)
    arguments = {"mask": target.tf.constant(MASK), "training": training}
    first, second = layer(target.tf.constant(X), **arguments)
    np.testing.assert_array_equal(first, X[:, -1])
    assert layer.forward_layer.told == training
    if beside == "GRU":
        np.testing.assert_array_equal(second, call(target, layer.backward_layer, X))
    else:
        np.testing.assert_array_equal(second, X[:, 0])
        assert layer.backward_layer.told == training


def test_both_ways_over_a_layer_that_returns_a_list(target):
    layer = target.keras.layers.Bidirectional(last_step(target)(return_state=True), "sum")
    results = layer(target.tf.constant(X))
    for got, want in zip(results, (X[:, -1] + X[:, 0], -X[:, -1], -X[:, 0])):
        np.testing.assert_array_equal(got, want)
    assert len(results) == 3


def test_both_ways_over_a_layer_that_takes_no_initial_state(target):
    if target.name == "keras3":
        pytest.skip("there it is given one all the same")

    class EachStep(last_step(target)):
        return_sequences = True

        def call(self, sequences):
            return 2 * (sequences[:, ::-1] if self.go_backwards else sequences)

    target.keras.utils.get_custom_objects()[EachStep.__name__] = EachStep
    for got in target.keras.layers.Bidirectional(EachStep(), None)(target.tf.constant(X)):
        np.testing.assert_array_equal(got, 2 * X)


def test_both_ways_over_a_layer_that_takes_no_constants(target):
    """The states of a model come in a list with its input only where shapes are asked for."""
    if target.name == "keras3":
        pytest.skip("there they come beside the input")
    keras, listed = target.keras, []

    class FromState(last_step(target)):
        def call(self, sequences, initial_state=None):
            listed.append(isinstance(sequences, list))
            if listed[-1]:
                sequences, initial_state = sequences[0], sequences[1:]
            return super().call(sequences) + initial_state[0]

    keras.utils.get_custom_objects()[FromState.__name__] = FromState
    inputs, states = keras.Input((5, 3)), [keras.Input((3,)), keras.Input((3,))]
    results = keras.layers.Bidirectional(FromState(), None)(inputs, initial_state=states)
    given = tensors(target, [X, X[:, 1], X[:, 2]])
    first, second = keras.Model([inputs] + states, results)(given)
    np.testing.assert_array_equal(first, X[:, -1] + X[:, 1])
    np.testing.assert_array_equal(second, X[:, 0] + X[:, 2])
    assert listed == [True, True, False, False]


def test_both_ways_over_a_layer_that_is_not_stateful_are_not_reset(target):
    if within(target, keras2="<2.13"):
        pytest.skip("the release leaves it to the layers inside to refuse")

    class Reset(last_step(target)):
        def reset_states(self, states=None):
            raise AssertionError("it has none")

    target.keras.utils.get_custom_objects()[Reset.__name__] = Reset
    with pytest.raises(AttributeError, match="stateful"):
        target.keras.layers.Bidirectional(Reset()).reset_states()
