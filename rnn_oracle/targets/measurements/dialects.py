"""What is measured of which Keras is where in TensorFlow, and with which defaults."""

from .arguments import X
from .registry import is_unknown, of, refused

OLD, NEW = ("hard_sigmoid", False), ("sigmoid", True)


def _defaults(layers):
    """Return the gates' function and `reset_after` of a GRU, as one generation has them."""
    config = layers.GRU(4).get_config()
    found = config["recurrent_activation"], config["reset_after"]
    if found not in (OLD, NEW):
        raise AssertionError(f"defaults of no generation: {found}")
    return found


@of("keras2", "keras3")
def keras_of_tensorflow_is_keras2(target):
    """Whose layers know `time_major`."""
    if target.module != "tensorflow.keras":
        return None
    return not is_unknown(target.keras.layers.LSTM, "time_major", False)


@of("keras2", "keras3")
def keras_of_tensorflow_has_the_old_defaults(target):
    if target.module != "tensorflow.keras":
        return None
    return _defaults(target.keras.layers) == OLD


@of("keras2", "keras3")
def compat_v1_has_the_layers_of_keras3(target):
    """With their defaults; before, `tf.compat.v1.keras` had the old ones."""
    if target.module != "tensorflow.keras":
        return None
    layers = target.tf.compat.v1.keras.layers
    is_new = _defaults(layers) == NEW
    if is_new != is_unknown(layers.LSTM, "time_major", False):
        raise AssertionError("defaults of one generation, arguments of the other")
    return is_new


@of("keras2", "keras3")
def cells_of_tensorflow_need_tf_keras(target):
    if target.module != "tensorflow.keras":
        return None
    with target.tf.Graph().as_default():
        error = refused(lambda: target.tf.compat.v1.nn.rnn_cell.BasicRNNCell(1))
    return error is not None


@of("keras2")
def input_of_another_width_fails(target):
    x = target.tf.constant(X.astype("float64"))
    names = ("SimpleRNN", "LSTM", "GRU")
    found = {refused(getattr(target.keras.layers, n)(4, dtype="float32"), x) is None for n in names}
    if len(found) > 1:
        raise AssertionError("some layers cast it and others do not")
    return not found.pop()
