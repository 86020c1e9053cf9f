"""The target Keras, of either generation: finds how each family of cases runs on it."""

import importlib
import time

from ...families.family import find_part
from ...families.outcome import Outcome
from ...reference.dialects import generation
from ..runtime import recorded_as, sound, tensorflow, usable
from .layers import SymbolicShapes
from .missing_features import missing_feature


class KerasTarget:
    """One generation of Keras as it is installed. Imports it at the first use.

    Parameters
    ----------
    dialect : str
        A name in `rnn_oracle.reference.dialects.DIALECTS`.
    module : str
        Where the API is found: ``"tensorflow.keras"``, ``"tf_keras"`` or ``"keras"``.
    version : str
        Of that Keras; of TensorFlow where it is part of it.
    release : str, optional
        Of TensorFlow; asked of TensorFlow itself if it is not given.

    Attributes
    ----------
    name : str
        The generation, by which the ledger knows it: ``"keras3"`` or ``"keras2"``.
    seconds : float
        How long all calls of `run` have been inside Keras.
    symbolic_shapes : callable
        ``symbolic_shapes(case, sizes)`` tells what functional models of a core case tell.
    """

    def __init__(self, dialect, module, version, release=None):
        self.name, self.dialect = generation(dialect), dialect
        self.module = module
        self.version = version
        self._release = release
        self.seconds = 0.0
        self._is_usable = False
        self.symbolic_shapes = SymbolicShapes(self)

    def __repr__(self):
        return f"{self.name} ({self.module} {self.version})"

    @property
    def release(self):
        """The release of TensorFlow, asked of TensorFlow itself if it was not given."""
        return self._release or self.tf.__version__

    @property
    def recording(self):
        """The name of this target's recording, such as ``"tf2.21-legacy"`` or ``"keras3.12"``."""
        if self.module == "keras":
            return recorded_as("keras", self.version)
        kind = "-legacy" if self.module == "tf_keras" else ""
        return recorded_as("tf", self.release, self.version) + kind

    def load(self):
        """Import the runtime, which takes seconds the first time, and see whether it works.

        Raises
        ------
        BrokenTargetError
            If it cannot be imported, call a layer or return TensorFlow's tensors.
        """
        if not self._is_usable:
            with usable(self):
                self._try()
            self._is_usable = True
        return self.keras

    def _try(self):
        zeros = dict(kernel_initializer="zeros", recurrent_initializer="zeros")
        result = self.keras.layers.SimpleRNN(1, **zeros)(self.tf.zeros((1, 1, 1)))
        if not self.tf.is_tensor(result):
            raise TypeError(
                f"its backend is {self.backend}, and the cases need that of TensorFlow; see "
                "KERAS_BACKEND"
            )

    @property
    def backend(self):
        """What Keras computes with, ``"tensorflow"`` in all that can be used."""
        return self.keras.backend.backend()

    @property
    def tf(self):
        return tensorflow()

    @property
    def keras(self):
        """The API module, such as `tf.keras`."""
        tf = self.tf
        return (
            tf.keras if self.module == "tensorflow.keras" else importlib.import_module(self.module)
        )

    @staticmethod
    def runner(family):
        """Return the module that runs a family of cases, by the family's id.

        Raises
        ------
        MissingPartError
            If there is none, or it defines no `run`.
        """
        return find_part(f"{__package__}.{family}", "run", family)

    def run(self, case, sizes=None):
        """Return the `Outcome` of a case on this Keras.

        Raises
        ------
        BrokenTargetError
            If it cannot be used.
        MissingPartError
            If nothing here runs the family of the case.
        """
        runner = self.runner(case.family)
        self.load()
        started = time.perf_counter()
        try:
            with usable(self):
                reason = missing_feature(self, case)
            if reason:
                return Outcome(unsupported=reason)
            return sound(self, runner.run(self, case, sizes or case.sizes))
        finally:
            self.seconds += time.perf_counter() - started
