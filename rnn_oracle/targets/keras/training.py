"""Runs the cases of dropout on Keras, which draws the masks of the case instead of random ones."""

import contextlib
import sys
from collections import Counter
from unittest import mock

from ...families.outcome import Outcome, in_phases
from ...families.stacks.observation import numbers_only
from ...families.stacks.problem import problem
from ...families.training.problem import drawn
from .stacks import Stack, calls


def run(target, case, sizes):
    """Return the `Outcome` of a case on Keras."""
    given = problem(case, sizes)

    def call(stack):
        with stack.draws.in_place_of_random(stack.layers):
            return Outcome(*numbers_only(*calls(target, case, given, stack)))

    return in_phases(lambda: TrainingStack(target, case, sizes, given), call)


class TrainingStack(Stack):
    """Layers with dropout, called in training or not."""

    def __init__(self, target, case, sizes, given):
        self.draws = Draws(target, case, sizes)
        super().__init__(target, case, sizes, given)

    def begin(self, call):
        self.draws.begin(call)


class Draws:
    """The dropout masks of a case, in the order in which Keras asks for them."""

    def __init__(self, target, case, sizes):
        self.tensors, self.call, self.dtype = target.tensors, None, case.computes_in
        first_axes = (sizes.steps, sizes.batch) if case.time_major else (sizes.batch, sizes.steps)
        self.leading = {2: (sizes.batch,), 3: first_axes}
        self.count = Counter()

    def begin(self, call):
        """Begin the masks of a call."""
        self.call = call
        self.count.clear()

    def draw(self, ones, rate, *_, **__):
        """Return the next mask for an array of ones; it may be of unknown batch size."""
        shape = self.leading[len(ones.shape)] + (int(ones.shape[-1]),)
        index = self.count[rate, shape]
        self.count[rate, shape] += 1
        mask = drawn(self.call, rate, shape, index, self.dtype)
        return self.tensors.make(mask, self.tensors.dtype(ones))

    @contextlib.contextmanager
    def in_place_of_random(self, layers):
        """Let the cells of these layers draw these masks."""
        with contextlib.ExitStack() as stack:
            for where, name in {(id(w), n): (w, n) for w, n in _sources(layers)}.values():
                stack.enter_context(mock.patch.object(where, name, self.draw))
            yield


def _sources(layers):
    """Yield the objects, with the name of the attribute, from which Keras has its random masks."""
    for layer in layers:
        cells = getattr(layer.cell, "cells", [layer.cell])
        for dropping in cells + [layer]:  # in Keras 2 some layers draw masks themselves
            kinds = [k for k in type(dropping).__mro__ if k.__name__.startswith("DropoutRNNCell")]
            if hasattr(dropping, "_random_generator"):
                yield dropping._random_generator, "dropout"
            elif kinds:
                module = sys.modules[kinds[0].__module__]
                backend = module.K if hasattr(module, "K") else module.backend
                yield backend if hasattr(backend, "dropout") else backend.random, "dropout"
