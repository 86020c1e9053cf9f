"""Check one's own Keras layer or model against the rules: what `oracle_check` does in a test."""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np

from ..arithmetic import nest
from ..models.conversion import dialect_of, from_keras, keras_class
from ..reference.dialects import generation
from ..reference.errors import OracleTypeError, OracleValueError
from ..targets.runtime import masks_of
from ..verdict.compare import compare, ratios
from ..verdict.ledger import covers, load
from .hypotheses import hypotheses
from .layer_call import MASK_OF, LayerCall, observe, recurrent_layers

PRECISIONS = ("float32", "float64")
COLUMNS = ("result", "first parts at", "expected", "got", "allowed", "off", "error / allowed")


class Report(NamedTuple):
    """What came of a check; as text, what to tell a person.

    Parameters
    ----------
    what : str
        What was checked.
    demanded : array, or nested arrays
        What the rules demand, nested as the result of the layer.
    mismatches : list of Mismatch
        Where the layer does otherwise; empty if it does not.
    table : list of tuple of str
        The mismatches one by one, see `COLUMNS`.
    guesses : list of str
        What would explain all mismatches, each on its own.
    """

    what: str
    demanded: np.ndarray
    mismatches: list
    table: list
    guesses: list[str]

    def __str__(self):
        if not self.mismatches:
            return f"{self.what} does what the rules demand"
        rows = [COLUMNS] + self.table
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        heading = f"{self.what} does not do what the rules demand"
        return "\n".join([heading, ""] + lines + [""] * bool(self.guesses) + self.guesses)


def check(layer, x, mask=None, initial_state=None, training=None):
    """Call a Keras layer, and its copy in the oracle, and compare.

    Parameters
    ----------
    layer : object of `keras`, `tf_keras` or `tf.keras`
        What `rnn_oracle.from_keras` takes, but no cell. The call builds it if it is not built.
    x : array_like or tensor
        Arrays of floats are cast to the dtype of the layer, tensors are given to it as they
        are. A mask that Keras has attached to a tensor counts (rule M6).
    mask : array_like or tensor of bool, optional
    initial_state : array or list, optional
        Of arrays or tensors.
    training : bool, optional
        False, if anything.

    Returns
    -------
    Report

    Raises
    ------
    TypeError
        For what is no layer that the oracle knows, or holds no numbers, as a symbolic tensor.
    ValueError
        For a layer that is stateful or does not keep to one precision of float32 and float64,
        for `training`, for Keras on something else than TensorFlow, and for arguments that the
        rules do not allow. What Keras itself raises is passed on.
    """
    if training:
        raise OracleValueError(
            f"the oracle knows the forward pass alone, not training={training!r}"
        )
    tf, dtype = _tensorflow(layer), _precision(layer)
    if keras_class(layer).__name__.endswith(("Cell", "Cells")):
        raise OracleTypeError(f"{layer.name} is a cell: check a layer that runs it")
    call = {"mask": _tensor(tf, mask, dtype), "training": training}
    call["initial_state"] = nest.map_structure(lambda s: _tensor(tf, s, dtype), initial_state)
    x = _tensor(tf, x, dtype)
    returned = layer(x, **{name: value for name, value in call.items() if value is not None})
    layer_call = _layer_call(layer, x, call["mask"], call["initial_state"])
    actual = _actual(layer_call.layer, returned)
    demanded = layer_call.outcome()
    mismatches = compare(demanded, actual, copies=False).mismatches
    kind = f"{type(layer).__name__} of {dialect_of(layer)}, {layer_call.dtype}"
    return Report(
        f"{layer.name} ({kind})",
        layer_call.result(),
        mismatches,
        [_row(mismatch, demanded, actual) for mismatch in mismatches],
        _guesses(layer, layer_call, actual) if mismatches else [],
    )


# The two sides.


def _tensorflow(layer):
    if dialect_of(layer) == "keras3":
        backend = sys.modules["keras"].backend.backend()
        if backend != "tensorflow":
            raise OracleValueError(
                f"{layer.name} runs on {backend}, but only Keras on TensorFlow is checked"
            )
    return sys.modules["tensorflow"]


def _compute_dtype(layer):
    # A layer that is not built may have no dtype yet in TensorFlow 1.
    return getattr(layer, "compute_dtype", None) or layer.dtype or "float32"


def _tensor(tf, value, dtype):
    """Return a tensor: as it is, or of an array, whose floats become `dtype`."""
    if value is None or tf.is_tensor(value):
        return value
    array = np.asarray(value)
    return tf.constant(array.astype(dtype) if array.dtype.kind == "f" else array)


def _array(tensor):
    array = np.asarray(tensor)
    if array.dtype == object:
        raise OracleTypeError(f"{tensor!r} holds no numbers: run it eagerly, on one that does")
    return array


def _as_taken(layer, array):
    """Return an input as a model takes it: floats in the dtype of its `Input` (rule I4)."""
    (of_input,) = getattr(layer, "inputs", None) or [array]
    dtype = np.dtype(getattr(of_input.dtype, "name", of_input.dtype))
    return array.astype(dtype) if array.dtype.kind == dtype.kind == "f" else array


def _layer_call(layer, x, mask, initial_state):
    """Return the call of the oracle that stands for one of the layer, which is built by now."""
    copy, dtype = from_keras(layer), _precision(layer)
    if any(part.stateful for part in recurrent_layers(copy)):
        raise OracleValueError(
            f"{layer.name} is stateful, so that what it returns depends on the calls "
            "before: check it with "
            "stateful=False and an initial_state"
        )
    attached = getattr(x, "_keras_mask", None) if mask is None else None
    mask = mask if attached is None else attached

    def number(tensor):
        array = _array(tensor)
        return array.astype(dtype) if array.dtype.kind == "f" else array

    return LayerCall(
        copy,
        dtype,
        number(_as_taken(layer, _array(x))),
        None if mask is None else _array(mask).astype(bool),
        None if initial_state is None else nest.map_structure(number, initial_state),
        attached is not None,
    )


def _precision(layer):
    """Return the one dtype that a layer keeps to, as far as it is built."""
    links = [link for link in getattr(layer, "layers", [layer]) if link.weights] or [layer]
    found = {np.dtype(_compute_dtype(link)).name for link in links}
    found.update(weight.dtype.name for link in links for weight in link.get_weights())
    if len(found) > 1 or not found <= set(PRECISIONS):
        raise OracleValueError(
            f"{layer.name} has weights, or computes, in {', '.join(sorted(found))}: it is "
            f"checked if it does both in one of {', '.join(PRECISIONS)}"
        )
    return found.pop()


def _actual(copy, returned):
    masks = [None if mask is None else _array(mask).astype(bool) for mask in masks_of(returned)]
    return observe(copy, nest.map_structure(_array, returned), masks)


# What a person is told.


def _row(mismatch, demanded, actual):
    """Return a row of the table: of numbers, the first that is off; else the mismatch itself."""
    name = mismatch.name
    want, got = demanded.arrays.get(name), actual.arrays.get(name)
    if want is None or got is None or want.shape != got.shape:
        return (name, "", str(mismatch.expected), str(mismatch.actual), "", "", "")
    allowed = demanded.allowed.get(name, np.zeros(want.shape))
    ratio = ratios(want.astype(np.float64), got.astype(np.float64), allowed)
    axes = _axes(name, want.ndim, demanded.batch_axis)
    off = np.argwhere(ratio > 1)
    first = min(map(tuple, off), key=lambda index: sorted(zip(axes, index), key=_by_step))
    return (
        name,
        ", ".join("{} {}".format(*pair) for pair in sorted(zip(axes, first), key=_by_step)),
        str(want[first].astype(got.dtype)),
        str(got[first]),
        f"{allowed[first]:.2g}",
        f"{len(off)} of {ratio.size}",
        f"up to {ratio.max():.3g}",
    )


def _axes(name, rank, batch_axis):
    """Name the axes of a result."""
    steps = ["step", "row"] if batch_axis else ["row", "step"]
    if rank == 3:
        return steps + ["unit"]
    if rank == 2:
        return steps if name.startswith(MASK_OF) else ["row", "unit"]
    return ["row"] + [f"axis {i}" for i in range(1, rank)]


def _by_step(pair):
    """Order axes, each with an index: steps come first, so that it is the first step that tells."""
    return pair[0] != "step"


def _guesses(layer, layer_call, actual):
    """Say what would explain all that the layer returned, one change at a time."""
    guesses = []
    for hypothesis in hypotheses(layer_call):
        if not compare(hypothesis.outcome(), actual, copies=False).mismatches:
            guesses.append("as if " + hypothesis.text)
            for entry in _known(layer, hypothesis):
                guesses[-1] += f": known divergence {entry.id}, breaks {entry.rule}"
                guesses += ["    " + line for line in [entry.harm] + entry.links]
    return guesses


def _known(layer, hypothesis):
    """Return the entries of the ledger that say of the layer's release what a hypothesis says."""
    package = sys.modules[keras_class(layer).__module__.partition(".")[0]]
    return [
        entry
        for entry in load()
        if hypothesis.instead == entry.instead
        and entry.target == generation(dialect_of(layer))
        and covers(entry.versions, package.__version__)
    ]
