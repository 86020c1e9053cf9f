"""Targets: the runtimes that are judged. Listing them imports none."""

import importlib.util
import os

from .keras import KerasTarget

INSTALL = "pip install tensorflow tf_keras rich packaging py-cpuinfo"
"""What to say where nothing is there to be judged."""

_TENSORFLOW = ("tensorflow",) + tuple(
    "tensorflow-" + kind for kind in ("cpu", "gpu", "intel", "macos", "rocm", "cpu-aws")
)
_NEWEST = "9999"


def installed():
    """Return the targets of this environment by name, without importing TensorFlow.

    ``"keras3"`` is `tf.keras` from TensorFlow 2.16 on; ``"keras2"`` is `tf.keras` before
    that, and `tf_keras` beside it. A build whose distribution has another name, such as a
    nightly, is taken for the newest. With TF_USE_LEGACY_KERAS=1, `tf.keras` is `tf_keras`.
    """
    if importlib.util.find_spec("tensorflow") is None:
        return {}
    release = next(filter(None, map(_version, _TENSORFLOW)), None)
    if tuple(map(int, ((release or _NEWEST) + ".0").split(".")[:2])) < (2, 16):
        return {"keras2": KerasTarget("keras2", "tensorflow.keras", release, release)}
    found = {}
    if os.environ.get("TF_USE_LEGACY_KERAS", "").lower() not in ("1", "true"):
        version = _version("keras") or _NEWEST
        found["keras3"] = KerasTarget("keras3", "tensorflow.keras", version, release)
    if importlib.util.find_spec("tf_keras") is not None:
        version = _version("tf_keras") or _NEWEST
        found["keras2"] = KerasTarget("keras2", "tf_keras", version, release)
    return found


def _version(distribution):
    try:
        from importlib import metadata
    except ImportError:  # Python 3.7
        import importlib_metadata as metadata
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
