"""What `python -m rnn_oracle.check` judges, and what it says of it, without TensorFlow."""

import itertools
import json

import pytest
from fakes import Right, Small, let_check_find
from helpers import needs

from rnn_oracle.commands import check, check_report
from rnn_oracle.commands.check_plan import (
    NO_TARGET,
    NOT_MEASURED,
    NOT_SELECTED,
    LeftOut,
    Plan,
    plan,
)
from rnn_oracle.commands.check_tables import tables
from rnn_oracle.commands.output import console
from rnn_oracle.commands.selection import DIALECTS, Selection
from rnn_oracle.families import registry
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.layers.matrix import BLOCK
from rnn_oracle.families.options.case import OptionCase
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.families.refusals.case import RefusalCase
from rnn_oracle.verdict import known_refusals
from rnn_oracle.verdict.judge import AGREE, DIVERGES, KNOWN, UNSUPPORTED, Verdict, judge
from rnn_oracle.verdict.known_refusals import ledger_of
from rnn_oracle.verdict.ledger import load

PLAIN = "gru.one.last.nostate.batch_major.forwards.nomask"
REFUSAL = RefusalCase("mask-one-row", "LSTM", "eager")
CROSSED = [family.id for family in registry.crossed()]
OF_KERAS = ["layers", "defaults"] + CROSSED + ["refusals", "files"]


# What is judged.


def choose(*arguments):
    return Selection(check.make_parser().parse_args(list(arguments)))


def reasons(planned):
    return {(one.family, one.target): one.reason for one in planned.left_out}


def test_all_families_are_judged_that_were_measured_on_the_release():
    targets = {name: Small(name) for name in ("keras3", "keras2", "tf1")}
    planned = plan(targets, choose())
    assert list(planned.cases) == (
        [("keras3", family) for family in OF_KERAS]
        + [("keras2", family) for family in OF_KERAS]
        + [("tf1", "tf1")]
    )
    assert planned.left_out == []
    for (name, family), cases in planned.cases.items():
        assert cases == registry.get(family).cases(name)


@pytest.mark.parametrize("version, judged", [("2.99", False), ("3.0.5", True)])
def test_a_release_on_which_the_crossed_families_were_not_measured(version, judged):
    planned = plan({"keras3": Small(version=version)}, choose())
    families = [family for family in OF_KERAS if judged or family not in CROSSED]
    assert list(planned.cases) == [("keras3", family) for family in families]
    wanted = {} if judged else {(family, "keras3"): NOT_MEASURED for family in CROSSED}
    wanted.update({(family, "keras2"): NO_TARGET for family in OF_KERAS})
    assert reasons(planned) == {**wanted, ("tf1", "tf1"): NO_TARGET}


def test_what_is_not_selected_is_left_out_for_that_reason():
    planned = plan({"keras3": Small(version="2.99")}, choose("--where", "mask=left,right"))
    assert list(planned.cases) == [("keras3", "layers")]
    assert all(case.mask in ("left", "right") for case in planned.cases["keras3", "layers"])
    assert reasons(planned)["defaults", "keras3"] == NOT_SELECTED
    assert reasons(planned)["options", "keras3"] == NOT_MEASURED
    assert reasons(planned)["options", "keras2"] == NO_TARGET
    assert reasons(planned)["tf1", "tf1"] == NOT_SELECTED


def test_blocks_of_work_are_those_of_one_family():
    planned = plan({name: Small(name) for name in ("keras3", "tf1")}, choose())
    chunks = planned.chunks
    of_core = [len(cases) for name, cases in chunks if cases[0].family == "layers"]
    assert of_core == [BLOCK] * (2704 // BLOCK) + [2704 % BLOCK]
    assert all(len(cases) <= 40 for name, cases in chunks if cases[0].family != "layers")
    assert all(len({case.family for case in cases}) == 1 for name, cases in chunks)
    assert [(name, case) for name, cases in chunks for case in cases] == [
        (name, case) for (name, _), cases in planned.cases.items() for case in cases
    ]


def test_refusals_are_judged_by_entries_of_their_own():
    assert ledger_of("refusals") == known_refusals.entries()
    assert ledger_of("layers") == ledger_of("options") == load()


def test_a_process_judges_by_the_entries_of_the_family(monkeypatch):
    class Passing(Small):
        def run(self, case, sizes):
            return Outcome.of_verdict("values")

    monkeypatch.setattr(check, "_prepared", lambda name: Passing())
    (judged,) = check._judge_chunk(("keras3", [REFUSAL]))
    assert judged.verdict == KNOWN
    assert [entry.instead for entry in judged.entries] == ["values"]


# What is printed.


@needs("rich")
def test_the_summary_tells_what_was_judged_and_what_was_not(monkeypatch, capsys):
    let_check_find(monkeypatch, Right(version="2.99"), Small("tf1"))
    check.main(["--only", PLAIN, "--only", "defaults.gru", "--only", "forms.*"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 agree" and lines[4].strip() == "keras3 2.99"
    assert [line.split()[:2] for line in lines if " 1 " in line] == [
        ["layers", "1"],
        ["defaults", "1"],
    ]
    others = "options, bidirectional, cells, own_cells, training, refusals, files (not selected)"
    assert [line for line in lines if line.startswith("not judged")] == [
        "not judged on keras3: " + others,
        "not judged on keras3: forms (measured on >=3.0 only, and this is 2.99)",
        "not judged on tf1: tf1 (not selected)",
        "not judged on keras2: layers, defaults, forms (there is no keras2 here)",
        "not judged on keras2: " + others,
    ]


TABLES = {
    "layers": (["--only", PLAIN], "return_state = False"),
    "options": (["--only", "options.simple_rnn"], "unit_forget_bias = True"),
    "refusals": (["--only", REFUSAL.id], "layer = LSTM"),
    "bidirectional": (["--where", "merge_mode=None", "--where", "mode=eager"], "merge_mode = None"),
}


@pytest.mark.parametrize("asked_for", [False, True], ids=["by-default", "asked-for"])
@pytest.mark.parametrize("family", TABLES)
@needs("rich")
def test_tables_of_options(family, asked_for, monkeypatch, capsys):
    arguments, row = TABLES[family]
    let_check_find(monkeypatch, Right())
    check.main(arguments + (["--tables"] if asked_for else []))
    assert (row in capsys.readouterr().out) == asked_for


WORDS = {"usual": check_report.ORDER[:3], "all": check_report.ORDER}


@pytest.mark.parametrize("words", WORDS)
@needs("rich")
def test_no_table_is_folded_at_80_columns(words):
    terminal = console(80)
    for family in registry.families():
        cases = list(dict.fromkeys(case for d in DIALECTS for case in family.cases(d)))[::29]
        verdicts = [verdict(case, word) for case, word in zip(cases, itertools.cycle(WORDS[words]))]
        made = tables(Right(), family, verdicts, terminal)
        made.append(check_report._summary_table("keras3", summary_of(family, verdicts)))
        assert max(terminal.measure(table).maximum for table in made) <= 80, family.id


def summary_of(family, verdicts):
    return check_report.summary(Plan({("keras3", family.id): []}, []), verdicts)


def verdict(case, word, detail="", entries=(), worst=0.0):
    return Verdict("keras3", case, word, worst, detail, [], list(entries))


def shown(verdicts, capsys, target=None):
    """Return what is printed of verdicts."""
    cases = {}
    for one in verdicts:
        cases.setdefault(("keras3", one.case.family), []).append(one.case)
    check_report.show({"keras3": target or Right()}, Plan(cases, []), verdicts)
    return capsys.readouterr().out


@needs("rich")
def test_what_is_known_is_counted_by_entry(capsys):
    first, second = load()[:2]
    verdicts = [
        verdict(OptionCase("gru"), KNOWN, "words that nobody reads", [first]),
        verdict(OptionCase("lstm"), KNOWN, "words that nobody reads", [first, second]),
        verdict(OptionCase("lstm", batch=1), AGREE),
    ]
    printed = shown(verdicts, capsys)
    assert f"\nknown: {first.id} (2 cases, breaks {first.rule})\n  {first.title}\n" in printed
    assert f"\nknown: {second.id} (1 case, breaks {second.rule})\n" in printed
    assert printed.count("known: ") == 2


@needs("rich")
def test_known_refusals_are_summed_up(capsys):
    passing = next(entry for entry in ledger_of("refusals") if entry.instead == "values")
    other = next(entry for entry in ledger_of("refusals") if entry.instead != "values")
    verdicts = [
        verdict(RefusalCase("mask-one-row", "LSTM", "eager"), KNOWN, entries=[passing]),
        verdict(RefusalCase("mask-one-row", "GRU", "eager"), KNOWN, entries=[passing]),
        verdict(RefusalCase("units-zero", "GRU", "eager"), KNOWN, entries=[other]),
    ]
    printed = shown(verdicts, capsys)
    assert printed.count("known: ") == 1
    assert (
        "known: 3 cases of refusals, by 2 entries of rnn_oracle/verdict/refusals.json: 2 where "
        "what is wrong passes, 1 where another error is raised than is due\n"
    ) in printed


@needs("rich")
def test_what_is_unsupported_is_counted_by_reason(capsys):
    crossed = [OptionCase("gru"), OptionCase("gru", batch=1), OptionCase("lstm")]
    words = ["no gelu", "no gelu", "no mish"]
    verdicts = [verdict(case, UNSUPPORTED, why) for case, why in zip(crossed, words)]
    verdicts.append(verdict(CoreCase("gru"), UNSUPPORTED, "no gelu"))
    lines = shown(verdicts, capsys).splitlines()
    assert "unsupported: 2 cases on keras3: no gelu" in lines
    assert "unsupported: 1 case on keras3: no mish" in lines
    assert "UNSUPPORTED, which is a failure: 1 case on keras3: no gelu" in lines
    assert "4 unsupported" in lines


@needs("rich")
def test_a_case_that_a_target_cannot_run_is_counted_with_each_reason(capsys):
    lacking = [("has no mask", "has no time_major"), ("has no mask",)]
    verdicts = [
        verdict(CoreCase(cell), UNSUPPORTED, "all of it")._replace(lacks=lacks)
        for cell, lacks in zip(("gru", "lstm"), lacking)
    ]
    lines = shown(verdicts, capsys).splitlines()
    assert "unsupported: 2 cases on keras3: has no mask" in lines
    assert "unsupported: 1 case on keras3: has no time_major" in lines
    assert "2 unsupported" in lines


@needs("rich")
def test_divergences_that_nothing_explains_are_gathered_by_what_differs(capsys):
    class Nesting(Right):
        def run(self, case, sizes):
            outcome = super().run(case, sizes)
            return Outcome(outcome.arrays, dict(outcome.facts, **{"first.nesting": "odd"}))

    cases = [OptionCase("gru"), OptionCase("gru", batch=1), OptionCase("lstm")]
    verdicts = [judge(Nesting(), case, []) for case in cases]
    assert [one.verdict for one in verdicts] == [DIVERGES] * 3
    printed = shown(verdicts, capsys, Nesting())
    assert printed.count("DIVERGES: ") == 1
    assert "DIVERGES: 3 cases on keras3 (3 of options), other nesting, breaks S1\n" in printed
    assert "  such as options.gru: first.nesting: expected " in printed


def test_json(monkeypatch, tmp_path):
    pytest.importorskip("rich")
    let_check_find(monkeypatch, Right(version="2.99"))
    path = tmp_path / "verdicts.json"
    check.main(["--only", PLAIN, "--only", "options.*", "--json", str(path)])
    written = json.loads(path.read_text())
    (result,) = written["results"]
    assert (result["id"], result["family"]) == ("keras3." + PLAIN, "layers")
    assert result["rules"] == CoreCase("gru").rules and result["entries"] == []
    (row,) = written["families"]["judged"]
    assert row == {
        "target": "keras3",
        "family": "layers",
        "cases": 1,
        "verdicts": dict(dict.fromkeys(check_report.ORDER, 0), **{AGREE: 1}),
        "worst": 0.0,
        "numbers": 40,
        "not judged": 0,
    }
    left_out = [LeftOut(**one) for one in written["families"]["not judged"]]
    assert LeftOut("forms", "keras3", NOT_SELECTED, ">=3.0") in left_out
    assert LeftOut("options", "keras3", NOT_MEASURED, ">=3.0") in left_out
    assert LeftOut("layers", "keras2", NO_TARGET, "") in left_out


def test_json_has_no_infinite_numbers():
    verdicts = [verdict(CoreCase("gru"), AGREE, worst=float("inf"))]
    planned = Plan({("keras3", "layers"): [CoreCase("gru")]}, [])
    written = check_report.as_json({"keras3": Right()}, planned, verdicts)
    assert json.loads(json.dumps(written, allow_nan=False))["results"][0]["worst"] is None
