"""The target tf2onnx: a Keras model, converted to ONNX, in ONNX Runtime."""

import functools
import importlib
import logging

from ..distributions import version_of
from ..model_level import ModelTarget
from ..onnxruntime.target import run


class Tf2OnnxTarget(ModelTarget):
    """What tf2onnx makes of Keras models."""

    name = module = "tf2onnx"
    needs = ("tensorflow", "tf2onnx", "onnxruntime")
    version = property(lambda self: version_of("tf2onnx"))

    def import_needed(self):
        """Import tf2onnx and ONNX Runtime."""
        importlib.import_module("onnxruntime")
        logging.getLogger("tf2onnx").setLevel(logging.ERROR)
        return importlib.import_module("tf2onnx")

    def convert(self, function, specs):
        """Convert a function, see `rnn_oracle.targets.model_level.ModelTarget.convert`."""
        model, _ = self.import_needed().convert.from_function(function, input_signature=specs)
        return functools.partial(_run, model)


def _run(model, feeds):
    there = {given.name for given in model.graph.input}
    # Of what the model makes no use, there is no input.
    return list(run(model, {name: feeds[name] for name in feeds if name in there}).values())
