"""Tells which backends Keras 3 has here, and which it would take, without importing any."""

import importlib.util
import json
import os

MODULES = {
    "tensorflow": "tensorflow",
    "jax": "jax",
    "torch": "torch",
    "numpy": "scipy",
    "openvino": "openvino",
}
"""The module that each backend needs beside Keras and NumPy, by its name in KERAS_BACKEND."""

TENSORFLOW, VARIABLE = "tensorflow", "KERAS_BACKEND"
"""The backend that Keras takes unless it is told another, and where it is told."""


def is_there(backend):
    """Tell whether what a backend needs is installed."""
    return importlib.util.find_spec(MODULES[backend]) is not None


def configured():
    """Return the name of the backend that Keras 3 would take, which may be one of no backend.

    The environment variable says so; or the file in which Keras keeps its configuration, in the
    folder KERAS_HOME or in .keras of the home directory:
    https://keras.io/getting_started/#configuring-your-backend
    """
    if os.environ.get(VARIABLE):
        return os.environ[VARIABLE]
    folder = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    try:
        with open(os.path.join(folder, "keras.json"), encoding="utf-8") as file:
            found = json.load(file).get("backend")
    except (OSError, ValueError, AttributeError):  # Keras would not mind either
        found = None
    return found if isinstance(found, str) else TENSORFLOW
