"""How both sides name what a case of TensorFlow 1 returned."""

import numpy as np

from ...arithmetic import nest
from ..facts import Structures, dtypes, structure


def observe(call, case, result, arrays):
    """Name what one call returned.

    Parameters
    ----------
    call : str
        ``"default"``, or ``"given"`` for a call with an initial state.
    result : tuple
        Outputs and state as they were returned.
    arrays : list
        The leaves of `result` as arrays, in order.

    Returns
    -------
    arrays, facts : dict
        For `Outcome`.
    """
    outputs, state = result
    count = len(nest.flatten(outputs))
    leaves = list(arrays)
    if case.driver == "static":
        leaves = [np.stack(leaves[:count], axis=0)] + leaves[count:]
    named = dict(zip(_names(case), leaves))
    facts = {
        "nesting": Structures.of(structure(result)),
        "dtype": dtypes(leaves),
        "states": len(nest.flatten(state)),
    }
    return (
        {call + "." + name: array for name, array in named.items()},
        {call + "." + name: fact for name, fact in facts.items()},
    )


def _names(case):
    """Return the names of all arrays in order: outputs, then states, of each direction."""
    if case.driver != "bidirectional":
        return ["output"] + case.state_names
    outputs = [direction + ".output" for direction in case.directions]
    return outputs + [d + "." + name for d in case.directions for name in case.state_names]
