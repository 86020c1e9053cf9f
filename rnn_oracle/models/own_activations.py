"""Activations of a live Keras layer that are none of Keras's own: they know tensors alone."""

from __future__ import annotations

import sys
from typing import Any, Callable

import numpy as np

from ..arithmetic.tracked_arrays import applied
from ..reference.dialects import DIALECTS
from ..reference.errors import OracleValueError
from .origin import dialect_of, keras_class


def activation_of(layer: Any, function: Any) -> Any:
    """Return the name of one of Keras's own activations, else a function of arrays of any kind.

    Parameters
    ----------
    layer : cell or layer of Keras
    function : callable
        Its activation, or its recurrent one.
    """
    name = getattr(function, "__name__", None)
    name = "log_softmax" if name == "log_softmax_v2" else name  # so called up to TensorFlow 2.12
    if name in DIALECTS[dialect_of(layer)].activations and _means_the_same(layer, function):
        return name
    return _OnArrays(layer, function)


def _means_the_same(layer: Any, function: Any) -> bool:
    """Tell whether a function is what a layer's own Keras has under its name, or `tf.nn`.

    Elsewhere in Keras, and in its other generations, are functions of the same names that compute
    something else: `keras.ops.gelu`, `tf_keras.activations.hard_sigmoid`.
    """
    package, *inside = (getattr(function, "__module__", None) or "").split(".")
    if "activations" in inside:
        return package == keras_class(layer).__module__.partition(".")[0]
    return package in ("tensorflow", "tensorflow_core") and "keras" not in inside


class _OnArrays:
    """A function of tensors, as one of arrays: in float64, or in what its layer computes in.

    Parameters
    ----------
    layer : cell or layer of Keras
    function : callable
    """

    def __init__(self, layer: Any, function: Callable[[Any], Any]) -> None:
        self.function = function
        own = getattr(layer, "compute_dtype", None) or layer.dtype or "float32"
        self.dtypes = ["float64", getattr(own, "name", own)]
        self.of_keras3 = dialect_of(layer) == "keras3"

    def __deepcopy__(self, memo: dict[int, Any]) -> _OnArrays:
        return self

    def __repr__(self) -> str:
        return repr(self.function)

    def __call__(self, x: Any) -> Any:
        return applied(self._of_numbers, x)

    def _of_numbers(self, x: Any) -> Any:
        for dtype in self.dtypes:
            try:
                result = np.asarray(self.function(self._tensor(x, dtype)))
                break
            except Exception as error:  # such as one that there is no constant of that dtype
                failed = error
        else:
            raise OracleValueError(
                f"the activation {self!r} cannot be applied to {x.dtype} numbers of shape "
                f"{x.shape}: {failed}"
            ) from failed
        return result.astype(np.float64) if result.dtype.name == "bfloat16" else result

    def _tensor(self, x: Any, dtype: str) -> Any:
        if self.of_keras3:
            return sys.modules["keras"].ops.convert_to_tensor(x, dtype)
        return sys.modules["tensorflow"].constant(x, dtype)
