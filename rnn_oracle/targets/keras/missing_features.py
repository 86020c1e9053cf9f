"""Tells what a release does not have yet, by asking the release: such cases it cannot run."""

import functools
import inspect
import os

from ...families.files.case import FileCase
from ...families.files.releases import RELEASES, path
from ..runtime import minor

NOT_OF_TF1 = {
    "forms": "Keras of TensorFlow 1 takes no ragged tensors, and no masks that are arrays",
    "training": "Keras of TensorFlow 1 does not draw dropout masks anew for each call",
}
"""Families that were not measured on the Keras of TensorFlow 1, and what it does instead."""


def missing_feature(target, case):
    """Return why a release cannot run a case, None if it can."""
    options = case.options
    if case.family == FileCase.family:
        return _missing_file(target, case)
    if target.dialect == "keras2_v1" and case.family in NOT_OF_TF1:
        return NOT_OF_TF1[case.family]
    for name in ("activation", "recurrent_activation"):
        if name in options and not _knows_activation(target, options[name]):
            return f"{target} has no activation {options[name]}"
    dtype = options.get("dtype", "float32")
    if dtype.startswith("mixed_") and not _knows_policy(target, dtype):
        return f"{target} takes no policy by the name of {dtype}"
    if options.get("implementation") == 1 and not _knows_implementation(target, case.layer):
        return f"{case.layer} of {target} has no argument implementation"
    mode = options.get("mode")
    if mode == "xla" and jit_argument(target) is None:
        return f"{target} does not compile with XLA"
    # Keras 3 always could; `tf.keras` does not always show its module `saving`.
    if mode == "keras" and target.name == "keras2" and not hasattr(target.keras, "saving"):
        return f"{target} does not write the format .keras"
    return None


def _missing_file(target, case):
    if RELEASES[case.saved_by].version > tuple(map(int, minor(target.version).split("."))):
        return f"{case.saved_by} saved it, which is newer than {target}"
    if not os.path.isfile(path(case.saved_by, case.format, case.kind)):
        return "the files of models are in a checkout of rnn_oracle alone"
    return None


@functools.lru_cache(maxsize=None)
def _knows_activation(target, name):
    try:
        target.keras.activations.get(name)
    except ValueError as error:
        return _unless_it_names(name, error)
    return True


def _knows_policy(target, name):
    try:
        target.keras.layers.Dense(1, dtype=name)
    except (TypeError, ValueError) as error:
        return _unless_it_names(name, error)
    return True


def _knows_implementation(target, layer):
    try:
        getattr(target.keras.layers, layer)(1, implementation=1)
    except (TypeError, ValueError) as error:
        return _unless_it_names("implementation", error)
    return True


def _unless_it_names(word, error):
    """Return False if an error names what is not known; else raise it, for the case to show."""
    if word not in str(error):
        raise error
    return False


@functools.lru_cache(maxsize=None)
def jit_argument(target):
    """Return the name of the argument of `tf.function` that compiles with XLA, None without."""
    known = inspect.signature(target.tf.function).parameters
    names = ("jit_compile", "experimental_compile")
    return next((name for name in names if name in known), None)
