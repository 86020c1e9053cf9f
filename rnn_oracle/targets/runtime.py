"""What all targets share: TensorFlow itself, how a release is named, and shapes."""

import contextlib
import importlib
import os

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
        reasons = [error]
        while reasons[-1].__cause__ or reasons[-1].__context__:
            reasons.append(reasons[-1].__cause__ or reasons[-1].__context__)
        words = [f"{type(reason).__name__}: {reason}" for reason in (error, reasons[-1])]
        told = "; it comes of ".join(dict.fromkeys(words))
        raise BrokenTargetError(
            f"{target.name} ({target.module}) cannot be used here: {told}"
        ) from None


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


def plain_shape(shape):
    """Return a shape as a tuple of int and None; TensorFlow 1 has its own type for a length."""
    return tuple(shape.as_list() if hasattr(shape, "as_list") else shape)


def masks_of(result):
    """Return the mask that Keras has attached to each tensor of a nested result, None without."""
    return [getattr(leaf, "_keras_mask", None) for leaf in nest.flatten(result)]
