"""Runs the cases of all options on Keras."""

import numpy as np

from ...families.facts import Biases
from ...families.outcome import Outcome, in_phases
from ...families.stacks.problem import problem
from .stacks import Stack, calls


def run(target, case, sizes):
    """Return the `Outcome` of a case on Keras."""
    given = problem(case, sizes)

    def call(stack):
        arrays, facts = calls(target, case, given, stack)
        return Outcome(arrays, dict(facts, **stack.facts))

    return in_phases(lambda: OptionStack(target, case, sizes, given), call)


class OptionStack(Stack):
    """Layers that keep the biases with which Keras makes them, as a fact."""

    def __init__(self, target, case, sizes, given):
        self.facts = {}
        super().__init__(target, case, sizes, given)

    def give_weights(self, layer, weights):
        if self.case.layer == "LSTM" and self.case.use_bias:
            self.facts["new.biases"] = _by_gate(layer.get_weights()[2])
        super().give_weights(layer, weights)


def _by_gate(bias):
    gates = np.split(np.asarray(bias, np.float64), 4)
    return Biases(tuple(value for gate in gates for value in sorted(set(gate.tolist()))))
