"""Reads protocol buffers without their schema, as data of which nothing is trusted."""

from __future__ import annotations

from typing import Any, Iterator

_FIXED = {1: 8, 5: 4}
"""How many bytes a number of a wire type has that is not of variable length."""


class MalformedError(ValueError):
    """Bytes that are not what they have to be."""


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of variable length, and where it ends.

    Raises
    ------
    MalformedError
        Where there is none.

    Examples
    --------
    >>> from rnn_oracle.models.protobuf import varint
    >>> varint(bytes([0x96, 0x01]), 0)
    (150, 2)
    """
    value = 0
    for place, byte in enumerate(data[at : at + 10]):
        value |= (byte & 127) << 7 * place
        if byte < 128:
            return value, at + place + 1
    raise MalformedError(f"there is no number at byte {at}")


def part(data: bytes, begin: int, length: int) -> bytes:
    """Return so many bytes; raise MalformedError where there are fewer."""
    if begin < 0 or begin + length > len(data):
        raise MalformedError(f"there are no {length} bytes at byte {begin} of {len(data)}")
    return data[begin : begin + length]


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield the number of each field of a message and what it holds, in order.

    What it holds is an int, or bytes for a text, a message or packed numbers.

    Raises
    ------
    MalformedError
        For what is no message.
    """
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = varint(data, at)
            yield number, value
            continue
        if kind == 2:
            length, at = varint(data, at)
        elif kind in _FIXED:
            length = _FIXED[kind]
        else:
            raise MalformedError(f"a field is of the wire type {kind}")
        found = part(data, at, length)
        at += length
        yield number, found if kind == 2 else int.from_bytes(found, "little")


def message(data: Any) -> dict[int, Any]:
    """Return the fields of a message by number, the last one where there are several."""
    if not isinstance(data, bytes):
        raise MalformedError("a number stands where a message has to be")
    return dict(fields(data))


def number(found: dict[int, Any], field: int) -> int:
    """Return the number that a field of a message holds; an absent one is 0.

    Raises
    ------
    MalformedError
        Where a text or a message stands there.
    """
    value = found.get(field, 0)
    if not isinstance(value, int):
        raise MalformedError(f"{len(value)} bytes stand where a number has to be")
    return value


def text(value: Any) -> str:
    """Return the text that a field holds; an absent one is empty."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
