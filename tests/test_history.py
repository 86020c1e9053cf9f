"""The command `python -m rnn_oracle.history`: what its rows say, and how they are written."""

import json
import re

import pytest
from helpers import needs
from invented import NEW, OLD, ONLY, demanded, release

from rnn_oracle.commands import history
from rnn_oracle.commands import history_rows as behaviours
from rnn_oracle.commands import judged_recordings as answers
from rnn_oracle.commands.releases import Column, families, runs, span
from rnn_oracle.families.defaults.case import DefaultsCase
from rnn_oracle.families.layers.matrix import activations
from rnn_oracle.families.outcome import Outcome, Refusal
from rnn_oracle.families.spec import chapters, rules, sentence_with
from rnn_oracle.records.store import recordings_in
from rnn_oracle.reference.dialects import DIALECTS
from rnn_oracle.verdict.ledger import load

pytestmark = needs("packaging")


def told(made, title):
    """Return the rows of a section by their ids, each as the texts of its cells by release."""
    (section,) = [section for section in made.sections if section.title == title]
    return {row.id: {name: cell.text for name, cell in row.cells.items()} for row in section.rows}


@pytest.fixture(scope="module")
def upgrade():
    """Return the history of two releases that do what is known."""
    return history.of_fixtures([release(*NEW), release(*OLD)])


# The rows.


def test_a_known_divergence(upgrade):
    rows = told(upgrade, "Bugs that were recorded")
    assert set(rows) <= {entry.id for entry in load()}
    lost = rows["keras3-mask-lost-with-initial-state"]
    assert lost["tf2.15"] == "kept" and re.match(r"broken \d+$", lost["tf2.16"])
    wrapped = rows["keras3-stacked-single-states-wrapped"]
    assert wrapped == {"tf2.15": "kept", "tf2.16": "broken 1"}


def test_what_differs_by_design(upgrade):
    rows = told(upgrade, "Different by design")
    assert {"tf2.15": "taken", "tf2.16": "ValueError at build"} in rows.values()
    assert {"tf2.15": "list", "tf2.16": "tuple"} in rows.values()
    titles = [row.title for section in upgrade.sections for row in section.rows]
    assert any(title.startswith("`time_major` exists in `keras2` only. Where") for title in titles)


def test_rules_that_no_case_shows(upgrade):
    rows = told(upgrade, "Different by design, but only stated")
    assert rows["stated-H3"] == {"tf2.15": "as keras2", "tf2.16": "as keras3"}
    assert not {"stated-D1", "stated-D3", "stated-C1"} & set(rows)


def test_the_rules(upgrade):
    rows = told(upgrade, "Rules")
    assert rows["C4"] == {"tf2.15": "kept", "tf2.16": "kept"}
    assert rows["S1"]["tf2.16"] == "broken 1" and rows["S1"]["tf2.15"] == "kept"
    assert rows["D3"] == {"tf2.15": "kept", "tf2.16": "refused"}
    assert "C1" not in rows and "C1" in upgrade.sections[-1].about


def test_numbers_that_differ_by_design():
    more = {
        d: [(case, demanded(case, d)) for case in activations()[:2]] for d in ("keras2", "keras3")
    }
    fixtures = [release(*OLD, more=more["keras2"]), release(*NEW, more=more["keras3"])]
    rows = told(history.of_fixtures(fixtures), "Different by design")
    assert {"tf2.15": "as keras2", "tf2.16": "as keras3"} in rows.values()


def test_defaults_that_changed():
    more = {
        dialect: [
            (DefaultsCase(layer), demanded(DefaultsCase(layer), dialect))
            for layer in ("LSTM", "GRU")
        ]
        for dialect in ("keras2_v1", "keras2")
    }
    old = release("tf1.15", "keras2_v1", "1.15.5", more=more["keras2_v1"])
    made = history.of_fixtures([old, release(*OLD, more=more["keras2"])])
    assert told(made, "Defaults") == {
        "default-recurrent_activation-lstm-gru": {"tf1.15": "hard_sigmoid", "tf2.15": "sigmoid"},
        "default-reset_after-gru": {"tf1.15": "False", "tf2.15": "True"},
    }


def test_a_default_that_is_not_explained():
    right = demanded(DefaultsCase("GRU"), "keras2")
    facts = {n: "Yes" if n.endswith("reset_after") else fact for n, fact in right.facts.items()}
    made = history.of_fixtures([release(*OLD, more=[(DefaultsCase("GRU"), Outcome(facts=facts))])])
    assert made.sections[0].rows[0].title == "Nothing explains what was answered: reset_after."


@pytest.fixture(scope="module")
def alarming():
    """Return the history of two releases, one of which refuses what it should not."""

    def change(case, outcome):
        refused = Outcome(refusal=Refusal("call", "TypeError", "<b>no</b>"))
        return refused if case.stacking == "one" else outcome

    return history.of_fixtures([release(*NEW), release("tf2.17", "keras3", "3.15.1", change)])


def test_what_is_not_explained_comes_first(alarming):
    first = alarming.sections[0]
    assert first.title == "Not explained" and [row.id for row in first.rows] == ["unexplained-1"]
    assert first.rows[0].cells["tf2.17"].text.startswith("NOT EXPLAINED 2")
    assert first.rows[0].cells["tf2.16"].kind != behaviours.UNEXPLAINED
    assert "NOT EXPLAINED" in told(alarming, "Rules")["C4"]["tf2.17"]
    ((who, detail),) = first.rows[0].details
    assert who == "tf2.17" and "<b>no</b>" in detail


def test_an_entry_that_does_not_hold_is_not_explained():
    def change(case, outcome):
        kept = case.stacking == "cells" and not case.time_major
        return demanded(case, "keras3") if kept else outcome

    made = history.of_fixtures([release(*NEW, change=change)])
    (row,) = made.sections[0].rows
    assert "not what the ledger says: keras3-stacked-single" in row.details[0][1]
    assert row.title == "Nothing explains what was answered: nesting."
    assert row.where and row.examples


# The columns.


def test_the_order_of_the_columns():
    names = (
        "tf2.21-v1 keras3.16-nightly keras3.15 tf2.10 keras3.3 tf2.9-v1 tf2.21 tf2.21-legacy "
        "tf2.1 tf1.15 mine"
    )
    dialects = {"tf1.15": "keras2_v1", "tf2.1": "keras2", "tf2.10": "keras2"}
    made = families(
        [
            answers.Release(name, "", dialects.get(name, "keras3"), "module", "1.0", "2.0")
            for name in names.split()
        ]
    )
    assert [[column.recording for column in family.columns] for family in made] == [
        ["tf1.15"],
        ["tf2.1", "tf2.10"],
        ["tf2.21"],
        ["mine"],
        ["keras3.3", "keras3.15", "keras3.16-nightly"],
        ["tf2.21-legacy"],
        ["tf2.9-v1", "tf2.21-v1"],
    ]
    assert made[1].title == "module (keras2)" and made[-1].short == "tf-v1 keras3"


def test_releases_that_say_the_same():
    columns = [
        Column(version, answers.Release("tf" + version, *["keras2"] * 5))
        for version in ("2.1", "2.4", "2.8")
    ]
    found = runs(columns, {"tf2.1": "a", "tf2.4": "a", "tf2.8": "b"}, str)
    assert [(span(group), cell) for group, cell in found] == [("2.1-2.4", "a"), ("2.8", "b")]


# What the rules say.


def test_chapters_have_names():
    assert chapters()["M"] == "Masks" and set(chapters()) == {rule[0] for rule in rules()}


@pytest.mark.parametrize("rule", [r for r in rules() if "`keras2`" in rules()[r]])
def test_a_rule_about_dialects_in_short(rule):
    words = [f"`{name}`" for name in DIALECTS]
    sentence = sentence_with(rule, words)
    assert any(word in sentence for word in words)
    assert 10 < len(sentence) < 320 and sentence.endswith(".") and "](" not in sentence


# How it is written.


@pytest.fixture
def shown(monkeypatch):
    """Return a function that shows a history in place of that of the recordings."""

    def show(made, *arguments):
        monkeypatch.setattr(history, "of_folder", lambda folder, only: made)
        return history.main(list(arguments))

    return show


def test_text(upgrade, shown, capsys):
    assert shown(upgrade) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("tf keras2: tensorflow.keras in 2.15\n")
    assert "Different by design\n" in printed and "ValueError at" not in printed
    assert "\n    tf keras2: kept\n    tf keras3: broken 1\n" in printed
    assert "--tables prints all of them" in printed


def test_all_of_the_text_has_80_columns(upgrade, shown, capsys):
    assert shown(upgrade, "--tables") == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    assert "ValueError at" in printed and "kept by every release that was recorded: " in printed
    assert "prints all of them" not in printed


def test_json(upgrade, shown, capsys):
    assert shown(upgrade, "--json") == 0
    written = json.loads(capsys.readouterr().out)
    assert [family["recordings"] for family in written["families"]] == [["tf2.15"], ["tf2.16"]]
    rows = {row["id"]: row for section in written["sections"] for row in section["rows"]}
    lost = rows["keras3-mask-lost-with-initial-state"]["cells"]
    assert (lost["tf2.15"]["kind"], lost["tf2.16"]["kind"]) == ("kept", "broken")


def test_markdown(upgrade, shown, capsys):
    assert shown(upgrade, "--markdown") == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# Keras's recurrent layers by release\n")
    assert "| rule | what | tf keras2 | tf keras3 |\n| --- | --- | --- | --- |\n" in printed
    assert " | list | tuple |\n" in printed


def test_the_exit_status_tells_what_is_not_explained(alarming, shown, capsys):
    assert shown(alarming, "--markdown") == 1
    assert "## Not explained" in capsys.readouterr().out


@needs("jinja2")
class TestPage:
    def test_it_goes_to_a_file_or_to_the_output(self, upgrade, shown, capsys, tmp_path):
        assert shown(upgrade, "--html") == 0
        printed = capsys.readouterr().out
        assert shown(upgrade, "--html", str(tmp_path / "page.html")) == 0
        assert (tmp_path / "page.html").read_text(encoding="utf-8") == printed
        assert printed.startswith("<!DOCTYPE html>") and printed.endswith("</html>\n")

    def test_it_asks_no_other_host_for_anything(self, upgrade):
        page = history._page(upgrade)
        assert not re.findall(r"<(?:script|img|iframe)[^>]* src|@import|url\(", page)
        assert re.findall(r"<link [^>]*>", page) == ['<link rel="icon" href="data:,">']

    def test_ids_are_there_once(self, upgrade):
        ids = re.findall(r' id="([^"]*)"', history._page(upgrade))
        assert len(ids) == len(set(ids)) and {"M6", "why-M6"} <= set(ids)

    def test_text_is_escaped(self, alarming):
        page = history._page(alarming)
        assert "&lt;b&gt;no&lt;/b&gt;" in page and "<b>no" not in page
        assert 'class="alarm"' in page

    def test_links_and_code_of_a_rule(self, upgrade):
        page = history._page(upgrade)
        assert '<a href="https://github.com/keras-team/keras/issues/20750">keras#20750</a>' in page
        assert "<code>time_major</code>" in page


# Misuse.


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--fixtures", "/nowhere"], "there are no recordings in /nowhere"),
        (["--only", "rnn.*"], "no case of "),
        (["--only", ONLY, "--html", "/nowhere/at/all.html"], "/nowhere/at/all.html"),
    ],
    ids=["folder", "pattern", "path"],
)
@needs("jinja2")
def test_misuse(arguments, message, capsys):
    assert history.main(arguments) == 2
    assert message in capsys.readouterr().err


def test_two_forms_at_once(capsys):
    with pytest.raises(SystemExit) as stop:
        history.main(["--markdown", "--html"])
    assert stop.value.code == 2


def test_without_what_the_page_is_made_with(upgrade, shown, monkeypatch, capsys):
    def broken(made):
        raise ImportError("No module named 'jinja2'", name="jinja2")

    monkeypatch.setattr(history, "_page", broken)
    assert shown(upgrade, "--html") == 2
    told = capsys.readouterr().err
    assert history.INSTALL in told and "its extra: rnn-oracle[html]" in told


def test_a_damaged_recording(tmp_path, capsys):
    folder = tmp_path / "recordings" / "tf2.21"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{")
    assert recordings_in(str(tmp_path / "recordings")) == ["tf2.21"]
    assert history.main(["--fixtures", str(tmp_path)]) == 2
    assert "manifest.json" in capsys.readouterr().err
