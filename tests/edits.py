"""Edits of a byte or a field of a fixture, and what both readers tell of them."""

import functools
import json
import os
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from helpers import FIXTURES, NODE, made_up, node, recordings
from hypothesis import strategies as st

from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Outcome, Refusal
from rnn_oracle.records import vectors
from rnn_oracle.records.format import MANIFEST, FixtureError, seal
from rnn_oracle.records.manifest import RECORDING, VECTORS
from rnn_oracle.records.reader import read
from rnn_oracle.records.store import store
from rnn_oracle.records.writer import compact, lines, replace, sealed

END = len(seal(b""))
VALUES = [None, True, False, -1, 0, 1, 2, 8, 10**9, 2**70, 0.5, 1e-6, 1e300]
VALUES += ["", "x", "keras2", "float16", "refusal", "\x1b[2J", "\u00e9", "../x.bin", "0" * 64]
VALUES += [[], {}, [[]], [0], {"x": 1}]


class Source(NamedTuple):
    """The files of which one is edited, by their paths, and where and what the fixture is."""

    files: dict
    folder: str
    kind: str
    edited: str

    def __repr__(self):
        return f"Source({self.folder!r}, edited={self.edited!r})"


CASES = [CoreCase("gru", "one", True, True, mask="left", mask_from="argument"), CoreCase("lstm")]


def tree(top):
    return {str(p.relative_to(top)): p.read_bytes() for p in Path(top).rglob("*") if p.is_file()}


@functools.lru_cache(maxsize=None)
def written():
    """Return the sources of vectors, and of a recording that borrows an array, with all files."""
    lent = {CASES[0]: Outcome({"default.output": np.arange(6.0).reshape(2, 3)}, {})}
    own = {
        CASES[1]: Outcome(refusal=Refusal("call", "ValueError", "no")),
        CoreCase("gru"): Outcome({"default.output": np.array([True, False])}, {}),
        CoreCase("simple_rnn"): Outcome(unsupported="it is not there"),
    }
    made = {
        "tf2.9": made_up(lent, recording="tf2.9"),
        "tf2.21": made_up({**lent, **own}, recording="tf2.21"),
    }
    with tempfile.TemporaryDirectory() as top:
        replace(os.path.join(top, "vectors"), vectors.files(map(vectors.vector, CASES)))
        store(os.path.join(top, "recordings"), made)
        files = tree(top)
    manifest = json.loads(files["recordings/tf2.21/manifest.json"])
    cases = os.path.normpath("recordings/tf2.21/" + manifest["cases"][0]["file"])
    return [
        Source(files, "vectors", VECTORS, "vectors/manifest.json"),
        Source(files, "recordings/tf2.21", RECORDING, "recordings/tf2.21/manifest.json"),
        Source(files, "recordings/tf2.21", RECORDING, cases),
    ]


@functools.lru_cache(maxsize=None)
def of_arrays():
    """Return the same fixtures, of which a file of arrays is edited, also one that is lent."""
    return [
        source._replace(edited=name)
        for source in written()[:2]
        for name in sorted(source.files)
        if name.endswith(".bin") and name.startswith(source.folder.partition("/")[0])
    ]


@functools.lru_cache(maxsize=None)
def committed(*folder):
    """Return a committed manifest alone: whoever takes it misses the other files."""
    path = "/".join(folder + (MANIFEST,))
    data = Path(FIXTURES, *folder, MANIFEST).read_bytes()
    return Source({path: data}, "/".join(folder), VECTORS if len(folder) == 1 else RECORDING, path)


@st.composite
def edited_bytes(draw, data):
    """Return bytes with one more, one less, another one, or without the end."""
    at, byte = draw(st.integers(0, len(data) - 1)), bytes([draw(st.integers(0, 255))])
    how = draw(st.sampled_from(["other", "more", "less", "cut"]))
    end = {"other": data[at + 1 :], "more": data[at:], "less": data[at + 1 :], "cut": b""}[how]
    return data[:at] + (byte if how in ("other", "more") else b"") + end


@st.composite
def place(draw, value):
    """Return a container inside a JSON value, and the name or index of a field or item of it."""
    while True:
        name = draw(
            st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value)))
        )
        inner = value[name]
        if not (isinstance(inner, (dict, list)) and inner) or draw(st.integers(0, 3)) == 0:
            return value, name
        value = inner


@st.composite
def edited_field(draw, fields):
    """Return a JSON value with one field that is gone, there twice or another."""
    changed = json.loads(json.dumps(fields))  # as deepcopy does, in a third of the time
    inside, name = draw(place(changed))
    how = draw(st.sampled_from(["other", "moved", "gone", "twice"]))
    if how == "gone":
        del inside[name]
    elif how == "twice" and isinstance(inside, list):
        inside.insert(name, inside[name])
    elif how == "twice":
        inside[name + "2"] = inside[name]
    elif how == "moved":
        elsewhere, other = draw(place(fields))
        inside[name] = elsewhere[other]
    else:
        inside[name] = draw(st.sampled_from(VALUES))
    return changed


@st.composite
def with_the_old_sum(draw, data):
    fields = json.loads(data)
    if fields.pop("sha256", None) is None:
        return lines(draw(edited_field(fields)), 2)
    changed = draw(edited_field(fields).filter(lambda made: compact(made) != compact(fields)))
    return sealed(changed, 2)[:-END] + data[-END:]


@st.composite
def edits(draw, how):
    """Return a source, and the bytes that its edited file has in place of its own."""
    alone = [("vectors",)] + [("recordings", name) for name in recordings()]
    number = draw(st.integers(0, 2 * len(alone) - 1))
    small = written()[number % len(written())]
    source = committed(*alone[number]) if number < len(alone) else small
    data = source.files[source.edited]
    return source, draw(how(data).filter(lambda made: made != data))


@st.composite
def edited_arrays(draw):
    source = draw(st.sampled_from(of_arrays()))
    data = source.files[source.edited]
    return source, draw(edited_bytes(data).filter(lambda made: made != data))


@st.composite
def with_the_right_sum(draw):
    source = draw(st.sampled_from(written()[:2]))
    fields = json.loads(source.files[source.edited])
    del fields["sha256"]
    return source, sealed(draw(edited_field(fields)), 2)


EDITS = {
    "bytes": edits(edited_bytes),
    "fields": edits(with_the_old_sum),
    "arrays": edited_arrays(),
}
"""What no reader may take, by what is edited."""


def put(top, source, data):
    """Write the files of a source with the edited one; return the folder of the fixture."""
    for name, old in source.files.items():
        path = Path(top, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if name == source.edited else old)
    return os.path.join(top, source.folder)


class Told(NamedTuple):
    """The folder and the edited file of a fixture, and what each reader tells, None if it reads."""

    folder: str
    file: str
    by: dict

    def blames(self, message):
        """Tell whether the first file that a reader names is the edited one."""
        found = re.search(r"\S+\.(json|bin)\b", message)
        named = found and os.path.normpath(os.path.join(self.folder, found.group()))
        return named == self.file


def told(made):
    """Return what the readers tell of each edit; one process of Node looks at them all."""
    with tempfile.TemporaryDirectory() as top:
        tops = [os.path.join(top, str(number)) for number in range(len(made))]
        folders = [put(own, *edit) for own, edit in zip(tops, made)]
        found = [
            Told(folder, os.path.join(own, source.edited), {"Python": _told(folder, source.kind)})
            for own, folder, (source, _) in zip(tops, folders, made)
        ]
        for one, line in zip(found, _told_by_node(folders)):
            one.by["JavaScript"] = line
    return found


def _told(folder, kind):
    try:
        read(folder, kind)
    except FixtureError as error:
        return str(error)
    return None


def _told_by_node(folders):
    if NODE is None:
        return []
    told = node("check.mjs", *folders)[1].splitlines()
    assert len(told) == len(folders)
    whole = [f"{folder}: whole, " for folder in folders]
    return [None if line.startswith(w) else line for line, w in zip(told, whole)]
