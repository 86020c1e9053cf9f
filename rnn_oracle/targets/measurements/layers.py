"""What is measured of masks, inputs, the layers around recurrent ones, and derivatives."""

import numpy as np

from .arguments import X
from .registry import of, refused

MASK = np.array([[True, True, False, True, False], [False, True, True, False, False]])


@of("keras2")
def list_of_masks_counts_as_its_first(target):
    tf = target.tf
    first, second = tf.constant(MASK), tf.constant(MASK[:, ::-1].copy())
    found = []
    for name in ("SimpleRNN", "LSTM", "GRU"):
        layer = getattr(target.keras.layers, name)(4)
        layer.build(X.shape)
        made = [layer(tf.constant(X), mask=mask) for mask in (first, [first, second])]
        found.append(np.array_equal(*map(np.asarray, made)))
    return all(found)


@of("keras3")
def list_of_masks_goes_with_lstm_and_gru_alone(target):
    """Which take the first."""
    tf, layers = target.tf, target.keras.layers
    masks = [tf.constant(MASK), tf.constant(MASK[:, ::-1].copy())]

    def takes(layer):
        layer.build(X.shape)
        x, made = tf.constant(X), []
        if refused(lambda: made.append(layer(x, mask=masks))) is not None:
            return False
        return bool(np.array_equal(np.asarray(made[0]), np.asarray(layer(x, mask=masks[0]))))

    take = [layers.LSTM(4), layers.GRU(4), layers.Bidirectional(layers.GRU(4))]
    fail = [layers.SimpleRNN(4), layers.RNN(layers.GRUCell(4))]
    return all(map(takes, take)) and not any(map(takes, fail))


@of("keras2")
def dense_refuses_sequences_of_whole_numbers(target):
    layer = target.keras.layers.Dense(4)
    layer.build(X.shape)
    return refused(layer, target.tf.ones(X.shape, "int32")) is not None


@of("keras2", "keras3")
def masking_of_infinity_leaves_nan(target):
    x = np.where(MASK[..., None], X, np.float32(np.inf))
    got = np.asarray(target.keras.layers.Masking(np.inf)(target.tf.constant(x)))
    return bool(np.isnan(got[~MASK]).all())


@of("keras3")
def masking_keeps_whole_numbers(target):
    return target.keras.layers.Masking()(target.tf.ones((2, 5, 3), "int32")).dtype == "int32"


@of("keras2", "keras3")
def mean_over_no_step_is_nan(target):
    layer = target.keras.layers.GlobalAveragePooling1D()
    mask = target.tf.zeros((2, 5), "bool")
    return bool(np.isnan(np.asarray(layer(target.tf.constant(X), mask=mask))).all())


def _slope_at_0(target, name):
    x = target.tf.constant([0.0])
    with target.tf.GradientTape() as tape:
        tape.watch(x)
        y = target.keras.activations.get(name)(x)
    return float(np.asarray(tape.gradient(y, x))[0])


@of("keras2")
def selu_takes_the_larger_slope(target):
    return _slope_at_0(target, "selu") > 1.1


@of("keras3")
def celu_has_slope_2(target):
    if refused(target.keras.activations.get, "celu"):
        return None
    return _slope_at_0(target, "celu") == 2


@of("keras2", "keras3")
def masked_nan_spoils_gradients_of_weights(target):
    tf = target.tf
    layer = target.keras.layers.GRU(4)
    layer.build(X.shape)
    x = np.where(MASK[..., None], X, np.float32(np.nan))
    with tf.GradientTape() as tape:
        y = layer(tf.constant(x), mask=tf.constant(MASK))
    found = tape.gradient(y, layer.trainable_weights)
    right = bool(np.isfinite(np.asarray(y)).all())
    return right and all(bool(np.isnan(np.asarray(g)).all()) for g in found)


@of("keras3")
def constants_are_refused(target):
    layer = target.keras.layers.RNN(target.keras.layers.GRUCell(4))
    error = refused(layer, target.tf.constant(X), constants=target.tf.ones((2, 1)))
    return isinstance(error, TypeError)


@of("keras3")
def ragged_input_is_refused(target):
    ragged = target.tf.RaggedTensor.from_tensor(X, lengths=[3, 5])
    names = ("SimpleRNN", "LSTM", "GRU")
    return all(refused(getattr(target.keras.layers, n)(4), ragged) is not None for n in names)


@of("keras2", "keras3")
def flatten_keeps_whole_numbers(target):
    layer = target.keras.layers.Flatten()
    return all(layer(target.tf.ones(X.shape, d)).dtype == d for d in ("int32", "bool"))


@of("keras2")
def bidirectional_of_two_dtypes_fails(target):
    return refused(_two_dtypes(target), target.tf.constant(X)) is not None


@of("keras3")
def bidirectional_of_two_dtypes_casts(target):
    return refused(_two_dtypes(target), target.tf.constant(X)) is None


def _two_dtypes(target):
    layers = target.keras.layers
    backward = layers.GRU(4, go_backwards=True, dtype="float64")
    return layers.Bidirectional(layers.GRU(4, dtype="float32"), backward_layer=backward)
