"""What `Bidirectional` tells without a call, as facts."""

import numpy as np

from ...arithmetic import nest
from .case import BOTH

SHAPES, MASK = "compute_output_shape", "compute_mask"
"""What is told; the number of the layer comes before it."""


def told(case, layers, given, plain=tuple):
    """Return what each `Bidirectional` of a stack tells of its results (rules B6, B7).

    Parameters
    ----------
    case : BidirectionalCase
    layers : list of layers
        From the bottom up, of the oracle or of Keras.
    given : Problem
    plain : callable
        Turns a shape of the runtime into a tuple.

    Returns
    -------
    dict of str to str
        Nested as it is told; an error is told by its type.
    """
    facts = {}
    for i, (kind, layer) in enumerate(zip(case.stack, layers)):
        if kind == BOTH:
            features = given.weights[i][0][0].shape[0]
            facts[f"{i}.{SHAPES}"] = _shapes(layer, features, plain)
            facts[f"{i}.{MASK}"] = _masks(layer, given.mask)
    return facts


def _shapes(layer, features, plain):
    try:
        shapes = layer.compute_output_shape((None, None, features))
    except Exception as error:  # whatever Keras raises is the finding
        return type(error).__name__
    return nest.describe(_with_shapes_as_leaves(shapes, plain), str)


def _with_shapes_as_leaves(tree, plain):
    if nest.is_nested(tree) and not all(n is None or isinstance(n, int) for n in tree):
        return type(tree)(_with_shapes_as_leaves(branch, plain) for branch in tree)
    return str(plain(tree))


def _masks(layer, mask):
    try:
        masks = layer.compute_mask(None, mask)
    except Exception as error:  # whatever Keras raises is the finding
        return type(error).__name__
    return nest.describe(masks, _row_by_row)


def _row_by_row(mask):
    """Write a mask down as ``110/100``."""
    if mask is None:
        return "None"
    return "/".join("".join(map(str, row)) for row in np.asarray(mask).astype(int).tolist())
