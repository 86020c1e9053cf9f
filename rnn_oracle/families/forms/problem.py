"""The arrays of a case of forms, in the dtype and shape in which they are given."""

import numpy as np

from ...arithmetic.nest import map_structure
from ..numbers import mask_of_kind
from ..stacks import problem as stacks


def problem(case, sizes):
    """Return the `rnn_oracle.families.stacks.problem.Problem` of a case."""
    given = stacks.problem(case, sizes)
    (call,) = given.calls
    call = call._replace(
        x=in_dtype(call.x, case.x_dtype),
        states=map_structure(lambda s: in_dtype(s, state_dtype(case)), call.states),
    )
    return given._replace(calls=[call], mask=_mask(case, given.mask))


def in_dtype(array, dtype):
    """Return telling numbers of that dtype."""
    if array is None:
        return None
    if dtype == "bool":
        return array > 0
    return (np.rint(3 * array) if dtype.startswith("int") else array).astype(dtype)


def state_dtype(case):
    """Return the dtype of the states."""
    named = case.states_as in ("float16", "float64", "int32")
    return case.states_as if named else "float32"


def _mask(case, mask):
    if not case.masked:
        return mask
    if case.mask_as == "third_axis":
        return mask[..., None]
    if case.mask_as in ("int32", "float32"):
        return 2 * mask.astype(case.mask_as)  # anything but zero counts as True
    return mask


def lengths(sizes):
    """Return the number of steps of each ragged sequence."""
    return mask_of_kind("right", sizes).sum(axis=1)
