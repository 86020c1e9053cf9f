"""Environments that cannot run what is to be judged: exit 2 with the reason, nothing recorded."""

import functools
import json
import os
import subprocess
import sys

import pytest
from broken_environments import BROKEN, COMMANDS, WORKS, answer, run_where
from helpers import FIXTURES, needs

from rnn_oracle.commands import check, diff, dump, history
from rnn_oracle.commands.parallel import LostError
from rnn_oracle.families.outcome import Outcome, Refusal
from rnn_oracle.records.recordings import provenance
from rnn_oracle.targets import installed
from rnn_oracle.targets.distributions import asked_version
from rnn_oracle.targets.keras.target import KerasTarget
from rnn_oracle.targets.runtime import BrokenTargetError, recorded_as, sound
from rnn_oracle.testing.suite import LEFT_OUT


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a command where that is all there is of TensorFlow."""
    return functools.partial(run_where, tmp_path)


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_broken_environment(command, how, tmp_path):
    assert answer(command, how, tmp_path)


KILLED = (
    WORKS
    + """
        @staticmethod
        def GRU(*_, **__):
            os.kill(os.getpid(), signal.SIGKILL)
"""
)


@pytest.mark.parametrize(
    "text, told",
    [
        (
            "a, b = ValueError('a'), TypeError('b')\na.__cause__, b.__context__ = b, a\nraise a",
            "ValueError: a",
        ),
        (
            "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\nraise Odd",
            "Odd, which cannot be printed",
        ),
    ],
    ids=["causes-in-a-circle", "no-words"],
)
def test_an_error_that_is_hard_to_tell(text, told, run):
    done = run(text, *COMMANDS["check"])
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "cannot be used here: " + told in done.stderr


RELEASES = {
    "raises": ("raise TypeError('no')", "status 1: TypeError: no"),
    "aborts": ("import os; os.abort()", "status -6"),
    "leaves": ("raise SystemExit(0)", "status 0"),
    "tells none": ("__version__ = None", "status 0"),
}


@pytest.fixture
def with_distributions(tmp_path, monkeypatch):
    """Return a function that lets these be all distributions that there are, by their names.

    The modules that it is given texts of can be imported, by other processes too; of all others
    only what is asked of distributions is known.
    """
    versions = {}
    monkeypatch.setattr("rnn_oracle.targets.distributions._distributed", versions.get)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "tf_keras" else 1)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name in ("RNN_ORACLE_MODULE", "TF_USE_LEGACY_KERAS"):
        monkeypatch.delenv(name, raising=False)

    def there_are(distributed, **texts):
        versions.update(distributed)
        for module, text in texts.items():
            (tmp_path / f"{module}.py").write_text(text)

    asked_version.cache_clear()
    yield there_are
    asked_version.cache_clear()


@pytest.mark.parametrize("how", RELEASES)
@pytest.mark.parametrize("module", ["tensorflow", "keras"])
def test_a_release_that_cannot_be_asked(module, how, with_distributions):
    text, told = RELEASES[how]
    with_distributions({} if module == "tensorflow" else {"tensorflow": "2.21.0"}, **{module: text})
    with pytest.raises(BrokenTargetError, match=f"^{module} .*does not tell its release.* {told}"):
        installed()


ASKED, NIGHTLY = "__version__ = '3.17.0.dev3'", "3.16.0.dev2026102704"


@pytest.mark.parametrize(
    "distributed, version, recording",
    [
        ({"tensorflow": "2.21.0", "keras": "3.15.1"}, "3.15.1", "tf2.21"),
        ({"tensorflow": "2.21.0", "keras-nightly": NIGHTLY}, NIGHTLY, "tf2.21-nightly"),
        ({"tf-nightly": "2.22.0.dev20261101", "keras": "3.15.1"}, "3.15.1", "tf2.22-nightly"),
        ({"tf-nightly-cpu": "2.22.0.dev1", "keras-nightly": NIGHTLY}, NIGHTLY, "tf2.22-nightly"),
        ({"tensorflow": "2.21.0", "tensorflow-intel": "2.21.0", "keras": "3.1"}, "3.1", "tf2.21"),
        ({"tensorflow": "2.21.0"}, "3.17.0.dev3", "tf2.21-nightly"),
        (
            {"tensorflow": "2.21.0", "keras": "3.15.1", "keras-nightly": NIGHTLY},
            "3.17.0.dev3",
            "tf2.21-nightly",
        ),
    ],
    ids=[
        "releases",
        "nightly-keras",
        "nightly-tensorflow",
        "both-nightly",
        "two-names",
        "no-distribution",
        "one-over-the-other",
    ],
)
def test_the_version_of_keras(distributed, version, recording, with_distributions):
    with_distributions(distributed, keras=ASKED)
    target = installed()["keras3"]
    assert (target.version, target.recording) == (version, recording)


def test_a_nightly_of_keras_on_its_own(with_distributions, monkeypatch):
    with_distributions({"tensorflow": "2.21.0", "keras-nightly": NIGHTLY}, keras=ASKED)
    monkeypatch.setenv("RNN_ORACLE_MODULE", "keras")
    target = installed()["keras3"]
    assert (target.version, target.recording) == (NIGHTLY, "keras3.16-nightly")


def test_a_nightly_of_tf_keras(with_distributions, monkeypatch):
    there = {"tf-nightly": "2.22.0.dev1", "keras": "3.15.1", "tf-keras-nightly": "2.22.0.dev2"}
    with_distributions(there)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: 1)
    found = installed()
    assert found["keras2"].version == "2.22.0.dev2"
    assert found["keras2"].recording == "tf2.22-nightly-legacy"
    assert found["tf1"].recording == "tf2.22-nightly-v1"


def test_a_release_is_asked_where_no_distribution_tells_it(with_distributions):
    text = "print('hello', end='')\n__version__ = '2.22.0-dev'"
    with_distributions({"keras": "3.15.1"}, tensorflow=text)
    assert [target.recording for target in installed().values()] == ["tf2.22-nightly"]


@pytest.mark.parametrize(
    "versions, name",
    [
        (["2.21.0"], "tf2.21"),
        (["2.21.0rc1", "3.16.0"], "tf2.21"),
        (["2.21.0", "3.16.0.dev1"], "tf2.21-nightly"),
        (["2.22.0-dev20261101"], "tf2.22-nightly"),
    ],
)
def test_the_name_of_a_recording(versions, name):
    assert recorded_as("tf", *versions) == name


@pytest.mark.parametrize(
    "type, message, is_sound",
    [
        ("ImportError", "No module named 'h5py'", False),
        ("ModuleNotFoundError", "No module named 'h5py'", False),
        ("MemoryError", "", False),
        ("OSError", "[Errno 28] Can't write data (file write failed: errno = 28)", False),
        ("OSError", "[Errno 5] Unable to synchronously open file (bad signature)", True),
        ("ValueError", "ImportError: [Errno 28]", True),
    ],
)
def test_what_a_case_finds_missing_or_full_is_no_answer(type, message, is_sound):
    outcome = Outcome(refusal=Refusal("call", type, message))
    if is_sound:
        assert sound(KerasTarget("keras3", "keras", "3.15.1"), outcome) is outcome
    else:
        with pytest.raises(BrokenTargetError, match="cannot be used here: " + type):
            sound(KerasTarget("keras3", "keras", "3.15.1"), outcome)


@needs("rich")
def test_an_import_that_fails_in_a_case_is_no_divergence(run, tmp_path):
    text = (
        WORKS
        + """
        @staticmethod
        def GRU(*_, **__):
            import nothing_by_this_name
"""
    )
    path = tmp_path / "verdicts.json"
    done = run(text, *COMMANDS["check"], "--json", path)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "there is no verdict on 16 cases: keras" in done.stderr
    assert "No module named 'nothing_by_this_name'" in done.stderr
    assert json.loads(path.read_text())["results"] == []


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
    monkeypatch.setattr("importlib.util.find_spec", lambda name: version)
    monkeypatch.setattr("rnn_oracle.targets.distributions._distributed", lambda name: version)
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
    assert (
        "the backend of Keras is 'nonsense', see KERAS_BACKEND: not tensorflow, jax" in done.stderr
    )
    assert [path for path in out.rglob("*") if path.is_file()] == []
