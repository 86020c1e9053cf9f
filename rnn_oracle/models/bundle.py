"""TensorFlow's checkpoint in a SavedModel: a table of arrays, and the graph of what holds them.

``variables.index`` is a sorted table of LevelDB's, of blocks whose keys share what they begin with;
it says where in the files of data the numbers of each array are. Sums of what is read are not
compared.
"""

from __future__ import annotations

import os
import struct
from typing import Any, Iterator, NamedTuple

import numpy as np

from .containers import LARGEST_TEXT, MOST_STRINGS
from .errors import ModelFileError
from .protobuf import MalformedError, fields, message, number, part, text, varint

_MAGIC, _FOOTER = 0xDB4775248B80FB57, 48
_DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8", 19: "<f2"}
"""By the number that TensorFlow has for a dtype; a text is 7."""
LONGEST_KEY = 1000
_GRAPH, _TEXT = "_CHECKPOINTABLE_OBJECT_GRAPH", 7


class _Place(NamedTuple):
    """Where the bytes of an array are."""

    dtype: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int


class Bundle:
    """The arrays in the folder ``variables`` of a SavedModel.

    Parameters
    ----------
    folder : str

    Raises
    ------
    ModelFileError
        For what is no checkpoint, and what is damaged.
    """

    def __init__(self, folder: str) -> None:
        self.path = os.path.join(folder, "variables.index")
        self.folder = folder
        try:
            table = dict(_entries(_read(self.path, 0, None)))
            header = message(table.pop("", b""))
            if number(header, 2) != 0:
                raise MalformedError("numbers are stored with the last byte first")
            self.shards = number(header, 1)
            self._places = {key: _place(value) for key, value in table.items()}
            self._nodes = [_node(node) for n, node in fields(self._text(_GRAPH)) if n == 1]
        except (MalformedError, struct.error, KeyError, TypeError) as error:
            raise ModelFileError(f"{self.path} is no checkpoint to be read: {error}") from error

    def child(self, node: int, *names: str) -> int:
        """Return the number of what an object holds under the first of these names that it has.

        Raises
        ------
        ModelFileError
            Where there is none.
        """
        children = self._nodes[node][0] if node < len(self._nodes) else {}
        for name in names:
            if name in children:
                return children[name]
        there = ", ".join(sorted(children)[:20])
        raise ModelFileError(f"{self.path} has no {' or '.join(names)} among {there[:300]}")

    def key(self, node: int) -> str:
        """Return the key of the array of a variable."""
        key = self._nodes[node][1] if node < len(self._nodes) else ""
        if key not in self._places:
            raise ModelFileError(f"{self.path} has no numbers of the variable {key[:200]!r}")
        return key

    def array(self, name: str) -> np.ndarray:
        """Return an array by its key.

        Raises
        ------
        ModelFileError
            For a dtype that is not known, and for what does not lie in the file.
        """
        place = self._places[name]
        dtype = np.dtype(_DTYPES.get(place.dtype, "V1"))
        count = 1
        for length in place.shape:
            count *= length
        if dtype.kind == "V" or count * dtype.itemsize != place.size:
            raise ModelFileError(
                f"{self.path}: {name[:200]} has {place.size} bytes for the shape {place.shape} of "
                f"dtype {place.dtype}"
            )
        return np.frombuffer(self._bytes(place), dtype).reshape(place.shape).copy()

    def _bytes(self, place: _Place) -> bytes:
        name = f"variables.data-{place.shard:05d}-of-{self.shards:05d}"
        return _read(os.path.join(self.folder, name), place.offset, place.size)

    def _text(self, key: str) -> bytes:
        place = self._places[key]
        if place.dtype != _TEXT or place.size > LARGEST_TEXT:
            raise MalformedError(f"{key} is no text")
        data = self._bytes(place)
        length, at = varint(data, 0)
        return part(data, at + 4, length)  # behind the sum of the lengths


def _read(path: str, offset: int, size: int | None) -> bytes:
    try:
        there = os.path.getsize(path)
        size = there if size is None else size
        if size > there - offset or path.endswith("index") and size > LARGEST_TEXT:
            raise ModelFileError(f"{path} has no {size} bytes at {offset}, or too many of them")
        with open(path, "rb") as file:
            file.seek(offset)
            return file.read(size)
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error}") from error


def _entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the keys and values of a table."""
    footer = part(data, len(data) - _FOOTER, _FOOTER)
    if struct.unpack("<Q", footer[-8:])[0] != _MAGIC:
        raise MalformedError("it does not end as a table does")
    at = 0
    for _ in range(2):  # the index comes after what no checkpoint has
        _, at = varint(footer, at)
    left = MOST_STRINGS
    for _, handle in _in_block(_block(data, *_handle(footer, at))):
        for key, value in _in_block(_block(data, *_handle(handle, 0))):
            left -= 1
            if left < 0 or len(key) > LONGEST_KEY:
                raise MalformedError("it has too many keys, or too long ones")
            yield key.decode("utf-8", "replace"), value


def _handle(data: bytes, at: int) -> tuple[int, int]:
    offset, at = varint(data, at)
    return offset, varint(data, at)[0]


def _block(data: bytes, offset: int, size: int) -> bytes:
    if part(data, offset + size, 1) != b"\0":
        raise MalformedError("it is compressed, which no SavedModel's is")
    return part(data, offset, size)


def _in_block(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    (restarts,) = struct.unpack("<I", part(block, len(block) - 4, 4))
    end, at, key = len(block) - 4 - 4 * restarts, 0, b""
    while at < end:
        shared, at = varint(block, at)
        own, at = varint(block, at)
        if own > LONGEST_KEY:
            raise MalformedError(f"a key has {own} bytes")
        size, at = varint(block, at)
        key = part(key, 0, shared) + part(block, at, own)
        yield key, part(block, at + own, size)
        at += own + size


def _place(value: bytes) -> _Place:
    found = message(value)
    if 7 in found:
        raise MalformedError("an array lies in slices")
    shape = [number(message(length), 1) for n, length in fields(found.get(2, b"")) if n == 2]
    dtype, shard, offset, size = (number(found, n) for n in (1, 3, 4, 5))
    return _Place(dtype, tuple(shape), shard, offset, size)


def _node(data: Any) -> tuple[dict[str, int], str]:
    """Return what an object holds, and the key of its array if it is a variable."""
    children: dict[str, int] = {}
    key = ""
    for field, value in fields(data):
        found = message(value)
        if field == 1:
            children[text(found.get(2))] = number(found, 1)
        elif field == 2 and text(found.get(1)) == "VARIABLE_VALUE":
            key = text(found.get(3))
    return children, key
