"""What the files of a fixture look like: names, checksums, dtypes; see fixtures/INTERPRETING.md."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import zlib
from typing import Any, NamedTuple

import numpy as np

from ..families.fixtures import default_folder as default_folder  # found here by all commands
from ..families.layers.matrix import AXES, MASK_FROM
from ..reference.dialects import DIALECTS

TABLES = ("rules", "features", "layouts", "refusals")
"""The tables of the manifest of vectors that serve all of its groups."""

MANIFEST = "manifest.json"

TOLERANCE = "upper_half_of_float32"
DTYPES = {
    "bool": np.dtype("?"),
    "float16": np.dtype("<f2"),
    "float32": np.dtype("<f4"),
    "float64": np.dtype("<f8"),
    "int32": np.dtype("<i4"),
    TOLERANCE: np.dtype("<u2"),
}
"""How each dtype of a manifest is stored."""

PLANES = {"float16": 0, "bfloat16": 1, "float32": 2, "float64": 2}
"""Where along the first axis of a tolerance each dtype stands. Float32 and float64 both hold the
inputs exactly, and in units of rounding their bounds are the same."""

WEIGHTS = ("kernel", "recurrent_kernel", "bias")

ALIGNMENT = 8
"""Every array begins at a multiple of so many bytes: a reader can view it in place."""


class Entry(NamedTuple):
    """One case of a fixture.

    Attributes
    ----------
    case : Case
    rules, features : list of str, or None in a recording
    problem : Problem, or None in a recording
    answers : dict of str to Outcome
        By dialect.
    tolerances : dict of str to array of uint16
        By the name of the array; empty in a recording. See
        `rnn_oracle.records.vectors.allowed_by`.
    """

    case: Any
    rules: list
    features: list
    problem: Any
    answers: dict
    tolerances: dict


FILE = re.compile(r"[a-z0-9_]+\.[0-9a-f]{8}\.bin")
"""What a binary file is called."""

ARRAYS_FILE = re.compile(r"(\.\./[^./\\][^/\\]*/)?arrays\.[0-9a-f]{8}\.bin")
"""How a recording names a file of arrays: its own, or that of a recording beside it."""

CASES_FILE = re.compile(r"cases\.[a-z0-9_]+\.[0-9a-f]{8}\.json")
"""What a list of cases is called; it lies beside the folders of the recordings that share it."""

OPTIONS = dict(AXES, mask_from=(None,) + MASK_FROM, dtype=("float32",))
"""The options of a vector's case and their values, in the order in which an entry lists them."""


FEATURES = frozenset(
    AXES["cell"]
    + tuple(name for name, values in AXES.items() if values == (False, True))
    + tuple("mask_" + kind for kind in MASK_FROM)
    + ("stacked_layers", "stacked_cells", "refusal")
)
"""The words for what a runtime must be able to do."""

LARGEST_JSON, LARGEST_BINARY = 2**24, 2**28
"""No file of a fixture has more bytes: a reader refuses a larger one before it reads it."""

_LONGEST_MESSAGE = 2000


GENERATIONS = sorted({dialect.generation for dialect in DIALECTS.values()})
"""The dialects that vectors are for; others differ in defaults alone, and a case has none."""


class FixtureError(ValueError):
    """A fixture that is missing, damaged, changed by hand or of another version."""

    def __init__(self, message):
        # A damaged name may be of any length, and hold what moves the cursor of a terminal.
        shown = "".join(map(_shown, message[: _LONGEST_MESSAGE + 1]))
        longer = len(shown) > _LONGEST_MESSAGE
        super().__init__(shown[:_LONGEST_MESSAGE] + "..." if longer else shown)


def _shown(character):
    plain = " " <= character <= "~"
    return character if plain else character.encode("unicode_escape").decode("ascii")


@contextlib.contextmanager
def located(where, *about):
    """Say where the fault lies that is found inside."""
    try:
        yield
    except FixtureError as error:
        raise FixtureError(f"{where.format(*about)}: {error}") from None


def content(path, name, largest):
    """Return the bytes of a file, which the message of an error calls by a name."""
    try:
        size = os.path.getsize(path)
        if size > largest:
            raise FixtureError(f"{name} has {size} bytes, and no such file has more than {largest}")
        with open(path, "rb") as file:
            return file.read(size)
    except (OSError, MemoryError) as error:
        raise FixtureError(f"{name}: cannot be read: {str(error) or 'no memory is left'}") from None


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def compact(value):
    """Write JSON on one line."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def crc32(data):
    return f"{zlib.crc32(data):08x}"


def _canonical(value):
    """Write JSON in the same bytes whatever the order of its fields."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode("ascii")


def vector_text(case, group, tables):
    """Return what a case's crc32 is of: its entry, with all that it refers to in place of indices.

    Parameters
    ----------
    case : dict
        The entry; its own ``"crc32"`` does not count.
    group : dict
        With the tables ``"arrays"`` and ``"stacks"``.
    tables : dict
        Those of all groups: ``"layouts"``, ``"refusals"``, ``"rules"`` and ``"features"``.
    """

    def array(index, of_tolerance=False):
        record = group["arrays"][index]
        found = {name: record[name] for name in ("dtype", "shape", "sha256")}
        # A tolerance has none: one that is its own is not followed round and round.
        own = None if of_tolerance else record.get("tolerance")
        return dict(found, tolerance=None if own is None else array(own, of_tolerance=True))

    def cell(fields):
        return {
            name: [array(i) for i in found] if isinstance(found, list) else array(found)
            for name, found in fields.items()
        }

    entry = {name: value for name, value in case.items() if name != "crc32"}
    entry.update(_looked_up(case, tables, {"rules": "rules", "features": "features"}))
    entry.update({name: array(case[name]) for name in ("x", "mask") if name in case})
    stack = group["stacks"][case["stack"]]
    entry["stack"] = [[cell(fields) for fields in layer] for layer in stack]
    entry["answers"] = {n: _answer(given, tables, array) for n, given in case["answers"].items()}
    return _canonical(entry)


def answer_text(fields, tables, ids):
    """Return what the crc32 of a recording's answer is of: all that it refers to, and its cases.

    Parameters
    ----------
    fields : dict
        Its own ``"crc32"`` does not count.
    tables : dict
        ``"forms"``, ``"arrays"``, ``"layouts"`` and ``"refusals"``.
    ids : list of str
        Of all cases of the recording.
    """

    def array(index):
        form, _, _, checksum = tables["arrays"][index]
        return [tables["forms"][form], checksum]

    return _canonical([_answer(fields, tables, array), [ids[index] for index in fields["cases"]]])


def _answer(fields, tables, array):
    found = {name: fields[name] for name in ("unsupported",) if name in fields}
    found["arrays"] = [array(index) for index in fields.get("arrays", [])]
    found.update(_looked_up(fields, tables, {"layout": "layouts", "refusal": "refusals"}))
    return found


def _looked_up(fields, tables, names):
    return {name: tables[table][fields[name]] for name, table in names.items() if name in fields}


def seal(head):
    """Return the end of a manifest: the sum of the bytes of all that comes before it."""
    return f'"sha256": "{sha256(head)}"\n}}\n'.encode("ascii")


def is_sealed(data):
    """Tell whether the bytes of a manifest end with the sum of all before."""
    end = len(data) - len(seal(b""))
    return data[end:] == seal(data[:end])
