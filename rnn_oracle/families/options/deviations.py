"""What a release returns instead in cases of all options, see `rnn_oracle.verdict.deviations`."""

import numpy as np

from ...reference import activations
from ...reference.recurrent import RNN
from .oracle import allow, answers, build
from .problem import problem


def single_states_wrapped(outcome):
    """Each single state of stacked cells comes in a list of one."""
    facts = {
        name: fact.replace(", *", ", [*]") if name.endswith(".nesting") else fact
        for name, fact in outcome.facts.items()
    }
    return outcome.changed(facts=facts)


def answered_by(deviation, case, dialect, sizes, outcome):
    """Return the outcome with the numbers of layers that deviate so too."""

    def layers(together):
        kind = Unrolled if "unrolled_zeros_misplaced" in together else RNN
        made = build(case, dialect, sizes, kind)
        for name in together:
            _exchange_activation(made, *IMPRECISE.get(name, (None, None)))
        return made

    return answered_again(case, outcome, deviation, problem(case, sizes), layers)


def answered_again(case, outcome, deviation, given, layers):
    """Return the outcome with the numbers that deviate so too, beside what deviated before.

    Parameters
    ----------
    case : Crossed
    outcome : Outcome
    deviation : str
    given : Problem
    layers : callable
        ``layers(together)`` makes the layers that deviate in all the ways named.
    """
    together = outcome.deviations + (deviation,)
    applied = _explicit(case) if "implicit_mask_dropped" in together else None
    arrays, _ = answers(case, layers(together), given, applied=applied)
    allowed = allow(case, layers(together), given, applied)
    return outcome.changed(arrays=arrays, allowed=allowed, deviations=together)


def _explicit(case):
    """Return which mask is applied where only one that is an argument is."""

    def applied(name, i, mask):
        return mask if i == 0 and case.mask_from == "argument" else None

    return applied


class Unrolled(RNN):
    """A layer that zeroes its outputs by the mask as it came, not turned round."""

    def forward(self, x, mask, *others):
        misplaced = self.return_sequences and self.zero_output_for_mask and mask is not None
        if not misplaced:
            return super().forward(x, mask, *others)
        self.zero_output_for_mask = False
        output, states = super().forward(x, mask, *others)
        self.zero_output_for_mask = True
        return np.where(mask[..., None], output, np.zeros(output.shape)), states


def _exchange_activation(layers, right, wrong):
    for cell in [cell for layer in layers for cell in layer.parts()]:
        for name in ("activation", "recurrent_activation"):
            if getattr(cell, name) is right:
                setattr(cell, name, wrong)


_SLOPE, _ROOT = float(np.float32(0.2)), float(np.float32(np.sqrt(2)))
_FACTOR = float(np.float32(np.sqrt(0.5)))
IMPRECISE = {
    "leaky_slope_of_float32": (
        activations.leaky_relu,
        lambda x: np.where(x > 0, x, _SLOPE * x),
    ),
    "gelu_factor_of_float32": (
        activations.gelu,
        lambda x: activations.gelu(x, 1 / _FACTOR),
    ),
    "gelu_root_of_float32": (activations.gelu, lambda x: activations.gelu(x, _ROOT)),
}
"""By deviation: an activation, and what stands in its place."""
