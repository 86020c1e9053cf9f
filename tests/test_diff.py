"""The command `python -m rnn_oracle.diff`: causes, not cases."""

import json

import numpy as np
import pytest
from helpers import committed, needs, recordings

from rnn_oracle.commands import diff
from rnn_oracle.families.facts import AttachedMasks, Default
from rnn_oracle.families.layers.matrix import core
from rnn_oracle.families.outcome import Outcome, Refusal
from rnn_oracle.families.spec import first_sentence, rules
from rnn_oracle.records.manifest import RECORDING
from rnn_oracle.records.store import store
from rnn_oracle.targets import installed
from rnn_oracle.targets.recorded import Recorded
from rnn_oracle.testing.suite import LEFT_OUT
from rnn_oracle.verdict.ledger import load, matching

pytestmark = [needs("packaging"), pytest.mark.itself]
ONLY = "lstm.one.sequences.*"


@pytest.fixture
def compared(tmp_path, capsys):
    """Return a function that compares a recording with a changed copy; it tells what is printed."""

    def compare(change, *options, name="tf2.21-legacy", start=ONLY[:-2]):
        fixture = committed(RECORDING, "recordings", name)
        cases = [e for e in fixture.entries.values() if e.case.id.startswith(start)]
        about = fixture.about["provenance"]
        changed = [new for new in map(_changed(change, about["dialect"]), cases) if new]
        store(str(tmp_path), {"old": (about, cases), "new": (about, changed)})
        status = diff.main([str(tmp_path / "old"), str(tmp_path / "new")] + list(options))
        return status, capsys.readouterr().out

    compare.folder = tmp_path
    return compare


def _changed(change, dialect):
    def changed(entry):
        outcome = change(entry.case, entry.answers[dialect])
        return outcome and entry._replace(answers={dialect: outcome})

    return changed


def scaled(factor, holds=lambda case: True):
    """Return a change that multiplies the output of the default call in some cases."""

    def change(case, outcome):
        if not holds(case):
            return outcome
        array = outcome.arrays["default.output"] * np.float32(factor)
        return Outcome(dict(outcome.arrays, **{"default.output": array}), outcome.facts)

    return change


def test_a_recording_is_the_same_as_itself(compared):
    status, printed = compared(lambda case, outcome: outcome)
    assert status == 0
    assert "56 cases compared: 56 the same, 0 moved by rounding alone, 0 changed" in printed


def test_rounding_is_no_change(compared):
    def rounded(case, outcome):
        """Move all that is equal alike."""
        one = np.float32(1 + 2**-23)
        names = [n for n in outcome.arrays if n.startswith("default") and n != "default.mask"]
        arrays = {name: outcome.arrays[name] * one for name in names}
        return Outcome(dict(outcome.arrays, **arrays), outcome.facts)

    status, printed = compared(rounded)
    assert status == 0 and "56 moved by rounding alone, 0 changed" in printed
    assert "112 arrays moved by rounding alone, the worst by " in printed


def test_a_change_without_explanation(compared):
    status, printed = compared(scaled(1.1, lambda case: case.mask == "row"))
    assert status == 1
    assert "numbers of the call default: 8 cases, NOT EXPLAINED" in printed
    assert "\n   where mask = row\n" in printed and "2. " not in printed
    assert "such as lstm.one.sequences.nostate" in printed
    assert f" in {compared.folder}" in printed.splitlines()[0]


def test_what_the_ledger_does_not_predict_is_not_called_known(compared):
    """In these cases an entry of the ledger speaks of other numbers than those that changed."""
    ledger = {entry.id: entry for entry in load()}
    chosen = ledger["keras3-mask-lost-with-initial-state"].cases[0]

    def wrong(case, outcome):
        if case.time_major or case.mask_from != "masking" or case.mask not in chosen["mask"]:
            return outcome
        array = outcome.arrays["given.output"] * np.float32(1.1)
        return Outcome(dict(outcome.arrays, **{"given.output": array}), outcome.facts)

    status, printed = compared(wrong, name="tf2.21")
    assert status == 1 and "numbers of the call given" in printed
    assert "NOT EXPLAINED" in printed and "known" not in printed


def test_a_value_that_became_an_error(compared):
    refused = Outcome(refusal=Refusal("call", "ValueError", "no masks any more"))
    status, printed = compared(lambda c, o: refused if c.mask_from == "argument" else o)
    assert status == 1
    assert "1. values -> ValueError at call: 24 cases, NOT EXPLAINED" in printed
    assert "where mask_from = argument" in printed and "no masks any more" in printed


def test_cases_that_one_recording_lacks_are_not_compared(compared, tmp_path, capsys):
    status, printed = compared(lambda case, outcome: None if case.go_backwards else outcome)
    assert status == 0 and "28 cases compared: 28 the same" in printed
    assert "28 not in the recording of tf2.21-legacy" in printed
    assert "none with" in printed and "go_backwards = True" in printed
    assert diff.main([str(tmp_path / "new"), str(tmp_path / "old"), "--json"]) == 0
    (layers,) = [
        one
        for one in json.loads(capsys.readouterr().out)["reach"]["families"]
        if one["family"] == "layers"
    ]
    assert layers["compared"] == 28
    assert layers["compared_by_option"]["go_backwards"] == {"False": 28, "True": 0}


def test_other_words_of_a_refusal_are_told(compared):
    def reworded(case, outcome):
        refusal = outcome.refusal and outcome.refusal._replace(message="other words")
        return Outcome(outcome.arrays, outcome.facts, refusal=refusal)

    status, printed = compared(reworded, name="tf2.21")
    assert status == 0 and "28 of the same are refused in other words" in printed


def test_an_answer_that_came_as_unsupported(compared, tmp_path, capsys):
    left_out = Outcome(unsupported="not there")
    assert compared(lambda case, outcome: left_out if case.go_backwards else None)[0] == 1
    sides = [str(tmp_path / name) for name in ("new", "old")]
    assert diff.main(sides) == 1
    appeared = "unsupported -> values: 28 cases, there in one of the two alone"
    assert appeared in capsys.readouterr().out


def test_copies_that_are_none_any_more(compared):
    def change(case, outcome):
        if not case.return_state or case.mask == "row":
            return outcome
        array = np.nextafter(outcome.arrays["default.h1"], np.float32(9))
        return Outcome(dict(outcome.arrays, **{"default.h1": array}), outcome.facts)

    status, printed = compared(change)
    assert status == 1 and "copies of the call default: 24 cases, NOT EXPLAINED" in printed
    assert "rule T2: " in printed


def test_a_fact_that_changed(compared):
    def change(case, outcome):
        facts = dict(outcome.facts, **{"given.masks": AttachedMasks((False,))})
        return outcome if case.return_state else Outcome(outcome.arrays, facts)

    status, printed = compared(change)
    assert status == 1 and "masks of the call given: 24 cases, NOT EXPLAINED" in printed
    assert "rule M4: " in printed and "given.masks: mask -> None" in printed


# From one generation to the other.


def test_the_generations(capsys):
    assert diff.main(["tf2.21-legacy", "tf2.21", "--only", "gru.*.row.*"]) == 1
    printed = capsys.readouterr().out
    refused = (
        "values or ValueError at call -> ValueError at build: 48 cases, as the dialects differ"
    )
    assert refused in printed and printed.count("rule D3: ") == 1
    assert "rule D3: `time_major` exists in `keras2` only." in printed and "rule C4" not in printed
    assert "container of the calls default, given, symbolic: 16 cases, as" in printed
    assert "nesting of the call default: 4 cases, a known divergence" in printed
    assert "numbers of the call given: " in printed and "NOT EXPLAINED" not in printed
    newer = Recorded(committed(RECORDING, "recordings", "tf2.21"))
    for entry in load():
        if not any(matching([entry], newer, case) for case in core()):
            continue
        assert f"ledger {entry.id}, breaks {entry.rule}" in printed
        assert entry.links[0] in printed


@pytest.mark.parametrize(
    "name, turned",
    [(name, False) for name in recordings()] + [("tf1.15", True), ("tf2.15", True)],
    ids=lambda part: {False: "to", True: "from"}.get(part, part),
)
def test_the_oracle(name, turned, capsys):
    sides = [name, "oracle"][:: -1 if turned else 1]
    dialect = committed(RECORDING, "recordings", name).about["provenance"]["dialect"]
    only = "tf1.gru.dynamic.*" if dialect == "tf1" else "gru.cells.*.left.*"
    known = dialect == "keras3"
    assert diff.main(sides + ["--only", only]) == (1 if known else 0)
    printed = capsys.readouterr().out
    assert "NOT EXPLAINED" not in printed and ("a known divergence" in printed) == known
    assert "moved by rounding alone" in printed
    assert f"the oracle, dialect {dialect}" in printed


def test_what_a_function_was_and_became_is_told_once(capsys):
    assert diff.main(["tf2.21-legacy", "tf2.21", "--only", "*_hard_sigmoid.*"]) == 1
    printed = capsys.readouterr().out
    assert "numbers of the calls default, given: 16 cases, as the dialects differ" in printed
    assert printed.count("rule A2: `hard_sigmoid` is") == 1 and "NOT EXPLAINED" not in printed


def test_changed_defaults_are_told_as_such(compared):
    def change(case, outcome):
        others = {"reset_after": Default(False), "recurrent_activation": Default("hard_sigmoid")}
        others = {f"defaults.{name}": value for name, value in others.items()}
        others = {name: value for name, value in others.items() if name in outcome.facts}
        return Outcome(facts=dict(outcome.facts, **others))

    status, printed = compared(change, start="defaults.")
    assert status == 1
    assert "default of reset_after: True -> False: 1 case, NOT EXPLAINED" in printed
    assert "default of recurrent_activation: sigmoid -> hard_sigmoid: 2 cases" in printed
    assert "where layer = LSTM or GRU" in printed and "rule F1" in printed


def test_sides_that_have_no_case_in_common(capsys):
    assert diff.main(["tf2.21", "tf2.21-v1"]) == 2
    assert "have no case in common" in capsys.readouterr().err


@pytest.mark.target
@pytest.mark.skipif(not installed(), reason=LEFT_OUT)
def test_the_installed_tensorflow(capsys):
    target = next(iter(installed().values()))
    side = "installed-legacy" if target.recording.endswith("legacy") else "installed"
    status = diff.main([side, "oracle", "--only", "gru.cells.last.state.batch_major.forwards.*"])
    printed = capsys.readouterr().out
    assert f"{target.recording} ({target.module} {target.version})" in printed
    assert status == (1 if target.name == "keras3" else 0) and "NOT EXPLAINED" not in printed


# How it is written.


def test_json(compared):
    status, printed = compared(scaled(1.1, lambda case: case.go_backwards), "--json")
    written = json.loads(printed)
    assert status == 1 and (written["compared"], written["same"]) == (56, 28)
    (group,) = written["groups"]
    assert group["patterns"] == [{"go_backwards": [True]}]
    assert (group["what"], group["calls"], group["cause"]) == (
        "numbers",
        ["default"],
        "not explained",
    )
    assert len(group["cases"]) == 28 and group["cases"][0]["change"]["ulps"] > 1e5
    assert "G1" in group["rules"] and group["ledger"] == []


def test_markdown(compared):
    _, printed = compared(scaled(1.1, lambda case: case.go_backwards), "--markdown")
    assert printed.startswith("# tf2.21-legacy (tf_keras ")
    assert "\n## 1. numbers of the call default: 28 cases" in printed
    assert "\n- where go_backwards = True\n" in printed and "`lstm.one." in printed
    refused = Outcome(refusal=Refusal("call", "ValueError", "`no`\n# masks"))
    _, printed = compared(lambda case, outcome: refused, "--markdown")
    assert "\n- with the message `'no' # masks`\n" in printed + "\n"


# Misuse.


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["tf9.99", "oracle"], "tf9.99 is no recording; there are "),
        (["./tf2.21", "oracle"], "./tf2.21 is no recording"),
        (["oracle", "oracle"], "the oracle has nothing to differ from"),
        (["tf2.21", "oracle", "--only", "rnn.*"], "has no case that matches --only 'rnn.*'"),
        (
            ["tf2.21", "oracle", "--fixtures", "/nowhere"],
            "there are no recordings in /nowhere; name another",
        ),
        ([".", "oracle"], "manifest.json: there is no such file"),
    ],
    ids=["name", "path", "oracles", "pattern", "folder", "no-recording"],
)
def test_misuse(arguments, message, capsys):
    assert diff.main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["tf2.21"], ["tf2.21", "oracle", "--json", "--markdown"]])
def test_the_command_line(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        diff.main(arguments)
    assert stop.value.code == 2


def test_without_tensorflow(monkeypatch, capsys):
    monkeypatch.setattr(diff, "installed", dict)
    assert diff.main(["installed", "tf2.21"]) == 2
    assert "installed: there is none here; install it with" in capsys.readouterr().err


class Installed:
    def __init__(self, module):
        self.module, self.dialect = module, "tf1" if "nn" in module else "keras2"


@pytest.mark.parametrize(
    "modules, name, taken",
    [
        (["tensorflow.keras", "tf_keras"], "installed", "tensorflow.keras"),
        (["tensorflow.keras", "tf_keras"], "installed-legacy", "tf_keras"),
        (["tf_keras"], "installed", "tf_keras"),
        (["tensorflow.keras"], "installed-legacy", None),
        (["tensorflow.keras", "tensorflow.nn"], "installed-v1", "tensorflow.nn"),
        (["tensorflow.keras", "tensorflow.nn"], "installed", "tensorflow.keras"),
    ],
)
def test_which_of_the_installed_is_meant(modules, name, taken, monkeypatch, capsys):
    def gather(targets, cases):
        ((_, target),) = targets.items()
        raise diff.MisuseError(target.module)

    monkeypatch.setattr(diff, "installed", lambda: {m[-7:]: Installed(m) for m in modules})
    monkeypatch.setattr(diff, "gather", gather)
    assert diff.main([name, "oracle"]) == 2
    assert f"diff: {taken or name + ': there is none'}" in capsys.readouterr().err
    assert diff.main(["installed", "oracle", "--only", "rnn.*"]) == 2
    assert "no case matches --only 'rnn.*'" in capsys.readouterr().err


@pytest.mark.parametrize("rule", sorted(rules()))
def test_a_rule_in_short(rule):
    assert 10 < len(first_sentence(rule)) < 320 and first_sentence(rule).endswith((".", ".)"))


def test_a_cause_is_told_once(capsys):
    only = "simple_rnn.one.*.nostate.*.left.masking"
    assert diff.main(["keras3.15", "keras3.16-nightly", "--only", only]) == 1
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    (told,) = [i for i, line in enumerate(lines) if line.startswith("ledger ")]
    assert lines[told].startswith("ledger keras3-mask-not-passed-on, breaks M4: ")
    (beside,) = [line for line in lines[told:] if line.startswith("besides ")]
    assert beside.startswith("besides arrays of the calls default, given: 1 case where ")
