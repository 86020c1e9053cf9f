"""The command `python -m rnn_oracle.dump`."""

import json
import os
import re
import shutil

import numpy as np
import pytest
from helpers import FIXTURES, committed, recordings, rewrite, within

from rnn_oracle.commands import dump
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.layers.matrix import core
from rnn_oracle.records import recordings as recorded
from rnn_oracle.records import vectors, writer
from rnn_oracle.records.format import MANIFEST
from rnn_oracle.records.manifest import RECORDING, VECTORS
from rnn_oracle.records.reader import read
from rnn_oracle.records.store import recordings_in
from rnn_oracle.targets import INSTALL, installed
from rnn_oracle.targets.runtime import minor
from rnn_oracle.testing.suite import LEFT_OUT, NO_CELLS

pytestmark = pytest.mark.itself

ONLY = "gru.one.last.*.batch_major.forwards.*"
CASES = [case for case in core() if case.id.startswith("gru.one.last.nostate.batch_major.fo")]
LSTM = "lstm.one.sequences.state.batch_major.forwards.left.argument"


def run(*arguments):
    return dump.main([str(argument) for argument in arguments])


def test_the_same_bytes_with_any_number_of_processes(tmp_path, capsys):
    for processes in (1, 2):
        out = tmp_path / str(processes)
        assert run("--vectors", "--only", ONLY, "--out", out, "--processes", processes) == 0
    assert "14 cases" in capsys.readouterr().out
    first, second = (tmp_path / str(n) / "vectors" for n in (1, 2))
    files = sorted(path.name for path in first.iterdir())
    assert files == sorted(path.name for path in second.iterdir()) and len(files) == 2
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in files)


def test_what_is_committed_is_what_would_be_written(capsys):
    assert run("--vectors", "--check", "--only", "lstm.*.sequences.*.holes.*") == 0
    assert "no changes" in capsys.readouterr().out


@pytest.mark.target
@pytest.mark.skipif(not installed(), reason=LEFT_OUT)
def test_the_installed_tensorflow(tmp_path, capsys):
    names = sorted(t.recording for name, t in installed().items() if name != "tf1")
    some = ["--only", "gru.one.last.*.batch_major.forwards.nomask", "--processes", 1]
    assert run("--recording", "--out", tmp_path, *some) == 0
    assert "times its calls" in capsys.readouterr().out
    assert recordings_in(str(tmp_path / "recordings")) == names
    for name in names:
        fixture = read(str(tmp_path / "recordings" / name), RECORDING)
        assert len(fixture.entries) == 2
        about = fixture.about["provenance"]
        assert about["recording"] == name and about["numpy"] == np.__version__
        release = about["keras" if about["module"] == "keras" else "tensorflow"]
        assert re.search(r"\d+\.\d+", name).group() == minor(release)
        assert about["devices"] and isinstance(about["cpu_features"], list)


@pytest.mark.target
@pytest.mark.skipif(
    not {target.recording for target in installed().values()} & set(recordings()),
    reason="the installed TensorFlow has no recording here",
)
def test_the_installed_tensorflow_does_what_was_recorded(capsys):
    some = ["--only", "lstm.*.sequences.state.batch_major.forwards.left.*", "--processes", 1]
    assert run("--recording", "--check", *some) == 0
    assert capsys.readouterr().out.count("no changes") == len(set(installed()) - {"tf1"})


@pytest.mark.target
@pytest.mark.skipif("tf1" not in installed(), reason=NO_CELLS)
def test_the_cells_of_tensorflow_1(tmp_path, capsys):
    some = ["--only", "tf1.gru.dynamic.one.tuple.mixed.*", "--processes", 1]
    assert run("--recording", "--out", tmp_path, *some) == 0
    (name,) = recordings_in(str(tmp_path / "recordings"))
    fixture = read(str(tmp_path / "recordings" / name), RECORDING)
    assert name.endswith("-v1") and len(fixture.entries) == 2
    assert fixture.about["provenance"]["dialect"] == "tf1"


# What --check says.


class Legacy:
    recording, dialect = "tf2.21-legacy", "keras2"


@pytest.fixture
def checked(tmp_path, monkeypatch, capsys):
    """Return a function that checks fixtures against changed entries; it tells what is printed."""

    def check(kind, change, json_too=False, **elsewhere):
        folder = ("vectors",) if kind == VECTORS else ("recordings", "tf2.21-legacy")
        # A recording may need what lies beside it.
        shutil.copytree(os.path.join(FIXTURES, folder[0]), str(tmp_path / folder[0]))
        entry = _copy(committed(kind, *folder).entries[LSTM])
        change(entry)
        about = committed(RECORDING, "recordings", "tf2.21-legacy").about["provenance"]
        about = dict(about, **elsewhere)
        gathered = {
            VECTORS: dump.Gathered([entry], {}, 1.0, 1),
            RECORDING: dump.Gathered([], {"keras2": (about, [entry])}, 1.0, 1),
        }
        monkeypatch.setattr(dump, "gather", lambda *_, **__: gathered[kind])
        monkeypatch.setattr(dump, "installed", lambda: {"keras2": Legacy})
        what = "--vectors" if kind == VECTORS else "--recording"
        more = ["--json"] if json_too else []
        status = run(what, "--check", "--only", LSTM, "--out", tmp_path, *more)
        return status, capsys.readouterr().out

    return check


def _copy(entry):
    answers = {
        dialect: type(outcome)(dict(outcome.arrays), dict(outcome.facts))
        for dialect, outcome in entry.answers.items()
    }
    return entry._replace(answers=answers, tolerances=dict(entry.tolerances))


def moved(name, ulps=1):
    """Return a change that moves one number of an array by some ULP."""

    def change(entry):
        arrays = entry.answers["keras2"].arrays
        array = arrays[name].copy()
        for _ in range(ulps):
            array[-1, -1] = np.nextafter(array[-1, -1], array.dtype.type(9))
        arrays[name] = array

    return change


def test_a_vector_that_moved_is_named(checked):
    status, printed = checked(VECTORS, moved("given.c1", 3))
    assert status == 1 and "1 changes" in printed
    assert f"{LSTM}: keras2.given.c1[3, 4]: " in printed
    share = re.search(r"moved by 3 ULP, (\S+) of the tolerance", printed).group(1)
    assert 1e-11 < float(share) < 1e-8


def test_json(checked):
    status, printed = checked(VECTORS, moved("given.c1", 3), json_too=True)
    (found,) = json.loads(printed)
    (one,) = found["moved"]
    assert (status, one["id"], one["ulps"]) == (1, LSTM, 3)
    assert one["name"].startswith("keras2.given.c1[")


def test_a_moved_tolerance_is_named(checked):
    def change(entry):
        entry.tolerances["given.c1"] = entry.tolerances["given.c1"] + np.uint16(1)

    status, printed = checked(VECTORS, change)
    assert status == 1 and f"{LSTM}: tolerance of given.c1[0, 0, 0]: " in printed


@pytest.mark.parametrize(
    "name, change",
    [
        ("options", lambda fields: fields["options"][-1]["values"].append("float64")),
        ("arithmetic", lambda fields: fields.update(arithmetic="by heart")),
    ],
    ids=["options", "arithmetic"],
)
def test_what_holds_for_all_cases_is_compared_too(name, change, tmp_path, monkeypatch, capsys):
    entry = committed(VECTORS, "vectors").entries[LSTM]
    writer.replace(str(tmp_path / "vectors"), vectors.files([entry]))
    rewrite(tmp_path / "vectors", change)
    monkeypatch.setattr(dump, "gather", lambda *_, **__: dump.Gathered([entry], {}, 0.0, 1))
    assert run("--vectors", "--check", "--only", LSTM, "--out", tmp_path) == 1
    printed = capsys.readouterr().out
    assert f"the {name} of all cases: " in printed and "1 cases, 1 changes" in printed


@pytest.mark.parametrize(
    "name, format, value", [("planes", "float16", 2), ("unit_roundoff", "float32", 1e-6)]
)
def test_what_tolerances_mean_is_looked_at_too(name, format, value, tmp_path, monkeypatch, capsys):
    entry = committed(VECTORS, "vectors").entries[LSTM]
    writer.replace(str(tmp_path / "vectors"), vectors.files([entry]))
    rewrite(tmp_path / "vectors", lambda fields: fields["tolerances"][name].update({format: value}))
    monkeypatch.setattr(dump, "gather", lambda *_, **__: dump.Gathered([entry], {}, 0.0, 1))
    assert run("--vectors", "--check", "--only", LSTM, "--out", tmp_path) == 1
    assert f"manifest.json: tolerances.{name} must be " in capsys.readouterr().out


def test_a_recording_that_was_rounded_otherwise_passes(checked):
    status, printed = checked(RECORDING, moved("given.c1", 3))
    assert (
        status == 0
        and "no changes, 1 arrays moved by rounding alone, the worst by 3 ULP, " in printed
    )


def test_a_recording_that_changed_is_named(checked):
    status, printed = checked(RECORDING, moved("given.c1", 500))
    assert status == 1 and f"{LSTM}: given.c1[3, 4]: " in printed
    assert "moved by 500 ULP" in printed


def test_a_recorded_fact_that_changed_is_named(checked):
    def change(entry):
        entry.answers["keras2"].facts["given.masks"] = "None None None"

    status, printed = checked(RECORDING, change)
    assert status == 1 and "given.masks: mask None None -> None None None" in printed


def test_cases_that_came_and_went_are_named(tmp_path, monkeypatch, capsys):
    entries = [vectors.vector(case) for case in CASES]
    writer.replace(str(tmp_path / "vectors"), vectors.files(entries[:-1]))
    monkeypatch.setattr(dump, "gather", lambda *_, **__: dump.Gathered(entries[1:], {}, 0.0, 1))
    assert run("--vectors", "--check", "--out", tmp_path) == 1
    printed = capsys.readouterr().out
    assert f"{CASES[0].id}: there is no such case any more" in printed
    assert printed.count(f"{CASES[-1].id}: verdict: not there -> values") == 1


def test_other_bytes_for_the_same_vectors_are_a_change(tmp_path, monkeypatch, capsys):
    entries = [vectors.vector(case) for case in CASES]
    writer.replace(str(tmp_path / "vectors"), vectors.files(entries[::-1]))
    monkeypatch.setattr(dump, "gather", lambda *_, **__: dump.Gathered(entries, {}, 0.0, 1))
    assert run("--vectors", "--check", "--out", tmp_path) == 1
    assert "the same vectors would be written in other bytes" in capsys.readouterr().out


def test_a_damaged_fixture_fails_the_check(tmp_path, monkeypatch, capsys):
    entries = [vectors.vector(case) for case in CASES]
    writer.replace(str(tmp_path / "vectors"), vectors.files(entries))
    next((tmp_path / "vectors").glob("*.bin")).write_bytes(b"")
    monkeypatch.setattr(dump, "gather", lambda *_, **__: dump.Gathered(entries, {}, 0.0, 1))
    assert run("--vectors", "--check", "--out", tmp_path) == 1
    assert "has 0 bytes, but manifest.json says" in capsys.readouterr().out


def test_another_machine_is_told(checked):
    status, printed = checked(RECORDING, lambda entry: None, numpy="1.0")
    assert status == 0 and "recorded with numpy 2" in printed and ", now 1.0" in printed


def test_an_older_recording_need_not_tell_its_backend(checked):
    status, printed = checked(RECORDING, lambda entry: None, backend="tensorflow")
    assert status == 0 and "backend" not in printed


def test_a_recording_in_the_place_of_another(tmp_path, monkeypatch, capsys):
    out = tmp_path / "recordings"
    shutil.copytree(os.path.join(FIXTURES, "recordings"), str(out))
    shutil.rmtree(str(out / "tf2.21-legacy"))
    shutil.copytree(str(out / "tf2.21"), str(out / "tf2.21-legacy"))
    monkeypatch.setattr(dump, "installed", lambda: {"keras2": Legacy})
    assert run("--recording", "--check", "--out", tmp_path) == 1
    assert "tf2.21-legacy: it is a recording of tf2.21" in capsys.readouterr().out


def test_a_damaged_recording_stops_the_dump_of_another(tmp_path, monkeypatch, capsys):
    (tmp_path / "recordings" / "tf2.9").mkdir(parents=True)
    (tmp_path / "recordings" / "tf2.9" / MANIFEST).write_text("{}")
    monkeypatch.setattr(dump, "installed", lambda: {"keras2": Legacy})
    monkeypatch.setattr(dump, "gather", lambda *_, **__: pytest.fail("it was found out too late"))
    assert run("--recording", "--out", tmp_path) == 2
    printed = capsys.readouterr().err
    assert "nothing is written, as another recording would suffer: " in printed
    assert "tf2.9/manifest.json: the format is None" in printed
    assert os.listdir(str(tmp_path / "recordings")) == ["tf2.9"]


# Misuse.


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--only", "rnn.*"], "no vector matches"),
        (["--only", "defaults.*"], "no vector matches"),
        (["--processes", "0"], "--processes must be at least 1"),
        (["--check", "--out", "/nowhere"], "there is no fixture in /nowhere/vectors"),
        (["--only", "gru.*"], "would lose the cases that --only"),
        (["--out", __file__], "Not a directory"),
    ],
    ids=["pattern", "vectors", "processes", "nothing-to-check", "loss", "file"],
)
def test_misuse(arguments, message, capsys):
    assert run("--vectors", *arguments) == 2
    assert message in capsys.readouterr().err


def test_without_tensorflow(monkeypatch, capsys):
    monkeypatch.setattr(dump, "installed", dict)
    assert run() == 2
    printed = capsys.readouterr().err
    assert "there is no TensorFlow here to record; say --vectors" in printed and INSTALL in printed
    assert run("--recording") == 2
    assert "--vectors" not in capsys.readouterr().err


def test_with_half_of_what_it_needs(tmp_path, monkeypatch, capsys):
    def broken(*arguments, **named):
        raise ImportError("No module named 'rich'")

    monkeypatch.setattr(dump, "gather", broken)
    assert run("--vectors", "--out", tmp_path) == 2
    assert "No module named 'rich'" in capsys.readouterr().err


def test_an_entry_of_a_recording(target):
    entry = recorded.entry(target, CASES[0])
    assert entry.problem is None and list(entry.answers) == [target.dialect]
    assert target.seconds > 0


def test_a_refusal_is_recorded_in_the_same_words_each_time(target):
    case = CoreCase("gru", "two_without_sequences")
    first, second = (recorded.entry(target, case).answers[target.dialect] for _ in range(2))
    assert first.refusal == second.refusal
    if not within(target, keras2="<2.4"):  # whose message is about the shape alone
        assert "gru" in first.refusal.message
