"""What a release does not have: a case is left out for that, and for no other reason."""

import types

import pytest
from helpers import knows

from rnn_oracle.targets.keras.missing_features import missing_feature


def target_whose_layer_raises(error):
    def layer(units, **arguments):
        raise error

    keras = types.SimpleNamespace(layers=types.SimpleNamespace(LSTM=layer))
    return types.SimpleNamespace(keras=keras, dialect="keras3")


CASE = types.SimpleNamespace(family="options", layer="LSTM", options={"implementation": 1})


@pytest.mark.parametrize("kind", [TypeError, ValueError])
def test_an_argument_that_is_not_known(kind):
    target = target_whose_layer_raises(kind("there is no argument implementation"))
    assert "no argument implementation" in missing_feature(target, CASE)


def test_a_layer_that_refuses_something_else():
    target = target_whose_layer_raises(ValueError("units must be 2 at least"))
    with pytest.raises(ValueError, match="units must be 2"):
        missing_feature(target, CASE)


def refusing(error):
    def make(*arguments, **named):
        raise error

    return make


@pytest.mark.parametrize("arguments, named", [((4,), {"seed": 3}), (("seed",), {})])
def test_what_a_test_skips(arguments, named):
    assert not knows(refusing(TypeError("unexpected keyword argument 'seed'")), *arguments, **named)
    with pytest.raises(TypeError, match="3 is no number"):
        knows(refusing(TypeError("3 is no number")), *arguments, **named)


class Release:
    """A release that refuses whatever it is asked."""

    dialect = "keras3"

    def __init__(self, message):
        refuses = refusing(ValueError(message))
        self.keras = types.SimpleNamespace(
            layers=types.SimpleNamespace(Dense=refuses),
            activations=types.SimpleNamespace(get=refuses),
        )


@pytest.mark.parametrize("option, name", [("activation", "mish"), ("dtype", "mixed_float16")])
def test_a_name_that_is_not_known(option, name):
    case = types.SimpleNamespace(family="options", layer="LSTM", options={option: name})
    assert name in missing_feature(Release(f"what is {name}?"), case)
    with pytest.raises(ValueError, match="no memory"):
        missing_feature(Release("no memory"), case)
