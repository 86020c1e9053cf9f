"""The releases that saved the models, what they write, and which of their files are there."""

from __future__ import annotations

import os
from typing import NamedTuple

from ..fixtures import default_folder
from .kinds import KINDS

H5, KERAS, SAVED_MODEL = "h5", "keras", "saved_model"
MODELS = "models"
FORMATS = (H5, KERAS, SAVED_MODEL)
_LARGE = ("lstm", "stateful")
"""The kinds that are saved in the format SavedModel, in which each is four times as large."""


class Release(NamedTuple):
    """A release that saved models.

    Attributes
    ----------
    dialect : str
        Whose defaults and functions the models have.
    version : tuple of int
        Of its Keras, of TensorFlow where that is part of it. The generations follow one another.
    formats : tuple of str
        Those that it writes and loads: Keras 3 exports a SavedModel, which is no model any more.
    """

    dialect: str
    version: tuple[int, int]
    formats: tuple[str, ...]


RELEASES = {
    "tf1.15": Release("keras2_v1", (1, 15), (H5, SAVED_MODEL)),
    "tf2.1": Release("keras2", (2, 1), (H5, SAVED_MODEL)),
    "tf2.4": Release("keras2", (2, 4), (H5, SAVED_MODEL)),
    "tf2.8": Release("keras2", (2, 8), (H5, SAVED_MODEL)),
    "tf2.10": Release("keras2", (2, 10), (H5, SAVED_MODEL)),
    "tf2.13": Release("keras2", (2, 13), FORMATS),
    "tf2.15": Release("keras2", (2, 15), FORMATS),
    "tf2.21-legacy": Release("keras2", (2, 21), FORMATS),
    "keras3.0": Release("keras3", (3, 0), (H5, KERAS)),
    "keras3.3": Release("keras3", (3, 3), (H5, KERAS)),
    "keras3.6": Release("keras3", (3, 6), (H5, KERAS)),
    "keras3.9": Release("keras3", (3, 9), (H5, KERAS)),
    "keras3.12": Release("keras3", (3, 12), (H5, KERAS)),
    "keras3.15": Release("keras3", (3, 15), (H5, KERAS)),
}
"""By the name of its recording. (The format .keras came with TensorFlow 2.12; what earlier ones
write under a name that ends so is HDF5.)"""


_NAMES = "Unable to create link (name already exists)"
_UNTRACKED = "Tried to export a function which references untracked object"
_DATASETS = "Unable to synchronously create dataset (name already exists)"
NOT_SAVED = {
    ("tf1.15", H5, "cells"): f"RuntimeError: {_NAMES}",
    ("tf1.15", SAVED_MODEL, "stateful"): f"AssertionError: {_UNTRACKED}",
    ("tf2.1", H5, "cells"): f"RuntimeError: {_NAMES}",
    ("tf2.1", SAVED_MODEL, "stateful"): f"AssertionError: {_UNTRACKED}",
    ("keras3.0", H5, "bidirectional"): f"ValueError: {_DATASETS}",
    ("keras3.0", H5, "cells"): f"ValueError: {_DATASETS}",
}
"""What is raised where a release cannot save a model, by release, format and kind."""


def attempted(release, format):
    """Return the names of the models that a release was asked to save in a format."""
    if format not in RELEASES[release].formats:
        return []
    return [kind for kind in KINDS if format != SAVED_MODEL or kind in _LARGE]


def kinds(release, format):
    """Return the names of the models that a release has saved in a format."""
    asked = attempted(release, format)
    return [kind for kind in asked if (release, format, kind) not in NOT_SAVED]


def path(release, format, kind, folder=None):
    """Return the file of a model in a folder of fixtures, by default that of this package.

    A SavedModel, which is a folder, is in an archive.
    """
    name = f"{kind}.{format}" + ".zip" * (format == SAVED_MODEL)
    return os.path.join(folder or default_folder(), MODELS, release, name)
