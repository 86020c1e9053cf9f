"""Tells which versions are installed, by the names of their distributions, or by asking them."""

import functools
import subprocess
import sys

from .runtime import BrokenTargetError, is_release

DISTRIBUTIONS = {
    "tensorflow": ("tensorflow",)
    + tuple("tensorflow-" + kind for kind in ("cpu", "gpu", "intel", "macos", "rocm", "cpu-aws"))
    + ("tf-nightly", "tf-nightly-cpu", "tf-nightly-gpu"),
    "keras": ("keras", "keras-nightly"),
    "tf_keras": ("tf_keras", "tf-keras-nightly"),
    "torch": ("torch",),
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu", "ort-nightly"),
    "tf2onnx": ("tf2onnx",),
    "ai_edge_litert": ("ai-edge-litert", "ai-edge-litert-nightly"),
}
"""Under which names each module is distributed; a nightly build has a name of its own."""


def version_of(module):
    """Return the version of a module that is installed, without importing it if that can be.

    Where no distribution tells it, or several that are installed over each other differ, another
    process imports the module to ask it.

    Parameters
    ----------
    module : str
        A key of `DISTRIBUTIONS`.

    Raises
    ------
    BrokenTargetError
        If it has to be asked, and cannot be imported or tells no version.
    """
    told = set(filter(is_release, map(_distributed, DISTRIBUTIONS[module])))
    return told.pop() if len(told) == 1 else asked_version(module)


@functools.lru_cache(maxsize=None)
def asked_version(module):
    """Return the version that a module tells when another process imports it.

    Raises
    ------
    BrokenTargetError
        If it cannot be imported, or tells none.
    """
    code = f"import {module}; print(); print({module}.__version__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        errors="replace",
    )
    version = (done.stdout.split() or [""])[-1]
    if done.returncode or not is_release(version):
        told = (done.stderr.strip().splitlines() or [""])[-1]
        raise BrokenTargetError(
            f"{module} cannot be used here: it does not tell its release; a process that asked "
            f"for it ended with status {done.returncode}{told and ': ' + told}"
        )
    return version


def entry_points(group):
    """Return the entry points of a group that distributions bring, by their names."""
    found = _metadata().entry_points()
    # Before Python 3.10 it is a dict.
    those = found.select(group=group) if hasattr(found, "select") else found.get(group, ())
    return {point.name: point for point in those}


def _metadata():
    try:
        from importlib import metadata
    except ImportError:  # Python 3.7
        import importlib_metadata as metadata
    return metadata


def _distributed(name):
    metadata = _metadata()
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
