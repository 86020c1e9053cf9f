"""The reader in JavaScript takes no damage, even where the sum of the manifest is right."""

import json
import os
import re

import numpy as np
import pytest
from helpers import (
    FIXTURES,
    NEEDS_NODE,
    cut_off,
    flipped,
    grown,
    linked_elsewhere,
    made_up,
    node,
    put,
    recordings,
    rewrite,
    root,
)

from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Outcome, Refusal
from rnn_oracle.records import vectors
from rnn_oracle.records.format import DTYPES, MANIFEST, seal, sha256
from rnn_oracle.records.store import store
from rnn_oracle.records.writer import replace

pytestmark = NEEDS_NODE

CASES = [CoreCase("gru", "one", True, True, mask="left", mask_from="argument"), CoreCase("lstm")]

UNLIKE = r" and manifest\.json do not match: "


def group(fields):
    return fields["groups"][0]


def case(fields):
    return group(fields)["cases"][0]


def expected(fields):
    """The record of the first expected array."""
    return group(fields)["arrays"][answer(fields)["arrays"][0]]


def answer(fields):
    return case(fields)["answers"]["keras2"]


def cell(fields):
    return group(fields)["stacks"][0][0][0]


def options(fields):
    return case(fields)["options"]


def layout(fields):
    return fields["layouts"][0]


def features(fields):
    return fields["features"][0]


def planes(fields):
    return fields["tolerances"]["planes"]


def units(fields):
    return fields["tolerances"]["unit_roundoff"]


def group_twice(fields):
    fields["groups"].append(group(fields))


def empty_group_twice(fields):
    fields["groups"] += [dict(group(fields), cases=[])]


def case_twice(fields):
    group(fields)["cases"].append(case(fields))


def array_again(fields):
    group(fields)["arrays"] *= 2


def option_twice(fields):
    fields["options"][1] = fields["options"][0]


def name_twice(fields):
    layout(fields)["arrays"][1] = layout(fields)["arrays"][0]


IN_MANIFEST = [
    (put(root, "version", 1), "its version is not 2"),
    (put(root, "format", "rnn_oracle cases"), "its format is not rnn_oracle vectors or rnn_oracle"),
    (put(root, "format", []), "its format is not rnn_oracle vectors or rnn_oracle"),
    (put(root, "more", 1), r"\.more: it is unknown"),
    (put(root, "groups", {}), r'\.groups: it must be "array"'),
    (group_twice, "the group with the name gru is there twice"),
    (empty_group_twice, "the group with the name gru is there twice"),
    (case_twice, "the case gru.* is there twice"),
    (array_again, r"gru\.\w+\.bin" + UNLIKE + r"array \d+: it overlaps"),
    (option_twice, "the option cell is there twice"),
    (name_twice, "the array default.output is there twice"),
    (put(units, "float64", 1e-6), "unit_roundoff: of float64 it is not 1.1102230246251565e-16"),
    (put(units, "float16", 1e-6), "unit_roundoff: of float16 it is not 0.00048828125"),
    (put(planes, "float64", 1), r"tolerances\.planes: of float64 it is not 2"),
    (put(planes, "float8", 0), r"tolerances\.planes: of float8 it is not undefined"),
    (put(planes, "float64", -1), r"\.tolerances\.planes\.float64: it must be at least 0"),
    (lambda fields: planes(fields).pop("float32"), r"tolerances\.planes: of float32 it is not 2"),
    (put(features, 0, "wings"), "there is no feature wings"),
    (put(group, "file", "../gru.00000000.bin"), r"\.groups\.0\.file: it must match"),
    (put(group, "file", "lstm.00000000.bin"), "lstm.00000000.bin is no file of the group gru"),
    (put(expected, "shape", [2**20, 2**20]), "it cannot be of shape 1048576,1048576"),
    (put(expected, "shape", [0, 10**9]), "it cannot be of shape 0,1000000000"),
    (put(expected, "shape", [1] * 9), "it cannot be of shape"),
    (put(expected, "shape", [2.5]), r'\.shape\.0: it must be "integer"'),
    (put(expected, "shape", [4, 6]), r"gru\.\w+\.bin" + UNLIKE + r"array .*sha256"),
    (put(expected, "offset", 2**40), "it is not inside its file"),
    (put(expected, "offset", 4), r"\.offset: it must be a multiple of 8"),
    (put(expected, "dtype", "float32"), r"do not match: array \d+: its sha256 is another"),
    (put(expected, "dtype", "bool"), "it has a bool that is neither"),
    (put(expected, "dtype", "complex64"), r"\.dtype: it must be one of"),
    (put(expected, "sha256", "0" * 64), r"do not match: array \d+: its sha256 is another"),
    (put(expected, "tolerance", 999), "array 999 is not there"),
    (put(expected, "tolerance", 0), "its tolerance has not its shape and all planes"),
    (put(cell, "kernel", 999), "gru, stacks: array 999 is not there"),
    (put(cell, "initial_state", [999]), "gru, stacks: array 999 is not there"),
    (put(case, "x", 999), f"{CASES[0].id}: array 999 is not there"),
    (put(case, "x", -1), r"\.x: it must be at least 0"),
    (put(case, "mask", 999), f"{CASES[0].id}: array 999 is not there"),
    (put(case, "stack", 9), f"{CASES[0].id}: stack 9 is not there"),
    (put(case, "rules", 9), f"{CASES[0].id}: rules 9 is not there"),
    (put(case, "features", 9), f"{CASES[0].id}: features 9 is not there"),
    (put(case, "options", []), f"{CASES[0].id}: its options are unknown"),
    (put(case, "id", "\x1b[2J"), r"\.id: it must match"),
    (put(options, 0, "gnu"), f"{CASES[0].id}: its options are unknown"),
    (put(options, 2, 1), f"{CASES[0].id}: its options are unknown"),
    (lambda fields: case(fields)["answers"].pop("keras2"), r"\.answers: it must have"),
    (put(answer, "layout", 9), f"{CASES[0].id}: keras2: layout 9 is not there"),
    (put(answer, "arrays", [0]), "keras2: its arrays are not those of its layout"),
    (put(answer, "refusal", 0), r"\.keras2: it is not one of what it may be"),
]


def binary(folder):
    return next(folder.glob("gru.*.bin"))


def above_ascii(folder):
    path = folder / MANIFEST
    path.write_bytes(path.read_bytes().replace(b"rounded", b"r\xefunded"))


def cut_manifest(folder):
    cut_off(folder / MANIFEST)


def no_manifest(folder):
    (folder / MANIFEST).write_bytes(b"null")


def many_levels(folder):
    head = b'{"format": ' + b"[" * 10**6 + b"]" * 10**6 + b",\n"
    (folder / MANIFEST).write_bytes(head + seal(head))


def sparse_manifest(folder):
    os.truncate(str(folder / MANIFEST), 2**24 + 1)


def between_arrays(folder):
    """Change a byte that belongs to no array."""
    inside = set()
    for record in json.loads((folder / MANIFEST).read_text())["groups"][0]["arrays"]:
        size = DTYPES[record["dtype"]].itemsize * int(np.prod(record["shape"]))
        inside.update(range(record["offset"], record["offset"] + size))
    flipped(binary(folder), min(set(range(max(inside))) - inside))


def sparse_binary(folder):
    rewrite(folder, put(group, "bytes", 2**28 + 1))
    os.truncate(str(binary(folder)), 2**28 + 1)


def pipe(folder):
    path = binary(folder)
    path.unlink()
    os.mkfifo(str(path))


def device(folder):
    (folder / MANIFEST).unlink()
    (folder / MANIFEST).symlink_to("/dev/zero")


def of_binary(damage):
    def change(folder):
        damage(binary(folder))

    change.__name__ = damage.__name__
    return change


NAMED = r"gru\.\w+\.bin, which manifest.json names: "
IN_FOLDER = [
    (of_binary(flipped), r"gru\.\w+\.bin" + UNLIKE + r"array \d+: its sha256 is another"),
    (between_arrays, r"gru\.\w+\.bin" + UNLIKE + r"its sha256 is another"),
    (of_binary(cut_off), NAMED + r"it has \d+ bytes, but manifest.json says \d+"),
    (of_binary(grown), NAMED + r"it has \d+ bytes, but manifest.json says \d+"),
    (of_binary(linked_elsewhere), NAMED + "it lies in another folder"),
    (of_binary(os.remove), NAMED + "it cannot be read: ENOENT"),
    (pipe, NAMED + "it is no plain file"),
    (device, "manifest.json: it lies in another folder"),
    (sparse_binary, NAMED + "it has 268435457 bytes, and 268435456 at most are read"),
    (sparse_manifest, "manifest.json: it has 16777217 bytes, and 16777216 at most are read"),
    (above_ascii, "manifest.json: it has bytes that are not ASCII"),
    (cut_manifest, "manifest.json: it was changed, its sum is another|it is no whole JSON file"),
    (no_manifest, "manifest.json: its format is not rnn_oracle vectors"),
    (many_levels, "manifest.json: its format is not rnn_oracle vectors"),
]


# Recordings.


def row(fields):
    return fields["arrays"][0]


def cases(fields):
    return fields["cases"][0]


def file(fields):
    return fields["files"][0]


def recorded(fields):
    return fields["answers"][0]


def array_twice(fields):
    fields["arrays"] += [row(fields)] * 2


def answer_twice(fields):
    fields["answers"].append(recorded(fields))


def lent_flipped(folder):
    flipped(next((folder.parent / "tf2.9").glob("arrays.*.bin")))


def cases_flipped(folder):
    for path in folder.parent.glob("cases.*.json"):
        flipped(path)


def lent_elsewhere(folder):
    lent, elsewhere = folder.parent / "tf2.9", folder.parent / "elsewhere"
    lent.rename(elsewhere)
    lent.symlink_to(elsewhere)


def fewer_options(folder):
    """Change the lists of cases, and their sums in the manifest."""
    sums = {}
    for path in folder.parent.glob("cases.*.json"):
        path.write_bytes(path.read_bytes().replace(b'"lstm",', b"", 1))
        sums["../" + path.name] = sha256(path.read_bytes())

    def change(fields):
        cases(fields)["sha256"] = sums[cases(fields)["file"]]

    rewrite(folder, change)


IN_RECORDING = [
    (put(root, "version", 2), "its version is not 3"),
    (put(cases, "file", "/etc/passwd"), r"\.cases\.0\.file: it must match"),
    (
        put(cases, "file", "../cases.layers.00000000.json"),
        r"layers\.0+\.json, which .* ENOENT",
    ),
    (put(cases, "sha256", "0" * 64), r"cases\.layers\.\w+\.json" + UNLIKE + r"its"),
    (lambda fields: fields["cases"].append(cases(fields)), r"file \S+json is there twice"),
    (lambda fields: fields["files"].append(file(fields)), r"file \S+bin is there twice"),
    (array_twice, r"array \d+: it overlaps another"),
    (put(file, "file", "../../tf2.9/arrays.00000000.bin"), r"\.files\.0\.file: it must match"),
    (put(file, "sha256", "0" * 64), r"arrays\.\w+\.bin" + UNLIKE + r"its sha256"),
    (put(row, 0, 9), "array 0: form 9 is not there"),
    (put(row, 1, 9), "array 0: file 9 is not there"),
    (put(row, 2, 2**40), "do not match: array 0: it is not inside its file"),
    (put(row, 3, "00000000"), r"arrays\.\w+\.bin" + UNLIKE + r"array 0: its crc32 is another"),
    (lambda fields: row(fields).append(0), r"\.arrays\.0\.4: it is unknown"),
    (put(recorded, "layout", 9), "answer 0: layout 9 is not there"),
    (put(recorded, "arrays", [9]), "answer 0: array 9 is not there"),
    (put(recorded, "cases", [9]), "answer 0: case 9 is not there"),
    (put(recorded, "more", 1), r"\.answers\.0\.more: it is unknown"),
    (answer_twice, "answer 3: lstm.* has another answer too"),
    (lambda fields: fields["answers"].pop(), "there is no answer of gru"),
    (lambda fields: fields["refusals"].pop(), "refusal 0 is not there"),
]
BESIDE_RECORDING = [
    (lent_elsewhere, r"tf2\.9/arrays\.\w+\.bin, which .*: it lies in another folder"),
    (fewer_options, r"cases\.layers\.\w+\.json: lstm\S+ has not \d+ options"),
    (lent_flipped, r"tf2\.9/arrays\.\w+\.bin" + UNLIKE + r"its sha256 is another"),
    (cases_flipped, r"cases\.layers\.\w+\.json" + UNLIKE + r"its sha256"),
]


def put_vectors(folder):
    replace(str(folder), FILES)


def put_recording(folder):
    """Store a recording that borrows an array from the one beside it."""
    lent = {CASES[1]: Outcome({"default.output": np.arange(6.0).reshape(2, 3)}, {})}
    own = {
        CASES[0]: Outcome(refusal=Refusal("call", "ValueError", "no")),
        CoreCase("gru"): Outcome({"default.output": np.arange(6.0)}, {}),
    }
    made = {
        "tf2.9": made_up(lent, recording="tf2.9"),
        folder.name: made_up({**lent, **own}, recording=folder.name),
    }
    store(str(folder.parent), made)


def in_manifest(change):
    def damage(folder):
        rewrite(folder, change)

    damage.__name__ = change.__name__
    return damage


FILES = vectors.files(list(map(vectors.vector, CASES)))
DAMAGE = (
    [(put_vectors, in_manifest(change), told) for change, told in IN_MANIFEST]
    + [(put_vectors, damage, told) for damage, told in IN_FOLDER]
    + [(put_recording, in_manifest(change), told) for change, told in IN_RECORDING]
    + [(put_recording, damage, told) for damage, told in BESIDE_RECORDING]
)
IDS = [f"{make.__name__[4:]}-{damage.__name__}" for make, damage, _ in DAMAGE]


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Return what one process prints about each damaged fixture."""
    top, folders = tmp_path_factory.mktemp("damaged"), []
    for number, (make, damage, _) in enumerate(DAMAGE):
        folders.append(top / str(number) / "tf2.21")
        make(folders[-1])
        damage(folders[-1])
    status, text = node("check.mjs", *folders)
    lines = text.splitlines()
    assert status == 1 and len(lines) == len(DAMAGE)
    assert text.isascii() and not re.search(r"[\0-\x09\x0b-\x1f\x7f]", text)
    return lines


@pytest.mark.parametrize("number", range(len(DAMAGE)), ids=IDS)
def test_damage_is_told(number, printed):
    assert re.search(DAMAGE[number][2], printed[number])
    assert re.match(rf".*/damaged0/{number}/", printed[number])


@pytest.mark.parametrize("make", [put_vectors, put_recording])
def test_what_was_written_is_whole(make, tmp_path):
    make(tmp_path / "tf2.21")
    count = len(json.loads((tmp_path / "tf2.21" / MANIFEST).read_text()).get("answers", CASES))
    assert node("check.mjs", tmp_path / "tf2.21") == (
        0,
        f"{tmp_path / 'tf2.21'}: whole, {count} cases\n",
    )


def test_the_committed_fixtures_are_whole():
    folders = [os.path.join(FIXTURES, "recordings", name) for name in recordings()]
    folders.append(os.path.join(FIXTURES, "vectors"))
    status, text = node("check.mjs", *folders)
    assert status == 0 and len(re.findall(r": whole, \d+ cases\n", text)) == len(folders)


def test_no_folder():
    assert node("check.mjs") == (2, "name the folders of vectors or recordings\n")
