"""What a constructor makes of its arguments, and a configuration of it, by way of JSON too."""

import json

import numpy as np
import pytest
from helpers import call, give_weights, knows, numbers, within

import rnn_oracle

LAYERS = ("SimpleRNN", "LSTM", "GRU")
CELLS = tuple(name + "Cell" for name in LAYERS)
X = numbers(2, 5, 3)

OF_CELL = dict(
    activation="relu",
    use_bias=False,
    kernel_initializer="ones",
    recurrent_initializer="he_normal",
    bias_initializer="glorot_normal",
    kernel_regularizer="l1",
    recurrent_regularizer="l2",
    bias_regularizer="L1L2",
    kernel_constraint="max_norm",
    recurrent_constraint="non_neg",
    bias_constraint="unit_norm",
    dropout=0.25,
    recurrent_dropout=0.5,
    trainable=False,
    name="mine",
)
OF_KIND = {
    "SimpleRNN": {},
    "LSTM": dict(recurrent_activation="tanh", unit_forget_bias=False),
    "GRU": dict(recurrent_activation="tanh", reset_after=False),
}
OF_LAYER = dict(
    activity_regularizer="l2",
    return_sequences=True,
    return_state=True,
    go_backwards=True,
    stateful=True,
    unroll=True,
    zero_output_for_mask=True,
)
"""A value for each option which is not its default."""

PLAIN = {"activation", "recurrent_activation", "use_bias", "dropout", "recurrent_dropout"}
PLAIN |= {"unit_forget_bias", "reset_after", "trainable", "name"}
PLAIN |= set(OF_LAYER) - {"activity_regularizer"}
"""The options that stand in a configuration as they were given."""


def kind_of(name):
    return name.replace("Cell", "")


def options_of(target, name):
    """Return a value for each option of a cell or a layer that is not its default."""
    options = dict(OF_CELL, **OF_KIND[kind_of(name)])
    options.update(OF_LAYER if name in LAYERS else {})
    if "reset_after" in options:
        options["reset_after"] = target.dialect == "keras2_v1"
    if name in LAYERS and target.name == "keras2":
        options["time_major"] = True
    return options


def through_json(layer):
    """Make a layer or a cell anew from its configuration, written down and read again."""
    return type(layer).from_config(json.loads(json.dumps(layer.get_config())))


def told(target, options, config):
    """Return the plain options that a configuration has to tell."""
    # TensorFlow before 2.3 leaves zero_output_for_mask out.
    left_out = {"zero_output_for_mask"} if within(target, keras2="<2.3") else set()
    plain = {key: value for key, value in options.items() if key in PLAIN | {"time_major"}}
    return {key: value for key, value in plain.items() if key in config or key not in left_out}


@pytest.mark.parametrize("name", LAYERS + CELLS)
def test_a_configuration_tells_all_options(target, name):
    options = dict(options_of(target, name), dtype="float64")
    layer = getattr(target.keras.layers, name)(4, **options)
    config = layer.get_config()
    plain = told(target, options, config)
    assert {key: config[key] for key in plain} == plain and config["units"] == 4
    default = getattr(target.keras.layers, name)(4).get_config()
    lost = {key for key in options if key in config and config[key] == default.get(key)}
    # Keras 3 takes this argument of SimpleRNN and makes nothing of it.
    assert lost == ({"activity_regularizer"} if no_regularizer(target, name) else set())
    assert through_json(layer).get_config() == config


def no_regularizer(target, name):
    return target.name == "keras3" and name == "SimpleRNN"


@pytest.mark.parametrize("name", LAYERS)
def test_an_activity_regularizer_regularizes(target, name):
    layer = give_weights(
        getattr(target.keras.layers, name)(4, activity_regularizer="l2"), (2, 5, 3)
    )
    call(target, layer, X)
    assert len(layer.losses) == (not no_regularizer(target, name))


@pytest.mark.parametrize("name", LAYERS + CELLS)
def test_the_options_are_attributes_too(target, name):
    options = options_of(target, name)
    layer = getattr(target.keras.layers, name)(4, **options)
    module = target.keras.activations
    for key, value in options.items():
        if key.endswith("activation"):
            assert getattr(layer, key) is module.get(value)
        elif key in PLAIN | {"time_major"}:
            assert getattr(layer, key) == value
        elif key != "activity_regularizer":
            place = getattr(target.keras, key.partition("_")[2] + "s")
            assert type(getattr(layer, key)) is type(place.get(value))
    assert layer.units == 4


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_made_of_a_configuration_computes_the_same(target, name):
    options = options_of(target, name)
    options.pop("time_major", None)
    layer = give_weights(getattr(target.keras.layers, name)(4, **options), X.shape)
    remade = through_json(layer)
    remade.build(X.shape)
    remade.set_weights(layer.get_weights())
    mask = np.array([[True, True, False, True, False], [False, True, True, False, True]])
    for want, got in zip(*(call(target, each, X, mask=mask) for each in (layer, remade))):
        np.testing.assert_array_equal(got, want)
    config = rnn_oracle.from_keras(remade).get_config()
    plain = told(target, options, layer.get_config())
    assert {key: config[key] for key in plain} == plain


DEFAULTS = dict(
    use_bias=True,
    kernel_regularizer=None,
    recurrent_regularizer=None,
    bias_regularizer=None,
    kernel_constraint=None,
    recurrent_constraint=None,
    bias_constraint=None,
    dropout=0.0,
    recurrent_dropout=0.0,
    activation="tanh",
)
RNN_DEFAULTS = dict.fromkeys(OF_LAYER, False)
del RNN_DEFAULTS["activity_regularizer"]


@pytest.mark.parametrize("name", LAYERS + CELLS)
def test_defaults(target, name):
    config = getattr(target.keras.layers, name)(4).get_config()
    wanted = dict(DEFAULTS, **(RNN_DEFAULTS if name in LAYERS else {}))
    v1 = target.dialect == "keras2_v1"
    if kind_of(name) != "SimpleRNN":
        wanted["recurrent_activation"] = "hard_sigmoid" if v1 else "sigmoid"
    wanted.update({"LSTM": {"unit_forget_bias": True}}.get(kind_of(name), {}))
    wanted.update({"GRU": {"reset_after": not v1}}.get(kind_of(name), {}))
    if target.name == "keras2":
        wanted.pop("zero_output_for_mask", None)  # told where it is set only
    assert {key: config[key] for key in wanted} == wanted
    layer = getattr(target.keras.layers, name)(4)
    assert getattr(layer, "zero_output_for_mask", False) is False


@pytest.mark.parametrize("name", ["RNN", "Bidirectional"])
def test_defaults_of_layers_around_others(target, name):
    layers = target.keras.layers
    if name == "Bidirectional":
        assert layers.Bidirectional(layers.GRU(4)).merge_mode == "concat"
        return
    layer = layers.RNN(layers.GRUCell(4))
    assert {key: getattr(layer, key) for key in RNN_DEFAULTS} == RNN_DEFAULTS
    assert getattr(layer, "time_major", False) is False


GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}


@pytest.mark.parametrize("name", LAYERS + CELLS)
@pytest.mark.parametrize("use_bias", [True, False])
def test_the_kernels_of_a_new_layer(target, name, use_bias):
    layer = new(target, name, features=60, use_bias=use_bias)  # of so many, one is large
    kernel, recurrent_kernel = layer.get_weights()[:2]
    assert kernel.shape == (60, 4 * GATES[kind_of(name)])
    limit = np.sqrt(6 / sum(kernel.shape))  # of glorot_uniform
    assert limit / 2 < np.abs(kernel).max() <= limit
    product = recurrent_kernel @ recurrent_kernel.T
    np.testing.assert_allclose(product, np.eye(4), atol=1e-5)
    assert len(layer.get_weights()) == 2 + use_bias
    assert use_bias or getattr(layer, "cell", layer).bias is None


def new(target, name, features=3, **options):
    layer = getattr(target.keras.layers, name)(4, **options)
    layer.build((2, 5, features) if name in LAYERS else (2, features))
    return layer


@pytest.mark.parametrize(
    "name, options, shape",
    [
        ("SimpleRNN", {}, (4,)),
        ("LSTM", {}, (16,)),
        ("LSTM", dict(unit_forget_bias=False), (16,)),
        ("GRU", dict(reset_after=True), (2, 12)),
        ("GRU", dict(reset_after=False), (12,)),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
@pytest.mark.parametrize("end", ["", "Cell"], ids=["layer", "cell"])
def test_the_bias_of_a_new_layer(target, name, options, shape, end):
    want = np.zeros(shape)
    if name == "LSTM" and not options:
        want[4:8] = 1  # of the forget gate, see rule C3
    np.testing.assert_array_equal(new(target, name + end, **options).get_weights()[2], want)


@pytest.mark.parametrize("name", ["LSTMCell", "LSTM"])
def test_the_forget_gate_alone_ignores_the_bias_initializer(target, name):
    layer = new(target, name, bias_initializer=constant(target, 0.5))
    np.testing.assert_array_equal(layer.get_weights()[2], np.repeat([0.5, 1, 0.5, 0.5], 4))


def constant(target, value):
    return target.keras.initializers.Constant(value)


@pytest.mark.parametrize("name", LAYERS + CELLS)
def test_each_weight_has_its_own_initializer(target, name):
    layer = new(
        target,
        name,
        kernel_initializer=constant(target, 0.25),
        recurrent_initializer=constant(target, 0.5),
        bias_initializer=constant(target, 0.75),
        **({"unit_forget_bias": False} if kind_of(name) == "LSTM" else {}),
    )
    for weight, value in zip(layer.get_weights(), (0.25, 0.5, 0.75)):
        np.testing.assert_array_equal(weight, np.full(weight.shape, value))


# How it is computed.

KEPT = {
    ("seed", "keras3"): set(CELLS) | {"LSTM", "GRU"},
    ("seed", "keras2"): set(),
    ("implementation", "keras3"): set(),
    ("implementation", "keras2"): {"LSTM", "GRU", "LSTMCell", "GRUCell"},
    ("enable_caching_device", "keras2"): set(LAYERS + CELLS),
}
"""The cells and layers whose configuration keeps an argument which changes no number."""


@pytest.mark.parametrize("name", LAYERS + CELLS)
@pytest.mark.parametrize("argument", ["seed", "implementation", "enable_caching_device"])
def test_what_a_configuration_keeps_of_how_it_is_computed(target, name, argument):
    kind = getattr(target.keras.layers, name)
    first = target.dialect == "keras2_v1"
    given = {argument: {"seed": 3, "implementation": 1 + first}.get(argument, False)}
    if not knows(kind, 4, **given):
        pytest.skip(f"{name} of this release does not know {argument}")
    if argument == "enable_caching_device" and within(target, keras2="<2.2"):
        pytest.skip("there it is taken for the name of a device")
    config = kind(4, **given).get_config()
    kept = name in KEPT[argument, target.name]
    assert (config.get(argument) == given[argument]) == kept
    assert kind.from_config(dict(config)).get_config() == config
    assert kind(4).get_config().get(argument) == {("implementation", True): 2 - first}.get(
        (argument, kept)
    )


@pytest.mark.parametrize("name", LAYERS)
def test_the_implementation_of_an_old_configuration(target, name):
    kind = getattr(target.keras.layers, name)
    config = dict(kind(4).get_config(), implementation=0)
    if target.name == "keras3":
        if knows(kind, 4, implementation=1):
            assert kind.from_config(config).cell.implementation == 0  # computed as 2
        else:
            with pytest.raises(ValueError, match="implementation"):
                kind.from_config(config)
        return
    told = kind.from_config(config).get_config()
    assert told.get("implementation") == (None if name == "SimpleRNN" else 1)


@pytest.mark.parametrize("name", LAYERS)
def test_a_configuration_without_an_implementation(target, name):
    kind = getattr(target.keras.layers, name)
    config = kind(4).get_config()
    config.pop("implementation", None)
    assert kind.from_config(dict(config)).get_config().items() >= config.items()


@pytest.mark.parametrize("name", LAYERS + CELLS)
def test_keras2_is_told_whether_variables_are_cached(target, name):
    if target.name == "keras3" or within(target, keras2="<2.4"):
        pytest.skip("the release does not ask")
    layer = getattr(target.keras.layers, name)(4, enable_caching_device=False)
    assert layer.get_config()["enable_caching_device"] is False


@pytest.mark.parametrize("implementation", [0, 1, 2])
@pytest.mark.parametrize("name", ["LSTM", "GRU", "LSTMCell", "GRUCell"])
def test_keras2_drops_of_the_state_in_one_implementation(target, name, implementation):
    if target.name == "keras3" or within(target, keras2="<2.4"):
        pytest.skip("the release does not mind")
    kind = getattr(target.keras.layers, name)
    layer = kind(4, implementation=implementation, recurrent_dropout=0.5)
    assert layer.get_config()["implementation"] == 1
