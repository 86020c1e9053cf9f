"""Reading vectors is careful: whatever is wrong with them is said, with file and case."""

import functools
import json
import os
import re
import sys

import numpy as np
import pytest
from helpers import cut_off, flipped, forbid, grown, linked_elsewhere, put, rewrite, root

from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.records import format as format_module
from rnn_oracle.records import vectors
from rnn_oracle.records.format import DTYPES, MANIFEST, FixtureError, seal
from rnn_oracle.records.manifest import RECORDING, VECTORS
from rnn_oracle.records.reader import read
from rnn_oracle.records.writer import replace

CASES = [
    CoreCase("gru", "two", True, True, False, True, "left", "masking"),
    CoreCase("gru", "one"),
    CoreCase("lstm", "cells", False, True),
]
FIRST = CASES[0].id
UNLIKE = r" and manifest\.json do not match: "


@functools.lru_cache(maxsize=None)
def small():
    return vectors.files([vectors.vector(case) for case in CASES])


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "vectors"
    replace(str(path), small())
    return path


def binary(folder):
    return next(folder.glob("gru.*.bin"))


def test_what_was_written_is_read(folder):
    entries = read(str(folder), VECTORS).entries
    assert [entry.case for entry in entries.values()] == CASES
    for case in CASES:
        entry, made = entries[case.id], vectors.vector(case)
        assert (entry.rules, entry.features) == (made.rules, made.features)
        assert set(entry.tolerances) == set(made.tolerances)
        for dialect, answer in made.answers.items():
            assert entry.answers[dialect].facts == answer.facts
            for name, array in answer.arrays.items():
                found = entry.answers[dialect].arrays[name]
                assert found.dtype == array.dtype and np.array_equal(found, array)


# Damage to the binary file.


@pytest.mark.parametrize(
    "damage, message",
    [
        (cut_off, r"gru.*\.bin has \d+ bytes, but manifest.json says \d+"),
        (grown, r"gru.*\.bin has \d+ bytes, but manifest.json says \d+"),
        (flipped, r"gru.*\.bin" + UNLIKE + "array 0, part of " + FIRST + ".*sha256"),
        (linked_elsewhere, "points outside the folder"),
        (os.remove, "there is no file gru"),
    ],
)
def test_a_damaged_binary(folder, damage, message):
    damage(binary(folder))
    with pytest.raises(FixtureError, match=message):
        read(str(folder), VECTORS)


def gru_arrays(folder):
    manifest = json.loads((folder / MANIFEST).read_text())
    return next(g["arrays"] for g in manifest["groups"] if g["name"] == "gru")


def test_a_changed_number_is_named_with_its_array_and_a_case(folder):
    path = binary(folder)
    whole = path.read_bytes()
    for index, record in enumerate(gru_arrays(folder)):
        path.write_bytes(whole)
        flipped(path, record["offset"])
        with pytest.raises(FixtureError, match=f"array {index}, part of gru"):
            read(str(folder), VECTORS)


def test_the_bytes_between_the_arrays_are_guarded_too(folder):
    path = binary(folder)
    data = bytearray(path.read_bytes())
    between = set(range(len(data)))
    for record in gru_arrays(folder):
        size = DTYPES[record["dtype"]].itemsize * int(np.prod(record["shape"]))
        between -= set(range(record["offset"], record["offset"] + size))
    data[min(between)] += 1
    path.write_bytes(bytes(data))
    with pytest.raises(FixtureError, match="do not match: its sha256 is another"):
        read(str(folder), VECTORS)


# Damage to the manifest.


def group(manifest):
    return manifest["groups"][0]


def case(manifest):
    return group(manifest)["cases"][0]


def expected(manifest):
    """The record of the first expected array."""
    index = case(manifest)["answers"]["keras2"]["arrays"][0]
    return group(manifest)["arrays"][index]


def answer(manifest):
    return case(manifest)["answers"]["keras2"]


def layout(manifest):
    return manifest["layouts"][0]


def cell(manifest):
    return group(manifest)["stacks"][0][0][0]


def lose_an_array(manifest):
    answer(manifest)["arrays"].pop()


def options(manifest):
    return case(manifest)["options"]


def tolerances(manifest):
    return manifest["tolerances"]


def values(manifest):
    return manifest["options"][0]["values"]


def lose_a_case(manifest):
    group(manifest)["cases"].pop()


def rename_the_weights(manifest):
    for stack in group(manifest)["stacks"]:
        stack[0][0]["bias"] = stack[0][0]["kernel"]


def group_twice(manifest):
    manifest["groups"].append(dict(group(manifest), cases=[]))


def arrays_twice(manifest):
    group(manifest)["arrays"] *= 2


def lose_a_group(manifest):
    manifest["groups"].pop()


def answers(manifest):
    return case(manifest)["answers"]


def twice(manifest):
    group(manifest)["cases"].append(case(manifest))


CHANGES = [
    (put(root, "format", "rnn_oracle recording"), "the format is 'rnn_oracle recording'"),
    (put(root, "version", 1), "version of the format is 1; this package reads 2"),
    (put(root, "version", "1"), "version"),
    (put(root, "groups", {}), r"groups must be list, not \{\}"),
    (put(root, "more", 1), "the manifest has an unknown more"),
    (put(group, "file", "../gru.00000000.bin"), "group gru: .* is no plain file name"),
    (put(group, "file", "/etc/passwd"), "group gru: '/etc/passwd' is no plain file name"),
    (put(group, "file", "gru.00000000.bin"), "group gru: there is no file"),
    (put(group, "bytes", 10**15), "but manifest.json says 1000000000000000"),
    (put(group, "sha256", "0" * 64), "sha256"),
    (put(expected, "shape", [10**12, 10**12]), "part of " + FIRST + ".* is no shape"),
    (put(expected, "shape", [0, 10**9]), "part of " + FIRST + ".* is no shape of so few bytes"),
    (put(expected, "shape", [2**30, 2**30]), "part of " + FIRST + ".* is no shape of so few bytes"),
    (put(expected, "shape", [1] * 100), "part of " + FIRST + ".* is no shape"),
    (put(expected, "shape", [-1]), "part of " + FIRST + ".* is no shape"),
    (put(expected, "shape", [True]), r"shape\[0\] must be int, not True"),
    (put(expected, "shape", [6, 4, 7]), "its tolerance is an array"),
    (put(expected, "offset", -8), "part of " + FIRST + ".*offset is outside the file"),
    (put(expected, "offset", 4), "part of " + FIRST + ".*cannot be bytes"),
    (put(expected, "offset", 10**15), "part of " + FIRST + ".*offset is outside the file"),
    (put(expected, "offset", 2**53), "not a whole JSON file: 9007199254740992 is a number"),
    (put(expected, "offset", 10**4000), r"not a whole JSON file: 10000.*\.\.\.$"),
    (put(expected, "dtype", "complex64"), "part of " + FIRST + ".*unknown dtype 'complex64'"),
    (put(expected, "tolerance", 10**6), "part of " + FIRST + ".*there is no array 1000000"),
    (put(expected, "tolerance", 0), "part of " + FIRST + ".*its tolerance is an array"),
    (put(case, "id", "gru.one"), "gru.one: its options are those of " + FIRST),
    (put(case, "options", ["gru"]), FIRST + ": 1 options, not 9"),
    (put(options, 0, []), "must be a line of text, a number, true, false or null, not " + r"\[\]"),
    (put(options, 2, 1), FIRST + ": no case has return_sequences = 1"),
    (put(options, 6, "none"), FIRST + ": no such case: mask_from='masking' is not one of"),
    (put(options, 8, None), FIRST + ": no case has dtype = None"),
    (put(root, "options", []), FIRST + ": 9 options, not 0"),
    (put(group, "name", "rnn"), "group rnn: 'gru.* is no plain file name of this group"),
    (put(case, "id", "\ud800"), r"must be a line of text, not '\\ud800'"),
    (put(case, "id", "\x1b[2J"), r"must be a line of text, not '\\x1b\[2J'"),
    (put(root, "arithmetic", "\x9b2J"), r"must be a line of text, not '\\x9b2J'"),
    (put(root, "\x1b[2J", 1), r"has an unknown \\x1b\[2J"),
    (put(root, "crc32", "00000000"), "the manifest has an unknown crc32"),
    (put(case, "x", 10**6), FIRST + ": there is no array 1000000"),
    (put(case, "x", -1), FIRST + ": there is no array -1"),
    (put(case, "mask", None), r"cases\[" + FIRST + r"\].mask must be int"),
    (put(case, "stack", 99), FIRST + ": there is no stack 99"),
    (put(case, "rules", 99), FIRST + ": there is no rules 99"),
    (put(case, "features", 1), FIRST + ": was changed"),
    (put(case, "crc32", "00000000"), FIRST + ": was changed"),
    (put(cell, "kernel", 10**6), "there is no array 1000000"),
    (put(cell, "bias", 1), "was changed"),
    (put(answers, "keras9", {"refusal": 0}), FIRST + ": answers of keras2, keras3, keras9, not of"),
    (put(answer, "layout", 99), FIRST + ", keras2: there is no layout 99"),
    (put(answer, "refusal", 0), FIRST + ", keras2: an answer is one of"),
    (put(answer, "arrays", []), FIRST + ", keras2: has 0 arrays instead of 8"),
    (put(layout, "facts", {"default.nesting": "*"}), FIRST + ": was changed"),
    (put(layout, "facts", {"default.states": "two"}), FIRST + ", keras2: default.states cannot be"),
    (put(layout, "facts", {"states": "2"}), "must be a name of a fact, not .states."),
    (put(layout, "arrays", ["default.output"]), FIRST + ", keras2: has 8 arrays instead of 1:"),
    (lose_an_array, FIRST + ", keras2: has 7 arrays instead of 8"),
    (twice, FIRST + " is there twice"),
    (group_twice, "manifest.json: the group gru is there twice"),
    (arrays_twice, r"gru\.\w+\.bin" + UNLIKE + r"array \d+, part of no case: it overlaps"),
]


@pytest.mark.parametrize("change, message", CHANGES, ids=[c.__name__ for c, _ in CHANGES])
def test_a_changed_manifest(folder, change, message):
    """Even where its sum is right."""
    rewrite(folder, change)
    with pytest.raises(FixtureError, match=message) as error:
        read(str(folder), VECTORS)
    assert str(folder) in str(error.value)


def test_a_long_name_is_told_in_short(folder):
    rewrite(folder, put(root, "\x1b" * 10**6, 1))
    with pytest.raises(FixtureError, match=r"has an unknown (\\x1b)+(\\x?1?)?\.\.\.$") as error:
        read(str(folder), VECTORS)
    assert len(str(error.value)) < 2100


IN_FORM = [
    put(tolerances, "planes", {"float16": 2}),
    put(values, 0, "gnu"),
    put(root, "groups", []),
    lose_a_case,
    lose_a_group,
]
"""What the sum alone guards."""


@pytest.mark.parametrize(
    "change", [c for c, _ in CHANGES] + IN_FORM, ids=lambda change: change.__name__
)
def test_a_changed_manifest_is_what_is_blamed(folder, change):
    rewrite(folder, change, right_sum=False)
    with pytest.raises(FixtureError) as error:
        read(str(folder), VECTORS)
    assert str(error.value).startswith(str(folder / MANIFEST) + ": ")
    assert ".bin" not in str(error.value).replace("gru.00000000.bin", "")


@pytest.mark.parametrize(
    "change, named",
    [
        (put(case, "x", 10**6), f": {FIRST}"),
        (put(expected, "sha256", "0" * 64), f": {FIRST}"),
        (rename_the_weights, f": {FIRST} and 1 more"),
        (put(tolerances, "planes", {"float16": 2}), ""),
    ],
)
def test_a_changed_manifest_is_told_with_the_cases(change, named, folder):
    rewrite(folder, change, right_sum=False)
    told = re.escape(f"it was changed, its sha256 is another{named}")
    with pytest.raises(FixtureError, match=told + "$"):
        read(str(folder), VECTORS)


@pytest.mark.parametrize("index", range(9))
def test_every_option_is_guarded(folder, index):
    def change(manifest):
        values = manifest["options"][index]["values"]
        options = case(manifest)["options"]
        options[index] = next(v for v in values + ["float64"] if v != options[index])

    rewrite(folder, change)
    with pytest.raises(FixtureError, match=FIRST):
        read(str(folder), VECTORS)


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "not a whole JSON file"),
        ('{"format": "rnn_oracle vectors", "version"', "not a whole JSON file"),
        ("[]", r"the manifest must be dict, not \[\]"),
        ('{"version": NaN}', "NaN is no JSON"),
        ('{"version": 1, "version": 1}', "'version' is there twice"),
        ("[" * 100000, "not a whole JSON file"),
        ("\u00e9", "not a whole JSON file"),
    ],
    ids=["empty", "cut-off", "list", "nan", "twice", "deep", "unicode"],
)
def test_what_is_no_manifest(folder, text, message):
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(FixtureError, match=message) as error:
        read(str(folder), VECTORS)
    assert MANIFEST in str(error.value)


@pytest.mark.parametrize(
    "before, value",
    [('"format": ', '"rnn_oracle vectors"'), ('"version": ', "2")]
    + [('"values":[', '"simple_rnn"'), ('"options":[', '"gru"')],
    ids=["format", "version", "values", "options"],
)
def test_a_manifest_of_many_levels(before, value, folder):
    """However near to the end of Python's stack."""
    path = folder / MANIFEST
    text = path.read_text()
    limit = sys.getrecursionlimit()
    for levels in [2, 100] + list(range(limit - 100, limit + 1)):
        deep = "[" * levels + "]" * levels
        changed = text.replace(before + value, before + deep, 1)
        assert changed != text
        head = changed[: -len(seal(b""))].encode("ascii")
        path.write_bytes(head + seal(head))
        told = r"must be|format is \[\[|version of the format is|not a whole"
        with pytest.raises(FixtureError, match=told):
            read(str(folder), VECTORS)


def test_a_folder_without_a_manifest(tmp_path):
    with pytest.raises(FixtureError, match="manifest.json: there is no such file"):
        read(str(tmp_path), VECTORS)


def test_a_recording_is_no_vectors(folder):
    with pytest.raises(FixtureError, match="'rnn_oracle vectors', not 'rnn_oracle recording'"):
        read(str(folder), RECORDING)


def test_a_file_too_large_for_any_fixture(folder):
    """Sparse ones of many gigabytes cost no memory, as nothing is read."""
    os.truncate(str(folder / MANIFEST), 2**24 + 1)
    with pytest.raises(FixtureError, match=r"json has 16777217 bytes, and no .* than 16777216"):
        read(str(folder), VECTORS)


def test_a_binary_too_large_for_any_fixture(folder):
    os.truncate(str(binary(folder)), 2**28 + 1)
    rewrite(folder, put(group, "bytes", 2**28 + 1))
    with pytest.raises(FixtureError, match=r"gru\.\w+\.bin has 268435457 bytes, and no such file"):
        read(str(folder), VECTORS)


def test_without_memory(folder, monkeypatch):
    def exhausted(*arguments):
        raise MemoryError

    monkeypatch.setattr(format_module, "open", exhausted, raising=False)
    with pytest.raises(FixtureError, match="manifest.json: cannot be read: no memory is left"):
        read(str(folder), VECTORS)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_no_file(folder):
    (folder / MANIFEST).unlink()
    os.mkfifo(str(folder / MANIFEST))
    with pytest.raises(FixtureError, match="manifest.json: there is no such file"):
        read(str(folder), VECTORS)


@pytest.mark.parametrize("name", [MANIFEST, "gru.*.bin"])
def test_what_cannot_be_read(name, folder, monkeypatch):
    forbid(monkeypatch, next(folder.glob(name)))
    with pytest.raises(FixtureError, match="cannot be read: no"):
        read(str(folder), VECTORS)
