"""What a release does not have: a case is left out for that, and for no other reason."""

import types

import pytest

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
