"""What a release does not have: a case is left out for that, and for no other reason."""

import os
import re
import types

import pytest
from helpers import knows

from rnn_oracle.families.bidirectional.case import BidirectionalCase
from rnn_oracle.families.cells.case import CellCase
from rnn_oracle.families.options.case import OptionCase
from rnn_oracle.families.training.case import TrainingCase
from rnn_oracle.targets.keras import tensors
from rnn_oracle.targets.keras.missing_features import missing_feature
from rnn_oracle.targets.keras.tensors import TensorFlow
from rnn_oracle.targets.target import Target


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


def refusing(error):
    def make(*arguments, **named):
        raise error

    return make


class Knowing(Target):
    """A release of Keras 2 of which these classes alone take `implementation`."""

    name = dialect = "keras2"
    tensors = TensorFlow()

    def __init__(self, *names):
        def made(name):
            refuses = refusing(TypeError(("Keyword argument not understood:", "implementation")))
            return (lambda *_, **__: None) if name in names else refuses

        classes = ("SimpleRNN", "SimpleRNNCell", "LSTM", "LSTMCell", "GRU", "GRUCell")
        self.keras = types.SimpleNamespace(
            layers=types.SimpleNamespace(**{name: made(name) for name in classes}),
            activations=types.SimpleNamespace(get=lambda name: None),
        )


@pytest.mark.parametrize(
    "case, asked",
    [
        (OptionCase(cell="lstm", implementation=1), ["LSTM"]),
        (OptionCase(cell="lstm", implementation=1, stacking="cells"), ["LSTMCell"]),
        (TrainingCase(cell="gru", implementation=1, stacking="rnn"), ["GRUCell"]),
        (BidirectionalCase(cell="gru", implementation=1, inner="rnn"), ["GRUCell"]),
        (
            BidirectionalCase(cell="gru", implementation=1, inner="rnn", stacking="above"),
            ["GRUCell", "GRU"],
        ),
        (
            CellCase(cell="gru_reset_before", implementation=1, stacking="mixed"),
            ["GRUCell", "SimpleRNNCell"],
        ),
    ],
    ids=lambda value: value.id if hasattr(value, "id") else "",
)
def test_the_classes_that_get_the_argument_are_asked_for_it(case, asked):
    assert missing_feature(Knowing(*asked), case) is None
    for name in asked:
        others = [each for each in asked if each != name]
        assert f"{name} of" in missing_feature(Knowing(*others), case)


def test_a_layer_that_refuses_something_else():
    target = target_whose_layer_raises(ValueError("units must be 2 at least"))
    with pytest.raises(ValueError, match="units must be 2"):
        missing_feature(target, CASE)


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


@pytest.mark.parametrize(
    "release, dtype, mode, has_fp16, lacks",
    [
        ("2.8.4", "float16", "xla", True, True),
        ("2.7.4", "mixed_float16", "xla", True, True),
        ("2.6.5", "float16", "xla", True, False),
        ("2.10.1", "float16", "xla", True, False),
        ("2.8.4", "bfloat16", "xla", True, False),
        ("2.8.4", "float16", "function", True, False),
        ("2.8.4", "float16", "xla", False, False),
    ],
)
def test_what_would_end_the_process_is_not_run(release, dtype, mode, has_fp16, lacks, monkeypatch):
    class Release(TensorFlow):
        release, jit_argument = None, "jit_compile"

    monkeypatch.setattr(Release, "release", release)
    monkeypatch.setattr(tensors, "processor_has", {"avx512_fp16": has_fp16}.get)
    reason = Release().lacks(CellCase(cell="gru", dtype=dtype, mode=mode))
    assert (reason == "ends the process where XLA computes in float16 with AVX512-FP16") == lacks


@pytest.mark.skipif(not os.path.exists("/proc/cpuinfo"), reason="no Linux")
def test_a_processor_has_what_linux_says():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = re.search(r"^flags\s*: (.*)", file.read(), re.MULTILINE).group(1).split()
    assert all(map(tensors.processor_has, flags))
    assert not tensors.processor_has("a_unit_that_none_has")
