"""What all targets share: TensorFlow itself, how a release is named, and shapes."""

import contextlib
import errno
import importlib
import os
import re

from ..arithmetic import nest


class BrokenTargetError(Exception):
    """A runtime that is installed and cannot be used, which says nothing about its layers."""


@contextlib.contextmanager
def usable(target):
    """Tell whatever a runtime raises inside, where it must do what any can, as that it is broken.

    Raises
    ------
    BrokenTargetError
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        first, seen = error, set()
        while id(first) not in seen:
            seen.add(id(first))
            first = first.__cause__ or first.__context__ or first
        told = "; it comes of ".join(dict.fromkeys(map(_in_words, (error, first))))
        raise BrokenTargetError(
            f"{target.name} ({target.module}) cannot be used here: {told}"
        ) from None


def _in_words(error):
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return f"{type(error).__name__}, which cannot be printed"


_RESOURCES = "|".join(
    str(getattr(errno, name))
    for name in ("ENOSPC", "EFBIG", "EDQUOT", "EROFS", "EACCES", "EMFILE", "ENFILE", "ENOMEM")
    if hasattr(errno, name)
)
_OF_THE_MACHINE = re.compile(
    r"(ImportError|ModuleNotFoundError|MemoryError): "
    rf"|(OSError|PermissionError): .*(\[Errno ({_RESOURCES})\]|errno = ({_RESOURCES})\b)",
    re.DOTALL,
)
"""What no rule demands, and no release was ever seen to answer: something is missing or full."""


def sound(target, outcome):
    """Return the outcome of a case, which says something about the layers of a target.

    Raises
    ------
    BrokenTargetError
        If the target could not be run here: where it failed to import something, or found no room.
    """
    refusal = outcome.refusal
    told = refusal and f"{refusal.type}: {refusal.message}"
    if told and _OF_THE_MACHINE.match(told):
        raise BrokenTargetError(f"{target.name} ({target.module}) cannot be used here: {told}")
    return outcome


def is_release(text):
    """Tell whether a text begins as a release does, with two numbers."""
    return re.match(r"\d+\.\d+", text or "") is not None


def tensorflow():
    """Import TensorFlow, which takes seconds the first time; in version 1, make it eager.

    Eager execution cannot be switched on any more when Keras has made cells in a graph, so
    that a target that needs graphs alone has to do it too.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    tf = importlib.import_module("tensorflow")
    if tf.__version__.startswith("1."):
        tf.compat.v1.enable_eager_execution()  # does nothing the second time
    return tf


def minor(version):
    """Return the release that a version is of: ``"2.21"`` for ``"2.21.0"``."""
    return ".".join(version.split(".")[:2])


def recorded_as(line, *versions):
    """Name the recording of a release: ``"tf2.21"``, or ``"keras3.16-nightly"`` of a nightly.

    Parameters
    ----------
    line : str
        What the names of its recordings begin with.
    versions : str
        That by which it goes first, then those of what else was recorded: it is a nightly where
        any of them is.
    """
    nightly = "-nightly" if any("dev" in version for version in versions) else ""
    return line + minor(versions[0]) + nightly


def plain_shape(shape):
    """Return a shape as a tuple of int and None; TensorFlow 1 has its own type for a length."""
    return tuple(shape.as_list() if hasattr(shape, "as_list") else shape)


def masks_of(result):
    """Return the mask that Keras has attached to each tensor of a nested result, None without."""
    return [getattr(leaf, "_keras_mask", None) for leaf in nest.flatten(result)]
