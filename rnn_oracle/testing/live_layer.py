"""A person's own Keras layer, live: its policy, its copy in the oracle, and what it returns."""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np

from ..arithmetic import nest
from ..arithmetic.error_bounds import UNIT_ROUNDOFF, rounded
from ..models.conversion import dialect_of, from_keras, keras_class
from ..reference.errors import OracleTypeError, OracleValueError
from ..reference.functional import Functional
from ..targets.keras.target import KerasTarget
from ..targets.runtime import masks_of
from .layer_call import CALLS, LayerCall, links, observe, time_major, together


class Policy(NamedTuple):
    """The dtypes of a layer.

    Attributes
    ----------
    computes_in : str
        A key of `rnn_oracle.arithmetic.error_bounds.UNIT_ROUNDOFF`.
    weights_in : str
    """

    computes_in: str
    weights_in: str

    def __str__(self):
        return "mixed_" * (self.computes_in != self.weights_in) + self.computes_in


POLICIES = ("float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16")


def target_of(layer):
    """Return the `KerasTarget` that a layer belongs to.

    Raises
    ------
    ValueError
        For Keras on something else than TensorFlow.
    """
    dialect = dialect_of(layer)
    if dialect == "keras3":
        backend = sys.modules["keras"].backend.backend()
        if backend != "tensorflow":
            raise OracleValueError(
                f"{layer.name} runs on {backend}, but only Keras on TensorFlow is checked"
            )
    module = keras_class(layer).__module__.partition(".")[0]
    module = "tensorflow" if module == "tensorflow_core" else module
    return KerasTarget(dialect, module, sys.modules[module].__version__)


def policy_of(layer):
    """Return the one `Policy` that a layer keeps to, as far as it is built.

    Raises
    ------
    ValueError
        For several, and for one that is none of `POLICIES`.
    """
    found = set()
    for link in [link for link in links(layer) if link.weights] or [layer]:
        # A layer that is not built may have no dtype yet in TensorFlow 1.
        computes_in = getattr(link, "compute_dtype", None) or link.dtype or "float32"
        computes_in = getattr(computes_in, "name", computes_in)
        # In Keras 2 a Sequential that is not built raises where it is asked for weights.
        weights = link.get_weights() if link.built else []
        kept = {weight.dtype.name for weight in weights} or {computes_in}
        found.update(Policy(computes_in, weights_in) for weights_in in kept)
    policies = sorted(map(str, found))
    if len(found) > 1 or not set(policies) <= set(POLICIES):
        raise OracleValueError(
            f"{layer.name} has the policies {', '.join(policies)}: it is checked if it keeps to "
            f"one of {', '.join(POLICIES)}"
        )
    return found.pop()


def tensor(tf, value, dtype):
    """Return a tensor, floats cast to `dtype`; a mask that is attached to one stays.

    Raises
    ------
    TypeError
        For what TensorFlow makes no tensor of, as an array of objects.
    """
    if value is None:
        return None
    try:
        given = value if tf.is_tensor(value) else tf.constant(np.asarray(value))
    except (TypeError, ValueError) as error:
        raise OracleTypeError(f"what was given is no tensor: {error}") from error
    if not given.dtype.is_floating or given.dtype.name == dtype:
        return given
    attached, made = getattr(given, "_keras_mask", None), tf.cast(given, dtype)
    if attached is not None:
        made._keras_mask = attached
    return made


def _array(tensor):
    """Return the numbers of a tensor; floats as float64, which holds all of them exactly."""
    array = np.asarray(tensor)
    if array.dtype == object:
        raise OracleTypeError(f"{tensor!r} holds no numbers: run it eagerly, on one that does")
    # The dtype bfloat16 is no kind of NumPy's.
    is_float = array.dtype.kind == "f" or array.dtype.name == "bfloat16"
    return array.astype(np.float64) if is_float else array


def _as_taken(layer, arrays):
    """Return inputs as a model takes them: floats in the dtypes of its `Input` (rule I4)."""
    inputs = getattr(layer, "inputs", None)
    if not inputs or len(inputs) != len(nest.flatten(arrays)):
        return arrays
    dtypes = [getattr(each.dtype, "name", each.dtype) for each in inputs]
    taken = [
        rounded(array, dtype) if array.dtype.kind == "f" and dtype in UNIT_ROUNDOFF else array
        for array, dtype in zip(nest.flatten(arrays), dtypes)
    ]
    return nest.pack(arrays, taken)


def layer_call_of(layer, x, mask, initial_state):
    """Return the call of the oracle that stands for one of the layer, which is built by now."""
    copy, policy = from_keras(layer), policy_of(layer)
    if policy.computes_in != policy.weights_in:
        _round_weights(copy, policy.computes_in)
    if initial_state is not None and hasattr(copy, "layers"):
        raise OracleTypeError(f"{layer.name} is a model, which has no argument `initial_state`")
    is_graph = isinstance(copy, Functional)
    if is_graph:
        x = copy.arranged(x)
        if time_major(copy):
            raise OracleValueError(f"{layer.name} has a layer with time_major, and is no chain")
    elif nest.is_nested(mask):
        raise OracleTypeError(f"{layer.name} takes a mask in one array, not in a list or the like")
    attached = None
    if mask is None:
        attached = nest.map_structure(_mask_of, x) if is_graph else _mask_of(x)
        mask = attached
    if not any(each is not None for each in nest.flatten(mask)):
        attached = mask = None
    return LayerCall(
        copy,
        policy.computes_in,
        _as_taken(layer, nest.map_structure(_array, x)),
        nest.map_structure(_as_mask, mask),
        None if initial_state is None else nest.map_structure(_array, initial_state),
        is_graph or attached is not None,
    )


def _mask_of(tensor):
    return getattr(tensor, "_keras_mask", None)


def _as_mask(tensor):
    return None if tensor is None else _array(tensor).astype(bool)


def _round_weights(copy, dtype):
    """Round the weights of a copy to what a layer computes in (rule D6)."""
    for link in links(copy):
        if hasattr(link, "set_weights"):
            link.set_weights([rounded(weight, dtype) for weight in link.get_weights()])


def answered(layer, layer_call, call):
    """Return the `Outcome` of a layer, which is called as often as the oracle was."""
    if not layer_call.is_stateful:
        return observed(layer_call, call(), "")
    outcomes = []
    _reset(layer)
    for prefix, resets in CALLS:
        if resets:
            _reset(layer)
        outcomes.append(observed(layer_call, call(), prefix))
    _reset(layer)
    return together(outcomes)


def observed(layer_call, returned, prefix):
    """Return the `Outcome` of one call, of what Keras returned; see `layer_call.observe`."""
    masks = list(map(_as_mask, masks_of(returned)))
    return observe(layer_call.layer, nest.map_structure(np.asarray, returned), masks, prefix)


def _reset(layer):
    """Reset the states of all stateful layers that a layer is made of."""
    for link in links(layer):
        # Up to TensorFlow 2.1 a Bidirectional does not tell that its layers are stateful.
        those = link, getattr(link, "forward_layer", None)
        if any(getattr(each, "stateful", False) for each in those):
            reset = getattr(link, "reset_states", None) or link.reset_state
            reset()
