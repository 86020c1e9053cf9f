"""Ways to break a layer, from gross ones to one unit at one step, each told by its name.

A break takes a `Live` layer and returns what a layer that is broken so returns, or None where it
does not fit the layer. What is wrong inside is run on Keras, with other weights, options or
arguments.
"""

from __future__ import annotations

import numpy as np

from rnn_oracle.arithmetic import nest

GATES = {"SimpleRNN": "h", "LSTM": "ifgo", "GRU": "zrh"}
GROSS, FINE = "gross", "fine"
BREAKS = {GROSS: {}, FINE: {}}


def _break(size, name):
    def keep(function):
        BREAKS[size][name] = function
        return function

    return keep


# What is returned.


def _each(change):
    """Return a break that changes every array of the result."""
    return lambda live: nest.map_structure(lambda a: change(a).astype(a.dtype), live.call())


BREAKS[GROSS]["results times zero"] = _each(lambda a: 0 * a)
BREAKS[GROSS]["results of the next sequence"] = lambda live: (
    _each(lambda a: np.roll(a, 1, axis=0))(live) if live.setting.batch > 1 else None
)
BREAKS[FINE]["results times 1.001"] = _each(lambda a: 1.001 * a)
BREAKS[FINE]["results times 1.0001"] = _each(lambda a: 1.0001 * a)
BREAKS[FINE]["results in bfloat16"] = _each(lambda a: _cut(a, 16))
BREAKS[FINE]["results in float16"] = _each(lambda a: a.astype("float16"))


def _cut(array, bits):
    """Return numbers of float32 without their last bits."""
    return (array.view(np.uint32) & np.uint32(2**32 - 2**bits)).view(np.float32)


def _off(by, steps):
    """Return a break that moves one unit of the output, at all steps or at one of one sequence."""

    def moved(live):
        result = live.call()
        leaves = [np.array(leaf) for leaf in nest.flatten(result)]
        random = np.random.RandomState(live.setting.number)
        unit = random.randint(leaves[0].shape[-1])
        where = [random.randint(size) for size in leaves[0].shape[:-1]]
        leaves[0][(Ellipsis, unit) if steps == "all" else (*where, unit)] += by
        return nest.pack(result, leaves)

    return moved


for _by in (1e-2, 1e-3, 1e-4):
    BREAKS[FINE][f"one unit off by {_by:g}"] = _off(_by, "all")
    BREAKS[FINE][f"one unit at one step off by {_by:g}"] = _off(_by, "one")


@_break(GROSS, "the output of the step before")
def _step_before(live):
    if not live.setting.sequences:
        return None
    result = live.call()
    output, *states = nest.flatten(result)
    return nest.pack(result, [np.roll(output, 1, axis=1), *states])


@_break(GROSS, "final states h and c swapped")
def _final_states(live):
    if live.setting.kind != "LSTM" or not live.setting.state:
        return None
    result = live.call()
    output, *states = nest.flatten(result)
    order = [i ^ 1 for i in range(len(states))]
    return nest.pack(result, [output] + [states[i] for i in order])


# What a layer is given.


def _of_mask(change):
    return lambda live: None if live.mask is None else live.call(mask=change(live.mask))


BREAKS[GROSS]["mask ignored"] = _of_mask(lambda mask: None)
BREAKS[GROSS]["mask reversed in time"] = _of_mask(lambda mask: mask[:, ::-1])
BREAKS[GROSS]["mask inverted"] = _of_mask(lambda mask: ~mask)
BREAKS[GROSS]["mask shifted by a step"] = _of_mask(lambda mask: np.roll(mask, 1, axis=1))


@_break(GROSS, "initial state ignored")
def _no_states(live):
    return None if live.states is None else live.call(states=None)


@_break(GROSS, "h and c of the initial state swapped")
def _swapped_states(live):
    if live.states is None or live.setting.kind != "LSTM":
        return None
    return live.call(states=[live.states[i ^ 1] for i in range(len(live.states))])


@_break(GROSS, "states not carried from step to step")
def _forgetful(live):
    drawn = live.setting
    if drawn.both or not drawn.sequences or drawn.state or live.mask is not None or live.states:
        return None
    x = live.x[:, ::-1] if drawn.backwards else live.x
    alone = live.call(x=x.reshape(-1, 1, drawn.features))
    return alone.reshape(drawn.batch, drawn.steps, drawn.units)


@_break(FINE, "input of one step off by 0.001")
def _input(live):
    x = live.x.copy()
    random = np.random.RandomState(live.setting.number)
    # Of the steps that come last: what came long ago is forgotten, and then it makes no difference.
    step = random.randint(min(5, live.setting.steps))
    x[0, step if live.setting.backwards else -1 - step] += 1e-3
    return live.call(x=x)


# What a layer is.


def _of_weights(change):
    """Return a break that changes kernel, recurrent kernel and bias of each direction."""

    def changed(live):
        weights = live.layer.get_weights()
        sides = [weights[i : i + 3] for i in range(0, len(weights), 3)]
        made = [change(live.setting, *[np.array(w) for w in side]) for side in sides]
        if None in [None if side is None else 0 for side in made]:
            return None
        return live.call(live.changed([w for side in made for w in side]))

    return changed


def _swap(first, second):
    def swapped(drawn, *weights):
        gates = GATES[drawn.kind]
        if first not in gates or second not in gates:
            return None
        order = list(range(len(gates)))
        one, other = gates.index(first), gates.index(second)
        order[one], order[other] = other, one
        blocks = [np.split(weight, len(gates), axis=-1) for weight in weights]
        return [np.concatenate([of[i] for i in order], axis=-1) for of in blocks]

    return swapped


for _pair in ("if", "go", "fo", "zr", "rh"):
    BREAKS[GROSS][f"gates {_pair[0]} and {_pair[1]} swapped"] = _of_weights(_swap(*_pair))


def _transposed(drawn, kernel, recurrent, bias):
    blocks = np.split(recurrent, len(GATES[drawn.kind]), axis=-1)
    return [kernel, np.concatenate([block.T for block in blocks], axis=-1), bias]


def _bias_row(row):
    def dropped(drawn, kernel, recurrent, bias):
        if drawn.kind != "GRU":
            return None
        bias[row] = 0
        return [kernel, recurrent, bias]

    return dropped


def _one_weight(drawn, kernel, recurrent, bias):
    recurrent[drawn.number % drawn.units, drawn.number % recurrent.shape[1]] += 0.02
    return [kernel, recurrent, bias]


def _one_bias(drawn, kernel, recurrent, bias):
    bias[..., drawn.number % bias.shape[-1]] += 1e-3
    return [kernel, recurrent, bias]


BREAKS[GROSS]["recurrent kernel transposed"] = _of_weights(_transposed)
BREAKS[GROSS]["bias dropped"] = _of_weights(lambda drawn, k, r, bias: [k, r, 0 * bias])
BREAKS[GROSS]["bias of the input dropped"] = _of_weights(_bias_row(0))
BREAKS[GROSS]["recurrent bias dropped"] = _of_weights(_bias_row(1))
BREAKS[GROSS]["1 added to the bias of f"] = _of_weights(
    lambda drawn, k, r, bias: (
        [k, r, bias + np.repeat(np.float32([0, 1, 0, 0]), drawn.units)]
        if drawn.kind == "LSTM"
        else None
    )
)
BREAKS[FINE]["one recurrent weight off by 0.02"] = _of_weights(_one_weight)
BREAKS[FINE]["one bias off by 0.001"] = _of_weights(_one_bias)


def _of_options(fits=lambda drawn: True, **options):
    """Return a break that runs a layer with the same weights and other options."""
    return lambda live: live.call(live.changed(**options)) if fits(live.setting) else None


for _name in ("relu", "sigmoid", "linear"):
    BREAKS[GROSS][f"activation {_name}"] = _of_options(activation=_name)
BREAKS[GROSS]["recurrent_activation hard_sigmoid"] = _of_options(
    lambda drawn: drawn.kind != "SimpleRNN", recurrent_activation="hard_sigmoid"
)


@_break(GROSS, "direction ignored")
def _direction(live):
    backwards = not live.setting.backwards
    return None if live.setting.both else live.call(live.changed(go_backwards=backwards))


@_break(GROSS, "directions swapped")
def _directions(live):
    if not live.setting.both:
        return None
    weights = live.layer.get_weights()
    half = len(weights) // 2
    return live.call(live.changed(weights[half:] + weights[:half]))


@_break(GROSS, "forward result in place of the backward one")
def _both_forwards(live):
    if not live.setting.both:
        return None
    result = live.call()
    output, *states = nest.flatten(result)
    forward = output[..., : live.setting.units]
    return nest.pack(result, [np.concatenate([forward, forward], axis=-1), *states])
