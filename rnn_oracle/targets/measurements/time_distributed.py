"""What is measured of `TimeDistributed`: the masks that it passes on, and graphs."""

import numpy as np

from .arguments import X
from .registry import of, refused

DEEP = np.linspace(-1, 1, 120, dtype="float32").reshape(2, 3, 4, 5)
DEEP_MASK = np.arange(24).reshape(2, 3, 4) % 3 > 0


def _around_a_gru(target):
    layers = target.keras.layers
    layer = layers.TimeDistributed(layers.GRU(6))
    layer.build(DEEP.shape)
    return layer


def _passes_a_mask_on_as_it_came(target):
    """Tell so of a layer that knows the batch size."""
    given = [target.tf.constant(array) for array in (DEEP, DEEP_MASK)]
    made = _around_a_gru(target).compute_mask(*given)
    return bool(np.array_equal(np.asarray(made), DEEP_MASK))


@of("keras2")
def time_distributed_of_keras2_passes_a_mask_on_as_it_came(target):
    return _passes_a_mask_on_as_it_came(target)


@of("keras3")
def time_distributed_of_keras3_passes_a_mask_on_as_it_came(target):
    return _passes_a_mask_on_as_it_came(target)


@of("keras2", "keras3")
def time_distributed_gives_no_mask_inside(target):
    layer = _around_a_gru(target)
    layer.set_weights([np.full(w.shape, 0.1, "float32") for w in layer.get_weights()])
    x = target.tf.constant(DEEP)
    made = [layer(x), layer(x, mask=target.tf.constant(DEEP_MASK))]
    return bool(np.array_equal(*map(np.asarray, made)))


def _in_a_graph(target, *known, mask=False):
    """Return a graph of a layer that knows these axes, or the error that making it raises."""
    tf = target.tf
    layer = target.keras.layers.TimeDistributed(target.keras.layers.Dense(4))
    layer.build(X.shape)
    given = [tf.TensorSpec(known + (3,), "float32")] + [tf.TensorSpec(known, "bool")] * mask

    def call(x, mask=None):
        return layer(x, mask=mask)

    function = tf.function(call, input_signature=given)
    return refused(function.get_concrete_function) or function


@of("keras3")
def time_distributed_takes_sequences_for_steps(target):
    graph = _in_a_graph(target, 2, None)
    return not isinstance(graph, Exception) and graph(target.tf.constant(X)).shape[1] == len(X)


@of("keras3")
def time_distributed_needs_to_know_the_steps(target):
    return isinstance(_in_a_graph(target, 2, None), ValueError)


@of("keras3")
def time_distributed_needs_to_know_all_beside_a_mask(target):
    axes = [(2, 5), (2, None), (None, 5)]
    fails = [isinstance(_in_a_graph(target, *known, mask=True), Exception) for known in axes]
    return fails == [False, True, True]
