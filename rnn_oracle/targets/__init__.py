"""Targets: the runtimes that are judged. Listing them imports none."""

import importlib.util
import os

from .distributions import version_of
from .keras.target import KerasTarget
from .runtime import BrokenTargetError
from .tf1 import Tf1Target

INSTALL = "pip install tensorflow tf_keras rich packaging py-cpuinfo"
"""What to say where nothing is there to be judged."""


def installed():
    """Return the targets of this environment by name, without importing TensorFlow.

    ``"keras3"`` is `tf.keras` from TensorFlow 2.16 on; ``"keras2"`` is `tf.keras` before
    that, and `tf_keras` beside it; ``"tf1"`` is what is left of TensorFlow 1, of whose cells
    `tf_keras` has been the keeper since 2.16. A nightly build is a release like any other. With
    TF_USE_LEGACY_KERAS=1, `tf.keras` is `tf_keras`; with RNN_ORACLE_MODULE=keras, Keras is taken
    on its own, in place of all that TensorFlow brings.

    Raises
    ------
    BrokenTargetError
        For another RNN_ORACLE_MODULE, or where there is no Keras 3 for it; for a TensorFlow or a
        Keras that does not tell its release.
    """
    alone = _keras_is_alone()
    if importlib.util.find_spec("tensorflow") is None:
        return {}
    release = version_of("tensorflow")
    if alone:
        return {"keras3": KerasTarget("keras3", "keras", version_of("keras"), release)}
    numbers = tuple(map(int, release.split(".")[:2]))
    if numbers < (2, 16):
        dialect = "keras2_v1" if numbers < (2, 0) else "keras2"
        cells = Tf1Target("tensorflow.compat.v1.nn.rnn_cell", release)
        return {"keras2": KerasTarget(dialect, "tensorflow.keras", release, release), "tf1": cells}
    found = {}
    if os.environ.get("TF_USE_LEGACY_KERAS", "").lower() not in ("1", "true"):
        found["keras3"] = KerasTarget("keras3", "tensorflow.keras", version_of("keras"), release)
    if importlib.util.find_spec("tf_keras") is not None:
        found["keras2"] = KerasTarget("keras2", "tf_keras", version_of("tf_keras"), release)
        found["tf1"] = Tf1Target("tf_keras", release)
    return found


def _keras_is_alone():
    """Tell whether RNN_ORACLE_MODULE asks for Keras in place of what TensorFlow brings."""
    module = os.environ.get("RNN_ORACLE_MODULE", "")
    if module not in ("", "keras"):
        raise BrokenTargetError(
            f"RNN_ORACLE_MODULE is {module!r}; it can be 'keras', for Keras 3 on its own, or be "
            "left out, for what TensorFlow brings"
        )
    if not module:
        return False
    there = "no keras"
    if importlib.util.find_spec("keras") is not None:
        there = "keras " + version_of("keras")
    if not there.startswith("keras 3."):
        raise BrokenTargetError(f"RNN_ORACLE_MODULE is 'keras', but there is {there} here, not 3")
    return True
