"""The target LiteRT: a Keras model, converted by `tf.lite`, in the interpreter of LiteRT."""

import functools
import importlib
import tempfile

from ..distributions import version_of
from ..model_level import ModelTarget


class LiteRtTarget(ModelTarget):
    """What `tf.lite.TFLiteConverter` makes of Keras models, in float32 and with its own operators.

    They are converted from the format SavedModel. Of an LSTM of Keras 2 that has no mask, returns
    no states and goes forwards it makes one operator then, of all else a loop.
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
        return functools.partial(_run, self.import_needed().Interpreter, converted(tf, function))


def converted(tf, function):
    """Return the converted model of a function of TensorFlow, as bytes."""
    module, concrete = tf.Module(), function.get_concrete_function()
    module.function, module.held = function, concrete.variables
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures=concrete)
        return tf.lite.TFLiteConverter.from_saved_model(folder).convert()


def _run(interpreter, content, feeds):
    found = interpreter(model_content=content).get_signature_runner()(**feeds)
    # They are called output_0, output_1 and so on.
    return [found[name] for name in sorted(found, key=lambda name: int(name.rpartition("_")[2]))]
