"""The dropout masks of a case, which both sides are given."""

import zlib

import numpy as np


def drawn(call, rate, shape, index, dtype):
    """Return a dropout mask: 0 for what is dropped, 1 / (1 - rate) for what stays (rule P1).

    Parameters
    ----------
    call : str
        The name of the call.
    rate : float
    shape : tuple of int
        (batch, width); of others only a faulty Keras makes use.
    index : int
        How many such masks were drawn before in this call: that of a gate.
    dtype : str
        Of the computation, in which the scale is rounded.
    """
    key = f"dropout.{call}.{rate}.{shape}.{index}"
    random = np.random.RandomState(zlib.crc32(key.encode()))
    scale = np.float64(np.dtype(dtype).type(1 / (1 - rate)))
    return np.where(random.uniform(size=shape) < rate, 0.0, scale)
