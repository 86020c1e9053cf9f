"""Recordings side by side: what they share is stored once, and no dump costs another one."""

import json
import os
import shutil

import numpy as np
import pytest
from helpers import StopError, flipped, made_up, stop_writing

from rnn_oracle.families.defaults.case import DefaultsCase
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.records.format import MANIFEST, FixtureError
from rnn_oracle.records.manifest import RECORDING
from rnn_oracle.records.reader import read
from rnn_oracle.records.store import recordings_in, store

CASES = [CoreCase("gru"), CoreCase("lstm"), CoreCase("simple_rnn")]


def recording(name, *seeds, cases=CASES):
    outcomes = {
        case: Outcome({"default.output": np.random.RandomState(seed).rand(4, 3)}, {})
        for case, seed in zip(cases, seeds)
    }
    return made_up(outcomes, recording=name)


MADE = {
    name: recording(name, *seeds)
    for name, seeds in {
        "keras3.1": (1, 2, 3),
        "tf2.9": (1, 4, 5),
        "tf2.10": (1, 4, 6),
        "tf2.10-legacy": (6, 4, 1),
    }.items()
}


def tree(folder):
    """Return the bytes of all files below a folder, by their paths."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def manifest(folder, name):
    return json.loads((folder / name / MANIFEST).read_text())


def assert_all_readable(folder, made):
    for name, (_, entries) in made.items():
        found = read(str(folder / name), RECORDING).entries
        assert [entry.case for entry in found.values()] == [entry.case for entry in entries]
        for entry in entries:
            ((dialect, outcome),) = entry.answers.items()
            array = found[entry.case.id].answers[dialect].arrays["default.output"]
            assert np.array_equal(array, outcome.arrays["default.output"])


def test_the_older_lends_to_the_younger(tmp_path):
    sizes = store(str(tmp_path), MADE)
    assert recordings_in(str(tmp_path)) == list(MADE) == list(sizes)
    own, borrowed = {}, {}
    for name in MADE:
        files = [fields["file"] for fields in manifest(tmp_path, name)["files"]]
        own[name] = sum(len(path.read_bytes()) for path in (tmp_path / name).glob("*.bin")) / 96
        borrowed[name] = [file.split("/")[1] for file in files if file.startswith("..")]
        paths = (tmp_path / name).iterdir()
        assert sizes[name] == sum(path.stat().st_size for path in paths)
    assert own == {"keras3.1": 3, "tf2.9": 2, "tf2.10": 1, "tf2.10-legacy": 0}
    assert borrowed == {
        "keras3.1": [],
        "tf2.9": ["keras3.1"],
        "tf2.10": ["keras3.1", "tf2.9"],
        "tf2.10-legacy": ["tf2.10", "tf2.9", "keras3.1"],
    }
    assert len(list(tmp_path.glob("cases.*"))) == 1
    assert_all_readable(tmp_path, MADE)


@pytest.mark.parametrize("order", [list(MADE), list(MADE)[::-1], sorted(MADE)], ids="-".join)
def test_the_same_bytes_whatever_came_first(order, tmp_path):
    store(str(tmp_path / "at-once"), MADE)
    for name in order:
        store(str(tmp_path / "in-turn"), {name: MADE[name]})
        assert_all_readable(tmp_path / "in-turn", {name: MADE[name]})
    assert tree(tmp_path / "in-turn") == tree(tmp_path / "at-once")


def test_what_stays_the_same_is_not_touched(tmp_path):
    store(str(tmp_path), MADE)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    for path in before:
        os.utime(str(path), ns=(1, 1))
    store(str(tmp_path), {"tf2.10": MADE["tf2.10"]})
    store(str(tmp_path), {"tf2.10-legacy": recording("tf2.10-legacy", 7, 8, 9)})
    touched = {path for path in before if not path.exists() or path.stat().st_mtime_ns != 1}
    assert {path.parent.name for path in touched} == {"tf2.10-legacy"}


def test_other_cases_have_a_list_of_their_own(tmp_path):
    other = recording("tf2.11", 1, 2, cases=CASES[:2])
    same = recording("tf2.12", 1, 2, 3, 4, cases=CASES + [DefaultsCase("GRU")])
    store(str(tmp_path), dict(MADE, **{"tf2.11": other, "tf2.12": same}))
    names = {path.name.split(".")[1] for path in tmp_path.glob("cases.*")}
    assert len(list(tmp_path.glob("cases.*"))) == 3 and names == {"layers", "defaults"}
    store(str(tmp_path), {"tf2.11": recording("tf2.11", 1, 2, 3), "tf2.12": MADE["tf2.10"]})
    assert len(list(tmp_path.glob("cases.*"))) == 1


def test_the_files_of_others_are_left_alone(tmp_path):
    store(str(tmp_path), MADE)
    ours = tree(tmp_path)
    others = ["README", "cases.json", "mine/arrays.01234567.bin", "tf2.9/weights.bin"]
    others += ["arrays.01234567.bin", ".hidden/" + MANIFEST]
    others += ["cases.layers.01234567.json", "cases.layers.01234567.json.new"]
    others += ["tf2.9/gru.01234567.bin", "tf2.9/arrays.01234567.bin.new"]
    for name in others:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine")
    store(str(tmp_path), {"tf2.9": MADE["tf2.9"]})
    assert tree(tmp_path) == dict(ours, **dict.fromkeys(others, b"mine"))


def damage_own(folder):
    flipped(next((folder / "tf2.10").glob("arrays.*")))


def damage_lent(folder):
    flipped(next((folder / "tf2.9").glob("arrays.*")))


def older_format(folder):
    path = folder / "tf2.10" / MANIFEST
    path.write_text(path.read_text().replace('"version": 3', '"version": 2'))


@pytest.mark.parametrize("damage", [damage_own, damage_lent, older_format])
def test_nothing_is_written_over_damage(damage, tmp_path):
    store(str(tmp_path), MADE)
    damage(tmp_path)
    before = tree(tmp_path)
    with pytest.raises(FixtureError, match="nothing is written, as another recording would suffer"):
        store(str(tmp_path), {"keras3.1": recording("keras3.1", 7, 8, 9)})
    assert tree(tmp_path) == before
    kept = {name: MADE[name] for name in ("keras3.1", "tf2.9")}
    store(str(tmp_path), {name: MADE[name] for name in set(MADE) - {"keras3.1"}})
    assert_all_readable(tmp_path, dict(MADE, **kept))


def test_a_recording_that_was_removed(tmp_path):
    store(str(tmp_path), MADE)
    shutil.rmtree(str(tmp_path / "tf2.9"))
    with pytest.raises(FixtureError, match="tf2.10 needs this file of tf2.9"):
        store(str(tmp_path), {"tf2.11": MADE["tf2.10"]})


CHANGED = {"keras3.1": recording("keras3.1", 7, 4, 6), "tf2.9": recording("tf2.9", 8, 5, 3)}
STEPS = 20  # of `stop_writing`


@pytest.mark.parametrize("moment", range(STEPS + 1))
def test_an_interrupted_dump_leaves_whole_recordings(moment, tmp_path, monkeypatch):
    whole = dict(MADE, **CHANGED)
    store(str(tmp_path / "whole"), whole)
    folder = tmp_path / "recordings"
    store(str(folder), MADE)
    stop_writing(monkeypatch, moment)
    if moment < STEPS:
        with pytest.raises(StopError):
            store(str(folder), CHANGED)
    else:
        store(str(folder), CHANGED)
    monkeypatch.undo()
    for name in MADE:
        assert len(read(str(folder / name), RECORDING).entries) == 3
    store(str(folder), CHANGED)
    assert tree(folder) == tree(tmp_path / "whole")
    assert_all_readable(folder, whole)
