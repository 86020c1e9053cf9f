"""Reading recordings is careful too, of what lies in other folders all the more."""

import json
import os
import re
import shutil

import numpy as np
import pytest
from helpers import (
    FIXTURES,
    cut_off,
    flipped,
    forbid,
    grown,
    linked_elsewhere,
    made_up,
    put,
    recordings,
    rewrite,
    root,
)

from rnn_oracle.families.defaults.case import DefaultsCase
from rnn_oracle.families.facts import ANY, Default, Structures
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Outcome, Refusal
from rnn_oracle.families.tf1.case import Tf1Case
from rnn_oracle.records.format import MANIFEST, FixtureError, sha256
from rnn_oracle.records.manifest import RECORDING, VECTORS
from rnn_oracle.records.reader import read
from rnn_oracle.records.store import store

FIRST, SECOND, THIRD = CoreCase("gru", "two"), CoreCase("gru"), CoreCase("lstm")
LAYER, TF1 = DefaultsCase("GRU"), Tf1Case("gru")


def values(seed, *more):
    random = np.random.RandomState(seed)
    arrays = {"default.output": random.rand(2, 3).astype("f")}
    for number, array in enumerate(more, 1):
        arrays[f"default.h{number}"] = array
    return Outcome(arrays, {"default.nesting": Structures.of(ANY)})


LENT = values(1)
OWN = values(2, LENT.arrays["default.output"], np.array([True, False, True]))
OUTCOMES = {
    LAYER: Outcome(facts={"defaults.activation": Default("tanh")}),
    FIRST: OWN,
    SECOND: Outcome(refusal=Refusal("call", "ValueError", "no")),
    THIRD: OWN,
    TF1: Outcome(unsupported="it is not there"),
}


def put_small_recording(folder):
    """Store a recording that borrows an array from the one beside it."""
    made = {"tf2.9": made_up({FIRST: LENT}, recording="tf2.9"), "tf2.21": made_up(OUTCOMES)}
    store(str(folder.parent), made)


@pytest.fixture
def folder(tmp_path):
    put_small_recording(tmp_path / "tf2.21")
    return tmp_path / "tf2.21"


def own_file(folder):
    return next(folder.glob("arrays.*.bin"))


def lent_file(folder):
    return own_file(folder.parent / "tf2.9")


def list_of_cases(folder):
    return next(folder.parent.glob("cases.defaults.*.json"))


def refused(folder, message):
    with pytest.raises(FixtureError, match=f"{re.escape(str(folder))}.*({message})"):
        read(str(folder), RECORDING)


def test_what_was_written_is_read(folder):
    entries = read(str(folder), RECORDING).entries  # the families are in an order of their own
    assert [entry.case for entry in entries.values()] == [FIRST, SECOND, THIRD, LAYER, TF1]
    for case, outcome in OUTCOMES.items():
        found = entries[case.id].answers["keras3"]
        assert (found.facts, found.refusal) == (outcome.facts, outcome.refusal)
        assert (found.unsupported, list(found.arrays)) == (
            outcome.unsupported,
            list(outcome.arrays),
        )
        for name, array in outcome.arrays.items():
            assert found.arrays[name].dtype == array.dtype
            assert np.array_equal(found.arrays[name], array)


def test_the_reader_on_the_reading_page(folder):
    with open(os.path.join(FIXTURES, "INTERPRETING.md"), encoding="utf-8") as file:
        (program,) = re.findall(r"```python\n(.*?)```", file.read(), re.DOTALL)
    found = {}
    exec(program, found)
    committed = [os.path.join(FIXTURES, "recordings", name) for name in recordings()[-1:]]
    for path in [str(folder)] + committed:
        entries, shown = read(path, RECORDING).entries, found["read"](path)
        assert set(shown) == set(entries)
        for name, entry in entries.items():
            (outcome,) = entry.answers.values()
            if outcome.refusal:
                assert shown[name] == outcome.refusal._asdict()
            elif outcome.unsupported:
                assert shown[name] == outcome.unsupported
            else:
                assert set(shown[name]) == set(outcome.facts) | set(outcome.arrays)
                for key, array in outcome.arrays.items():
                    assert np.array_equal(shown[name][key], array)


# Damage to the files of arrays.


OTHER = r"; the recording tf2\.21 needs this file of tf2\.9: put it back as it was, or remove"
NAMES = r"array {}, part of " + re.escape(FIRST.id) + " and of 1 more: its crc32 is another"


@pytest.mark.parametrize(
    "damage, message",
    [
        (cut_off, r"arrays.*\.bin has \d+ bytes, but manifest.json says \d+"),
        (grown, r"arrays.*\.bin has \d+ bytes, but manifest.json says \d+"),
        (flipped, r"arrays.*\.bin and manifest.json do not match: " + NAMES.format(r"\d+")),
        (linked_elsewhere, "points outside the folder"),
        (os.remove, r"there is no file \S*arrays\.\w+\.bin, which manifest.json names"),
    ],
)
@pytest.mark.parametrize("which", [own_file, lent_file])
def test_a_damaged_file_of_arrays(which, damage, message, folder):
    damage(which(folder))
    refused(folder, message + (OTHER if which is lent_file else "$"))


def test_a_changed_number_is_named_with_its_array_and_a_case(folder):
    fields = json.loads((folder / MANIFEST).read_text())
    assert len(fields["arrays"]) == 3
    for index, (_, number, offset, _) in enumerate(fields["arrays"]):
        path = folder / fields["files"][number]["file"]
        whole = path.read_bytes()
        flipped(path, offset)
        refused(folder, NAMES.format(index))
        path.write_bytes(whole)
    assert len(read(str(folder), RECORDING).entries) == 5


def test_the_bytes_between_the_arrays_are_guarded_too(tmp_path):
    outcome = values(1, np.array([True, False, True]), np.zeros(2))
    store(str(tmp_path), {"tf2.21": made_up({FIRST: outcome})})
    flipped(own_file(tmp_path / "tf2.21"), 24 + 3)
    refused(tmp_path / "tf2.21", "arrays.*do not match: its sha256 is another")


def test_a_recording_that_is_copied_alone(folder, tmp_path):
    alone = tmp_path / "elsewhere" / "tf2.21"
    shutil.copytree(str(folder), str(alone))
    refused(alone, r"there is no file \.\./cases\.layers.*; the recording tf2.21 needs this file")
    for path in folder.parent.glob("cases.*"):
        shutil.copy(str(path), str(alone.parent))
    refused(alone, r"there is no file \.\./tf2\.9/arrays.*" + OTHER)
    shutil.copytree(str(folder.parent / "tf2.9"), str(alone.parent / "tf2.9"))
    assert len(read(str(alone), RECORDING).entries) == 5


# Damage to the lists of cases.


def last_cases(fields):  # those of `LAYER`
    return fields["cases"][1]


@pytest.mark.parametrize(
    "old, new, message",
    [
        ('"GRU"', '"RNN"', "defaults.gru: its options are those of defaults.rnn"),
        ('"defaults.gru"', '"defaults.other"', "defaults.other: its options are those of"),
        ('"GRU"', '"TRU"', "defaults.gru: no such case: layer='TRU' is not one of"),
        ('"GRU"', "[1,2]", "must be a line of text"),
        ('"layer"', '"player"', "defaults.gru: no such case: .*player"),
        ('"layer"', '"layer","a"', "defaults.gru: 1 options, not 2"),
        ('": "defaults"', '": "defbults"', "unknown family 'defbults' of cases"),
        ('"version": 1', '"version": 3', "the version of the format is 3; this package reads 1"),
        ("{", "[", "not a whole JSON file"),
    ],
)
def test_a_changed_list_of_cases(old, new, message, folder):
    path = list_of_cases(folder)
    path.write_text(path.read_text().replace(old, new, 1))
    refused(folder, "cases.defaults.*do not match: its sha256 is another")
    rewrite(folder, put(last_cases, "sha256", sha256(path.read_bytes())))
    refused(folder, message)


def test_a_case_that_is_listed_twice(folder):
    other = "../cases.layers.00000000.json"

    def twice(fields):
        shutil.copy(str(folder / cases(fields)["file"]), str(folder / other))
        fields["cases"].append(dict(cases(fields), file=other))

    rewrite(folder, twice)
    refused(folder, re.escape(SECOND.id) + " is there twice")


@pytest.mark.parametrize("damage", [os.remove, linked_elsewhere])
def test_a_lost_list_of_cases(damage, folder):
    damage(list_of_cases(folder))
    refused(folder, "needs this file: put it back as it was, or remove tf2.21 and dump it again")


# Damage to the manifest.


def cases(fields):
    return fields["cases"][0]


def file(fields):
    return fields["files"][0]


def form(fields):
    return fields["forms"][0]


def row(fields):
    return fields["arrays"][0]


def answer(fields):
    return fields["answers"][0]


def refusal(fields):
    return fields["answers"][1]


def layout(fields):
    return fields["layouts"][0]


def provenance(fields):
    return fields["provenance"]


def lose_an_answer(fields):
    fields["answers"].pop()


def lose_an_array(fields):
    answer(fields)["arrays"].pop()


def longer_row(fields):
    row(fields).append(0)


ARRAY = r"array 0, part of " + re.escape(FIRST.id) + " and of 1 more: "
ANSWER = r"manifest.json: answer 0, of " + re.escape(FIRST.id) + " and of 1 more: "
CHANGES = [
    (put(root, "format", "rnn_oracle vectors"), "the format is 'rnn_oracle vectors'"),
    (put(root, "version", 2), "version of the format is 2; this package reads 3"),
    (put(root, "more", 1), "the manifest has an unknown more"),
    (put(root, "crc32", "00000000"), "the manifest has an unknown crc32"),
    (put(provenance, "dialect", "keras9"), "manifest.json: unknown dialect 'keras9'"),
    (put(provenance, "keras", "\x1b[2J"), r"provenance.keras must be a line of text, not '\\x1b"),
    (put(provenance, "settings", {"\x1b": ""}), r"a name in .*settings must be a line of text"),
    (put(provenance, "settings", []), "provenance.settings must be dict"),
    (put(cases, "file", "cases.layers.00000000.json"), "is no name of a list of cases"),
    (put(cases, "file", "../../cases.layers.00000000.json"), "is no name of a list of cases"),
    (put(cases, "file", "../tf2.9/cases.layers.00000000.json"), "is no name of a list of cases"),
    (put(cases, "file", "../cases.layers.00000000.json"), "there is no file ../cases.layers.0"),
    (put(cases, "bytes", 10), "has an unknown bytes"),
    (put(cases, "sha256", "0" * 64), "cases.layers.*do not match: its sha256 is another"),
    (put(root, "cases", []), "answer 0: there is no case 0 of 0"),
    (put(file, "file", "/etc/passwd"), "'/etc/passwd' is no name of a file of arrays"),
    (put(file, "file", "../arrays.00000000.bin"), "is no name of a file of arrays"),
    (put(file, "file", "../../tf2.9/arrays.00000000.bin"), "is no name of a file of arrays"),
    (put(file, "file", "../../arrays.00000000.bin"), "is no name of a file of arrays"),
    (put(file, "file", "../tf2.9/../arrays.00000000.bin"), "is no name of a file of arrays"),
    (put(file, "file", "..\\tf2.9\\arrays.00000000.bin"), "is no name of a file of arrays"),
    (put(file, "file", "../a\\b/arrays.00000000.bin"), "is no name of a file of arrays"),
    (put(file, "file", "../tf2.9/arrays.00000000.bin"), "there is no file ../tf2.9/arrays.0"),
    (put(file, "file", "../\ud800/arrays.00000000.bin"), r"a line of text, not '../\\ud800"),
    (put(file, "bytes", 10**15), "but manifest.json says 1000000000000000"),
    (put(file, "sha256", "0" * 64), "arrays.*do not match: its sha256 is another"),
    (lambda fields: fields["files"].append(file(fields)), "the file .*bin is there twice"),
    (lambda fields: fields["arrays"].extend([row(fields)] * 9), r"array \d, .*: it overlaps"),
    (put(root, "files", []), ARRAY + "there is no file 0 of 0"),
    (put(form, "shape", [10**12, 10**12]), ARRAY + ".*is no shape"),
    (put(form, "shape", [2**30, 2**30]), ARRAY + ".*is no shape of so few bytes"),
    (put(form, "shape", [3, 2]), ANSWER + "was changed"),
    (put(form, "shape", [-1]), ARRAY + ".*is no shape"),
    (put(form, "shape", [True]), r"shape\[0\] must be int, not True"),
    (put(form, "dtype", "complex64"), ARRAY + "unknown dtype 'complex64'"),
    (put(form, "dtype", "float64"), ARRAY + "it cannot be bytes|" + ARRAY + "its crc32 is another"),
    (put(row, 0, 9), ARRAY + "there is no form 9 of 2"),
    (put(row, 0, -1), ARRAY + "there is no form -1 of 2"),
    (put(row, 1, 9), "manifest.json: " + ARRAY + "there is no file 9 of 2"),
    (put(row, 1, -1), "manifest.json: " + ARRAY + "there is no file -1 of 2"),
    (put(row, 2, -8), ARRAY + "its offset is outside the file"),
    (put(row, 2, 4), ARRAY + "it cannot be bytes"),
    (put(row, 3, "00000000"), ARRAY + "its crc32 is another"),
    (put(row, 3, 0), r"arrays\[0\]\[3\] must be a line of text"),
    (longer_row, r"arrays\[0\] has 5 items, not 4"),
    (put(answer, "layout", 99), ANSWER + "there is no layout 99 of 2"),
    (put(answer, "arrays", [0, 1, 99]), ANSWER + "there is no array 99 of 3"),
    (put(answer, "arrays", [0, 1, -1]), ANSWER + "there is no array -1 of 3"),
    (put(answer, "arrays", [1, 0, 2]), ANSWER + "was changed"),
    (put(answer, "refusal", 0), ANSWER + "an answer is one of"),
    (put(answer, "cases", [0, 99]), "manifest.json: answer 0: there is no case 99 of 5"),
    (put(answer, "cases", [0, -1]), "manifest.json: answer 0: there is no case -1 of 5"),
    (put(answer, "cases", [0]), f"answer 0, of {re.escape(FIRST.id)}: was changed"),
    (put(answer, "cases", [0, 0, 2]), "answer 0, .*: was changed"),
    (put(answer, "crc32", "00000000"), ANSWER + "was changed: its crc32 is not 00000000"),
    (put(refusal, "refusal", 1), "answer 1, of .*: there is no refusal 1 of 1"),
    (put(refusal, "unsupported", "no"), "answer 1, of .*: an answer is one of"),
    (put(layout, "facts", {"default.nesting": "[*]"}), ANSWER + "was changed"),
    (put(layout, "facts", {"default.nesting": "[*"}), ANSWER + r"default.nesting cannot be '\[\*'"),
    (put(layout, "facts", {"default.mood": "*"}), "a name of a fact, not .default.mood."),
    (put(layout, "arrays", ["default.output"]), ANSWER + "has 3 arrays instead of 1"),
    (lose_an_array, ANSWER + "has 2 arrays instead of 3"),
    (lose_an_answer, "manifest.json: there is no answer of " + re.escape(TF1.id)),
]


@pytest.mark.parametrize("change, message", CHANGES)
def test_a_changed_manifest(change, message, folder):
    rewrite(folder, change)
    refused(folder, message)


IN_FORM = [put(provenance, "keras", "3.2.0"), put(provenance, "dialect", "keras2")]


@pytest.mark.parametrize("change", [c for c, _ in CHANGES] + IN_FORM, ids=lambda c: c.__name__)
def test_a_changed_manifest_is_what_is_blamed(change, folder):
    rewrite(folder, change, right_sum=False)
    with pytest.raises(FixtureError) as error:
        read(str(folder), RECORDING)
    assert str(error.value).startswith(str(folder / MANIFEST) + ": ")
    assert "remove" not in str(error.value)


@pytest.mark.parametrize(
    "change, named",
    [
        (put(answer, "arrays", [1, 0, 2]), f": answer 0, of {FIRST.id} and of 1 more"),
        (put(provenance, "keras", "3.2.0"), ""),
    ],
)
def test_a_changed_manifest_is_told_with_the_answers(change, named, folder):
    rewrite(folder, change, right_sum=False)
    refused(folder, re.escape(f"it was changed, its sha256 is another{named}") + "$")


def test_a_message_that_was_changed(folder):
    rewrite(folder, put(lambda fields: fields["refusals"][0], "message", "yes"))
    refused(folder, f"answer 1, of {re.escape(SECOND.id)}: was changed")


def test_a_case_with_two_answers(tmp_path):
    """Even where every checksum is right."""
    store(str(tmp_path), {"tf2.21": made_up({FIRST: LENT})})

    def twice(fields):
        fields["answers"] *= 2

    rewrite(tmp_path / "tf2.21", twice)
    refused(tmp_path / "tf2.21", re.escape(FIRST.id) + " has another answer too")


def test_vectors_are_no_recording(folder):
    with pytest.raises(FixtureError, match="'rnn_oracle recording', not 'rnn_oracle vectors'"):
        read(str(folder), VECTORS)


@pytest.mark.parametrize("which", [own_file, lent_file, list_of_cases])
def test_what_cannot_be_read(which, folder, monkeypatch):
    forbid(monkeypatch, which(folder))
    refused(folder, "cannot be read: no")
