"""What a user's class that extends one of Keras's does otherwise, where the rules ask it.

All else that it overrides is no concern of its copy, which does what the rules demand.
"""

from __future__ import annotations

import sys
from typing import Any, Callable

import numpy as np

from ..arithmetic import nest
from ..reference.errors import OracleValueError
from .origin import dialect_of, keras_class


def let_begin(copy: Any, real: Any) -> Any:
    """Let a copy begin with what the `get_initial_state` of a class of the user's own returns.

    Parameters
    ----------
    copy : cell or layer of the oracle
    real : cell or layer of Keras

    Returns
    -------
    The copy.
    """
    if _begins_in_its_own_way(real):
        begin = _in_keras2 if dialect_of(real) != "keras3" else _in_keras3
        copy.get_initial_state = begin(copy, real)
    return copy


def _begins_in_its_own_way(real: Any) -> bool:
    name = "get_initial_state"
    theirs = getattr(keras_class(real), name, None)
    return name in vars(real) or getattr(type(real), name, None) is not theirs


def _in_keras3(copy: Any, real: Any) -> Callable[[Any], Any]:
    def get_initial_state(batch_size: Any) -> Any:
        batch_size = getattr(copy, "batch_size_of", int)(batch_size)
        return nest.map_structure(np.asarray, real.get_initial_state(batch_size=batch_size))

    return get_initial_state


def _in_keras2(copy: Any, real: Any) -> Callable[[Any], Any]:
    dtype = getattr(real, "compute_dtype", None) or real.dtype or "float32"

    def of_cell(batch_size: Any) -> Any:
        states = real.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
        return nest.map_structure(np.asarray, states)

    def of_layer(inputs: Any) -> Any:
        numbers = np.asarray(getattr(inputs, "value", inputs), dtype)
        states = real.get_initial_state(sys.modules["tensorflow"].constant(numbers))
        return nest.map_structure(np.asarray, states)

    return of_layer if hasattr(copy, "batch_size_of") else of_cell


def weights_of(copy: Any, real: Any) -> list[Any]:
    """Return the weights of what a layer extends: without those that make its initial state."""
    weights, names = real.get_weights(), [name for name, _, _ in copy.weight_shapes()]
    cell = getattr(real, "cell", real)
    if len(weights) == len(names) or not any(map(_begins_in_its_own_way, (real, cell))):
        return weights
    places = {id(variable): place for place, variable in enumerate(real.weights)}
    return [weights[places[id(getattr(cell, name))]] for name in names]


def check_sizes(copy: Any, real: Any) -> None:
    """Raise ValueError where a cell has other sizes than the class of Keras's that it extends."""
    for name in ("state_size", "output_size"):
        has, needs = getattr(real, name, None), getattr(copy, name)
        alike = nest.is_nested(has) == nest.is_nested(needs)
        if not alike or nest.as_list(has) != nest.as_list(needs):
            raise OracleValueError(
                f"{real.name} has {name}={has!r}, where the {keras_class(real).__name__} that it "
                f"extends has {needs!r}: such a cell has to be written in NumPy and given to "
                "rnn_oracle.RNN"
            )
