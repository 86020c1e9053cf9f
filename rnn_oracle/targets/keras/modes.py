"""The ways to run layers: eagerly, in graphs, as a model, saved and loaded, rebuilt."""

import inspect
import os
import tempfile
import warnings

from ...arithmetic import nest
from ...families.case import EAGER

EXTENSIONS = {"keras": "model.keras", "h5": "model.h5", "saved_model": "model"}


class Layers:
    """Layers that are called themselves: eagerly, in a graph such as `tf.function`, or by XLA.

    Parameters
    ----------
    target : KerasTarget
    mode : str
        ``"eager"``, ``"function"`` or ``"xla"``.
    stack : callable
        ``stack(*inputs)`` calls the layers and returns a nested structure of tensors.
    """

    def __init__(self, target, mode, stack):
        self.run = stack if mode == EAGER else target.tensors.compiled(stack, mode)

    def __call__(self, inputs):
        return self.run(*inputs)


class Model:
    """A functional model, as it is, or after it was saved and loaded or rebuilt.

    Parameters
    ----------
    target : KerasTarget
    mode : str
        ``"model"``, ``"predict"``, ``"config"``, or a format of `EXTENSIONS` to save it in.
    model : Model
        With its weights.
    batch_size : int
        For ``"predict"``.
    """

    def __init__(self, target, mode, model, batch_size):
        self.mode, self.batch_size = mode, batch_size
        self.model, self.serve = model, None
        if mode == "config":
            self.model = model.__class__.from_config(model.get_config())
            self.model.set_weights(model.get_weights())
        if mode in EXTENSIONS:
            with tempfile.TemporaryDirectory() as folder:
                self._save_and_load(target, model, os.path.join(folder, EXTENSIONS[mode]))

    def _save_and_load(self, target, model, path):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras calls two of the formats legacy
            if self.mode == "saved_model" and target.generation == "keras3":
                quietly = "verbose" in inspect.signature(model.export).parameters
                model.export(path, **({"verbose": False} if quietly else {}))
                # The functions live as long as what was loaded.
                self.model = target.tf.saved_model.load(path)
                self.serve = self.model.serve
                return
            # TensorFlow 1 takes a name without an ending for HDF5.
            model.save(path, **({"save_format": "tf"} if self.mode == "saved_model" else {}))
            self.model = target.keras.models.load_model(path)

    def __call__(self, inputs):
        inputs = list(inputs) if len(inputs) > 1 else inputs[0]
        if self.mode == "predict":
            outputs = self.model.predict(inputs, verbose=0, batch_size=self.batch_size)
        elif self.serve is not None:
            outputs = self.serve(inputs)
        else:
            outputs = self.model(inputs)
        return nest.flatten(outputs) if nest.is_nested(outputs) else [outputs]

    @property
    def layers(self):
        """The layers that run now."""
        return self.model.layers
