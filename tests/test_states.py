"""States of the layers: given, kept, set back, and told without a call."""

import numpy as np
import pytest
from helpers import (
    as_arrays,
    assert_agrees,
    assert_same,
    call,
    give_weights,
    numbers,
    skip_known,
    tensors,
    within,
)

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.arithmetic.error_bounds import bounds

STATES = {"SimpleRNN": 1, "LSTM": 2, "GRU": 1}
X = numbers(2, 5, 3)
A, B, C = numbers(2, 4), numbers(2, 4, seed=1), numbers(2, 3)


def states_of(name, batch=2, dtype="float32"):
    return [numbers(batch, 4, seed=7 + i, dtype=dtype) for i in range(STATES[name])]


def layer_of(target, name, **options):
    return give_weights(getattr(target.keras.layers, name)(4, **options), (2, 5, 3))


def value(target, variable):
    return np.asarray(target.tf.convert_to_tensor(variable))


# Given in a call.


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("form", ["tuple", "bare", "after_the_input"])
def test_forms_of_initial_states(target, name, form):
    layer = layer_of(target, name, return_state=True)
    given = tensors(target, states_of(name))
    want = call(target, layer, X, initial_state=states_of(name))
    x = target.tf.constant(X)
    if form == "tuple":
        got = layer(x, initial_state=tuple(given))
    elif form == "bare":
        if len(given) > 1:
            with pytest.raises((IndexError, ValueError)):
                layer(x, initial_state=given[0])
            with pytest.raises(ValueError, match="has 2 states, but 1 was given"):
                rnn_oracle.from_keras(layer)(X, initial_state=states_of(name)[0])
            return
        got = layer(x, initial_state=given[0])
    else:
        if target.name == "keras3":
            pytest.skip("keras3 takes no states after the input (rule I6)")
        got = layer([x] + given)
    for mine, theirs in zip(got, want):
        np.testing.assert_array_equal(np.asarray(mine), theirs)
    assert_agrees(target, layer, X, initial_state=states_of(name))


@pytest.mark.parametrize("name", STATES)
def test_initial_states_of_another_width(target, name):
    layer = layer_of(target, name, return_state=True)
    wide = states_of(name, dtype="float64")
    if target.name == "keras2":
        with pytest.raises((target.tf.errors.InvalidArgumentError, TypeError, ValueError)):
            call(target, layer, X, initial_state=wide)  # see rule I7
        return
    want = call(target, layer, X, initial_state=[state.astype("float32") for state in wide])
    for mine, theirs in zip(call(target, layer, X, initial_state=wide), want):
        np.testing.assert_array_equal(mine, theirs)
        assert mine.dtype == "float32"


@pytest.mark.parametrize("name", ["LSTM", "Bidirectional"])
def test_states_of_a_model_are_not_mixed_with_others(target, name):
    layers = target.keras.layers
    layer = layers.LSTM(4) if name == "LSTM" else layers.Bidirectional(layers.GRU(4))
    inputs = target.keras.Input(batch_shape=(2, 5, 3))
    mixed = [target.keras.Input(batch_shape=(2, 4)), target.tf.constant(numbers(2, 4))]
    if target.name == "keras2":
        with pytest.raises(ValueError, match="mix of"):
            layer(inputs, initial_state=mixed)
        return
    output = layer(inputs, initial_state=mixed)
    model = target.keras.Model([inputs, mixed[0]], output)
    give_weights(layer, X.shape)
    given = [numbers(2, 4, seed=3), numbers(2, 4)]
    got = np.asarray(model([target.tf.constant(X), target.tf.constant(given[0])]))
    want = rnn_oracle.from_keras(layer)(X, initial_state=given)
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


STACKS = {
    "gru-simple": lambda layers: [layers.GRUCell(4), layers.SimpleRNNCell(3)],
    "lstm-gru": lambda layers: [layers.LSTMCell(4), layers.GRUCell(3)],
    "one": lambda layers: [layers.GRUCell(4)],
    "deep": lambda layers: [
        layers.StackedRNNCells([layers.GRUCell(4), layers.LSTMCell(2)]),
        layers.SimpleRNNCell(3),
    ],
}


def changed(states):
    """Return states of the same nesting, of other numbers."""
    leaves = nest.flatten(states)
    return nest.pack(states, [numbers(*leaf.shape, seed=i) for i, leaf in enumerate(leaves)])


@pytest.mark.parametrize("cells", STACKS)
@pytest.mark.parametrize("told_by", ["get_initial_state", "a call"])
@pytest.mark.parametrize("merge_mode", [None, "sum"], ids=["one_way", "both_ways"])
def test_a_stack_takes_the_states_that_it_tells(target, cells, told_by, merge_mode):
    if cells == "deep" and within(target, keras2="<2.7"):
        pytest.skip("it takes the sizes of the inner stack for a shape")
    if cells == "lstm-gru" and merge_mode and within(target, keras2="<2.15"):
        pytest.skip("TensorFlow 1.15 fails at nested states; those after it were not measured")
    layers = target.keras.layers
    layer = layers.RNN(STACKS[cells](layers), return_state=True)
    if merge_mode:
        layer = layers.Bidirectional(layer, merge_mode=merge_mode)
    give_weights(layer, X.shape)
    if told_by == "a call":
        states = call(target, layer, X)[1:]
    else:
        side = layer.forward_layer if merge_mode else layer
        states = side.get_initial_state(2 if target.name == "keras3" else target.tf.constant(X))
        states = as_arrays(list(states)) * (2 if merge_mode else 1)
    states = changed(list(states))
    copy = rnn_oracle.from_keras(layer)
    want = copy(X, initial_state=states)
    got = call(target, layer, X, initial_state=states)
    allowed = bounds(copy, X, "float32", initial_state=states)
    for each in zip(*map(nest.flatten, (want, got, allowed))):
        assert_same(*each)
    assert nest.same_structure(want, copy(X))


WRONGLY_NESTED = {
    "a single state": ("gru", [[A]], "nested"),
    "each of a pair": ("lstm", [[A], [B]], "nested"),
    "the pair": ("lstm", [[A, B]], "has 2 states, but 1 was given"),
    "one twice": ("stack", [[A, B], [[C]]], "nested"),
    "a pair in a list": ("stack", [[[A, B]], C], "nested"),
    "each of a pair in a list": ("stack", [[[A], [B]], C], "nested"),
    "all in one list": ("stack", [A, B, C], "has 2 states, but 3 were given"),
}


@pytest.mark.parametrize("dialect", ["keras3", "keras2"])
@pytest.mark.parametrize("what", WRONGLY_NESTED)
def test_states_that_are_wrongly_nested(dialect, what):
    name, states, message = WRONGLY_NESTED[what]
    cells = {
        "gru": rnn_oracle.GRUCell(4, dialect=dialect),
        "lstm": rnn_oracle.LSTMCell(4, dialect=dialect),
    }
    cells["stack"] = [cells["lstm"], rnn_oracle.GRUCell(3, dialect=dialect)]
    layer = rnn_oracle.RNN(cells[name])
    layer.set_weights([np.ones([n or 3 for n in shape]) for _, shape, _ in layer.weight_shapes()])
    with pytest.raises(ValueError, match=message):
        layer(X, initial_state=states)


def test_keras2_has_no_list_around_a_single_state_of_a_stack():
    stack = rnn_oracle.StackedRNNCells(
        [rnn_oracle.GRUCell(4, dialect="keras2"), rnn_oracle.GRUCell(3, dialect="keras2")]
    )
    stack.set_weights([np.ones(s) for s in [(3, 12), (4, 12), (2, 12), (4, 9), (3, 9), (2, 9)]])
    with pytest.raises(ValueError, match=r"given nested \[\*, \[\*\]\], but are nested \[\*, \*\]"):
        stack(X[:, 0], [A, [C]])


def test_a_stack_called_by_hand_returns_states_as_it_gets_them():
    stack = rnn_oracle.StackedRNNCells([rnn_oracle.LSTMCell(4), rnn_oracle.GRUCell(3)])
    stack.set_weights([np.ones(s) for s in [(3, 16), (4, 16), (16,), (4, 9), (3, 9), (2, 9)]])
    for given in ([[A, B], C], [[A, B], [C]]):
        assert nest.describe(stack(X[:, 0], given)[1]) == nest.describe(given)


# Kept from call to call.


@pytest.mark.parametrize("name", STATES)
def test_the_states_of_a_layer(target, name):
    layer = getattr(target.keras.layers, name)(4, stateful=True)
    if target.name == "keras3":
        assert layer.states is None
    else:
        assert list(layer.states) == [None] * STATES[name]
    give_weights(layer, X.shape)
    assert len(layer.states) == STATES[name]
    for state in layer.states:
        assert value(target, state).shape == (2, 4) and not value(target, state).any()
    assert not set(map(id, layer.states)) & set(map(id, layer.trainable_weights))


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("again", ["reset_states", "reset_state", "build"])
def test_states_are_set_back(target, name, again):
    layer = layer_of(target, name, stateful=True)
    if again == "reset_state" and not hasattr(layer, again):
        assert target.name == "keras2"
        return
    first = call(target, layer, X)
    copy = rnn_oracle.from_keras(layer)
    copy(X)
    np.testing.assert_allclose(call(target, layer, X), copy(X), rtol=1e-4, atol=1e-5)
    before = list(layer.states)
    weights = layer.get_weights()
    getattr(layer, again)(*([X.shape] if again == "build" else []))
    assert [mine is theirs for mine, theirs in zip(layer.states, before)] == [True] * STATES[name]
    assert len(layer.get_weights()) == len(weights)
    for mine, theirs in zip(layer.get_weights(), weights):
        np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_array_equal(call(target, layer, X), first)


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("stateful", [False, True])
def test_other_sizes_than_the_first_ones(target, name, stateful):
    layer = layer_of(target, name, stateful=stateful)
    copy = rnn_oracle.from_keras(layer)
    for batch, steps in ((2, 5), (2, 7), (2 if stateful else 3, 1)):
        x = numbers(batch, steps, 3, seed=steps)
        np.testing.assert_allclose(call(target, layer, x), copy(x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "shape, unroll",
    [((None, 5, 3), False), ((None, 5, 3), True), ((2, None, 3), False)],
    ids=["batch", "batch-unroll", "steps"],
)
def test_a_graph_that_does_not_know_an_axis(target, shape, unroll):
    if shape[0] is None:
        skip_known(target, "keras3-stateful-not-exported")
    layer, tf = layer_of(target, "GRU", stateful=True, unroll=unroll), target.tf
    copy = rnn_oracle.from_keras(layer)
    signature = [tf.TensorSpec(shape)]
    graph = tf.function(lambda x: layer(x), input_signature=signature, autograph=False)
    for _ in range(2):
        np.testing.assert_allclose(graph(tf.constant(X)), copy(X), rtol=1e-4, atol=1e-5)


def test_a_cell_with_an_initial_state_of_its_own(target):
    def ones(self, inputs=None, batch_size=None, dtype=None):
        return target.tf.ones((batch_size, 4))

    own = type("Own", (target.keras.layers.GRUCell,), {"get_initial_state": ones})
    layer = target.keras.layers.RNN(own(4), stateful=True)
    layer.build(X.shape)
    begins = np.zeros if within(target, keras2="<2.4") else np.ones
    np.testing.assert_array_equal(value(target, layer.states[0]), begins((2, 4)))
    layer.reset_states()
    np.testing.assert_array_equal(value(target, layer.states[0]), np.zeros((2, 4)))


@pytest.mark.parametrize("time_major", [False, True])
def test_a_cell_is_built_for_one_step(target, time_major):
    if time_major and target.name == "keras3":
        pytest.skip("Keras 3 has no time_major")
    seen = []

    def build(self, input_shape):
        seen.append(tuple(input_shape))
        target.keras.layers.GRUCell.build(self, input_shape)

    own = type("Own", (target.keras.layers.GRUCell,), {"build": build})
    options = {"time_major": True} if time_major else {}
    target.keras.layers.RNN([own(4), own(6)], **options).build((5, 2, 3))
    batch = 2 if time_major else 5
    assert seen == [(batch, 3), (batch, 4)]


@pytest.mark.parametrize("name", STATES)
def test_a_cell_that_is_built_is_not_built_again(target, name):
    layers = target.keras.layers
    cell = give_weights(getattr(layers, name + "Cell")(4), (2, 3))
    layer = layers.RNN(cell)
    layer.build(X.shape)
    assert len(layer.get_weights()) == 3
    for mine, theirs in zip(layer.get_weights(), cell.get_weights()):
        np.testing.assert_array_equal(mine, theirs)
    assert_agrees(target, layer, X)


@pytest.mark.parametrize("name", STATES)
def test_resetting_a_layer_without_states(target, name):
    layer = layer_of(target, name)
    copy = rnn_oracle.from_keras(layer)
    if target.name == "keras2":
        for each in (layer, copy):
            with pytest.raises(AttributeError, match="stateful"):
                each.reset_states()
        unbuilt = getattr(target.keras.layers, name)(4, stateful=True)
        with pytest.raises(ValueError, match="needs to know its batch size"):
            unbuilt.reset_states()
        return
    for each in (layer, copy, getattr(target.keras.layers, name)(4, stateful=True)):
        each.reset_state()
        assert each.states is None


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("stacked", [False, True], ids=["layer", "stack"])
def test_reset_to_states(target, name, stacked):
    if target.name == "keras3":
        pytest.skip("reset_states takes no states in keras3")
    layers = target.keras.layers
    layer = getattr(layers, name)(4, stateful=True)
    if stacked:
        cells = [getattr(layers, name + "Cell")(4), layers.GRUCell(4)]
        layer = layers.RNN(cells, stateful=True)
    give_weights(layer, X.shape)
    copy = rnn_oracle.from_keras(layer)
    given = states_of(name)
    if stacked:
        given = [given if name == "LSTM" else given[0], numbers(2, 4, seed=9)]
    for side in (layer, copy):
        side.reset_states(given)
    np.testing.assert_allclose(call(target, layer, X), copy(X), rtol=1e-4, atol=1e-5)
    flat = given[0] + given[1:] if isinstance(given[0], list) else given
    for wrong in (flat[1:], flat + flat[:1]):
        with pytest.raises(ValueError, match=f"expects {len(flat)} state"):
            layer.reset_states(wrong)
    for shape in ((2, 3), (1, 4), (3, 4)):
        with pytest.raises(ValueError, match="is incompatible with layer"):
            layer.reset_states(flat[:-1] + [numbers(*shape)])


@pytest.mark.parametrize("name", STATES)
def test_time_major_states(target, name):
    if target.name == "keras3":
        pytest.skip("Keras 3 has no time_major")
    layer = getattr(target.keras.layers, name)(4, stateful=True, time_major=True)
    give_weights(layer, (5, 2, 3))
    x = X.swapaxes(0, 1)
    copy = rnn_oracle.from_keras(layer)
    for _ in range(2):
        np.testing.assert_allclose(call(target, layer, x), copy(x), rtol=1e-4, atol=1e-5)
    assert value(target, layer.states[0]).shape == (2, 4)
    layer.reset_states()
    copy.reset_states()
    np.testing.assert_allclose(call(target, layer, x), copy(x), rtol=1e-4, atol=1e-5)
    plain = getattr(target.keras.layers, name)(4, time_major=True)
    zeros = plain.get_initial_state(target.tf.constant(x))
    assert [tuple(zero.shape) for zero in zeros] == [(2, 4)] * STATES[name]


@pytest.mark.parametrize("name", list(STATES) + ["RNN"])
def test_a_stateful_layer_must_know_its_batch_size(target, name):
    layers = target.keras.layers
    own = layers.GRUCell(4) if name == "RNN" else 4
    layer = getattr(layers, name)(own, stateful=True)
    with pytest.raises(ValueError, match="batch size"):
        layer.build((None, 5, 3))


# Told without a call.


@pytest.mark.parametrize("name", STATES)
def test_zeros_to_begin_with(target, name):
    layers = target.keras.layers
    layer, cell = getattr(layers, name)(4), getattr(layers, name + "Cell")(4)
    x = target.tf.constant(X)
    if target.name == "keras3":
        found = [layer.get_initial_state(2), layer.get_initial_state(batch_size=2)]
        found += [cell.get_initial_state(2), cell.get_initial_state(batch_size=2)]
    else:
        found = [layer.get_initial_state(x), layer.get_initial_state([x, x])]
        by_size = cell.get_initial_state(batch_size=2, dtype="float32")
        found += [listed(states) for states in (by_size, cell.get_initial_state(x))]
        for wrong in (dict(batch_size=2), dict(dtype="float32"), {}):
            with pytest.raises(ValueError, match="batch_size and dtype cannot be None"):
                cell.get_initial_state(**wrong)
    for states in found:
        assert isinstance(states, list) and len(states) == STATES[name]
        for state in as_arrays(states):
            assert state.shape == (2, 4) and state.dtype == "float32" and not state.any()


def listed(states):
    return list(states) if isinstance(states, (list, tuple)) else [states]


@pytest.mark.parametrize("name", STATES)
def test_zeros_have_the_dtype_of_the_layer(target, name):
    layers = target.keras.layers
    layer = getattr(layers, name)(4, dtype="float64")
    x = target.tf.constant(X.astype("float64"))
    states = layer.get_initial_state(2 if target.name == "keras3" else x)
    assert {np.asarray(state).dtype for state in states} == {np.dtype("float64")}
