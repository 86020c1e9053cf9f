"""Tells which Keras an object comes of: the class of Keras's own, and the generation."""

from __future__ import annotations

import sys
from typing import Any

from ..reference.errors import OracleTypeError

PACKAGES = ("keras", "tf_keras", "tensorflow", "tensorflow_core")
"""Where Keras lives; the last in TensorFlow 1.15 and 2.1."""


def keras_class(layer: Any) -> type:
    """Return the class of an object, or the first that it extends and that is Keras's own."""
    own = [kind for kind in type(layer).__mro__ if _package(kind) in PACKAGES]
    return own[0] if own else type(layer)


def _package(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def dialect_of(layer: Any) -> str:
    """Return the name of the dialect of the Keras generation that an object belongs to."""
    package = _package(keras_class(layer))
    if package == "keras":
        version = getattr(sys.modules.get("keras"), "__version__", "2")
        return "keras3" if int(version.partition(".")[0]) >= 3 else "keras2"
    if package in PACKAGES:
        release = getattr(sys.modules.get("tensorflow"), "__version__", "2")
        return "keras2_v1" if release.startswith("1.") else "keras2"
    raise OracleTypeError(f"{type(layer).__name__} is not a Keras object")
