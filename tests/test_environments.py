"""Environments that cannot run what is to be judged: exit 2 with the reason, nothing recorded."""

import json
import os
import subprocess
import sys

import pytest
from helpers import FIXTURES, needs

from rnn_oracle.commands import check, diff, dump, history
from rnn_oracle.commands.parallel import LostError
from rnn_oracle.records.recordings import provenance
from rnn_oracle.targets import installed
from rnn_oracle.targets.runtime import BrokenTargetError
from rnn_oracle.testing.suite import LEFT_OUT

WORKS = """
import os, signal

__version__ = "2.21.0"
zeros = lambda shape: shape
is_tensor = lambda value: True

class config:
    list_physical_devices = staticmethod(lambda: [])

class keras:
    class backend:
        backend = staticmethod(lambda: "tensorflow")

    class layers:
        SimpleRNN = staticmethod(lambda *_, **__: lambda x: x)
"""
"""A TensorFlow that can call one layer, and raises AttributeError at whatever a case asks for."""

BROKEN = {
    "raises": (
        "raise TypeError('Descriptors cannot be created directly')",
        "TypeError: Descriptors cannot be created directly",
    ),
    "exits": ("raise SystemExit('no AVX')", "SystemExit: no AVX"),
    "aborts": ("import os; os.abort()", "a process ended by SIGABRT"),
    "leaves": ("import os; os._exit(0)", "a process ended with status 0"),
    "has no Keras": (
        "def __getattr__(name):\n"
        "    try:\n"
        "        raise ValueError('Unable to import backend : nonsense')\n"
        "    except ValueError:\n"
        "        raise ImportError('Keras cannot be imported.')",
        "ImportError: Keras cannot be imported.; it comes of ValueError: Unable to import backend",
    ),
    "has another Keras": (
        WORKS.replace("lambda x: x", "lambda x: x.ndims"),
        "AttributeError: 'tuple' object has no attribute 'ndims'",
    ),
    "has another backend": (
        WORKS.replace("True", "False").replace('"tensorflow"', '"jax"'),
        "TypeError: its backend is jax, and the cases need that of TensorFlow; see KERAS_BACKEND",
    ),
}


@pytest.fixture
def run(tmp_path, monkeypatch, pytestconfig):
    """Return a function that runs a command where that is all there is of TensorFlow."""

    def run(tensorflow, *arguments):
        site = tmp_path / "site"
        for name, version, text in [("tensorflow", "2.21.0", tensorflow), ("keras", "3.15.1", "")]:
            about = site / f"{name}-{version}.dist-info"
            about.mkdir(parents=True)
            (about / "METADATA").write_text(
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
            )
            (site / name).mkdir()
            (site / name / "__init__.py").write_text(text)
        (site / "tf_keras.py").write_text(
            "from tensorflow import keras\nlayers, backend = keras.layers, keras.backend"
        )
        path = os.pathsep.join([str(site), str(pytestconfig.rootpath)])
        return subprocess.run(
            [sys.executable, "-m", "rnn_oracle." + arguments[0]] + list(map(str, arguments[1:])),
            capture_output=True,
            text=True,
            env=dict(os.environ, PYTHONPATH=path),
        )

    monkeypatch.delenv("RNN_ORACLE_MODULE", raising=False)
    monkeypatch.delenv("TF_USE_LEGACY_KERAS", raising=False)
    return run


COMMANDS = {
    "check": ["check", "--only", "gru.one.last.*.nomask"],
    "dump": ["dump", "--recording", "--only", "gru.one.last.*.nomask", "--out"],
    "diff": ["diff", "oracle", "installed", "--only", "gru.one.last.*.nomask"],
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_broken_environment(command, how, run, tmp_path):
    text, reason = BROKEN[how]
    out = tmp_path / "out"
    done = run(text, *COMMANDS[command] + [out] * (command == "dump"))
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    told = [line for line in done.stderr.splitlines() if line.startswith("rnn_oracle.")]
    assert len(told) == 1 and "keras3" in told[0] and reason in told[0], done.stderr
    assert "Traceback" not in done.stderr
    assert [path for path in out.rglob("*") if path.is_file()] == []


KILLED = (
    WORKS
    + """
        @staticmethod
        def GRU(*_, **__):
            os.kill(os.getpid(), signal.SIGKILL)
"""
)


@needs("rich")
def test_a_killed_process_costs_no_verdict_that_had_come(run, tmp_path):
    some = ["lstm.*.nostate.batch_major.forwards.*", "gru.one.last.nostate.batch_major.forwards.*"]
    path = tmp_path / "verdicts.json"
    patterns = [word for pattern in some for word in ("--only", "keras3." + pattern)]
    done = run(KILLED, "check", *patterns, "--json", path)
    assert done.returncode == 2, done.stderr
    assert "there is no verdict on 7 cases: a process ended by SIGKILL" in done.stderr
    assert "84 DIVERGES" in done.stdout
    written = json.loads(path.read_text())
    assert {result["options"]["cell"] for result in written["results"]} == {"lstm"}
    assert len(written["results"]) == 84 and len(written["without a verdict"]) == 7
    assert all(name.startswith("keras3.gru.") for name in written["without a verdict"])


@needs("cpuinfo")
def test_a_killed_process_leaves_no_recording(run, tmp_path):
    done = run(KILLED, *COMMANDS["dump"], tmp_path / "out")
    assert done.returncode == 2 and "a process ended by SIGKILL" in done.stderr
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []


@needs("cpuinfo")
def test_a_tensorflow_that_does_not_know_its_devices(run, tmp_path):
    without = WORKS.replace("class config", "class other")
    done = run(without, *COMMANDS["dump"], tmp_path / "out")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "cannot be used here: AttributeError: module 'tensorflow' has no attr" in done.stderr


def test_a_keras_that_cannot_be_asked_for_what_it_has(run):
    done = run(WORKS, "check", "--family", "options", "--only", "keras3.*")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "cannot be used here: AttributeError: type object 'keras' has no attr" in done.stderr


@pytest.mark.parametrize(
    "command, function, arguments",
    [(diff, "compare_sides", ["tf2.20", "tf2.21"]), (history, "judge_all", [])],
    ids=["diff", "history"],
)
def test_a_killed_process_is_told(command, function, arguments, monkeypatch, capsys):
    def judge(*_):
        raise LostError("a process ended by SIGKILL")

    monkeypatch.setattr(command, function, judge)
    assert command.main(arguments + ["--only", "gru.one.last.*.nomask"]) == 2
    assert "a process ended by SIGKILL" in capsys.readouterr().err


# What is asked for by name.


@pytest.mark.parametrize(
    "call",
    [
        lambda: check.main(["--only", "gru.*"]),
        lambda: dump.main(["--recording", "--out", FIXTURES, "--check"]),
        lambda: diff.main(["oracle", "installed"]),
    ],
    ids=["check", "dump", "diff"],
)
def test_a_module_that_is_none_is_refused(call, monkeypatch, capsys):
    monkeypatch.setenv("RNN_ORACLE_MODULE", "nonsense")
    assert call() == 2
    printed = capsys.readouterr()
    assert "RNN_ORACLE_MODULE is 'nonsense'; it can be 'keras'" in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("version, there", [(None, "no keras"), ("2.15.0", "keras 2.15.0")])
def test_keras_on_its_own_has_to_be_there(version, there, monkeypatch):
    monkeypatch.setenv("RNN_ORACLE_MODULE", "keras")
    monkeypatch.setattr("rnn_oracle.targets._version", lambda name: version)
    with pytest.raises(BrokenTargetError, match=f"there is {there} here, not 3"):
        installed()


def test_the_suite_refuses_it_too(pytester, monkeypatch, pytestconfig):
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath), prepend=os.pathsep)
    monkeypatch.setenv("RNN_ORACLE_MODULE", "nonsense")
    pytester.makepyfile("def test_it(target):\n    pass")
    done = pytester.runpytest_subprocess("-p", "rnn_oracle.plugin", "-p", "rnn_oracle.suite")
    assert done.ret != 0
    assert "RNN_ORACLE_MODULE is 'nonsense'" in done.stdout.str() + done.stderr.str()


# On what is installed.


def test_the_backend_is_in_the_provenance(target):
    assert provenance(target)["backend"] == "tensorflow"


def test_the_backend_of_tensorflow_1_is_told_too(tf1_target):
    assert provenance(tf1_target)["backend"] == "tensorflow"


@pytest.mark.target
@pytest.mark.skipif("keras3" not in installed(), reason=LEFT_OUT)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_backend_that_cannot_be_imported(command, tmp_path):
    out = tmp_path / "out"
    arguments = COMMANDS[command] + [str(out)] * (command == "dump")
    done = subprocess.run(
        [sys.executable, "-m", "rnn_oracle." + arguments[0]] + arguments[1:],
        capture_output=True,
        text=True,
        env=dict(os.environ, KERAS_BACKEND="nonsense"),
    )
    assert done.returncode == 2 and done.stdout == ""
    assert "cannot be used here: ValueError: Unable to import backend : nonsense" in done.stderr
    assert [path for path in out.rglob("*") if path.is_file()] == []
