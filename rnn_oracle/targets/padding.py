"""Sequences that are padded at their ends: what lengths say in place of a mask."""

import numpy as np


def lengths_of(x, mask):
    """Return the length of each sequence, shape (batch,): all of it without a mask."""
    steps = np.full(len(x), x.shape[1]) if mask is None else mask.sum(axis=1)
    return steps.astype(np.int64)


def turned(x, lengths):
    """Turn the steps of each sequence round that count, and leave the padding at its end."""
    steps = np.arange(x.shape[1])
    return _steps(x, np.maximum(lengths[:, None] - 1 - steps, 0))


def turned_back(output, lengths, go_backwards):
    """Return what Keras puts out, from the outputs of the steps that count, in their order.

    At the padding it repeats the output of the step processed before, zero before the first (rule
    M2). Going backwards it processes the padding first.

    Parameters
    ----------
    output : array, shape (batch, steps, units)
    lengths : array of int, shape (batch,)
    go_backwards : bool

    Examples
    --------
    >>> import numpy as np
    >>> output = np.array([[[1.0], [2.0], [0.0]]])
    >>> turned_back(output, np.array([2]), False).ravel()
    array([1., 2., 2.])
    >>> turned_back(output, np.array([2]), True).ravel()
    array([0., 1., 2.])
    """
    steps = np.arange(output.shape[1])
    if go_backwards:
        at = steps - (output.shape[1] - lengths[:, None])
    else:
        at = np.minimum(steps, lengths[:, None] - 1)
    return np.where(at[:, :, None] < 0, output.dtype.type(0), _steps(output, np.maximum(at, 0)))


def last_output(state, lengths):
    """Return the last output that Keras puts out: zero of a sequence of which no step counts."""
    return np.where(lengths[:, None] > 0, state, state.dtype.type(0))


def _steps(array, indices):
    return np.take_along_axis(array, indices[:, :, None], axis=1)
