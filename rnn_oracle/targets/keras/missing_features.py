"""Tells what a release does not have yet, by asking the release: such cases it cannot run."""

import functools
import os

from ...families.files.case import FileCase
from ...families.files.releases import RELEASES, path
from ..runtime import minor


def missing_feature(target, case):
    """Return why a release cannot run a case, None if it can."""
    options = case.options
    if case.family == FileCase.family:
        return _missing_file(target, case)
    for name in ("activation", "recurrent_activation"):
        if name in options and not _knows_activation(target, options[name]):
            return f"{target} has no activation {options[name]}"
    dtype = options.get("dtype", "float32")
    if dtype.startswith("mixed_") and not _knows_policy(target, dtype):
        return f"{target} takes no policy by the name of {dtype}"
    if options.get("implementation") == 1:
        for name in _given_implementation(target, case):
            if not _knows_implementation(target, name):
                return f"{name} of {target} has no argument implementation"
    lacking = target.tensors.lacks(case)
    if lacking:
        return f"{target} {lacking}"
    # Keras 3 always could; `tf.keras` does not always show its module `saving`.
    mode, is_keras2 = options.get("mode"), target.generation == "keras2"
    if mode == "keras" and is_keras2 and not hasattr(target.keras, "saving"):
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


def _given_implementation(target, case):
    """Return the names of the classes that a case gives the argument implementation."""
    if case.family == "cells":
        return [p.layer + "Cell" for p in case.parts if has_implementation(target, p.layer)]
    stacking = case.options.get("stacking")
    over_cells = {"cells", "rnn"} & {stacking, case.options.get("inner")}
    names = [case.layer + "Cell"] if over_cells else [case.layer]
    return names + [case.layer] * bool(over_cells and stacking in ("above", "below"))


def has_implementation(target, layer):
    """Tell whether the generation of a target has the argument implementation of a layer's cell."""
    return layer != "SimpleRNN" or target.generation == "keras2"


def _knows_implementation(target, name):
    try:
        getattr(target.keras.layers, name)(1, implementation=1)
    except (TypeError, ValueError) as error:
        return _unless_it_names("implementation", error)
    return True


def _unless_it_names(word, error):
    """Return False if an error names what is not known; else raise it, for the case to show."""
    if word not in str(error):
        raise error
    return False
