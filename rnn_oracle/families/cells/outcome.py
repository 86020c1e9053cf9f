"""What cells are given by hand and what of their answer is compared, on either side."""

from ...arithmetic import nest
from ..facts import Structures, dtypes, structure


def first_states(case, states):
    """Return the states to begin with, in the form in which the case gives them.

    Parameters
    ----------
    case : CellCase
    states : list (a cell) of lists of leaves
    """
    if case.stacking == "one":
        nested = states[0]
    else:  # as `state_size` has them
        nested = [leaves if len(leaves) > 1 else leaves[0] for leaves in states]
    return {"list": list, "tuple": tuple, "bare": lambda only: only[0]}[case.states](nested)


def observe(case, initial, results, as_array):
    """Name what a cell returned.

    Parameters
    ----------
    case : CellCase
    initial : nested states
        What `get_initial_state` returned; None where it was not asked.
    results : list
        What the cell returned at each step: the output and the states.
    as_array : callable
        Turns a leaf into a NumPy array.

    Returns
    -------
    arrays, facts : dict
        For `Outcome`.
    """
    names = ["output"]
    names += [
        letter + str(i + 1) for i, part in enumerate(case.parts) for letter in part.states_of_a_cell
    ]
    returned = [(f"step{i + 1}.", names, tuple(result)) for i, result in enumerate(results)]
    if initial is not None:
        returned.append(("initial.", names[1:], initial))
    arrays, facts = {}, {}
    for where, leaves, tree in returned:
        flat = [as_array(leaf) for leaf in nest.flatten(tree)]
        arrays.update(zip([where + name for name in leaves], flat))
        facts[where + "nesting"] = Structures.of(structure(tree))
        facts[where + "dtype"] = dtypes(flat)
    return arrays, facts
