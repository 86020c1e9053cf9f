"""Writing: small, the same every time, and never half done."""

import glob
import json
import os
import zlib

import numpy as np
import pytest
from helpers import FIXTURES, StopError, made_up, recordings, stop_writing

from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Outcome, Refusal
from rnn_oracle.records import recordings as recorded
from rnn_oracle.records import vectors, writer
from rnn_oracle.records.format import MANIFEST
from rnn_oracle.records.manifest import RECORDING, VECTORS
from rnn_oracle.records.reader import read
from rnn_oracle.records.store import store

CASES = [CoreCase("gru", "one", True), CoreCase("gru", "one"), CoreCase("lstm")]


def paths(*inside):
    """Return all files below a folder of the fixtures, or the file of that name."""
    path = os.path.join(FIXTURES, *inside)
    below = [os.path.join(root, name) for root, _, names in os.walk(path) for name in names]
    return below or [path]


def loaded(*path):
    with open(os.path.join(FIXTURES, *path), encoding="ascii") as file:
        return json.load(file)


def test_all_fixtures_are_small():
    others = paths("vectors") + paths("INTERPRETING.md") + paths("schema.json")
    assert sum(map(os.path.getsize, paths("recordings"))) <= 25_000_000
    assert sum(map(os.path.getsize, others)) <= 4_000_000


def test_the_committed_folders_hold_what_the_manifests_name():
    named = {os.path.join("vectors", MANIFEST)}
    named |= {os.path.join("vectors", g["file"]) for g in loaded("vectors", MANIFEST)["groups"]}
    for name in recordings():
        folder = os.path.join("recordings", name)
        manifest = loaded(folder, MANIFEST)
        named.add(os.path.join(folder, MANIFEST))
        for fields in manifest["cases"] + manifest["files"]:
            named.add(os.path.normpath(os.path.join(folder, fields["file"])))
    there = paths("vectors") + paths("recordings")
    assert {os.path.relpath(path, FIXTURES) for path in there} == named


@pytest.fixture(scope="module")
def validator():
    jsonschema = pytest.importorskip("jsonschema")
    schema = loaded("schema.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize(
    "path",
    [os.path.join("vectors", MANIFEST)]
    + [os.path.join("recordings", name, MANIFEST) for name in recordings()]
    + [
        os.path.relpath(path, FIXTURES)
        for path in sorted(glob.glob(os.path.join(FIXTURES, "recordings", "cases.*.json")))
    ],
)
def test_a_committed_file_fits_the_schema(path, validator):
    """Of the long lists of a recording every fifth item: from another on in each release."""
    fields = loaded(path)
    first = zlib.crc32(path.encode()) % 5
    for name in {"answers", "arrays", "layouts"} & set(fields):
        fields[name] = fields[name][first::5]
    validator.validate(fields)
    table = fields.get("groups", [fields])[0]
    entries = table.get("answers") or table["cases"]
    del entries[1:]
    entries[0]["more"] = {}
    assert not validator.is_valid(fields)


def test_a_backend_fits_the_schema_and_can_be_read(tmp_path, validator):
    folder = tmp_path / "tf2.21"
    store(str(tmp_path), {folder.name: made_up({CASES[0]: Outcome()}, backend="tensorflow")})
    validator.validate(json.loads((folder / MANIFEST).read_text()))
    about = read(str(folder), RECORDING).about["provenance"]
    assert about["backend"] == "tensorflow"


@pytest.mark.parametrize("name", ["keras3.16-nightly", "tf2.22-nightly", "tf2.22-nightly-legacy"])
def test_a_recording_of_a_nightly_fits_the_schema_and_can_be_read(name, tmp_path, validator):
    store(str(tmp_path), {name: made_up({CASES[0]: Outcome()}, recording=name)})
    validator.validate(json.loads((tmp_path / name / MANIFEST).read_text()))
    assert read(str(tmp_path / name), RECORDING).about["provenance"]["recording"] == name


def test_arrays_are_written_once():
    files = vectors.files([vectors.vector(case) for case in CASES])
    groups = json.loads(files[MANIFEST])["groups"]
    assert [len(group["cases"]) for group in groups] == [2, 1]
    first, second = groups[0]["cases"]
    assert first["stack"] == second["stack"] and first["x"] == second["x"]
    stored = [record["sha256"] for record in groups[0]["arrays"]]
    assert len(set(stored)) == len(stored)


ANSWERS = {
    "values": Outcome({"default.output": np.zeros((0, 3), np.float32)}, {"default.states": 0}),
    "narrow": Outcome({"default.output": np.arange(3, dtype=np.float16)}, {}),
    "big-endian": Outcome({"default.output": np.arange(3, dtype=">f8")}, {}),
    "strided": Outcome({"default.output": np.arange(12.0).reshape(3, 4).T}, {}),
    "nan": Outcome({"default.output": np.array([np.nan, -0.0, np.inf])}, {}),
    "refusal": Outcome(refusal=Refusal("call", "ValueError", 'of "gru_12": na\u00efve')),
    "unsupported": Outcome(unsupported="there is no GRU"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_comes_back(kind, tmp_path):
    outcome = ANSWERS[kind]
    store(str(tmp_path), {"tf2.21": made_up({CASES[0]: outcome})})
    entries = read(str(tmp_path / "tf2.21"), RECORDING).entries
    found = entries[CASES[0].id].answers["keras3"]
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
    first, second = (vectors.files([vectors.vector(case)]) for case in CASES[:2])
    others = ["weights.bin", "notes.new", "gru.bin", "gru.01234567.bin", "gru.01234567.bin.new"]
    for name in others:
        (tmp_path / name).write_text("mine")
    writer.replace(str(tmp_path), first)
    assert set(os.listdir(str(tmp_path))) == set(first) | set(others)
    writer.replace(str(tmp_path), second)
    assert set(os.listdir(str(tmp_path))) == set(second) | set(others)


@pytest.mark.parametrize("moment", range(10))  # of `stop_writing`
def test_an_interrupted_dump_leaves_a_whole_fixture(moment, tmp_path, monkeypatch):
    folder = str(tmp_path)
    old = vectors.files([vectors.vector(CASES[0])])
    new = vectors.files([vectors.vector(case) for case in CASES])
    writer.replace(folder, old)
    stop_writing(monkeypatch, moment)
    with pytest.raises(StopError):
        writer.replace(folder, new)
    monkeypatch.undo()
    assert len(read(folder, VECTORS).entries) in (1, 3)
    writer.replace(folder, new)
    assert set(os.listdir(folder)) == set(new) and len(read(folder, VECTORS).entries) == 3
