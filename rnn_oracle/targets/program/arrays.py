"""Arrays as JSON: the dtype, the shape, and the bytes in base64."""

import base64
import binascii

import numpy as np

from ..layer_level import AnswerError

_DTYPES = {"float32": "<f4", "float64": "<f8", "bool": "|b1"}
_MOST = 2**24


def as_json(array):
    """Return an array of floats or of bool as plain data: in order, the last axis fastest.

    Examples
    --------
    >>> import numpy as np
    >>> as_json(np.array([[1.0, -2.0]], "float32"))
    {'dtype': 'float32', 'shape': [1, 2], 'data': 'AACAPwAAAMA='}
    """
    data = np.ascontiguousarray(array, _DTYPES[array.dtype.name]).tobytes()
    return {
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "data": base64.b64encode(data).decode("ascii"),
    }


def from_json(value, what):
    """Return the array of plain data.

    Raises
    ------
    AnswerError
        For what is none; it names `what` and what was expected.
    """
    if not isinstance(value, dict) or set(value) != {"dtype", "shape", "data"}:
        raise AnswerError(f"{what}: expected an object with dtype, shape and data")
    dtype, shape, data = value["dtype"], value["shape"], value["data"]
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise AnswerError(f"{what}: the dtype is {dtype!r:.60}, expected one of {list(_DTYPES)}")
    if not isinstance(shape, list) or not all(type(n) is int and 0 <= n < _MOST for n in shape):
        raise AnswerError(f"{what}: the shape is {shape!r:.60}, expected a list of whole numbers")
    try:
        held = base64.b64decode(data, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise AnswerError(f"{what}: the data are no base64") from None
    needed = np.dtype(_DTYPES[dtype]).itemsize
    for length in shape:
        needed *= length
    if len(held) != needed:
        raise AnswerError(f"{what}: the data have {len(held)} bytes, expected {needed}")
    return np.frombuffer(held, _DTYPES[dtype]).reshape(shape)
