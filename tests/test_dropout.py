"""Dropout in training as the installed Keras draws it; a family of cases crosses its options."""

import functools
import itertools
from copy import deepcopy

import numpy as np
import pytest
from helpers import assert_same, give_weights, knows, numbers, skip_known, within

import rnn_oracle
from rnn_oracle.arithmetic.error_bounds import UNIT_ROUNDOFF, exact
from rnn_oracle.reference.dropout import Masks, dropped

X = numbers(4, 6, 3)
MASK = np.arange(6) < np.array([6, 3, 1, 4])[:, None]
RATES = dict(dropout=0.25, recurrent_dropout=0.5)
GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}


def under_rnn(target, name, **arguments):
    """Return a layer that nothing but the cell makes, so that no kernel of its own is in play."""
    layers = target.keras.layers
    cell = getattr(layers, name + "Cell")(5, **arguments)
    return give_weights(layers.RNN(cell, return_sequences=True), (4, 6, 3))


def watched(*drawing):
    """Record the dropout masks that a cell of Keras uses; return the two lists of them.

    In Keras 2 some layers draw masks themselves.
    """
    found = [], []
    for name in ("get_dropout_mask", "get_recurrent_dropout_mask"):
        kept = found["recurrent" in name]
        # As Keras 3 and Keras 2 call it.
        for one, method in itertools.product(drawing, (name, name + "_for_cell")):
            if hasattr(one, method):
                object.__setattr__(one, method, _recording(getattr(one, method), kept))
    return found


def _recording(method, kept):
    def recording(*arguments, **named):
        masks = method(*arguments, **named)
        if masks is not None:
            several = masks if isinstance(masks, (list, tuple)) else [masks]
            kept.append([np.asarray(mask) for mask in several])
        return masks

    return recording


def keeps_the_first_masks(target):
    """Skip where RNN over a cell never resets the masks of the cell."""
    if target.dialect == "keras2_v1":
        pytest.skip("see https://github.com/tensorflow/tensorflow/issues/32543")


def used(recorded):
    """Return the masks of a call, which are to be the same at all steps (rule P2)."""
    for masks in recorded:
        for mask, first in zip(masks, recorded[0]):
            np.testing.assert_array_equal(mask, first)
    return recorded[0]


@pytest.mark.parametrize("name", GATES)
def test_the_masks_that_keras_draws(target, name):
    if within(target, keras3="<3.8"):
        pytest.skip("recurrent_dropout is something else here, see the ledger")
    keeps_the_first_masks(target)
    layer = under_rnn(target, name, **RATES)
    copy = rnn_oracle.from_keras(layer)
    recorded = watched(layer.cell)
    x = numbers(100, 6, 3)  # of so many numbers some are dropped, and some are not
    before = None
    for _ in range(2):
        for kept in recorded:
            kept.clear()
        got = np.asarray(layer(target.tf.constant(x), training=True))
        masks = Masks(*map(used, recorded))
        assert_same_as_dropped(copy, x, masks, got)
        for kept, rate, width in zip(masks, (0.25, 0.5), (3, 5)):
            assert [mask.shape for mask in kept] == [(100, width)] * GATES[name]
            assert set(np.unique(kept)) == {0, np.float32(1 / (1 - rate))}
        assert before is None or np.any(before != masks.recurrent[0])
        before = masks.recurrent[0]


@pytest.mark.parametrize(
    "rates",
    [dict(dropout=0.25), dict(recurrent_dropout=0.5), RATES],
    ids=["dropout", "recurrent_dropout", "both"],
)
@pytest.mark.parametrize("name", GATES)
def test_the_masks_that_a_layer_draws(target, name, rates):
    if "recurrent_dropout" in rates and within(target, keras3="<3.8"):
        pytest.skip("recurrent_dropout is something else here, see the ledger")
    layer = getattr(target.keras.layers, name)(5, return_sequences=True, **rates)
    give_weights(layer, (4, 6, 3))
    copy = rnn_oracle.from_keras(layer)
    recorded = watched(layer, layer.cell)
    got = np.asarray(layer(target.tf.constant(X), training=True))
    masks = Masks(*[used(kept) if kept else None for kept in recorded])
    assert [kept is not None for kept in masks] == [rate in rates for rate in RATES]
    if "recurrent_dropout" not in rates and getattr(layer.cell, "implementation", 2) == 2:
        masks = Masks(masks.inputs[:1])  # the gates share the first (rule P3)
    of_steps = 1.0
    if masks.inputs and masks.inputs[0].ndim == 3:  # in Keras 2 each step may have its own
        (of_steps,), masks = masks.inputs, Masks()
    assert_same_as_dropped(copy, X, masks, got, of_steps)


def assert_same_as_dropped(copy, x, masks, got, of_steps=1.0):
    unit = UNIT_ROUNDOFF["float32"]
    with dropped(copy, [masks]):
        want, bound = copy(x * of_steps), copy(exact(x, unit) * of_steps).error
    assert_same(want, got, bound)


def answers_of(target, name, kind, training, **rates):
    """Return what a layer of its own name, RNN over a cell, or a cell by hand returns."""
    x, states = target.tf.constant(X), [target.tf.ones((4, 5))] * (2 if name == "LSTM" else 1)
    if kind == "rnn":
        return np.asarray(under_rnn(target, name, **rates)(x, **training))
    if kind == "stack":
        stack = target.keras.layers.StackedRNNCells(
            [getattr(target.keras.layers, name + "Cell")(5, **rates)]
        )
        return np.asarray(give_weights(stack, (4, 3))(x[:, 0], [states], **training)[0])
    if kind == "layer":
        layer = getattr(target.keras.layers, name)(5, return_sequences=True, **rates)
        return np.asarray(give_weights(layer, (4, 6, 3))(x, **training))
    cell = getattr(target.keras.layers, name + "Cell")(5, **rates)
    return np.asarray(give_weights(cell, (4, 3))(x[:, 0], states, **training)[0])


@pytest.mark.parametrize("training", [{}, {"training": False}], ids=["untold", "false"])
@pytest.mark.parametrize("kind", ["layer", "rnn", "cell", "stack"])
@pytest.mark.parametrize("name", GATES)
def test_nothing_is_dropped_out_of_training(target, name, kind, training):
    want = answers_of(target, name, kind, training)
    got = answers_of(target, name, kind, training, **RATES)
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", ["layer", "rnn", "cell"])
@pytest.mark.parametrize("name", GATES)
def test_nothing_is_dropped_without_a_rate(target, name, kind):
    want = answers_of(target, name, kind, {})
    got = answers_of(target, name, kind, {"training": True})
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("implementation", [1, 2])
@pytest.mark.parametrize("training", [{}, {"training": False}], ids=["untold", "false"])
@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_no_implementation_drops_out_of_training(target, name, training, implementation):
    """Without recurrent_dropout, Keras 3 tries a kernel that has one mask for all gates."""
    if not knows(getattr(target.keras.layers, name), 4, implementation=implementation):
        pytest.skip("the release does not know implementation")
    want = answers_of(target, name, "layer", training)
    rates = dict(dropout=0.25, implementation=implementation)
    got = answers_of(target, name, "layer", training, **rates)
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("batch", [4, 1])
@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_each_gate_drops_its_own_without_cudnn(target, name, batch):
    if target.name == "keras2" or within(target, keras3="<3.8"):
        pytest.skip("it fails with use_cudnn='auto' from Keras 3.8 on, see the ledger")
    kind = functools.partial(getattr(target.keras.layers, name), 5, dropout=0.25, implementation=1)
    x = X[:batch]
    with pytest.raises(target.tf.errors.InvalidArgumentError, match="BroadcastTo"):
        kind()(target.tf.constant(x), training=True)
    layer = give_weights(kind(use_cudnn=False), x.shape)
    copy = rnn_oracle.from_keras(layer)
    recorded, _ = watched(layer.cell)
    got = np.asarray(layer(target.tf.constant(x), training=True))
    masks = used(recorded)
    assert len(masks) == GATES[name]
    assert_same_as_dropped(copy, x, Masks(masks), got)


@pytest.mark.parametrize(
    "shape", [(0, 6, 3), (4, 1, 3), (4, 6, 0)], ids=["no-batch", "one-step", "no-features"]
)
@pytest.mark.parametrize("name", GATES)
def test_where_there_is_little_to_drop(target, name, shape):
    if shape[0] == 0 and name == "LSTM" and within(target, keras3=">=3.12"):
        pytest.skip("it fails in training or not, see the ledger")
    layer = getattr(target.keras.layers, name)(5, dropout=0.25)
    assert layer(target.tf.zeros(shape), training=True).shape == (shape[0], 5)


@pytest.mark.parametrize("rate", RATES)
def test_about_as_many_are_dropped_as_the_rate_says(target, rate):
    layer = under_rnn(target, "SimpleRNN", **{rate: 0.25})
    kept = watched(layer.cell)["recurrent" in rate]
    x = target.tf.ones((1000, 1, 3))
    layer(x, training=True)
    if rate == "recurrent_dropout" and within(target, keras3="<3.2"):
        assert np.all(kept[0][0] == 1)  # it took the rate of the input
    else:
        assert abs(np.mean(kept[0][0] == 0) - 0.25) < 0.05


@pytest.mark.parametrize("rates", [dict(dropout=0.25), RATES], ids=["dropout", "both"])
@pytest.mark.parametrize("name", GATES)
def test_each_call_of_a_layer_draws_other_masks(target, name, rates):
    layer = getattr(target.keras.layers, name)(5, **rates)
    x = target.tf.ones((100, 6, 3))
    first, second = (np.asarray(layer(x, training=True)) for _ in range(2))
    assert np.any(first != second)


@pytest.mark.parametrize("rate", RATES)
def test_each_call_of_a_stack_draws_other_masks(target, rate):
    keeps_the_first_masks(target)
    known = "keras3-recurrent-dropout-at-the-other-rate", "keras3-dropout-of-stacked-cells-fails"
    skip_known(target, *known)
    layers = target.keras.layers
    layer = layers.RNN([layers.GRUCell(5), layers.SimpleRNNCell(5, **{rate: 0.5})])
    x = target.tf.ones((100, 6, 3))
    first, second = (np.asarray(layer(x, training=True)) for _ in range(2))
    assert np.any(first != second)


@pytest.mark.parametrize("kind", ["rnn", "stack"])
def test_the_flag_goes_on_from_the_method_too(target, kind):
    """`call` itself tells the cell; Layer has not been told. Else equal rows stay equal."""
    layers, x = target.keras.layers, target.tf.ones((100, 6, 3))
    cell = layers.GRUCell(5, dropout=0.5)
    if kind == "rnn":
        layer = give_weights(layers.RNN(cell), (100, 6, 3))
        output = layer.call(x, training=True)
    else:
        layer = give_weights(layers.StackedRNNCells([cell]), (100, 3))
        output, _ = layer.call(x[:, 0], [target.tf.zeros((100, 5))], training=True)
    assert np.any(np.ptp(np.asarray(output), axis=0) > 0.01)


def test_masks_of_a_stack_that_was_given_bare_states(target):
    """Each sequence has its own; the state is not taken for a list of its sequences."""
    if within(target, keras3="<3.8"):
        pytest.skip("recurrent_dropout is something else here, see the ledger")
    keeps_the_first_masks(target)
    layers = target.keras.layers
    cells = [layers.SimpleRNNCell(5, recurrent_dropout=0.5) for _ in range(2)]
    recorded = watched(*cells)[1]
    states = [target.tf.ones((100, 5))] * 2
    layers.RNN(cells)(target.tf.ones((100, 6, 3)), initial_state=states, training=True)
    assert {mask.shape for masks in recorded for mask in masks} == {(100, 5)}


@pytest.mark.parametrize("name", GATES)
def test_a_seed_is_where_the_masks_begin(target, name):
    kind = getattr(target.keras.layers, name)
    if not knows(kind, 5, seed=3):
        pytest.skip("the release does not know seed")
    layer = kind(5, dropout=0.25, seed=3)
    x = target.tf.ones((100, 6, 3))
    first, second = (np.asarray(layer(x, training=True)) for _ in range(2))
    assert np.any(first != second)


@pytest.mark.parametrize("of", ["", "recurrent_"])
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", GATES)
def test_masks_for_a_cell_outside_of_a_call(target, name, training, of):
    if target.name == "keras3" or within(target, keras2="<2.0"):
        pytest.skip("the release is told by the call whether it is training")
    cell = getattr(target.keras.layers, name + "Cell")(5, dropout=0.5, recurrent_dropout=0.5)
    draw = getattr(cell, "get_" + of + "dropout_mask_for_cell")
    masks = draw(target.tf.ones((100, 5)), training=training, count=GATES[name])
    for mask in [masks] if name == "SimpleRNN" else masks:
        assert set(np.unique(mask)) == ({0, 2} if training else {1})


@pytest.mark.parametrize("name", GATES)
def test_a_deep_copy_of_a_cell_that_has_drawn_masks(target, name):
    if within(target, keras2="<2.0", keras3="<3.3"):
        pytest.skip("the release has no copy of what the masks are drawn from")
    layer = under_rnn(target, name, **RATES)
    layer(target.tf.constant(X), training=True)
    cell = deepcopy(layer.cell)
    for mine, theirs in zip(cell.get_weights(), layer.cell.get_weights()):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("name", GATES)
def test_a_deep_copy_of_a_cell_draws_masks_of_its_own(target, name):
    if target.name == "keras3":
        pytest.skip("test_a_deep_copy_of_a_cell_that_has_drawn_masks tells all of it")
    if within(target, keras2="<2.0"):
        pytest.skip("there no cell can be copied so")
    cell = deepcopy(under_rnn(target, name, **RATES).cell)
    twin = target.keras.layers.RNN(cell)
    x = target.tf.ones((100, 6, 3))
    assert np.any(np.asarray(twin(x, training=True)) != np.asarray(twin(x, training=True)))


@pytest.mark.parametrize("unroll", [False, True])
def test_the_steps_share_a_mask_in_a_graph_too(target, unroll):
    layer = target.keras.layers.SimpleRNN(
        3, activation=None, dropout=0.5, return_sequences=True, unroll=unroll
    )
    layer.build((2, 20, 3))
    layer.set_weights([np.eye(3), np.zeros((3, 3)), np.zeros(3)])  # it returns what it sees
    graph = target.tf.function(lambda x: layer(x, training=True))
    seen = np.asarray(graph(target.tf.ones((2, 20, 3))))
    shared = bool(np.all(seen == seen[:, :1]))
    # In the ledger for all layers: masks are drawn in the loop.
    assert shared == (unroll or not within(target, keras2=">=2.2"))


def test_a_model_in_training(target):
    keeps_the_first_masks(target)
    keras = target.keras
    inputs = keras.Input((6, 3))
    layer = keras.layers.RNN(keras.layers.GRUCell(5, dropout=0.25), return_sequences=True)
    model = keras.Model(inputs, layer(inputs))
    give_weights(layer, (4, 6, 3))
    copy = rnn_oracle.from_keras(layer)
    recorded, _ = watched(layer.cell)
    got = np.asarray(model(target.tf.constant(X), training=True))
    assert_same_as_dropped(copy, X, Masks(used(recorded)[:1]), got)


@pytest.mark.parametrize("name", GATES)
@pytest.mark.parametrize("rate", RATES)
def test_a_rate_of_one(target, name, rate):
    if within(target, keras3="<3.14"):
        pytest.skip("refused in every call (rule P4)")
    layer = under_rnn(target, name, **{rate: 1.0})
    x = target.tf.constant(X)
    if target.name == "keras2":
        with pytest.raises(ValueError):
            layer(x, training=True)
        return
    copy = rnn_oracle.from_keras(layer)
    zeros = [np.zeros((4, 5 if "recurrent" in rate else 3))]
    with dropped(copy, [Masks(recurrent=zeros) if "recurrent" in rate else Masks(zeros)]):
        want = copy(X)
    if name != "SimpleRNN":  # the others compare the rate with 0 and 1, and leave out both
        assert np.abs(want - copy(X)).max() > 0.01
        want = copy(X)
    np.testing.assert_allclose(np.asarray(layer(x, training=True)), want, rtol=1e-4, atol=1e-6)


def test_both_directions_drop(target):
    layers = target.keras.layers
    inner = layers.RNN(layers.LSTMCell(5, **RATES), return_sequences=True)
    both = give_weights(layers.Bidirectional(inner), (4, 6, 3))
    copy = rnn_oracle.from_keras(both)
    recorded = [watched(side.cell) for side in (both.forward_layer, both.backward_layer)]
    arguments = {"mask": target.tf.constant(MASK), "training": True}
    got = np.asarray(both(target.tf.constant(X), **arguments))
    forward, backward = ([Masks(*map(used, found))] for found in recorded)
    with dropped(copy.forward_layer, forward), dropped(copy.backward_layer, backward):
        np.testing.assert_allclose(got, copy(X, mask=MASK), rtol=1e-4, atol=1e-6)
