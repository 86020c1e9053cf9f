"""The rows of `python -m rnn_oracle.history` about bugs: what was recorded, and what is stated."""

import re

import pytest
from helpers import needs
from invented import NEW, OLD, demanded, release

from rnn_oracle.commands import history, judged_recordings, page
from rnn_oracle.commands import history_rows as behaviours
from rnn_oracle.commands.history_bugs import faults, known
from rnn_oracle.commands.history_design import designed
from rnn_oracle.commands.history_text import markdown
from rnn_oracle.commands.judged_recordings import Answer, Answered, Release, judge_all
from rnn_oracle.commands.releases import Column
from rnn_oracle.families.defaults.case import DefaultsCase
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.layers.matrix import core
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.families.refusals.case import cases as faulty
from rnn_oracle.families.spec import rules
from rnn_oracle.targets.registry import BESIDE
from rnn_oracle.verdict import known_refusals
from rnn_oracle.verdict.judge import AGREE, DIVERGES, KNOWN, UNSUPPORTED, Verdict
from rnn_oracle.verdict.ledger import load

pytestmark = needs("packaging")
BUGS = ("Bugs that were recorded", "Bugs that are only stated")
ENTRY = load()[0]._replace(id="a", target="keras3", versions=">=3.12", cases=[{"cell": ["lstm"]}])
CASES = [CoreCase("lstm", go_backwards=bool(i % 2), return_state=i > 1) for i in range(4)]


def column(name="tf2.21", version="3.15.1", tensorflow="2.21.0", dialect="keras3"):
    generation = dialect[: len("keras3")]
    found = Release(name, generation, dialect, "tensorflow.keras", version, tensorflow)
    return Column(re.sub("[^0-9.]", "", name), found)


def answer(verdict, ids="", text="values"):
    return Answer(verdict, tuple(ids), {"verdict": text}, (), "why")


def answered(answers, cases=CASES):
    """Return what is told of cases, given the answers of each release to all of them."""
    wanted = {"keras3": {"verdict": "values"}}
    return [
        Answered(case, {name: given[i] for name, given in answers.items()}, wanted)
        for i, case in enumerate(cases)
    ]


def cells(entry, answers, columns, ledger=None):
    """Return the fields of an entry."""
    recorded = behaviours.Recorded(answered(answers), columns)
    return known(recorded, ledger or [entry])[0].cells


@pytest.fixture(scope="module")
def upgrade():
    return history.of_fixtures([release(*OLD), release(*NEW)])


def rows(made, *titles):
    return [row for section in made.sections if section.title in titles for row in section.rows]


def test_every_entry_of_the_ledger_has_a_row(upgrade):
    assert sorted(row.id for row in rows(upgrade, *BUGS)) == sorted(
        e.id for e in load() if e.target not in BESIDE
    )
    seen, unseen = (rows(upgrade, title) for title in BUGS)
    assert any(row.id == "keras3-mask-lost-with-initial-state" for row in seen)
    for row in unseen:
        assert not any(cell.kind == behaviours.BROKEN for cell in row.cells.values())


def test_every_title_is_a_sentence(upgrade):
    titles = [row.title for section in upgrade.sections for row in section.rows]
    assert [title for title in titles if not re.fullmatch(r"\S+ .*\.\)?", title)] == []


def test_what_an_entry_states_stands_beside_what_was_recorded(upgrade):
    row = next(row for row in rows(upgrade, *BUGS) if row.id == "keras3-gelu-in-float64")
    assert ("Stated", "of keras3 >=3.3.3, by the entry `keras3-gelu-in-float64` of the ledger") in (
        row.details
    )
    assert any("TensorFlow >=2.19" in words for words in row.where)


@pytest.mark.parametrize(
    "about, kind, text",
    [
        ({}, behaviours.STATED, "stated"),
        ({"version": "3.11.0"}, behaviours.NONE, "not recorded"),
        ({"dialect": "keras2"}, behaviours.NONE, "not recorded"),
    ],
    ids=["in the range", "before it", "another generation"],
)
def test_what_was_not_recorded_is_no_agreement(about, kind, text):
    cell = cells(ENTRY, {}, [column(**about)])["tf2.21"]
    assert (cell.kind, cell.text, cell.is_recorded) == (kind, text, False)


def test_a_range_of_tensorflow_is_asked_of_the_release():
    entry = ENTRY._replace(cases=[{"cell": ["lstm"], "tensorflow": ">=2.19"}])
    columns = [column("tf2.20", tensorflow="2.20.0"), column("tf2.18", tensorflow="2.18.1")]
    found = cells(entry, {}, columns)
    assert [cell.text for cell in found.values()] == ["stated", "not recorded"]


@pytest.mark.parametrize(
    "given, text",
    [
        ([(AGREE, "")] * 4, "not seen"),
        ([(UNSUPPORTED, "")] * 4, "unsupported"),
        ([(KNOWN, "a"), (KNOWN, "b"), (AGREE, ""), (AGREE, "")], "broken 1, otherwise 1"),
        ([(KNOWN, "ab"), (DIVERGES, ""), (AGREE, ""), (AGREE, "")], "broken 1, NOT EXPLAINED 1"),
    ],
    ids=["agree", "unsupported", "known", "diverges"],
)
def test_what_a_field_says(given, text):
    """Entries a and b break one rule; the field is that of a."""
    ledger = [ENTRY, ENTRY._replace(id="b")]
    found = cells(ENTRY, {"tf2.21": [answer(*one) for one in given]}, [column()], ledger)
    assert found["tf2.21"].text == text


def test_what_agrees_outside_of_the_range_is_kept():
    found = cells(ENTRY, {"tf2.19": [answer(AGREE)] * 4}, [column("tf2.19", "3.9.0")])
    assert (found["tf2.19"].text, found["tf2.19"].note) == ("kept", "4 cases")


def test_a_field_of_releases_that_break_other_cases_is_split():
    """As many cases, but not the same ones."""
    right, wrong = answer(AGREE), answer(KNOWN, "a")
    answers = {
        "tf2.19": [wrong, right, right, right],
        "tf2.20": [wrong, right, right, right],
        "tf2.21": [right, wrong, right, right],
    }
    columns = [column(name) for name in answers]
    (row,) = known(behaviours.Recorded(answered(answers), columns), [ENTRY])
    assert {cell.text for cell in row.cells.values()} == {"broken 1"} and behaviours.differs(row)
    lines = history.families([c.release for c in columns])
    segments = page._segments(lines, row)
    assert [[c.version for c in each.columns] for each in segments] == [["2.19", "2.20"], ["2.21"]]
    assert [each.behaviour for each in segments] == [1, 2]
    ((_, notes),) = page._notes(lines, row)
    assert notes[1][1].note == "of 4 cases recorded, not the same as before"


def test_an_entry_that_explains_nothing_is_not_counted(monkeypatch):
    """It speaks of the case, but in a crossed case another option may undo what it speaks of."""
    agreeing = Verdict("keras3", CASES[0], AGREE, 0.0, "", [], [])
    monkeypatch.setattr(judged_recordings, "judge_answer", lambda *about: agreeing)
    answers = {
        tuple(given.entries) for a in judge_all([release(*NEW)]) for given in a.answers.values()
    }
    assert answers == {()}


# Errors that are due.

PASSES = [case for case in faulty("keras3") if case.fault == "implementation-3"]


@pytest.fixture(scope="module")
def table():
    """Return entries about one fault, which passes in Keras 3 from 3.12 on."""
    fields = {"target": "keras3", "versions": ">=3.12", "instead": "values"}
    pattern = {"family": "refusals", "fault": ["implementation-3"]}
    return [known_refusals.entries()[0]._replace(id="p", cases=[pattern], **fields)]


def fault_cells(table, answers, columns):
    recorded = behaviours.Recorded(answered(answers, PASSES), columns)
    return faults(recorded, table)[0].cells


def test_a_fault_is_a_row_that_counts_its_cases(table):
    known_ones = [answer(KNOWN, "p"), answer(AGREE, "", "ValueError at build")]
    columns = [column("tf2.21"), column("tf2.20"), column("tf2.16", "3.3.0")]
    found = fault_cells(table, {"tf2.21": known_ones}, columns)
    assert found["tf2.21"][:2] == (behaviours.BROKEN, "passes 1 of 2")
    assert found["tf2.20"].text == "stated" and found["tf2.16"].text == "not recorded"


def test_a_fault_that_nothing_explains(table):
    wrong = [answer(DIVERGES, "", "TypeError at call")] * 2
    cell = fault_cells(table, {"tf2.21": wrong}, [column()])["tf2.21"]
    assert cell[:2] == (behaviours.UNEXPLAINED, "TypeError at call 2 of 2, NOT EXPLAINED")


def test_a_fault_that_every_release_refuses_is_no_row(table):
    right = [answer(AGREE, "", "ValueError at build")] * 2
    recorded = behaviours.Recorded(answered({"tf2.16": right}, PASSES), [column("tf2.16", "3.3.0")])
    assert faults(recorded, table) == []


def test_faults_are_judged_by_their_table():
    made = history.of_fixtures([release(*NEW, more=[(case, Outcome()) for case in PASSES])])
    (row,) = [row for row in rows(made, "Errors that are due") if row.id.endswith("ation-3")]
    assert row.cells["tf2.16"].text == "passes 2 of 2"
    assert not rows(made, "Not explained")


# What differs by design.


@pytest.mark.parametrize(
    "given, kind, text",
    [
        ([AGREE, AGREE], behaviours.VALUE, "tuple"),
        ([AGREE, KNOWN], behaviours.VALUE, "tuple"),
        ([KNOWN, KNOWN], behaviours.BROKEN, "a bug"),
    ],
    ids=["agree", "one known", "all known"],
)
def test_a_bug_is_no_difference_by_design(given, kind, text):
    texts = {AGREE: "tuple", KNOWN: "list"}
    told = [
        (
            Answered(case, {}, {"keras3": {"container": "tuple"}}),
            Answer(verdict, (), {"verdict": "values", "container": texts[verdict]}, (), ""),
        )
        for case, verdict in zip(CASES, given)
    ]
    assert behaviours.value_of("container")(column(), told)[:2] == (kind, text)


def test_a_rule_that_many_other_cases_cite_is_no_title(upgrade):
    by_title = {
        row.title.partition(" Where")[0]: row for row in rows(upgrade, "Different by design")
    }
    time_major = by_title["`time_major` exists in `keras2` only."]
    assert time_major.rules == ["D3"]
    containers = next(row for row in by_title.values() if row.rules == ["D1"])
    assert ("What differs", "container") in containers.details


def test_containers_have_a_rule_that_every_case_cites():
    one, *others = sorted(core()[:40], key=lambda case: not case.return_state)
    assert all("D1" in case.rules for case in (one, *others))
    told = [Answered(case, {}, {}) for case in others]
    wanted = {"keras3": {"container": "tuple"}, "keras2": {"container": "list"}}
    recorded = behaviours.Recorded([Answered(one, {}, wanted), *told], [column()])
    (row,) = designed(recorded, rules())
    assert row.rules == ["D1"] and row.title.startswith("A layer returns the output alone, or ")


# Families that were not recorded of some releases.


def test_which_families_were_not_recorded_of_which_releases():
    more = [(DefaultsCase("GRU"), demanded(DefaultsCase("GRU"), "keras3"))]
    made = history.of_fixtures([release(*OLD), release(*NEW, more=more)])
    assert made.lacking == ["Not recorded of tf2.15: the cases of defaults."]
    (row,) = [row for row in rows(made, "Rules") if row.id == "F1"]
    assert row.cells["tf2.15"].text == "not recorded"
    assert made.lacking[0] in "\n".join(markdown("Changes", made))
