"""Calls a layer in a graph that does not know the number of sequences, of steps, or neither."""

import pytest
from helpers import as_arrays, within

from rnn_oracle.targets.runtime import plain_shape

KNOWN = {
    "eager": (True, True),
    "batch_unknown": (False, True),
    "steps_unknown": (True, False),
    "both_unknown": (False, False),
}
_KNOWN = dict(
    KNOWN,
    inner_unknown=(True, True, False),
    all_unknown=(False, False, False),
    four_unknown=(False, False, False, False),
)
"""Input of more axes may know less."""


def partly_known(shape, how):
    """Return a shape of which some leading axes may be unknown."""
    known = _KNOWN[how]
    return tuple(n if k else None for n, k in zip(shape, known)) + tuple(shape[len(known) :])


def traced(target, function, how, *given):
    """Return a function of nested arrays, in a graph that knows what `how` says of them.

    Without autograph, which would run a copy of Keras in place of Keras itself.
    """
    tf = target.tf

    def spec(array):
        return tf.TensorSpec(partly_known(array.shape, how), array.dtype)

    signature = tf.nest.map_structure(spec, given)
    return tf.function(function, input_signature=signature, autograph=False)


def run(target, layer, how, x, mask=None, **named):
    """Call a `TimeDistributed` with arrays, eagerly or in a graph.

    Returns
    -------
    tuple of the shape of the output in the graph if there is one, and the output in arrays; both
    None where Keras 3 refuses it: before 3.4 it cannot go through an unknown number of steps, and
    before 3.9 it cannot compare an unknown shape with that of a mask.
    """
    given = (x,) if mask is None else (x, mask)
    tensors = target.tf.nest.map_structure(target.tf.constant, given)

    def function(x, mask=None):
        return layer(x, mask=mask, **named)

    if how == "eager":
        return None, as_arrays(function(*tensors))
    function = traced(target, function, how, *given)
    refusal = _refusal(target, how, mask)
    if refusal is not None:
        with pytest.raises(refusal):
            function.get_concrete_function()
        return None, None
    graph = function.get_concrete_function().structured_outputs
    shape = plain_shape(graph.shape) if hasattr(graph, "shape") else None
    return shape, as_arrays(function(*tensors))


def _refusal(target, how, mask):
    if within(target, keras3="<3.4") and not _KNOWN[how][1]:
        return ValueError
    if within(target, keras3=">=3.4,<3.9") and not all(_KNOWN[how][:2]) and mask is not None:
        return TypeError
    return None


def computed(target, how, batch):
    """Return the slice of the steps that are computed of an unknown number.

    From 3.14 on, Keras 3 takes it for that of the sequences: it asks for the shape of the input
    before it has turned the two axes round, and reads it as that after.
    """
    return slice(batch if within(target, keras3=">=3.14") and not _KNOWN[how][1] else None)


def needs_masks_inside(target):
    """Skip a test where the layer inside gets no mask."""
    if within(target, keras2="<2.0"):
        pytest.skip("TensorFlow 1 gives the layer inside no mask")
