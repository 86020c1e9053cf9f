"""Writing: small, the same every time, and never half done."""

import json
import os

import numpy as np
import pytest
from helpers import FIXTURES, recordings

from rnn_oracle.cases import Case
from rnn_oracle.fixtures import recordings as recorded
from rnn_oracle.fixtures import vectors, writer
from rnn_oracle.fixtures.format import MANIFEST, Entry
from rnn_oracle.fixtures.manifest import RECORDING, VECTORS
from rnn_oracle.fixtures.reader import read
from rnn_oracle.outcome import Outcome, Refusal

CASES = [Case("gru", "one", True), Case("gru", "one"), Case("lstm")]
FOLDERS = ["vectors"] + [os.path.join("recordings", name) for name in recordings()]


def size(folder):
    path = os.path.join(FIXTURES, folder)
    return sum(os.path.getsize(os.path.join(path, name)) for name in os.listdir(path))


def test_all_fixtures_are_small():
    assert sum(map(size, FOLDERS)) <= 6_000_000
    assert all(size(folder) <= 1_500_000 for folder in FOLDERS[1:])


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_committed_folder_holds_what_its_manifest_names(folder):
    path = os.path.join(FIXTURES, folder)
    with open(os.path.join(path, MANIFEST), encoding="ascii") as file:
        named = {group["file"] for group in json.load(file)["groups"]}
    assert set(os.listdir(path)) == named | {MANIFEST}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_committed_manifest_fits_the_schema(folder):
    jsonschema = pytest.importorskip("jsonschema")
    with open(os.path.join(FIXTURES, "schema.json"), encoding="ascii") as file:
        validator = jsonschema.Draft202012Validator(json.load(file))
    with open(os.path.join(FIXTURES, folder, MANIFEST), encoding="ascii") as file:
        manifest = json.load(file)
    validator.validate(manifest)
    manifest["groups"][0]["cases"][0]["options"] = {}
    assert not validator.is_valid(manifest)


def test_arrays_are_written_once():
    files = vectors.files([vectors.vector(case) for case in CASES])
    groups = json.loads(files[MANIFEST])["groups"]
    assert [len(group["cases"]) for group in groups] == [2, 1]
    first, second = groups[0]["cases"]
    assert first["stack"] == second["stack"] and first["x"] == second["x"]
    stored = [record["sha256"] for record in groups[0]["arrays"]]
    assert len(set(stored)) == len(stored)


def entry(outcome):
    return Entry(CASES[0], None, None, None, {"keras3": outcome}, {})


ANSWERS = {
    "values": Outcome({"default.output": np.zeros((0, 3), np.float32)}, {"default.nesting": "*"}),
    "narrow": Outcome({"default.output": np.arange(3, dtype=np.float16)}, {}),
    "big-endian": Outcome({"default.output": np.arange(3, dtype=">f8")}, {}),
    "strided": Outcome({"default.output": np.arange(12.0).reshape(3, 4).T}, {}),
    "nan": Outcome({"default.output": np.array([np.nan, -0.0, np.inf])}, {}),
    "refusal": Outcome(refusal=Refusal("call", "ValueError", 'of "gru_12": na\u00efve')),
    "unsupported": Outcome(unsupported="there is no GRU"),
}
ABOUT = dict.fromkeys(["module", "keras", "tensorflow", "python", "numpy", "system", "machine"], "")
ABOUT.update(recording="tf2.21", dialect="keras3", cpu_features=[], devices=[], settings={})


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_comes_back(kind, tmp_path):
    outcome = ANSWERS[kind]
    writer.replace(str(tmp_path), recorded.files(ABOUT, [entry(outcome)]))
    found = read(str(tmp_path), RECORDING).entries[CASES[0].id].answers["keras3"]
    assert (found.facts, found.unsupported) == (outcome.facts, outcome.unsupported)
    assert bool(found.refusal) == (kind == "refusal")
    for name, array in outcome.arrays.items():
        np.testing.assert_array_equal(found.arrays[name], array)
        assert np.array_equal(np.signbit(found.arrays[name]), np.signbit(array))


@pytest.mark.parametrize(
    "message, written",
    [
        ('layer "gru_12" is', 'layer "gru" is'),
        ("simple_rnn_3 and lstm_1.", "simple_rnn and lstm."),
        ("shape (4, 5), found ndim=2", "shape (4, 5), found ndim=2"),
        ("float_32x", "float_32x"),
    ],
)
def test_names_that_are_counted_up_lose_their_number(message, written):
    assert recorded.without_counters(message) == written


def test_the_files_of_others_are_left_alone(tmp_path):
    files = vectors.files([vectors.vector(CASES[0])])
    others = ["weights.bin", "notes.new", "gru.bin"]
    for name in others + ["gru.01234567.bin", "gru.01234567.bin.new"]:
        (tmp_path / name).write_text("mine")
    writer.replace(str(tmp_path), files)
    assert set(os.listdir(str(tmp_path))) == set(files) | set(others)


class StopError(Exception):
    pass


@pytest.mark.parametrize("moment", range(7))  # six steps put files there, one removes
def test_an_interrupted_dump_leaves_a_whole_fixture(moment, tmp_path, monkeypatch):
    folder = str(tmp_path)
    old = vectors.files([vectors.vector(CASES[0])])
    new = vectors.files([vectors.vector(case) for case in CASES])
    writer.replace(folder, old)
    steps = iter(range(moment))

    def stopping(function):
        def step(*arguments):
            if next(steps, None) is None:
                raise StopError
            return function(*arguments)

        return step

    for name in ("replace", "remove", "fsync"):
        monkeypatch.setattr(writer.os, name, stopping(getattr(os, name)))
    with pytest.raises(StopError):
        writer.replace(folder, new)
    monkeypatch.undo()
    assert len(read(folder, VECTORS).entries) in (1, 3)
    writer.replace(folder, new)
    assert set(os.listdir(folder)) == set(new) and len(read(folder, VECTORS).entries) == 3
