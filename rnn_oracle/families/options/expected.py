"""What the rules demand of a case of all options."""

import functools

from ..facts import Biases
from ..stacks.problem import problem
from ..stacks.reference import build, demanded, refused_width


def expected(case, dialect, sizes, bounded):
    """Return the `Outcome` that the rules demand of a case, see `rnn_oracle.families.expected`."""
    make = functools.partial(build, case, dialect, sizes)
    return refused_width(case, dialect) or demanded(
        case, problem(case, sizes), make, bounded, lambda layers: _new_biases(case)
    )


def _new_biases(case):
    """Return the biases of a new LSTM, gate by gate (rule C3)."""
    if case.layer != "LSTM" or not case.use_bias:
        return {}
    return {"new.biases": Biases((0, int(case.unit_forget_bias), 0, 0))}
