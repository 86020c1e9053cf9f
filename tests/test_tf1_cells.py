"""The oracle of TensorFlow 1 against loops over plain numbers, without TensorFlow."""

import math

import numpy as np
import pytest
from textbook import dot, sigmoid

from rnn_oracle.arithmetic import nest
from rnn_oracle.arithmetic.decimals import DecimalArray
from rnn_oracle.families.tf1.case import Tf1Case, matrix
from rnn_oracle.families.tf1.expected import build, expected, run
from rnn_oracle.families.tf1.problem import SIZES, lengths_of_kind, problem

CASES = [case for case in matrix() if not case.refused and not case.is_keras]


def softsign(x):
    return x / (1 + abs(x))


def clip(x, limit):
    return x if limit is None else min(max(x, -limit), limit)


def rnn_step(x, states, weights, options):
    (h,), (kernel, bias) = states, weights
    h = [math.tanh(dot(x + h, kernel, k) + bias[k]) for k in range(len(h))]
    return h, [h]


def gru_step(x, states, weights, options):
    (h,), (gates, gate_bias, kernel, bias) = states, weights
    n = len(h)
    r, u = (
        [sigmoid(dot(x + h, gates, k + g * n) + gate_bias[k + g * n]) for k in range(n)]
        for g in range(2)
    )
    reset = [r[k] * h[k] for k in range(n)]
    new = [math.tanh(dot(x + reset, kernel, k) + bias[k]) for k in range(n)]
    h = [u[k] * h[k] + (1 - u[k]) * new[k] for k in range(n)]
    return h, [h]


def lstm_step(x, states, weights, options):
    c, h = states
    kernel, bias = weights[:2]
    n = len(c)
    act = {"softsign": softsign}.get(options.get("activation"), math.tanh)
    peep_f, peep_i, peep_o = weights[2:5] if options.get("use_peepholes") else ([0] * n,) * 3
    new_c, new_h = [], []
    for k in range(n):
        i, j, f, o = (dot(x + h, kernel, k + g * n) + bias[k + g * n] for g in range(4))
        f = sigmoid(f + options.get("forget_bias", 1) + peep_f[k] * c[k])
        i = sigmoid(i + peep_i[k] * c[k])
        new_c.append(clip(f * c[k] + i * act(j), options.get("cell_clip")))
        new_h.append(sigmoid(o + peep_o[k] * new_c[k]) * act(new_c[k]))
    if "num_proj" in options:
        width = options["num_proj"]
        new_h = [clip(dot(new_h, weights[-1], k), options.get("proj_clip")) for k in range(width)]
    return new_h, [new_c, new_h]


STEPS = {"BasicRNNCell": rnn_step, "GRUCell": gru_step}


def counts(case):
    """Return the number of weights and the sizes of the states of each cell."""
    found = []
    for units in SIZES.units[: case.depth]:
        name, options = case.arguments(units)
        if name == "GRUCell":
            found.append((4, [units]))
        elif name == "BasicRNNCell":
            found.append((2, [units]))
        else:
            more = 3 * options.get("use_peepholes", 0) + ("num_proj" in options)
            found.append((2 + more, [units, options.get("num_proj", units)]))
    return found


def textbook(case, sequence, length, weights, states, backwards):
    """Run one sequence through a stack; return the outputs and the numbers of all states."""
    cells = []
    for (count, sizes), units in zip(counts(case), SIZES.units):
        cells.append((*case.arguments(units), weights[:count], [states.pop(0) for _ in sizes]))
        weights = weights[count:]
    outputs = [[0.0] * counts(case)[-1][1][-1]] * len(sequence)
    for t in reversed(range(length)) if backwards else range(length):
        x = sequence[t]
        for i, (name, options, own, state) in enumerate(cells):
            x, state = STEPS.get(name, lstm_step)(x, state, own, options)
            cells[i] = (name, options, own, state)
        outputs[t] = x
    return outputs, [n for *_, state in cells for part in state for n in part]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_it_is_the_textbook(case):
    given, wanted = problem(case), expected(case, bounded=False).arrays
    x = given.x.swapaxes(0, 1) if case.time_major else given.x
    lengths = [SIZES.steps] * SIZES.batch if given.lengths is None else given.lengths
    sizes = [size for _, sizes in counts(case) for size in sizes]
    for direction, weights, states in zip(case.directions, given.weights, given.states):
        weights = [w.tolist() for w in weights]
        side = "given." + direction + "." * bool(direction)
        output = wanted[side + "output"]
        if case.time_major or case.driver == "static":
            output = output.swapaxes(0, 1)
        final = np.concatenate([wanted[side + name] for name in case.state_names], axis=1)
        initial = np.concatenate(states, axis=1)
        for row in range(SIZES.batch):
            parts = [part.tolist() for part in np.split(initial[row], np.cumsum(sizes)[:-1])]
            outputs, numbers = textbook(
                case, x[row].tolist(), lengths[row], weights, parts, direction == "bw"
            )
            np.testing.assert_allclose(output[row], outputs, rtol=1e-12, atol=1e-14)
            np.testing.assert_allclose(final[row], numbers, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("cell", Tf1Case.axes["cell"])
@pytest.mark.parametrize("driver", Tf1Case.axes["driver"])
def test_it_computes_in_any_arithmetic(cell, driver):
    case = Tf1Case(cell, driver, lengths="mixed")
    given = problem(case)
    made = [build(case) for _ in case.directions]
    for one, weights in zip(made, given.weights):
        one.set_weights(weights)
    states = nest.map_structure(DecimalArray, given.states)
    plain = run(case, made, given.x, given.lengths, given.states)
    precise = run(case, made, DecimalArray(given.x), given.lengths, states)
    assert nest.describe(plain) == nest.describe(precise)
    for want, got in zip(nest.flatten(plain), nest.flatten(precise)):
        np.testing.assert_allclose(got.rounded(), want, rtol=1e-11, atol=1e-14)


def test_sizes_and_lengths_tell_apart():
    sizes = [SIZES.batch, SIZES.steps, SIZES.features]
    for units in SIZES.units:
        sizes += [units, Tf1Case("lstm_projected").arguments(units)[1]["num_proj"]]
    assert len(set(sizes)) == len(sizes)
    mixed = lengths_of_kind("mixed").tolist()
    assert 0 in mixed and SIZES.steps in mixed and len(set(mixed)) == len(mixed)
    short = lengths_of_kind("short").tolist()
    assert min(short) > 0 and max(short) < SIZES.steps - 1 and len(set(short)) == len(short)


def test_ids_and_options():
    cases = matrix()
    assert len({case.id for case in cases}) == len(cases) > 400
    for case in cases:
        assert case.id.startswith("tf1.") and set(case.id) <= set("abcdefghijklmnopqrstuvwxyz01._")
        assert Tf1Case(**case.options) == case
        assert case.rules and case.features
    for axis, values in Tf1Case.axes.items():
        assert {case.options[axis] for case in cases} == set(values)


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(cell="lstm", driver="static", time_major=True), "has no time_major"),
        (dict(cell="gru", state_is_tuple=False), "gru has no state_is_tuple"),
        (dict(cell="keras_lstm", stacking="two"), "not stacked"),
        (dict(cell="nonsense"), "is not one of"),
    ],
)
def test_a_case_that_cannot_be(options, message):
    with pytest.raises(ValueError, match=message):
        Tf1Case(**options)


@pytest.mark.parametrize("cell", ["lstm_clipped", "lstm_all"])
@pytest.mark.parametrize("driver", Tf1Case.axes["driver"])
@pytest.mark.parametrize("stacking", ["one", "two"])
def test_clips_clip_some_and_nothing_is_near_the_limit(cell, driver, stacking, monkeypatch):
    from rnn_oracle.reference.tf1 import cells

    seen, clipped = {}, cells.clipped

    def spy(x, limit):
        if limit is not None:
            seen.setdefault(limit, []).append(np.abs(x).ravel())
        return clipped(x, limit)

    monkeypatch.setattr(cells, "clipped", spy)
    expected(Tf1Case(cell, driver, stacking), bounded=False)
    assert len(seen) == (2 if cell == "lstm_all" else 1)
    for limit, sizes in seen.items():
        sizes = np.concatenate(sizes)
        assert 0.1 < np.mean(sizes > limit) < 0.9
        assert np.abs(sizes - limit).min() > 1e-5


def test_nothing_is_saturated():
    for case in matrix():
        for name, array in expected(case, bounded=False).arrays.items():
            if "output" in name:
                assert np.mean(np.abs(array) > 0.95) < 0.25, case.id
