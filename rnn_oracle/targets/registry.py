"""The registry of targets: which there are here, and each by its name. It imports no runtime."""

import importlib.util
import os

from ..reference.dialects import DIALECTS
from . import backends
from .backends import TENSORFLOW, VARIABLE
from .distributions import entry_points, version_of
from .keras.target import KerasTarget
from .litert.target import LiteRtTarget
from .onnxruntime.target import OnnxRuntimeTarget
from .program.target import PREFIX, ProgramTarget
from .runtime import BrokenTargetError, usable
from .target import Target
from .tf1 import Tf1Target
from .tf2onnx.target import Tf2OnnxTarget
from .torch.target import TorchTarget

INSTALL = "pip install tensorflow tf_keras rich packaging py-cpuinfo"
"""What to say where nothing is there to be judged."""

GROUP = "rnn_oracle.targets"
"""The group of entry points of the targets of others."""

RUNTIMES = {kind.name: kind for kind in (TorchTarget, OnnxRuntimeTarget)}
"""The runtimes beside Keras that are given weights, by the names of the targets. Each is the name
of the extra too that installs it."""

CONVERTERS = {kind.name: kind for kind in (Tf2OnnxTarget, LiteRtTarget)}
"""Those that are given models of Keras 3, and in the same way; with ``-keras2`` behind the name, of
Keras 2."""

_CONVERTED = {
    name + ending: (kind, made_by)
    for name, kind in CONVERTERS.items()
    for ending, made_by in (("", "keras3"), ("-keras2", "keras2"))
}
"""Each converter with the generation of Keras that makes the models, by the name of the target."""

BESIDE = dict(
    dict.fromkeys(RUNTIMES, "keras3"),
    **{name: made_by for name, (_, made_by) in _CONVERTED.items()},
)
"""The generation of Keras by which each target beside Keras is judged, by its name."""

_ON = "keras-"


def installed():
    """Return the targets that are judged here unless others are named, by their names.

    ``"keras3"`` is `tf.keras` from TensorFlow 2.16 on; ``"keras2"`` is `tf.keras` before
    that, and `tf_keras` beside it; ``"tf1"`` is what is left of TensorFlow 1, of whose cells
    `tf_keras` has been the keeper since 2.16. A nightly build is a release like any other. With
    TF_USE_LEGACY_KERAS=1, `tf.keras` is `tf_keras`; with RNN_ORACLE_MODULE=keras, Keras is taken
    on its own, in place of all that TensorFlow brings. Where Keras 3 is told to take another
    backend, as by KERAS_BACKEND=jax, it is ``"keras-jax"`` in place of ``"keras3"``.

    Raises
    ------
    BrokenTargetError
        For another RNN_ORACLE_MODULE, or where there is no Keras 3 for it; for a TensorFlow or a
        Keras that does not tell its release; for a backend that Keras does not have.
    """
    found, backend = _on_tensorflow(), backends.configured()
    is_bare = not found and _keras3() is not None
    if backend == TENSORFLOW or not ("keras3" in found or is_bare):
        return found
    found.pop("keras3", None)
    target = _on_backend(backend)
    return dict({target.name: target}, **found)


def available():
    """Return the names of all targets that can be named here, those of others at the end."""
    brought = _on_tensorflow()
    names = list(brought)
    if _keras3() is not None:
        others = [name for name in backends.MODULES if name != TENSORFLOW]
        names += [_ON + name for name in others if backends.is_there(name)]
    names += [name for name, kind in RUNTIMES.items() if not _missing(kind)]
    names += [
        name
        for name, (kind, made_by) in _CONVERTED.items()
        if made_by in brought and not _missing(kind)
    ]
    return list(dict.fromkeys(names + list(entry_points(GROUP))))


def get(name):
    """Return the target of a name, whatever the backend that Keras would take.

    The name of a program is ``"program:"``, and the command that starts it.

    Raises
    ------
    BrokenTargetError
        If there is none here, or it is one of others that is no target.
    """
    if name.startswith(PREFIX):
        return ProgramTarget(name[len(PREFIX) :])
    if name.startswith(_ON) and name[len(_ON) :] in set(backends.MODULES) - {TENSORFLOW}:
        return _on_backend(name[len(_ON) :])
    if name in RUNTIMES:
        return _needed(RUNTIMES[name])()
    if name in _CONVERTED:
        return _converter(*_CONVERTED[name])
    found = _on_tensorflow()
    if name in found:
        return found[name]
    points = entry_points(GROUP)
    if name not in points:
        there = ", ".join(available()) or "none"
        raise BrokenTargetError(f"there is no target {name!r} here; there are: {there}")
    return _of_others(points[name])


def _missing(kind):
    """Return the modules that a runtime needs and that are not installed."""
    return [module for module in kind.needs if importlib.util.find_spec(module) is None]


def _needed(kind):
    """Return the class of a runtime beside Keras, or say what is missing for it."""
    missing = _missing(kind)
    if missing:
        raise BrokenTargetError(
            f"{kind.name} needs {' and '.join(missing)}: there is none; install it with\n\n"
            f"    pip install 'rnn-oracle[{kind.name}]'\n"
        )
    return kind


def _converter(kind, made_by):
    """Return the target of a converter, given the models of a generation of Keras."""
    make, there = _needed(kind), _on_tensorflow()
    if made_by not in there:
        raise BrokenTargetError(f"{kind.name} needs {made_by} on TensorFlow: there is none")
    return make(there[made_by])


def _on_tensorflow():
    """Return the targets that TensorFlow brings, by name."""
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
    if module and _keras3() is None:
        raise BrokenTargetError(
            f"RNN_ORACLE_MODULE is 'keras', but there is {_keras_in_words()} here, not 3"
        )
    return bool(module)


def _on_backend(backend):
    """Return Keras 3 on a backend."""
    if backend not in backends.MODULES:
        known = ", ".join(backends.MODULES)
        raise BrokenTargetError(f"the backend of Keras is {backend!r}, see {VARIABLE}: not {known}")
    if _keras3() is None:
        raise BrokenTargetError(f"{_ON}{backend} needs Keras 3, but there is {_keras_in_words()}")
    if not backends.is_there(backend):
        raise BrokenTargetError(f"{_ON}{backend} needs {backends.MODULES[backend]}: there is none")
    return KerasTarget("keras3", "keras", _keras3(), backend=backend)


def _keras3():
    """Return the version of the Keras 3 that is installed, None without."""
    if importlib.util.find_spec("keras") is None:
        return None
    version = version_of("keras")
    return version if version.startswith("3.") else None


def _keras_in_words():
    there = importlib.util.find_spec("keras") is not None
    return "keras " + version_of("keras") if there else "no keras"


def _of_others(point):
    """Return the target that an entry point names, which is somebody else's."""
    target = Target()
    target.name, target.module = point.name, point.value
    with usable(target):
        target = point.load()()
        for what in ("version", "dialect", "run"):
            if not getattr(target, what, None):
                raise TypeError(f"a target has an attribute {what}")
        if target.name != point.name or target.dialect not in DIALECTS:
            raise ValueError(
                f"it has the name {target.name!r} and the dialect {target.dialect!r}, expected "
                f"{point.name!r} and one of {', '.join(DIALECTS)}"
            )
    return target
