"""What of the results of a stack is compared, and by which names; the same on either side."""

from ...arithmetic import nest
from ..facts import AttachedMasks, Dtypes, Structures, dtypes, structure
from ..outcome import without_masks
from .axes import LAYER_MODES


def state_names(case):
    """Return the names of the final states in order, ``h1 c1 h2 c2`` for two layers of LSTM."""
    letters = case.states_of_a_cell
    return [f"{letter}{i + 1}" for i in range(case.depth) for letter in letters]


def observe(call, case, results, masks, as_array):
    """Name what one call of a stack of layers returned.

    Parameters
    ----------
    call : str
        The name of the call.
    case : Case
    results : list
        What each layer returned, from the bottom up.
    masks : list
        The masks that go on with each leaf of the top layer's result, None where none does.
    as_array : callable
        Turns a leaf into a NumPy array.

    Returns
    -------
    arrays, facts : dict
        For `Outcome`.
    """
    outputs, states = results[-1:], []
    if case.return_state or len(case.outputs) > 1:
        outputs = list(results[-1][: len(case.outputs)])
    if case.return_state:
        each = [result[1:] for result in results[:-1]] + [results[-1][len(case.outputs) :]]
        states = [leaf for own in each for leaf in nest.flatten(list(own))]
    leaves = [as_array(leaf) for leaf in outputs + states]
    names = list(case.outputs) + (state_names(case) if case.return_state else [])
    arrays = dict(zip(names, leaves))
    facts = {
        "nesting": Structures.of(*map(structure, results)),
        "dtype": dtypes(leaves),
        "states": len(states),
        "masks": AttachedMasks(tuple(mask is not None for mask in masks)),
    }
    if masks[0] is not None:
        arrays["mask"] = as_array(masks[0])
    return (
        {f"{call}.{name}": array for name, array in arrays.items()},
        {f"{call}.{name}": fact for name, fact in facts.items()},
    )


def seen_in_mode(case, arrays, facts):
    """Return the arrays and facts of a call, as `observe` names them, that the mode lets see.

    A functional model returns all its outputs in one flat list, and no masks.
    """
    return (arrays, facts) if case.mode in LAYER_MODES else numbers_only(arrays, facts)


def numbers_only(arrays, facts):
    """Return the arrays and facts that say nothing of masks and nesting."""
    kept = {name: fact for name, fact in facts.items() if isinstance(fact, Dtypes)}
    return without_masks(arrays), kept
