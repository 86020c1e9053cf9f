"""The target LiteRT: a Keras model, converted by `tf.lite`, in the interpreter of LiteRT."""

import functools
import importlib

from ..distributions import version_of
from ..model_level import ModelTarget


class LiteRtTarget(ModelTarget):
    """What `tf.lite.TFLiteConverter` makes of Keras models, in float32 and with its own operators.

    Of the LSTM of Keras 2 it makes one operator, of all else a loop.
    """

    name, module = "litert", "ai_edge_litert"
    needs = ("tensorflow", "ai_edge_litert")
    version = property(lambda self: version_of("ai_edge_litert"))

    def import_needed(self):
        """Import the interpreter."""
        return importlib.import_module("ai_edge_litert.interpreter")

    def convert(self, function, specs):
        """Convert a function, see `rnn_oracle.targets.model_level.ModelTarget.convert`."""
        tf = self.made_by.tf
        concrete = function.get_concrete_function()
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], tf.Module())
        content = converter.convert()
        return functools.partial(_run, self.import_needed().Interpreter, content)


def _run(interpreter, content, feeds):
    runs = interpreter(model_content=content)
    runs.allocate_tensors()
    for given in runs.get_input_details():
        name = given["name"].partition(":")[0].rpartition("default_")[2]
        runs.set_tensor(given["index"], feeds[name])
    runs.invoke()
    return [runs.get_tensor(made["index"]) for made in runs.get_output_details()]
