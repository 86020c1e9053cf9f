"""The loop over the steps of a sequence, and what a mask does to it (rules M1 to M3)."""

from __future__ import annotations

from typing import Any, Callable, Iterable

import numpy as np

from ..arithmetic import nest
from .aliases import Array, States


def scan(
    step: Callable[[Any, Any], Any],
    inputs: Iterable[Any],
    states: States,
    mask: Array | None = None,
    zero_output_for_mask: bool = False,
) -> tuple[list[Array], States]:
    """Carry `states` over the first axis of `inputs`.

    Parameters
    ----------
    step : callable
        ``output, states = step(input, states)``.
    inputs : array, shape (steps, batch, ...)
        In the order of processing.
    states : list
        The initial states.
    mask : array of bool, shape (steps, batch), optional
        Where it is False the states stay and the output repeats the one before, which is
        zero before the first step (rules M1, M2).
    zero_output_for_mask : bool
        Make the output of a masked step zero instead (rule M3).

    Returns
    -------
    outputs : list of arrays, one a step
    states : list
        The final states.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle.reference.scan import scan
    >>> def add(x, states):
    ...     total = states[0] + x
    ...     return total, [total]
    >>> mask = np.array([[True], [False], [True]])
    >>> outputs, states = scan(add, np.ones((3, 1)), [np.zeros(1)], mask)
    >>> [output.tolist() for output in outputs]
    [[1.0], [1.0], [2.0]]
    """
    outputs: list[Array] = []
    for t, x in enumerate(inputs):
        output, after = step(x, states)
        if mask is not None:
            repeats = outputs and not zero_output_for_mask
            held = outputs[-1] if repeats else np.zeros(output.shape, output.dtype)
            output = choose(mask[t], output, held)
            after = nest.map_structure(
                lambda new, old, valid=mask[t]: choose(valid, new, old), after, states
            )
        outputs.append(output)
        states = after
    return outputs, states


def choose(valid: Array, new: Any, old: Any) -> Any:
    """Return `new` where the leading axes of `new` that `valid` has are valid, else `old`."""
    return np.where(valid.reshape(valid.shape + (1,) * (new.ndim - valid.ndim)), new, old)
