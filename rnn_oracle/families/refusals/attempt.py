"""Makes one thing wrong, in the same words on both sides: the oracle's, and a Keras's."""

from ..outcome import Outcome, in_phases
from .faults import FAULTS


def attempt(side, case):
    """Make what a case speaks of and use it; return the `Outcome`.

    Parameters
    ----------
    side : OracleSide or KerasSide
        ``layers`` has the classes; ``built(layer, shape)`` gives a layer weights;
        ``call(layer, mode, x, **named)`` calls it with arrays; ``errors`` are the exceptions
        that count as a refusal.
    case : RefusalCase

    Returns
    -------
    Outcome
        A refusal, or values, which are not told: others compare numbers.
    """
    fault = FAULTS[case.fault]

    def use(made):
        fault.use(side, made, case)
        return Outcome()

    return in_phases(lambda: fault.make(side, case.layer), use, side.errors)
