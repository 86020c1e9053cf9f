"""What a release returns instead with cells of one's own, see `rnn_oracle.deviations`."""

from ..options.deviations import Unrolled
from ..recurrent import RNN
from .oracle import allow, answers, build
from .problem import problem


def implicit_mask_dropped(case, dialect, sizes, outcome):
    """A mask that is attached to the input goes on, but is not applied."""
    return _answered_by(case, dialect, sizes, outcome, "implicit_mask_dropped")


def unrolled_zeros_misplaced(case, dialect, sizes, outcome):
    """With unroll, go_backwards and return_sequences, the mask is not turned round for zeroing."""
    return _answered_by(case, dialect, sizes, outcome, "unrolled_zeros_misplaced")


class _Unmasked(RNN):
    def forward(self, x, mask, states):
        return super().forward(x, None, states)


def _answered_by(case, dialect, sizes, outcome, deviation):
    """Return the outcome with the numbers of a layer that deviates so too."""
    together = outcome.deviations + (deviation,)
    # Without a mask there is nothing to misplace.
    kind = _Unmasked if "implicit_mask_dropped" in together else Unrolled
    given = problem(case, sizes)
    arrays, _ = answers(case, build(case, dialect, given, kind), given)
    allowed = allow(case, build(case, dialect, given, kind), given)
    return outcome.changed(arrays, allowed=allowed, deviations=together)
