"""Gradients of the installed Keras, from its own tape, against those that the rules demand."""

import itertools

import numpy as np
import pytest
from differences import Call, call_of, gradients_of, in_float64, run, weights_of
from helpers import copy_of, give_weights, knows, numbers
from test_gradients import LAYERS, LEGAL, MASK

from rnn_oracle.arithmetic import nest
from rnn_oracle.arithmetic.error_bounds import UNIT_ROUNDOFF, exact
from rnn_oracle.families.layers.problem import problem
from rnn_oracle.reference.dialects import get_dialect
from rnn_oracle.targets.keras.stacks import Stack
from rnn_oracle.verdict.compare import ratios

BATCH_MAJOR = [case for case in LEGAL if not case.time_major]
TIME_MAJOR = [case for case in LEGAL if case.time_major]
SLICE = BATCH_MAJOR[::13] + TIME_MAJOR[::29]
CALLS = [
    pytest.param(c, bool(i % 2), id=c.id + "-" + ("default", "given")[i % 2])
    for i, c in enumerate(SLICE)
]
U = UNIT_ROUNDOFF["float32"]
X = numbers(2, 5, 3)


def of_tape(target, layers, call):
    """Return the gradients of real layers as `laid_out` lays out those of the oracle's copies.

    Each layer gets its mask by hand: what becomes of a mask on its way is judged elsewhere.
    """
    tf, mask = target.tf, call.mask
    x, states, weights = (
        nest.map_structure(lambda a: a if a is None else tf.constant(a.astype("float32")), tree)
        for tree in (call.x, call.initial_state, call.d_results)
    )
    sources = [leaf for leaf in nest.flatten([x, states]) if leaf is not None]
    h, results = x, []
    with tf.GradientTape() as tape:
        tape.watch(sources)
        for layer, copy, state in zip(layers, call.layers, states):
            given = {} if state is None else {"initial_state": state}
            if mask is not None:
                given["mask"] = tf.constant(mask)
            results.append(layer(h, **given))
            h, mask = nest.flatten(results[-1])[0], nest.flatten(copy.compute_mask(call.x, mask))[0]
    sources += [weight for layer in layers for weight in layer.trainable_weights]
    pairs = zip(nest.flatten(results), nest.flatten(weights))
    leaves, weights = map(list, zip(*[pair for pair in pairs if pair[1] is not None]))
    return [gradient.numpy() for gradient in tape.gradient(leaves, sources, weights)]


def laid_out(found):
    """Lay out the gradients of `rnn_oracle.gradients` in one list."""
    leaves = nest.flatten([found["x"], found["initial_state"], found["weights"]])
    return [leaf for leaf in leaves if leaf is not None]


def worst_of(target, layers, call):
    """Compare all gradients; return the largest error over what is allowed."""
    followed = {name: exact(getattr(call, name), U) for name in ("x", "initial_state", "d_results")}
    demanded = laid_out(gradients_of(call._replace(**followed)))
    real = of_tape(target, layers, call)
    assert [g.shape for g in real] == [g.shape for g in demanded]
    pairs = zip(demanded, real)
    return max(ratios(want.value, got.astype("float64"), want.error).max() for want, got in pairs)


@pytest.mark.parametrize("case, given", CALLS)
def test_a_slice_of_the_matrix(target, case, given, record_worst):
    if case.time_major and not get_dialect(target.dialect).time_major:
        pytest.skip("Keras 3 has no time_major (rule D3)")
    call = call_of(case, target.dialect, given)
    layers = Stack(target, case, case.sizes, problem(case).in_calls(case)).layers
    if case.mask_from == "masking":
        layers = [target.keras.layers.Masking()] + layers
    worst = worst_of(target, layers, call)
    assert worst <= 1
    record_worst(worst)


@pytest.mark.parametrize("cases", [BATCH_MAJOR, LEGAL], ids=["keras3", "keras2"])
def test_the_slice_has_every_pair_of_values(cases):
    def pairs(calls):
        for case, given in calls:
            yield from itertools.combinations(sorted(dict(case.options, given=given).items()), 2)

    chosen = [call.values for call in CALLS if call.values[0] in cases]
    assert set(pairs(chosen)) == set(pairs(itertools.product(cases, (False, True))))


def call_of_layer(target, layer, mask):
    """Return a call of the oracle's copy of a Keras layer."""
    call = Call([copy_of(target, layer)], in_float64(X), mask, [None], None)
    return call._replace(d_results=weights_of(run(call)))


@pytest.mark.parametrize("merge_mode", ["concat", "sum", "ave", "mul", None])
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_bidirectional(target, name, return_sequences, merge_mode, record_worst):
    options = dict(return_sequences=return_sequences, return_state=return_sequences)
    inner = getattr(target.keras.layers, name)(4, **options)
    layer = target.keras.layers.Bidirectional(inner, merge_mode=merge_mode)
    give_weights(layer, X.shape)
    worst = worst_of(target, [layer], call_of_layer(target, layer, MASK))
    assert worst <= 1
    record_worst(worst)


@pytest.mark.parametrize(
    "options",
    [
        dict(zero_output_for_mask=True),
        dict(activation="softmax"),
        dict(activation="relu", use_bias=False),
        dict(recurrent_activation="hard_sigmoid"),
    ],
    ids=lambda options: "-".join(options),
)
@pytest.mark.parametrize("name", LAYERS)
def test_options(target, name, options, record_worst):
    make = getattr(target.keras.layers, name)
    if not knows(make, 4, **options):
        pytest.skip(f"{name} of this release has no {', '.join(options)}")
    layer = give_weights(make(4, return_sequences=True, **options), X.shape)
    worst = worst_of(target, [layer], call_of_layer(target, layer, MASK))
    assert worst <= 1
    record_worst(worst)


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("name", LAYERS)
def test_a_masked_step_that_computes_nan_spoils_all_weights(target, name, bad, unroll):
    """Keras breaks rule J10, although the output is right."""
    layer = give_weights(getattr(target.keras.layers, name)(4, unroll=unroll), X.shape)
    clean = call_of_layer(target, layer, MASK)
    spoiled = clean._replace(x=np.where(MASK[..., None], clean.x, bad))
    for want, got in zip(*[laid_out(gradients_of(each)) for each in (clean, spoiled)]):
        np.testing.assert_array_equal(got, want)
    assert all(np.isnan(gradient).any() for gradient in of_tape(target, [layer], spoiled))
    assert worst_of(target, [layer], clean) <= 1
    x = target.tf.constant(spoiled.x.astype("float32"))
    assert np.isfinite(layer(x, mask=target.tf.constant(MASK)).numpy()).all()
