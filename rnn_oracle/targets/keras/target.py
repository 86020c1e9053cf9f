"""The target Keras, of either generation: finds how each family of cases runs on it."""

import importlib
import os
import sys
import time

from ...families.family import find_part
from ...families.outcome import Outcome
from ..backends import TENSORFLOW, VARIABLE
from ..runtime import recorded_as, sound, tensorflow, usable
from ..target import Target
from .layers import LayersInStacks, SymbolicShapes
from .missing_features import missing_feature
from .tensors import BACKENDS


class KerasTarget(Target):
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
    backend : str, optional
        A name in `rnn_oracle.targets.keras.tensors.BACKENDS`: what Keras 3 computes with.

    Attributes
    ----------
    name : str
        By which it is chosen, and the ledger knows it: the generation, or ``"keras-jax"`` and the
        like on another backend than TensorFlow.
    tensors : TensorFlow or OfKeras3
        Those of the backend.
    layers_in_stacks : callable
        ``layers_in_stacks(case, sizes)`` returns the layers of a core case, which others share.
    symbolic_shapes : callable
        ``symbolic_shapes(case, sizes)`` tells what functional models of a core case tell.
    """

    def __init__(self, dialect, module, version, release=None, backend=TENSORFLOW):
        self.dialect = dialect
        self.name = self.generation if backend == TENSORFLOW else f"keras-{backend}"
        self.module, self.backend = module, backend
        self.version = version
        self.tensors = BACKENDS[backend]()
        self.environment = {VARIABLE: backend} if self.generation == "keras3" else {}
        self._release = release
        self._is_usable = False
        self.layers_in_stacks = LayersInStacks(self)
        self.symbolic_shapes = SymbolicShapes(self)

    @property
    def release(self):
        """The release of TensorFlow, None on another backend.

        It is asked of TensorFlow itself if it was not given.
        """
        return self._release or self.tensors.release

    @property
    def recording(self):
        """The name of this target's recording, such as ``"tf2.21-legacy"`` or ``"keras3.12"``.

        That of another backend ends with its name: ``"keras3.15-jax"``.
        """
        if self.backend != TENSORFLOW:
            return f"{recorded_as('keras', self.version)}-{self.backend}"
        if self.module == "keras":
            return recorded_as("keras", self.version)
        kind = "-legacy" if self.module == "tf_keras" else ""
        return recorded_as("tf", self.release, self.version) + kind

    def load(self):
        """Import the runtime, which takes seconds the first time, and see whether it works.

        Raises
        ------
        BrokenTargetError
            If it cannot be imported, call a layer or return its backend's tensors.
        """
        if not self._is_usable:
            with usable(self):
                if "keras" not in sys.modules:
                    os.environ.update(self.environment)
                self._try()
            self._is_usable = True
        return self.keras

    def forget(self):
        """Forget the layers and models that cases share: for a Keras that is changed as it runs."""
        self.layers_in_stacks.cache_clear()
        self.symbolic_shapes.cache_clear()

    def _try(self):
        zeros = dict(kernel_initializer="zeros", recurrent_initializer="zeros")
        layer = self.keras.layers.SimpleRNN(1, **zeros)
        there = self.keras.backend.backend()
        if there != self.backend or not self.tensors.is_tensor(layer(self.tensors.make([[[0.0]]]))):
            raise TypeError(
                f"its backend is {there}, and the cases need that of {self.backend}; see {VARIABLE}"
            )

    @property
    def tf(self):
        return tensorflow()

    @property
    def keras(self):
        """The API module, such as `tf.keras`."""
        if self.backend == TENSORFLOW:
            tf = self.tf  # which has to come first
            if self.module == "tensorflow.keras":
                return tf.keras
        return importlib.import_module(self.module)

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
                lacking = self.tensors.lacks(case)
                return Outcome(unsupported=reason, lacks=[lacking] if lacking else ())
            outcome = sound(self, runner.run(self, case, sizes or case.sizes))
            outcome.is_by_xla = self.tensors.is_xla
            return outcome
        finally:
            self.seconds += time.perf_counter() - started
