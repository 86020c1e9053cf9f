"""The target LiteRT: a Keras model, converted by `tf.lite`, in the interpreter of LiteRT."""

import functools
import importlib
import tempfile

from ..distributions import version_of
from ..model_level import ModelTarget


class LiteRtTarget(ModelTarget):
    """What `tf.lite.TFLiteConverter` makes of Keras models, in float32 and with its own operators.

    Those of Keras 2 are converted from the format SavedModel: of an LSTM that has no mask, returns
    no states and goes forwards it makes one operator then. Of all else it makes a loop.
    """

    name, module = "litert", "ai_edge_litert"
    needs = ("tensorflow", "ai_edge_litert")
    version = property(lambda self: version_of("ai_edge_litert"))

    def import_needed(self):
        """Import the interpreter."""
        return importlib.import_module("ai_edge_litert.interpreter")

    def convert(self, function, specs):
        """Convert a function, see `rnn_oracle.targets.model_level.ModelTarget.convert`."""
        convert = from_saved_model if self.generation == "keras2" else from_function
        content = convert(self.made_by.tf, function)
        return functools.partial(_run, self.import_needed().Interpreter, content)


def from_function(tf, function):
    """Return the converted model of a function of TensorFlow, as bytes."""
    concrete = function.get_concrete_function()
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], tf.Module()).convert()


def from_saved_model(tf, function):
    """Return the converted model of a function that was saved, as bytes."""
    module, concrete = tf.Module(), function.get_concrete_function()
    module.function, module.held = function, concrete.variables
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures=concrete)
        return tf.lite.TFLiteConverter.from_saved_model(folder).convert()


def _run(interpreter, content, feeds):
    runs = interpreter(model_content=content)
    if runs.get_signature_list():
        found = runs.get_signature_runner()(**feeds)
        # They are called output_0, output_1 and so on.
        return [found[name] for name in sorted(found, key=lambda name: int(name.split("_")[1]))]
    runs.allocate_tensors()
    for given in runs.get_input_details():
        name = given["name"].partition(":")[0].rpartition("default_")[2]
        runs.set_tensor(given["index"], feeds[name])
    runs.invoke()
    return [runs.get_tensor(made["index"]) for made in runs.get_output_details()]
