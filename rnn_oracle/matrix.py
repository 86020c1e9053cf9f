"""The core matrix: the whole product of the axes, nothing sampled."""

import itertools

from .cases import AXES, MASK_FROM, Case


def core():
    """Return all cases of the core matrix, in a fixed order.

    Half of the cases with a mask take it as an argument and half from a `Masking` layer: the
    parity of the other options decides, so that each value of each option, and each pair of
    values, meets both.
    """
    return [_case(indices) for indices in itertools.product(*map(_indices, AXES.values()))]


def _indices(values):
    return range(len(values))


def _case(indices):
    options = {axis: values[i] for (axis, values), i in zip(AXES.items(), indices)}
    if options["mask"] != "none":
        options["mask_from"] = MASK_FROM[sum(indices) % 2]
    return Case(**options)
