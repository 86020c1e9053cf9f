"""The tensors of a backend of Keras: how they are made and read, and how functions are compiled."""

import functools
import importlib
import inspect
import re

import numpy as np

from ...arithmetic import nest
from ...families.case import GRAPH, XLA
from ..runtime import masks_of, minor, tensorflow


class TensorFlow:
    """TensorFlow's, of which all Keras up to 2 is made, and Keras 3 unless it is told otherwise."""

    array = staticmethod(np.asarray)
    masks_of = staticmethod(masks_of)
    is_xla = False

    @property
    def tf(self):
        return tensorflow()

    @property
    def release(self):
        """The version of TensorFlow."""
        return self.tf.__version__

    def make(self, array, dtype=None):
        """Return a tensor of an array, or of what can be one, in a dtype."""
        made = self.tf.constant(array)
        return made if dtype is None else self.tf.cast(made, dtype)

    def filled(self, shape, value, dtype):
        """Return a tensor of one value, of a shape that may be symbolic."""
        return self.tf.fill(shape, self.tf.cast(value, dtype))

    def is_tensor(self, value):
        """Tell whether this is a tensor of the backend."""
        return self.tf.is_tensor(value)

    def variable(self, array):
        """Return a variable that holds an array."""
        return self.tf.Variable(array)

    @staticmethod
    def dtype(tensor):
        """Return the name of the dtype of a tensor."""
        return tensor.dtype.name

    def compiled(self, function, mode):
        """Return a function as a graph, compiled with XLA in that mode."""
        options = {self.jit_argument: True} if mode == XLA else {}
        return self.tf.function(function, autograph=False, **options)

    @property
    def jit_argument(self):
        """The name of the argument of `tf.function` that compiles with XLA, None without."""
        known = inspect.signature(self.tf.function).parameters
        names = ("jit_compile", "experimental_compile")
        return next((name for name in names if name in known), None)

    def lacks(self, case):
        """Return why this backend cannot run a case, None if it can."""
        if case.options.get("mode") != XLA:
            return None
        if self.jit_argument is None:
            return "does not compile with XLA"
        if case.computes_in == "float16" and self._aborts():
            return "ends the process where XLA computes in float16 with AVX512-FP16"
        return None

    def _aborts(self):
        """Tell whether XLA ends the process at an exponential in float16 (measured).

        The compiler of these releases knows no such operation of processors that came later.
        """
        return minor(self.release) in ("2.7", "2.8", "2.9") and processor_has("avx512_fp16")


@functools.lru_cache(maxsize=None)
def processor_has(feature):
    """Tell whether Linux says that a processor has a feature; of other systems it is not known."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return re.search(rf"^flags\s*:.*\b{feature}\b", file.read(), re.MULTILINE) is not None
    except OSError:
        return False


class OfKeras3:
    """Those of a backend on which only Keras 3 runs, by its own functions.

    Attributes
    ----------
    modes : tuple of str
        The ways to compile that there are.
    is_xla : bool
        Whether all is compiled by XLA, the loop over the steps of an eager call too.
    """

    modes, is_xla = (), False

    @property
    def keras(self):
        return importlib.import_module("keras")

    @property
    def release(self):
        """The version of TensorFlow: there is none."""
        return None

    def make(self, array, dtype=None):
        """Return a tensor of an array, or of what can be one, in a dtype.

        It is NumPy that rounds: a backend may know fewer dtypes.
        """
        if dtype is not None:
            array = np.asarray(array).astype(dtype)
        return self.keras.ops.convert_to_tensor(array, dtype)

    def filled(self, shape, value, dtype):
        """Return a tensor of one value, of a shape that may be symbolic."""
        return self.keras.ops.full(shape, value, dtype)

    def is_tensor(self, value):
        """Tell whether this is a tensor of the backend."""
        return self.keras.ops.is_tensor(value)

    def array(self, tensor):
        """Return a tensor as an array of NumPy."""
        return self.keras.ops.convert_to_numpy(tensor)

    def variable(self, array):
        """Return a variable that holds an array."""
        return self.keras.Variable(array)

    def dtype(self, tensor):
        """Return the name of the dtype of a tensor."""
        return self.keras.backend.standardize_dtype(tensor.dtype)

    @staticmethod
    def masks_of(result):
        """Return the mask that is attached to each tensor of a nested result, None without."""
        # An array of NumPy has no attribute for it, but Keras knows.
        find = importlib.import_module("keras.src.backend").get_keras_mask
        return list(map(find, nest.flatten(result)))

    def lacks(self, case):
        """Return why this backend cannot run a case, None if it can."""
        options = case.options
        mode = options.get("mode")
        if case.dtype == "float64":  # see keras/src/backend/common/dtypes.py
            return "has no float64: on this backend Keras makes float32 of it"
        if mode in (GRAPH, XLA) and mode not in self.modes:
            return f"does not compile in the mode {mode}"
        if mode == "saved_model":
            return "does not write the format of TensorFlow"
        if options.get("x_as") in ("ragged", "sparse"):
            return f"has no {options['x_as']} tensors of TensorFlow"
        return None


class Jax(OfKeras3):
    """JAX's. Its graphs are compiled by XLA, in either mode."""

    modes, is_xla = (GRAPH, XLA), True

    @staticmethod
    def compiled(function, mode):
        """Return a function that is traced and compiled."""
        return importlib.import_module("jax").jit(function)

    def lacks(self, case):
        """Return why this backend cannot run a case, None if it can."""
        options = case.options
        if options.get("mode") in self.modes:
            if options.get("stateful", "no") != "no":
                return "compiles no function that sets a state"
            if "variable" in options.get("x_as", "") + options.get("states_as", ""):
                return "compiles no function of variables"
        return super().lacks(case)


class NumPy(OfKeras3):
    """NumPy's own arrays, on which nothing is compiled."""


class Torch(OfKeras3):
    """PyTorch's. Its compiler wants one of C++, and is left alone."""


class OpenVino(OfKeras3):
    """OpenVINO's, of which Keras can only infer."""


BACKENDS = {
    "tensorflow": TensorFlow,
    "jax": Jax,
    "torch": Torch,
    "numpy": NumPy,
    "openvino": OpenVino,
}
"""The backends of Keras 3, by their names in KERAS_BACKEND."""
