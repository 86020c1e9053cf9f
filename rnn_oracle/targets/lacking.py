"""Tells what a release does not have yet, by asking the release: such cases it cannot run."""

import functools
import inspect

_NOT_OF_TF1 = {
    "forms": "Keras of TensorFlow 1 takes no ragged tensors, and no masks that are arrays",
    "training": "Keras of TensorFlow 1 does not draw dropout masks anew for each call",
}
"""Families that were not measured on the Keras of TensorFlow 1, and what it does instead."""


def lacking(target, case):
    """Return why a release cannot run a case of a crossed family, None if it can."""
    options = case.options
    if target.dialect == "keras2_v1" and case.family in _NOT_OF_TF1:
        return _NOT_OF_TF1[case.family]
    for name in ("activation", "recurrent_activation"):
        if name in options and not _knows_activation(target, options[name]):
            return "{} has no activation {}".format(target, options[name])
    dtype = options.get("dtype", "float32")
    if dtype.startswith("mixed_") and not _takes(target, "Dense", dtype=dtype):
        return "{} takes no policy by the name of {}".format(target, dtype)
    if options.get("implementation") == 1 and not _takes(target, case.layer, implementation=1):
        return "{} of {} has no argument implementation".format(case.layer, target)
    mode = options.get("mode")
    if mode == "xla" and jit_argument(target) is None:
        return "{} does not compile with XLA".format(target)
    # Keras 3 always could; `tf.keras` does not always show its module `saving`.
    if mode == "keras" and target.name == "keras2" and not hasattr(target.keras, "saving"):
        return "{} does not write the format .keras".format(target)
    return None


@functools.lru_cache(maxsize=None)
def _knows_activation(target, name):
    try:
        target.keras.activations.get(name)
    except ValueError:
        return False
    return True


def _takes(target, layer, **arguments):
    try:
        getattr(target.keras.layers, layer)(1, **arguments)
    except (TypeError, ValueError):
        return False
    return True


@functools.lru_cache(maxsize=None)
def jit_argument(target):
    """Return the name of the argument of `tf.function` that compiles with XLA, None without."""
    known = inspect.signature(target.tf.function).parameters
    names = ("jit_compile", "experimental_compile")
    return next((name for name in names if name in known), None)
