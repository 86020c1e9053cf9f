"""What SPEC.md, README.md and docs say of releases is what was measured, in just these."""

import pathlib
import re

import pytest
from helpers import needs, recordings
from said import MADE, RECORDED, SAID, SAYS_NOTHING
from statements import (
    LEDGER,
    MEASURED,
    PACKAGE,
    RANGE,
    RELEASE,
    TABLE,
    Statement,
    contradictions,
    moved,
    specifier,
    text_of,
)

from rnn_oracle.records.store import in_order_of_releases
from rnn_oracle.targets.measurements import MEASUREMENTS
from rnn_oracle.targets.runtime import minor

pytestmark = needs("packaging")
ROOT = pathlib.Path(PACKAGE).parent
PAGES = [f"docs/{path.name}" for path in ROOT.glob("docs/*.md") if path.stem not in MADE]
TEXTS = {name: text_of(ROOT / name) for name in ["rnn_oracle/SPEC.md", "README.md", *sorted(PAGES)]}
EACH = [
    pytest.param(name, statement, id=f"{name}: {statement.words}")
    for name, statements in SAID.items()
    for statement in statements
]
RANGED = [pytest.param(p.values[1], id=p.id) for p in EACH if RANGE.search(p.values[1].words)]


@pytest.mark.parametrize("name, statement", EACH)
def test_a_statement_stands_once_with_one_range(name, statement):
    assert TEXTS[name].count(statement.words) == 1
    assert len(RANGE.findall(statement.words)) <= 1
    assert statement.shown


@pytest.mark.parametrize("name", TEXTS)
def test_every_release_is_in_a_statement(name):
    text = TEXTS[name]
    said = [statement.words for statement in SAID.get(name, [])] + SAYS_NOTHING.get(name, [])
    spans = [match.span() for words in said for match in re.finditer(re.escape(words), text)]
    assert [
        text[max(found.start() - 40, 0) : found.end() + 20]
        for found in RELEASE.finditer(text)
        if not any(begin <= found.start() < end for begin, end in spans)
    ] == []


def test_every_file_with_a_statement_is_read():
    assert {*SAID, *SAYS_NOTHING} <= set(TEXTS)


@pytest.mark.parametrize("name", TEXTS)
def test_what_says_nothing_of_a_release_is_still_there(name):
    assert [words for words in SAYS_NOTHING.get(name, []) if words not in TEXTS[name]] == []


@pytest.mark.parametrize("name, statement", EACH)
def test_a_statement_holds_just_where_it_says(name, statement):
    assert contradictions(statement) == []


@pytest.mark.parametrize("statement", RANGED)
def test_a_statement_moved_by_one_release_is_caught(statement):
    others = list(moved(statement))
    assert others and [other for other in others if not contradictions(other)] == []


def test_the_readme_names_the_first_and_the_last_release_that_was_recorded():
    ends = []
    for line, what in (("tf", "tensorflow"), ("keras", "version")):
        rows = [TABLE[name] for name in in_order_of_releases(recordings()) if name.startswith(line)]
        ends.append([minor(rows[end][what]) for end in (0, -1)])
    words = "from TensorFlow {} to {} and Keras {} to {}".format(*ends[0], *ends[1])
    assert words == RECORDED


def test_every_measurement_is_of_a_statement():
    named = {name for p in EACH for name in p.values[1].shown}
    assert {name for some in MEASUREMENTS.values() for name in some} == named - set(LEDGER)


def test_every_recorded_release_was_measured():
    rows = [row for name, row in TABLE.items() if name in recordings()]
    assert {(row["target"], row["version"]) for row in rows} <= {
        (row["target"], row["version"]) for row in MEASURED.values()
    }


@pytest.mark.parametrize("name", MEASURED)
def test_all_was_measured_in_each_release(name):
    """But for what says nothing of a Keras that is not TensorFlow's own."""
    row = MEASURED[name]
    everything = set(MEASUREMENTS[row["target"]])
    assert set(row["holds"]) <= everything
    if row["module"] == "tensorflow.keras":
        assert everything - set(row["holds"]) <= {"celu_has_slope_2"}


@pytest.mark.parametrize(
    "words, versions",
    [
        ("Before TensorFlow 2.7, it", "<2.7"),
        ("up to Keras 3.1)", "<3.2"),
        ("up to Keras 3.15.1", "<=3.15.1"),
        ("from Keras 3.14 on", ">=3.14"),
        ("from TensorFlow 2.10 to 2.15", ">=2.10,<2.16"),
        ("in TensorFlow 1, it", ">=1,<2"),
    ],
)
def test_how_a_range_is_read(words, versions):
    assert specifier(RANGE.search(words)) == versions


def test_what_contradicts_a_statement_is_named():
    wrong = Statement("before TensorFlow 2.8", ("keras2-mask-array-refused",))
    ((name, version),) = contradictions(wrong)
    assert name == "keras2-mask-array-refused" and version.startswith("2.7.")
