"""The page of upgrades: what changed from each recording to the next."""

import os

import pytest
from helpers import FIXTURES, committed, made_up, needs, recordings

from rnn_oracle.commands import upgrades
from rnn_oracle.commands.judged_recordings import releases
from rnn_oracle.commands.upgrades import Upgrade, neighbours, page, upgrade
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Outcome, Refusal
from rnn_oracle.records.manifest import RECORDING
from rnn_oracle.records.reader import read
from rnn_oracle.records.store import store

pytestmark = needs("packaging")
SAME = Upgrade("tf2.1", "tf2.2", {"layers": 7, "options": 3}, {}, [])
CHANGED = Upgrade(
    "tf2.2", "tf2.3", {"layers": 7}, {"layers": 2}, ["numbers: 2 cases, NOT EXPLAINED"]
)


def test_all_neighbours_and_nothing_else():
    fixtures = [committed(RECORDING, "recordings", name) for name in recordings()]
    found = neighbours(releases(fixtures))
    assert {name for pair in found for name in pair} == set(recordings())
    assert len(set(found)) == len(found)
    for pair in [
        ("tf1.15", "tf2.1"),
        ("tf2.8", "tf2.10"),
        ("tf2.15", "tf2.16"),
        ("tf2.15", "tf2.21-legacy"),
        ("keras3.9", "keras3.12"),
        ("tf1.15-v1", "tf2.1-v1"),
    ]:
        assert pair in found
    assert all("-v1" in old or not new.endswith("-v1") for old, new in found)


@pytest.fixture
def fixtures(tmp_path):
    """Return the folder of two recordings, of which the newer refuses one of two cases."""
    gru, lstm, no = CoreCase("gru"), CoreCase("lstm"), Outcome(refusal=Refusal("call", "E", "no"))
    store(
        str(tmp_path / "recordings"),
        {
            "tf2.8": made_up({gru: Outcome(), lstm: Outcome()}, recording="tf2.8"),
            "tf2.9": made_up({gru: Outcome(), lstm: no}, recording="tf2.9"),
        },
    )
    return str(tmp_path)


def test_an_upgrade(fixtures):
    old, new = (
        read(os.path.join(fixtures, "recordings", n), RECORDING) for n in ("tf2.8", "tf2.9")
    )
    found = upgrade(old, new)
    assert (found.old.partition(" ")[0], found.new.partition(" ")[0]) == ("tf2.8", "tf2.9")
    assert found.compared["layers"] == 2 and found.changed == {"layers": 1}
    assert found.headlines == ["values -> E at call: 1 case, NOT EXPLAINED"]
    assert found.unexplained == 1


def test_the_page():
    text = page([SAME, CHANGED])
    assert "| from | to | layers | options |\n| --- | --- | --- | --- |" in text
    assert "| tf2.1 | tf2.2 | 0 of 7 | 0 of 3 |" in text and "| tf2.2 | tf2.3 | 2 of 7 |  |" in text
    assert "\n## tf2.1 to tf2.2\n\nNothing changed.\n" in text
    assert "\n## tf2.2 to tf2.3\n\n- numbers: 2 cases, NOT EXPLAINED\n" in text
    assert "1 of the changes are not explained." in text
    assert "All are explained." in page([SAME])


def test_the_program(fixtures, tmp_path):
    path = tmp_path / "page.md"
    assert upgrades.main([str(path), "--fixtures", fixtures]) == 1
    assert "1 of 2" in path.read_text(encoding="utf-8")


def test_the_committed_page_has_all_neighbours():
    with open(os.path.join(FIXTURES, os.pardir, "docs", "upgrades.md"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    fixtures = {name: committed(RECORDING, "recordings", name) for name in recordings()}
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line.startswith("| ")]
    told = [(old.partition(" ")[0], new.partition(" ")[0]) for _, old, new, *_ in rows[2:]]
    assert told == neighbours(releases(fixtures.values()))
    assert not [line for line in lines if line.endswith("NOT EXPLAINED")]
    assert "All are explained." in "\n".join(lines)
