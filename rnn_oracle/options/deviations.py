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
    return _answered_by(case, dialect, sizes, outcome, "implicit_mask_dropped")


def unrolled_zeros_misplaced(case, dialect, sizes, outcome):
    """With unroll, go_backwards and return_sequences, the mask is not turned round for zeroing."""
    return _answered_by(case, dialect, sizes, outcome, "unrolled_zeros_misplaced")


def constants_of_float32(case, dialect, sizes, outcome):
    """In float64, the constants of leaky_relu and gelu have the precision of float32."""
    return _answered_by(case, dialect, sizes, outcome, "constants_of_float32")


def _answered_by(case, dialect, sizes, outcome, deviation):
    """Return the outcome with the numbers of layers that deviate so too."""

    def layers(together):
        kind = Unrolled if "unrolled_zeros_misplaced" in together else RNN
        made = build(case, dialect, sizes, kind)
        if "constants_of_float32" in together:
            _make_imprecise(made)
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
    """A layer that zeroes its outputs by the mask as it came, see `unrolled_zeros_misplaced`."""

    def forward(self, x, mask, states):
        misplaced = self.return_sequences and self.zero_output_for_mask and mask is not None
        if not misplaced:
            return super().forward(x, mask, states)
        self.zero_output_for_mask = False
        output, states = super().forward(x, mask, states)
        self.zero_output_for_mask = True
        return np.where(mask[..., None], output, np.zeros(output.shape)), states


def _make_imprecise(layers):
    for cell in [cell for layer in layers for cell in layer.parts()]:
        for name in ("activation", "recurrent_activation"):
            function = getattr(cell, name)
            setattr(cell, name, _IMPRECISE.get(function, function))


def _leaky_relu(x):
    return np.where(x > 0, x, float(np.float32(0.2)) * x)


def _gelu(x):
    return activations.gelu(x, 1 / float(np.float32(np.sqrt(0.5))))


_IMPRECISE = {activations.leaky_relu: _leaky_relu, activations.gelu: _gelu}
