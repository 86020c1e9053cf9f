"""What layers and cells have recorded, put back where a call must not move it (rule S4)."""

from __future__ import annotations

import contextlib
from typing import Any, Iterable, Iterator

RECORDED = ("states", "features")
"""The states of a stateful layer, and of a cell in a stack the units of the cell below."""


@contextlib.contextmanager
def put_back(*layers: Any) -> Iterator[None]:
    """Give layers, cells and those in them back what they have recorded, after what is inside."""
    before = _recorded(layers)
    try:
        yield
    finally:
        _record(before)


@contextlib.contextmanager
def put_back_on_error(*layers: Any) -> Iterator[None]:
    """Do as `put_back` if what is inside raises: a call that raises changes nothing."""
    before = _recorded(layers)
    try:
        yield
    except BaseException:
        _record(before)
        raise


def _recorded(layers: Iterable[Any]) -> list[tuple[Any, str, Any]]:
    """Return what each layer or cell has recorded, also those in others, with the attribute."""
    found = []
    for layer in layers:
        found += [(layer, name, getattr(layer, name)) for name in RECORDED if hasattr(layer, name)]
        found += _recorded(layer.layers if hasattr(layer, "layers") else _parts(layer))
    return found


def _parts(layer: Any) -> Iterable[Any]:
    return layer.parts() if hasattr(layer, "parts") else ()


def _record(recorded: list[tuple[Any, str, Any]]) -> None:
    for layer, name, value in recorded:
        setattr(layer, name, value)
