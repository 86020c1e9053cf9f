"""What is measured of states: given, kept, reset, and in a list of one cell."""

import numpy as np

from .arguments import X
from .registry import of, refused


def _telling(layer, *shape):
    """Build a layer and give it weights, no two of which are alike."""
    layer.build(shape)
    sizes = [weight.shape for weight in layer.get_weights()]
    layer.set_weights([np.cos(1.0 + np.arange(np.prod(s)).reshape(s)) for s in sizes])
    return layer


@of("keras2", "keras3")
def compat_v1_begins_with_the_recorded_state(target):
    """Not with the one given, if the recorded one is not zero."""
    if target.module != "tensorflow.keras":
        return None
    layer = _telling(target.tf.compat.v1.keras.layers.LSTM(4, stateful=True), *X.shape)
    x = target.tf.constant(X)
    given = [target.tf.ones((2, 4)), target.tf.ones((2, 4))]
    layer(x)
    following = np.asarray(layer(x))
    for state in layer.states:
        state.assign(np.zeros((2, 4)))
    layer(x)
    return bool(np.allclose(np.asarray(layer(x, initial_state=given)), following))


def _model(target, layer):
    inputs = target.keras.Input(batch_shape=X.shape)
    return target.keras.Model(inputs, layer(inputs))


def _called(target, model):
    return np.asarray(model(target.tf.constant(X)))


@of("keras2")
def model_leaves_bidirectional_as_it_was(target):
    layers = target.keras.layers
    layer = layers.Bidirectional(layers.GRU(4, stateful=True))
    model = _model(target, layer)
    layer.reset_states()
    first, second = _called(target, model), _called(target, model)
    model.reset_states()
    if np.allclose(first, second):
        raise AssertionError("it keeps no state")
    return not np.allclose(_called(target, model), first)


@of("keras2")
def model_resets_its_layers(target):
    layer = target.keras.layers.GRU(4, stateful=True)
    model = _model(target, layer)
    layer.reset_states()
    first = _called(target, model)
    model.reset_states()
    return bool(np.allclose(_called(target, model), first))


@of("keras3")
def model_has_no_reset_states(target):
    return not hasattr(target.keras.Model, "reset_states")


@of("keras2")
def reset_states_takes_states(target):
    layer = _telling(target.keras.layers.GRU(4, stateful=True), *X.shape)
    layer.reset_states(np.ones((2, 4), "float32"))
    return bool(np.all(layer.states[0].numpy() == 1))


@of("keras2")
def reset_states_of_no_stateful_layer_fails(target):
    layer = _telling(target.keras.layers.GRU(4), *X.shape)
    return isinstance(refused(layer.reset_states), AttributeError)


@of("keras2")
def states_of_a_cell_want_a_dtype(target):
    cell = target.keras.layers.GRUCell(4)
    without = refused(lambda: cell.get_initial_state(batch_size=2))
    return without is not None and refused(cell.get_initial_state, None, 2, "float32") is None


def _listed(target, name, **options):
    cell = getattr(target.keras.layers, name)(4)
    return target.keras.layers.RNN([cell], **options)


@of("keras3")
def list_of_one_cell_fails_with_a_mask_unless_unrolled(target):
    def fails(name, unroll):
        layer, mask = _listed(target, name, unroll=unroll), target.tf.constant(X[..., 0] > 0)
        return refused(layer, target.tf.constant(X), mask=mask) is not None

    names = ("SimpleRNNCell", "LSTMCell", "GRUCell")
    return [fails(n, False) for n in names] + [fails(n, True) for n in names] == 3 * [True] + 3 * [
        False
    ]


@of("keras3")
def list_of_one_lstm_cell_fails_unrolled_without_a_mask(target):
    x, mask = target.tf.constant(X), target.tf.constant(X[..., 0] > 0)
    return (
        refused(_listed(target, "LSTMCell", unroll=True), x) is not None
        and refused(_listed(target, "LSTMCell", unroll=True), x, mask=mask) is None
        and refused(_listed(target, "LSTMCell"), x) is None
        and refused(_listed(target, "GRUCell", unroll=True), x) is None
    )


@of("keras2")
def state_in_a_list_of_one_fails_with_a_mask(target):
    x, mask = target.tf.constant(X), target.tf.constant(X[..., 0] > 0)
    cells = target.keras.layers.GRUCell
    layer = target.keras.layers.RNN([cells(4), cells(2)])
    states = [[target.tf.ones((2, 4))], [target.tf.ones((2, 2))]]
    return refused(layer, x, initial_state=states, mask=mask) is not None


@of("keras2")
def bidirectional_takes_no_states_to_set(target):
    layers = target.keras.layers
    layer = layers.Bidirectional(layers.GRU(4, stateful=True))
    layer(target.tf.constant(X))
    return refused(layer.reset_states, [np.ones((2, 4), "float32")] * 2) is not None


@of("keras2", "keras3")
def reset_of_no_stateful_bidirectional_fails(target):
    layers = target.keras.layers
    layer = layers.Bidirectional(layers.GRU(4))
    layer(target.tf.constant(X))
    reset = layer.reset_states if target.name == "keras2" else layer.reset_state
    return isinstance(refused(reset), AttributeError)


@of("keras3")
def shapes_of_nested_states_are_wrong(target):
    """By `compute_output_shape`, for what the layer returns as states."""
    layers = target.keras.layers
    layer = layers.RNN([layers.LSTMCell(4), layers.LSTMCell(3)], return_state=True)
    made = []

    def compute():
        shapes = layer.compute_output_shape((2, 5, 3))[1:]
        made.extend([tuple(shape) for shape in pair] for pair in shapes)

    return refused(compute) is not None or made != [[(2, n), (2, n)] for n in (4, 3)]
