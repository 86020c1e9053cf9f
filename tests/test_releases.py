"""The table of releases: how each fared, and that the versions in the ledger are just these."""

import json
import os

import pytest
from helpers import FIXTURES, made_up, needs, recordings

from rnn_oracle.commands import judge_releases
from rnn_oracle.commands.judge_releases import NAME, page
from rnn_oracle.commands.kept_table import read_table, text_of
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Outcome, Refusal
from rnn_oracle.records.store import store
from rnn_oracle.verdict.judge import DIVERGES
from rnn_oracle.verdict.ledger import covers, load

pytestmark = needs("packaging")
PATH = os.path.join(FIXTURES, NAME)
TABLE = read_table(PATH)
LEDGER = load()


def versions_of(target):
    """Return the versions of a target in the table, the oldest first."""
    from packaging.version import Version

    return sorted(
        {row["version"] for row in TABLE.values() if row["target"] == target}, key=Version
    )


def seen(entry, *where):
    """Return the versions in which a case showed an entry, or none can, the oldest first."""
    rows = [row for row in TABLE.values() if row["target"] == entry.target]
    showing = {row["version"] for row in rows if any(entry.id in row[name] for name in where)}
    return [version for version in versions_of(entry.target) if version in showing]


def stated(versions, target):
    return [version for version in versions_of(target) if covers(versions, version)]


@pytest.mark.parametrize("entry", LEDGER, ids=lambda entry: entry.id)
def test_an_entry_was_seen_in_the_versions_that_it_states_and_in_no_other(entry):
    """So a range that is moved by one release fails, where that release was judged and shows it."""
    assert seen(entry, "entries", "hidden") == stated(entry.versions, entry.target)
    assert seen(entry, "entries") or not stated(entry.versions, entry.target)


def test_every_recording_is_in_the_table():
    assert set(recordings()) <= set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_nothing_diverges_in_any_release(name):
    families = TABLE[name]["families"]
    assert not [family for family, counts in families.items() if DIVERGES in counts]


def test_the_page_is_that_of_the_table():
    with open(os.path.join(FIXTURES, os.pardir, "docs", "releases.md"), encoding="utf-8") as file:
        assert file.read() == page(TABLE)
    with open(PATH, encoding="ascii") as file:
        assert file.read() == text_of(TABLE)


def test_the_program_keeps_the_releases_that_it_does_not_judge(tmp_path):
    out, shown = tmp_path / "table.json", tmp_path / "page.md"
    out.write_text(json.dumps({"tf2.9": {**TABLE["tf2.8"], "version": "2.9.0"}}))
    no = Outcome(refusal=Refusal("call", "ValueError", "no"))
    made = made_up(
        {CoreCase("gru"): no},
        recording="keras3.4",
        keras="3.4.1",
        tensorflow="2.17.0",
        module="keras",
    )
    store(str(tmp_path / "recordings"), {"keras3.4": made})
    arguments = [str(tmp_path / "recordings"), "--out", str(out), "--page", str(shown)]
    assert judge_releases.main(arguments) == 0
    table = read_table(str(out))
    assert list(table) == ["keras3.4", "tf2.9"]
    assert table["keras3.4"] == {
        "target": "keras3",
        "dialect": "keras3",
        "module": "keras",
        "version": "3.4.1",
        "tensorflow": "2.17.0",
        "families": {"layers": {DIVERGES: 1}},
        "entries": {},
        "hidden": table["keras3.4"]["hidden"],
    }
    assert "| keras3.4 | keras 3.4.1 | 2.17.0 | 1 DIVERGES |" in shown.read_text()
