"""What a release returns instead in cases of all options, see `rnn_oracle.deviations`."""

import numpy as np

from .. import activations
from ..recurrent import RNN
from .oracle import allow, answers, build
from .problem import problem


def single_states_wrapped(outcome):
    """Each single state of stacked cells comes in a list of one."""
    facts = {
        name: fact.replace(", *", ", [*]") if name.endswith(".nesting") else fact
        for name, fact in outcome.facts.items()
    }
    return outcome.changed(facts=facts)


def implicit_mask_dropped(case, dialect, sizes, outcome):
    """A mask that is attached to the input is not applied where there is an initial state."""

    def applied(name, i, mask):
        return mask if i == 0 and case.mask_from == "argument" else None

    return _answered_by(case, dialect, sizes, outcome, build, applied)


def unrolled_zeros_misplaced(case, dialect, sizes, outcome):
    """With unroll, go_backwards and return_sequences, the mask is not turned round for zeroing."""

    def unrolled(case, dialect, sizes):
        return build(case, dialect, sizes, _Unrolled)

    return _answered_by(case, dialect, sizes, outcome, unrolled)


class _Unrolled(RNN):
    def forward(self, x, mask, states):
        misplaced = self.return_sequences and self.zero_output_for_mask and mask is not None
        if not misplaced:
            return super().forward(x, mask, states)
        self.zero_output_for_mask = False
        output, states = super().forward(x, mask, states)
        self.zero_output_for_mask = True
        return np.where(mask[..., None], output, np.zeros(output.shape)), states


def constants_of_float32(case, dialect, sizes, outcome):
    """In float64, the constants of leaky_relu and gelu have the precision of float32."""

    def imprecise(case, dialect, sizes):
        layers = build(case, dialect, sizes)
        for layer in layers:
            for cell in layer.parts():
                for name in ("activation", "recurrent_activation"):
                    function = getattr(cell, name)
                    setattr(cell, name, _IMPRECISE.get(function, function))
        return layers

    return _answered_by(case, dialect, sizes, outcome, imprecise)


def _leaky_relu(x):
    return np.where(x > 0, x, float(np.float32(0.2)) * x)


def _gelu(x):
    return activations.gelu(x, 1 / float(np.float32(np.sqrt(0.5))))


_IMPRECISE = {activations.leaky_relu: _leaky_relu, activations.gelu: _gelu}


def _answered_by(case, dialect, sizes, outcome, make, applied=None):
    """Return the outcome with the numbers of other layers."""
    given = problem(case, sizes)
    arrays, _ = answers(case, make(case, dialect, sizes), given, applied=applied)
    allowed = allow(case, make(case, dialect, sizes), given, applied)
    return outcome.changed(arrays=arrays, allowed=allowed)
