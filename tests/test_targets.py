"""The registry of targets: which there are, by which names, and on which backend of Keras."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from fakes import Right, Small

from rnn_oracle.commands.check import _together
from rnn_oracle.commands.check_plan import plan
from rnn_oracle.families import registry
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.targets import available, backends, get, installed
from rnn_oracle.targets.runtime import BrokenTargetError
from rnn_oracle.targets.target import Target
from rnn_oracle.verdict.ledger import load, matching, patterns_on, speaks_of, states, unmeasured

CASE = CoreCase("gru", "one", False, False)


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """Return a function that lets these modules be all that is installed, with their versions."""

    def let(**versions):
        for name in ("RNN_ORACLE_MODULE", "TF_USE_LEGACY_KERAS", "KERAS_BACKEND"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        monkeypatch.setattr("importlib.util.find_spec", versions.get)
        monkeypatch.setattr("rnn_oracle.targets.registry.version_of", versions.get)

    return let


FULL = dict(tensorflow="2.21.0", keras="3.15.1", tf_keras="2.21.0", jax="0.10.2", scipy="1.17.1")


@pytest.mark.parametrize("told", ["by-variable", "by-file"])
@pytest.mark.parametrize(
    "modules, names",
    [(FULL, ["keras-jax", "keras2", "tf1"]), (dict(keras="3.15.1", jax="0.10.2"), ["keras-jax"])],
    ids=["beside-tensorflow", "without-tensorflow"],
)
def test_the_backend_that_keras_would_take(
    modules, names, told, environment, monkeypatch, tmp_path
):
    environment(**modules)
    if told == "by-variable":
        monkeypatch.setenv("KERAS_BACKEND", "jax")
    else:
        (tmp_path / "keras.json").write_text(json.dumps({"backend": "jax"}))
    found = installed()
    assert list(found) == names
    target = found["keras-jax"]
    assert (target.backend, target.dialect, target.release) == ("jax", "keras3", None)
    assert target.recording == "keras3.15-jax"


@pytest.mark.parametrize("text", ["", "[]", "no json", '{"backend": 3}'])
def test_a_configuration_that_says_nothing(text, environment, tmp_path):
    environment(**FULL)
    (tmp_path / "keras.json").write_text(text)
    assert backends.configured() == "tensorflow"
    assert list(installed()) == ["keras3", "keras2", "tf1"]


def test_an_older_tensorflow_takes_no_backend(environment, monkeypatch):
    environment(tensorflow="2.15.0", keras="2.15.0", scipy="1.17.1")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert list(installed()) == ["keras2", "tf1"] == available()


@pytest.mark.parametrize(
    "modules, backend, told",
    [
        (FULL, "nonsense", "the backend of Keras is 'nonsense'"),
        (FULL, "torch", "keras-torch needs torch: there is none"),
    ],
    ids=["of-no-such-name", "not-installed"],
)
def test_a_backend_that_is_not_there(modules, backend, told, environment, monkeypatch):
    environment(**modules)
    monkeypatch.setenv("KERAS_BACKEND", backend)
    with pytest.raises(BrokenTargetError, match=told):
        installed()


def test_all_that_can_be_named(environment):
    environment(**FULL)
    assert available() == ["keras3", "keras2", "tf1", "keras-jax", "keras-numpy"]
    assert [get(name).name for name in available()] == available()


def test_what_is_named_does_not_ask_what_keras_would_take(environment, monkeypatch):
    environment(**FULL)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert get("keras3").environment == {"KERAS_BACKEND": "tensorflow"}


@pytest.mark.parametrize(
    "name, told",
    [
        ("nonsense", "no target 'nonsense' here; there are: keras3, keras2, tf1, keras-jax"),
        ("keras-openvino", "keras-openvino needs openvino: there is none"),
        ("keras-tensorflow", "no target 'keras-tensorflow' here"),
    ],
)
def test_a_name_of_no_target(name, told, environment):
    environment(**FULL)
    with pytest.raises(BrokenTargetError, match=told):
        get(name)


def test_keras2_has_no_backends(environment):
    environment(keras="2.15.0", jax="0.10.2")
    assert (installed(), available()) == ({}, [])
    with pytest.raises(BrokenTargetError, match="needs Keras 3, but there is keras 2.15.0"):
        get("keras-jax")


class Stranger(Target):
    name, version, dialect, families = "stranger", "1.0", "keras3", ("layers",)


def offer(monkeypatch, made):
    point = SimpleNamespace(name="stranger", value="its.module", load=lambda: made)
    monkeypatch.setattr(
        "rnn_oracle.targets.registry.entry_points", lambda group: {point.name: point}
    )


def test_a_target_of_others(environment, monkeypatch):
    environment(**FULL)
    offer(monkeypatch, Stranger)
    assert available()[-1] == "stranger"
    target = get("stranger")
    assert isinstance(target, Stranger) and str(target) == "stranger (version 1.0)"
    with pytest.raises(NotImplementedError):
        target.run(CASE)


@pytest.mark.parametrize(
    "made, told",
    [
        (lambda: SimpleNamespace(name="stranger"), "TypeError: a target has an attribute version"),
        (lambda: Small("keras3"), "ValueError: it has the name 'keras3'"),
        (type("Odd", (Stranger,), {"dialect": "keras9"}), "the dialect 'keras9', expected"),
        (lambda: 1 / 0, "ZeroDivisionError"),
    ],
    ids=["without-attributes", "of-another-name", "of-no-dialect", "raises"],
)
def test_a_target_of_others_that_is_none(made, told, environment, monkeypatch):
    environment(**FULL)
    offer(monkeypatch, made)
    with pytest.raises(BrokenTargetError, match=told):
        get("stranger")


class Everything:
    """A selection that leaves nothing out."""

    @staticmethod
    def cases(dialect):
        return registry.cases(dialect, "layers", "cells")


def test_a_target_of_others_is_judged_by_the_families_it_runs():
    planned = plan({"stranger": Stranger()}, Everything, alone=True)
    assert (list(planned.cases), planned.left_out) == ([("stranger", "layers")], [])


def test_a_backend_is_judged_by_the_families_of_keras3(environment):
    environment(**FULL)
    planned = plan({"keras-jax": get("keras-jax")}, Everything, alone=True)
    assert list(planned.cases) == [("keras-jax", "layers"), ("keras-jax", "cells")]
    assert {one.target for one in planned.left_out} == {"keras-jax"}


def test_no_process_has_keras_on_two_backends(environment):
    environment(**FULL)
    assert _together(["keras3", "keras-jax", "keras2", "tf1", "keras-numpy"]) == [
        ["keras3", "keras2", "tf1"],
        ["keras-jax"],
        ["keras-numpy"],
    ]


def test_an_entry_that_holds_on_another_target_too():
    entry = next(entry for entry in load() if entry.id == "keras3-stacked-single-states-wrapped")
    entry = entry._replace(also={"other": ">=2.0"})
    case = CoreCase("gru", "cells", False, True)
    other = Right("keras3", "1.9")
    other.name = "other"
    assert speaks_of(entry, other) and not states(entry, other)
    other.version = "2.0"
    assert states(entry, other) and matching([entry], other, case) == [entry]
    other.name = "another"
    assert not speaks_of(entry, other)


def test_what_lies_in_tensorflow_does_not_lie_in_another_backend():
    entry = next(entry for entry in load() if any("tensorflow" in p for p in entry.cases))
    entry = entry._replace(versions=">=0", cases=[{"tensorflow": ">=0"}])
    target = Right(entry.target)
    assert patterns_on(entry, target) == entry.cases
    target.release = None
    assert patterns_on(entry, target) == []


def test_a_target_that_was_never_measured():
    assert "never measured" in unmeasured(Stranger())


@pytest.mark.skipif("keras-numpy" not in available(), reason="no Keras 3 here, or no scipy")
def test_keras_on_numpy():
    """It needs no more than Keras 3 and scipy, and no TensorFlow."""
    done = subprocess.run(
        [sys.executable, "-m", "rnn_oracle.check", "--target", "keras-numpy"]
        + ["--only", f"keras-numpy.{CASE.id}"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 agree" in done.stdout and "keras-numpy" in done.stdout
