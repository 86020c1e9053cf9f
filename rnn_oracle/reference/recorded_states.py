"""What stateful layers have recorded, put back where a call must not move it (rule S4)."""

from __future__ import annotations

import contextlib
from typing import Any, Iterable, Iterator


@contextlib.contextmanager
def put_back(*layers: Any) -> Iterator[None]:
    """Give layers and those in them the states back that they have now, after what is inside."""
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


def _recorded(layers: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Return each layer that may record states, also those in others, and what it has recorded."""
    found = []
    for layer in layers:
        if hasattr(layer, "states"):
            found.append((layer, layer.states))
        found += _recorded(layer.layers if hasattr(layer, "layers") else _parts(layer))
    return found


def _parts(layer: Any) -> Iterable[Any]:
    return layer.parts() if hasattr(layer, "parts") else ()


def _record(recorded: list[tuple[Any, Any]]) -> None:
    for layer, states in recorded:
        layer.states = states
