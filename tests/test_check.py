"""The command `python -m rnn_oracle.check`, and the scripts it prints."""

import json
import subprocess
import sys

import pytest
from fakes import Right, Small, let_check_find
from helpers import needs, within

from rnn_oracle.commands import check
from rnn_oracle.commands.reproduce import script
from rnn_oracle.families.defaults.case import DefaultsCase
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Refusal
from rnn_oracle.families.refusals.case import RefusalCase
from rnn_oracle.families.tf1.case import Tf1Case
from rnn_oracle.targets import INSTALL, installed
from rnn_oracle.targets.target import Target
from rnn_oracle.testing.suite import LEFT_OUT
from rnn_oracle.verdict.ledger import load

pytestmark = pytest.mark.itself

ONLY = "gru.cells.last.*.batch_major.forwards.*"
PLAIN = "gru.one.last.nostate.batch_major.forwards.nomask"
TF1 = "tf1.gru.static.one.*"
REFUSAL = RefusalCase("mask-one-row", "LSTM", "eager")


def run(*arguments):
    return subprocess.run(
        [sys.executable] + list(arguments),
        capture_output=True,
        text=True,
    )


@pytest.mark.target
@pytest.mark.skipif(not installed(), reason=LEFT_OUT)
def test_the_installed_tensorflow(tmp_path):
    path = tmp_path / "verdicts.json"
    done = run("-m", "rnn_oracle.check", "--only", ONLY, "--tables", "--json", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b" not in done.stdout and "checking \u2501" not in done.stderr
    assert "mask = row" in done.stdout
    assert all(str(t) in done.stdout for name, t in installed().items() if name != "tf1")
    written = json.loads(path.read_text())
    results = written["results"]
    assert len(results) == 14 * len(set(installed()) - {"tf1"}) == len({r["id"] for r in results})
    for result in results:
        assert result["family"] == "layers" and result["target"] in installed()
        assert set(result) >= {"options", "rules", "verdict", "worst", "detail"}
        assert result["id"] == f"{result['target']}.{CoreCase(**result['options']).id}"
        assert result["verdict"] in ("agree", "known divergence")
        assert bool(result["entries"]) == (result["verdict"] == "known divergence")
        assert 0 < result["worst"] < 1
    for entry in load():
        assert (entry.id in done.stdout) == any(entry.id in r["entries"] for r in results)
    judged = written["families"]["judged"]
    assert [(row["family"], row["cases"]) for row in judged] == [("layers", 14)] * len(judged)


def test_a_divergence_is_shown_with_a_script(target, monkeypatch, capsys):
    if target.name != "keras3":
        pytest.skip("the divergence is one of Keras 3")
    let_check_find(monkeypatch, target)
    assert check.main(["--only", "gru.cells.last.state.batch_major.forwards.nomask"]) == 1
    printed = capsys.readouterr().out
    assert "1 DIVERGES" in printed and "DIVERGES: 1 case on keras3 (1 of layers)" in printed
    assert "layer = keras.layers.RNN([keras.layers.GRUCell(1, " in printed


DIVERGING = {
    "nesting": CoreCase("simple_rnn", "cells", True, True),
    "numbers": CoreCase("lstm", "one", True, False, False, True, "holes", "masking"),
    "numbers-in-a-stack": CoreCase("gru", "two", False, True, False, False, "left", "argument"),
}


@pytest.mark.parametrize("what", DIVERGING)
def test_a_script_fails_where_the_divergence_shows(target, what):
    if target.name != "keras3":
        pytest.skip("the divergences are those of Keras 3")
    text = script(target, DIVERGING[what])
    assert "rnn_oracle" not in text and len(text.splitlines()) < 25
    with pytest.raises(AssertionError):
        exec(text, {})


def test_a_script_is_a_program_of_its_own(target):
    text = script(Wrong(target, SPOILERS["output"]), CoreCase("gru"))
    done = run("-c", text)
    assert done.returncode == 0 and "expected" in done.stdout, done.stderr[-2000:]


class Wrong(Target):
    """A real target that is said to be another: its scripts must pass on the real one."""

    def __init__(self, target, spoil):
        self.target, self.spoil = target, spoil
        self.name, self.dialect, self.module = target.name, target.dialect, target.module
        self.version, self.backend = target.version, target.backend

    def run(self, case, sizes):
        outcome = self.target.run(case, sizes)
        self.spoil(outcome)
        return outcome


SPOILERS = {
    "output": lambda o: o.arrays.update({"default.output": o.arrays["default.output"] + 1}),
    "state": lambda o: o.arrays.update({"given.c2": o.arrays["given.c2"] + 1}),
    "mask": lambda o: o.arrays.update({"default.mask": ~o.arrays["default.mask"]}),
    "masks": lambda o: o.facts.update({"default.masks": "None"}),
    "dtype": lambda o: o.facts.update({"given.dtype": "float16"}),
    "states": lambda o: o.facts.update({"given.states": "7"}),
    "nesting": lambda o: o.facts.update({"given.nesting": "*"}),
    "symbolic": lambda o: o.facts.update({"symbolic.shapes": "*"}),
}


@pytest.mark.parametrize("what", SPOILERS)
def test_a_script_passes_where_the_rules_are_kept(target, what, capsys):
    # Before Keras 3.11, a mask given as an argument is not passed on (rule M4).
    mask_from = "masking" if within(target, keras3="<3.11") else "argument"
    case = CoreCase("lstm", "two", True, True, False, False, "all_true", mask_from)
    exec(script(Wrong(target, SPOILERS[what]), case), {})
    assert "expected" in capsys.readouterr().out


def test_a_script_tells_a_refusal_apart(target):
    case = CoreCase("gru", "two", False, False, target.name == "keras2")
    refused = Wrong(target, lambda o: setattr(o, "refusal", Refusal("call", "ValueError", "no")))
    exec(script(refused, case), {})
    accepted = Wrong(target, lambda o: setattr(o, "refusal", None))
    exec(script(accepted, CoreCase("gru", "two_without_sequences")), {})
    wrong = script(refused, case).replace("'values'", "'ValueError'")
    with pytest.raises(AssertionError):
        exec(wrong, {})


@pytest.mark.parametrize(
    "only, of, status, told",
    [
        (PLAIN, Small(), 1, "UNSUPPORTED, which is a failure: 1 case on keras3: has no GRU"),
        ("training.gru", Small(), 0, "unsupported: 1 case on keras3: has no GRU"),
        (REFUSAL.id, Small(), 1, "UNSUPPORTED, which is a failure: 1 case on keras3: has no GRU"),
        (TF1, Small("tf1"), 1, "UNSUPPORTED, which is a failure: 3 cases on tf1: has no GRU"),
        (PLAIN, Right(), 0, "1 agree"),
        ("training.gru", Right(), 0, "1 agree"),
        (TF1, Right("tf1"), 0, "3 agree"),
        ("keras3." + PLAIN, Right(), 0, "1 agree"),
    ],
    ids=["core", "crossed", "refusal", "tf1"]
    + ["right-" + w for w in ("core", "crossed", "tf1")]
    + ["id-of-check"],
)
@needs("rich")
def test_the_exit_status(only, of, status, told, monkeypatch, capsys):
    let_check_find(monkeypatch, of)
    assert check.main(["--only", only]) == status
    assert told in capsys.readouterr().out.splitlines()


@needs("rich")
def test_a_newer_release_than_any_that_was_measured_is_told(monkeypatch, capsys):
    let_check_find(monkeypatch, Right(version="3.99.0"))
    check.main(["--only", PLAIN])
    assert "keras3 3.99.0 is newer than any release that was measured" in capsys.readouterr().out


@pytest.mark.parametrize("case", [DefaultsCase("GRU"), Tf1Case("gru")], ids=lambda case: case.id)
def test_there_are_scripts_for_layers_alone(case):
    told = script(Small(), case)
    assert told.startswith(f"# {case.id} on ") and "has no GRU" in told


def test_nothing_to_show_is_said(target):
    assert "agree" in script(target, CoreCase("gru"))


def test_without_tensorflow(monkeypatch, capsys):
    monkeypatch.setattr(check, "installed", dict)
    assert check.main([]) == 2
    assert "there is no TensorFlow here" in capsys.readouterr().err


def test_with_half_of_what_it_needs(monkeypatch, capsys):
    def broken(planned):
        raise ImportError("No module named 'rich'")

    monkeypatch.setattr(check, "judge_all", broken)
    monkeypatch.setattr(check, "installed", lambda: {"keras3": Small()})
    assert check.main(["--only", "gru.one.*"]) == 2
    assert INSTALL in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["--only", "gru.on.*"],
            "no case in keras3 matches --only 'gru.on.*'\n  near it: gru.one.",
        ),
        (["--only", "tf1.gru.*"], "not judged on tf1: tf1 (there is no tf1 here)"),
        (
            ["--family", "forms"],
            "not judged on keras3: forms (measured on >=3.0 only, and this is 2.99)",
        ),
        (["--rule", "J3"], "no case cites J3: "),
        (["--rule", "Q1"], "--rule Q1: SPEC.md has no such rule"),
        (["--where", "mask=lef"], "mask is never 'lef', only none"),
        (["--json", "/nowhere/at/all.json"], "cannot write /nowhere/at/all.json"),
        (["--json", "."], "cannot write ."),
        (["--json", ""], "cannot write "),
        (["--json", "new/"], "cannot write new/"),
    ],
    ids=[
        "pattern",
        "no-target",
        "not-measured",
        "no-case",
        "rule",
        "value",
        "path",
        "folder",
        "no-name",
        "no-file",
    ],
)
def test_misuse(arguments, message, monkeypatch, capsys):
    let_check_find(monkeypatch, Small(version="2.99"))
    assert check.main(arguments) == 2
    assert message in capsys.readouterr().err


def test_an_unknown_option(capsys):
    with pytest.raises(SystemExit) as stop:
        check.main(["--bogus"])
    assert stop.value.code == 2 and "--bogus" in capsys.readouterr().err
