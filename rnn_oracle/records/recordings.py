"""Recordings: what an installed Keras did on each case, and on which machine."""

import os
import platform
import re

import numpy as np

from ..families.outcome import Outcome
from ..targets.backends import TENSORFLOW
from ..targets.runtime import BrokenTargetError, usable
from .format import Entry

SETTINGS = ("TF_ENABLE_ONEDNN_OPTS", "TF_USE_LEGACY_KERAS", "TF_DETERMINISTIC_OPS")
"""Environment variables that change what TensorFlow computes."""

_VECTOR_UNITS = ("amx", "asimd", "avx", "f16c", "fma", "neon", "sse", "ssse", "sve")


def provenance(target):
    """Return what was recorded where, as plain values; imports the target's runtime.

    Raises
    ------
    BrokenTargetError
        If that cannot be used, or is not on TensorFlow.
    """
    if target.backend != TENSORFLOW:
        raise BrokenTargetError(f"{target} is not recorded: recordings are of TensorFlow")
    target.load()
    with usable(target):
        tensorflow = target.tf.__version__
        devices = sorted({device.device_type for device in _devices(target.tf)})
    import cpuinfo

    processor = cpuinfo.get_cpu_info()
    flags = processor.get("flags", [])
    return {
        "recording": target.recording,
        "dialect": target.dialect,
        "module": target.module,
        "backend": target.backend,
        "keras": target.version,
        "tensorflow": tensorflow,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "system": platform.system(),
        "machine": platform.machine(),
        "cpu_features": sorted(flag for flag in flags if flag.startswith(_VECTOR_UNITS)),
        "devices": devices,
        "settings": {name: os.environ[name] for name in SETTINGS if name in os.environ},
    }


def _devices(tf):
    # TensorFlow 1 and 2.0 had it as an experiment only.
    config = tf.config if hasattr(tf.config, "list_physical_devices") else tf.config.experimental
    return config.list_physical_devices()


def entry(target, case):
    """Run a case on a target; return the `Entry` of its recording.

    NumPy has no bfloat16: such numbers are held in float32, which has all of them.
    """
    outcome = target.run(case)
    if outcome.refusal:
        message = without_counters(outcome.refusal.message)
        outcome = Outcome(refusal=outcome.refusal._replace(message=message))
    for name, array in outcome.arrays.items():
        if array.dtype.name == "bfloat16":
            outcome.arrays[name] = array.astype("float32")
    return Entry(case, None, None, None, {target.dialect: outcome}, {})


def without_counters(message):
    """Take the numbers off the names that Keras counts up, such as ``gru_12``."""
    return re.sub(r"\b([a-z]+(?:_[a-z]+)*)_\d+\b", r"\1", message)
