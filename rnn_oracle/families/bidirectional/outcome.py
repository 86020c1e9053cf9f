"""What `Bidirectional` returns without a call, as facts."""

import numpy as np

from ...arithmetic import nest
from ..facts import MaskRows, Raised, Shape, Structures, structure, structure_of_shapes
from .case import BOTH

SHAPES, MASK = "compute_output_shape", "compute_mask"
"""The methods that are asked; the number of the layer comes before."""


def facts_of_layers(case, layers, given, plain=tuple):
    """Return the facts that each `Bidirectional` of a stack states of its results (rules B6, B7).

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
    dict of str to Structures or Raised
        Of an error the type alone.
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
        return Raised(type(error).__name__)
    return Structures.of(structure_of_shapes(_with_shapes_as_leaves(shapes, plain)))


def _with_shapes_as_leaves(tree, plain):
    if nest.is_nested(tree) and not all(n is None or isinstance(n, int) for n in tree):
        return type(tree)(_with_shapes_as_leaves(branch, plain) for branch in tree)
    return Shape(plain(tree))


def _masks(layer, mask):
    try:
        masks = layer.compute_mask(None, mask)
    except Exception as error:  # whatever Keras raises is the finding
        return Raised(type(error).__name__)
    return Structures.of(structure(masks, _rows))


def _rows(mask):
    if mask is None:
        return None
    return MaskRows(tuple(map(tuple, np.asarray(mask).astype(bool).tolist())))
