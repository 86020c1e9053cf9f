"""The core matrix: the whole product of the axes, nothing sampled."""

import itertools

from .cases import AXES, MASK_FROM, Case

ORDER = (
    "cell",
    "return_state",
    "time_major",
    "go_backwards",
    "stacking",
    "return_sequences",
    "mask",
)
"""From the slowest axis to the fastest: cases whose symbolic models have layers in common, which
a target can then share, stand together in blocks."""

BLOCK = len(AXES["stacking"]) * len(AXES["return_sequences"]) * len(AXES["mask"])


def core():
    """Return all cases of the core matrix, in a fixed order.

    Half of the cases with a mask take it as an argument and half from a `Masking` layer: the
    parity of the other options decides, so that each value of each option, and each pair of
    values, meets both.
    """
    return [_case(indices) for indices in itertools.product(*(_indices(axis) for axis in ORDER))]


def _indices(axis):
    return range(len(AXES[axis]))


def _case(indices):
    options = {axis: AXES[axis][i] for axis, i in zip(ORDER, indices)}
    if options["mask"] != "none":
        options["mask_from"] = MASK_FROM[sum(indices) % 2]
    return Case(**options)
