"""Arguments of a constructor of Keras's, out of a configuration, as the reference takes them."""

from __future__ import annotations

import inspect
from typing import Any, Callable, Mapping

from ..reference.dialects import Dialect
from .configuration import Entry

_INERT = frozenset(
    ["name", "dtype", "trainable", "autocast", "dynamic", "sparse", "batch_input_shape"]
    + ["batch_shape", "batch_size", "input_shape", "input_dtype", "input_length", "weights"]
    + ["implementation", "seed", "noise_shape", "enable_caching_device", "use_cudnn"]
    + ["activity_regularizer", "momentum", "synchronized", "fused"]
    + ["renorm_clipping", "renorm_momentum", "query_shape", "key_shape", "value_shape"]
    + ["flash_attention", "softmax_robust_masking"]
)
"""What changes no forward pass, whatever its value."""

_TRAINING = ("_initializer", "_regularizer", "_constraint")
"""How arguments end that tell in training alone, and that some layers write down for no weight."""

FUNCTIONS = ("activation", "recurrent_activation")


def off(dialect: Dialect) -> dict[str, Any]:
    """Return settings that say nothing, of features that the reference lacks: the value of each."""
    settings = {
        "time_major": False,
        "ragged": False,
        "keepdims": False,
        "data_format": "channels_last",
        "groups": 1,
        "lora_rank": None,
        "lora_alpha": None,
        "quantization_config": None,
        "num_constants": 0,
        "input_length": None,
        "renorm": False,
        "rms_scaling": False,
        "virtual_batch_size": None,
        "adjustment": None,
    }
    if dialect.time_major:
        del settings["time_major"]
    return settings


def arguments_of(
    entry: Entry, kind: Any, dialect: Dialect, function_of: Callable[[Any, Entry], Any]
) -> dict[str, Any]:
    """Return the arguments of a class of the reference, by name.

    Parameters
    ----------
    entry : Entry
    kind : class
    dialect : Dialect
    function_of : callable
        Returns the activation that a value and the entry stand for.

    Raises
    ------
    ModelFileError
        For an argument that the class does not have, and that may change a forward pass.
    """
    known = inspect.signature(kind.__init__).parameters
    settings = off(dialect)
    if "time_major" not in known:
        settings["time_major"] = False
    found = {}
    for name, value in entry.config.items():
        if name in _INERT or name in settings and settings[name] == value:
            continue
        if name not in known and name.endswith(_TRAINING):
            continue
        if name not in known or name in ("self", "dialect", "kwargs"):
            raise entry.wrong(f"has {name}={value!r}, which the reference does not have"[:300])
        found[name] = function_of(value, entry) if name in FUNCTIONS else value
    return found


class Functions:
    """Finds activations by what a configuration says of them.

    Parameters
    ----------
    dialect : Dialect
    given : mapping
        Functions of the user's own, by name.
    layer_of : callable
        Returns the layer of a configuration: some activations are layers.
    """

    def __init__(
        self, dialect: Dialect, given: Mapping[str, Any], layer_of: Callable[[Entry], Any]
    ) -> None:
        self.dialect, self.given, self.layer_of = dialect, given, layer_of

    def __call__(self, value: Any, entry: Entry) -> Any:
        """Return the name of an activation, or a function of arrays."""
        if isinstance(value, dict) and isinstance(value.get("config"), dict):
            return self.layer_of(entry.inner_value(value, "the activation"))
        name = value.get("config", value.get("class_name")) if isinstance(value, dict) else value
        if name is None:
            return None
        if not isinstance(name, str):
            raise entry.wrong(f"has the activation {value!r}, which is none"[:300])
        name = name.rpartition(">")[2]
        if name in self.given:
            return self.given[name]
        name = "log_softmax" if name == "log_softmax_v2" else name  # up to TensorFlow 2.12
        if name not in self.dialect.activations:
            known = ", ".join(sorted(self.dialect.activations))
            raise entry.wrong(
                f"has the activation {name[:80]!r}, which is none of {self.dialect.name}: {known}; "
                "custom_layers={name: function} supplies one"
            )
        return name
