"""What is measured of arguments of constructors: which release knows them, what comes of values."""

import numpy as np

from .registry import is_unknown, of, refused

X = np.linspace(-1, 1, 30, dtype="float32").reshape(2, 5, 3)
LAYERS = ("SimpleRNN", "LSTM", "GRU")


def _each(target, names, argument, value):
    """Return, for each of some classes, whether it does not know an argument."""
    layers = target.keras.layers
    return [is_unknown(getattr(layers, name), argument, value) for name in names]


@of("keras2")
def cells_lack_seed(target):
    return all(_each(target, [name + "Cell" for name in LAYERS], "seed", 1))


@of("keras2")
def lstm_and_gru_lack_seed(target):
    return all(_each(target, LAYERS[1:], "seed", 1))


@of("keras3")
def gru_lacks_implementation(target):
    return any(_each(target, ["GRU"], "implementation", 2))


@of("keras3")
def layers_lack_use_cudnn(target):
    return all(_each(target, LAYERS[1:], "use_cudnn", False))


@of("keras2")
def simple_rnn_cell_lacks_implementation(target):
    return any(_each(target, ["SimpleRNNCell"], "implementation", 2))


@of("keras2")
def layers_lack_enable_caching_device(target):
    return all(_each(target, LAYERS, "enable_caching_device", False))


@of("keras2")
def cells_lack_enable_caching_device(target):
    return all(_each(target, [name + "Cell" for name in LAYERS], "enable_caching_device", False))


@of("keras2", "keras3")
def glu_is_unknown(target):
    return refused(target.keras.activations.get, "glu") is not None


@of("keras2", "keras3")
def threshold_is_unknown(target):
    return refused(target.keras.activations.get, "threshold") is not None


RATES = ("dropout", "recurrent_dropout")


def _output(target, name, training=True, **rates):
    """Return what a layer of equal weights returns, or the error that it raises."""
    layer = getattr(target.keras.layers, name)(4, **rates)
    layer.build(X.shape)
    layer.set_weights([np.full(weight.shape, 0.1, "float32") for weight in layer.get_weights()])
    made = []
    x = target.tf.constant(X)
    error = refused(lambda: made.append(np.asarray(layer(x, training=training))))
    return made[0] if error is None else error


@of("keras2")
def rate_of_1_is_refused_in_training(target):
    outputs = [_output(target, name, **{rate: 1.0}) for name in LAYERS for rate in RATES]
    return all(isinstance(output, ValueError) for output in outputs)


@of("keras3")
def rate_of_1_is_refused_in_every_call(target):
    return all(
        isinstance(_output(target, name, training, **{rate: 1.0}), ValueError)
        for name in LAYERS
        for rate in RATES
        for training in (False, True)
    )


@of("keras3")
def simple_rnn_keeps_to_rate_of_1(target):
    outputs = [_output(target, "SimpleRNN", **{rate: 1.0}) for rate in RATES]
    plain = _output(target, "SimpleRNN")
    return not any(isinstance(y, Exception) or np.allclose(y, plain) for y in outputs)


@of("keras3")
def lstm_and_gru_take_rate_of_1_for_0(target):
    return all(
        not isinstance(output, Exception) and np.allclose(output, _output(target, name))
        for name in LAYERS[1:]
        for output in [_output(target, name, **{rate: 1.0}) for rate in RATES]
    )


@of("keras2", "keras3")
def dropout_out_of_range_is_clamped(target):
    make = target.keras.layers.GRUCell
    made = [
        make(4, **{rate: value}) for rate in ("dropout", "recurrent_dropout") for value in (-1, 2)
    ]
    return [(c.dropout, c.recurrent_dropout) for c in made] == [(0, 0), (1, 0), (0, 0), (0, 1)]


@of("keras2")
def implementation_0_is_taken(target):
    kind = target.keras.layers.LSTM
    config = kind(4, implementation=0).get_config()
    return config["implementation"] == 0 and kind.from_config(config).implementation == 1


@of("keras2", "keras3")
def use_bias_is_taken_by_its_truth(target):
    layer = target.keras.layers.LSTM(4, use_bias="False")
    layer.build((2, 5, 3))
    return len(layer.get_weights()) == 3


@of("keras2")
def model_of_keras2_does_not_cast_to_its_input(target):
    if target.dialect == "keras2_v1":  # whose layers fail at another width
        inputs = target.keras.Input(X.shape[1:], dtype="float32")
        model = target.keras.Model(inputs, target.keras.layers.GRU(4)(inputs))
        return refused(model, target.tf.constant(X.astype("float64"))) is not None
    return _keeps_the_width_of_its_input(target)


@of("keras3")
def model_of_keras3_does_not_cast_to_its_input(target):
    return _keeps_the_width_of_its_input(target)


def _keeps_the_width_of_its_input(target):
    """Tell by a layer of float64 in which dtype its model, whose `Input` is of float32, gave it."""
    keras, x = target.keras, X.astype("float64") / 3
    layer = keras.layers.GRU(4, dtype="float64")
    inputs = keras.Input(X.shape[1:], dtype="float32")
    model = keras.Model(inputs, layer(inputs))
    layer.set_weights([np.full(weight.shape, 0.1) for weight in layer.get_weights()])
    given, cast, of_model = (
        np.asarray(call(target.tf.constant(values)))
        for call, values in ((layer, x), (layer, x.astype("float32").astype("float64")), (model, x))
    )
    assert np.any(given != cast)
    return bool(np.all(of_model == given))
