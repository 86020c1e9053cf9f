"""Gradients by finite differences along random directions, to judge those that are derived."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.families.layers.problem import problem
from rnn_oracle.families.numbers import numbers as told
from rnn_oracle.families.stacks.problem import nest_states
from rnn_oracle.families.stacks.reference import build, set_weights


class Call(NamedTuple):
    """The arguments of `rnn_oracle.gradients` for a stack of layers, in float64."""

    layers: Any
    x: Any
    mask: Any
    initial_state: Any
    d_results: Any


STEP = 1e-3
STENCIL = ((1, 8 / 12), (-1, -8 / 12), (2, -1 / 12), (-2, 1 / 12))
"""Steps and their weights: off by ``STEP**4 / 30`` of the fifth derivative."""


def dialect_of(case):
    """Return a dialect that has the case."""
    return "keras2" if case.time_major else "keras3"


def call_of(case, dialect, given):
    """Return the call of a case, every result of every layer weighted.

    Parameters
    ----------
    given : bool
        Whether there is an initial state.
    """
    of_case = problem(case)
    layers = build(case, dialect)
    set_weights(layers, of_case)
    states = (
        [nest_states(case, cells) for cells in of_case.states] if given else [None] * len(layers)
    )
    mask = of_case.mask
    call = Call(layers, in_float64(of_case.x), mask, in_float64(states), None)
    call = call._replace(d_results=weights_of(run(call)))
    if case.mask_from == "masking":
        masking = rnn_oracle.Masking(dialect=dialect)
        call = Call([masking] + layers, call.x, None, [None] + states, [None] + call.d_results)
    return call


def in_float64(tree):
    return nest.map_structure(lambda a: a if a is None else a.astype(np.float64), tree)


def weights_of(results):
    """Return telling weights, exact in float32, for the leaves of a nested result."""
    leaves = iter(range(len(nest.flatten(results))))
    return nest.map_structure(
        lambda leaf: told(f"weight{next(leaves)}", leaf.shape, 0.3, 1.2), results
    )


def run(call):
    """Return what each layer returns, in a list."""
    x, mask, results = call.x, call.mask, []
    for layer, state in zip(call.layers, call.initial_state):
        given = {} if state is None else {"initial_state": state}
        results.append(layer(x, mask=mask, **given))
        x, mask = (nest.flatten(tree)[0] for tree in (results[-1], layer.compute_mask(x, mask)))
    return results


def gradients_of(call):
    return rnn_oracle.gradients(call.layers, call.x, call.d_results, call.mask, call.initial_state)


def weighted_sum(call):
    return inner(call.d_results, run(call))


def get(call, name):
    """Return the input, the initial states or the weights of a call, nested."""
    if name == "weights":
        return [layer.get_weights() if hasattr(layer, "weights") else [] for layer in call.layers]
    return getattr(call, name)


def moved(call, name, tree):
    """Return the call with another input, other initial states or other weights."""
    if name != "weights":
        return call._replace(**{name: tree})
    for layer, weights in zip(call.layers, tree):
        if weights:
            layer.set_weights(weights)
    return call


def direction(call, name, seed=0):
    """Return a random direction of unit length; `Masking` must not see its steps move."""
    random = np.random.RandomState(seed)
    tree = nest.map_structure(
        lambda a: a if a is None else random.normal(size=a.shape), get(call, name)
    )
    if name == "x" and isinstance(call.layers[0], rnn_oracle.Masking):
        tree = tree * call.layers[0].compute_mask(call.x)[..., None]
    size = np.sqrt(inner(tree, tree))
    return nest.map_structure(lambda a: a if a is None else a / size, tree)


def inner(first, second):
    pairs = zip(nest.flatten(first), nest.flatten(second))
    return sum(np.sum(a * b) for a, b in pairs if a is not None)


def central(function):
    """Return the derivative of a function of one number at zero, by central differences."""
    return sum(weight * function(n * STEP) for n, weight in STENCIL) / STEP


def slope(call, name, along):
    """Return the derivative of the weighted sum in a direction."""
    here = get(call, name)

    def at(step):
        there = nest.map_structure(lambda a, b: a if a is None else a + step * b, here, along)
        return weighted_sum(moved(call, name, there))

    found = central(at)
    moved(call, name, here)
    return found


def error(call, name, gradient):
    """Return how far a gradient is off in a random direction, relative to its length."""
    along = direction(call, name)
    return off(gradient, along, slope(call, name, along))


def off(gradient, along, slope):
    """Return how far a gradient is off a slope, relative to its length."""
    apart, length = abs(slope - inner(gradient, along)), np.sqrt(inner(gradient, gradient))
    if apart == 0:
        return 0.0
    return apart / length if length else np.inf
