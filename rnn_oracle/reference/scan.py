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
    outputs: Any = None,
) -> tuple[Any, States]:
    """Carry `states` over the first axis of `inputs`.

    Parameters
    ----------
    step : callable
        ``output, states = step(input, states)``.
    inputs : array, shape (steps, batch, ...), or iterable
        One input a step, in the order of processing.
    states : list
        The initial states.
    mask : array of bool, shape (steps, batch), optional
        Where it is False the states stay and the output repeats the one before, which is
        zero before the first step (rules M1, M2).
    zero_output_for_mask : bool
        Make the output of a masked step zero instead (rule M3).
    outputs : list, or what has `append` as one, optional
        Takes the output of each step; by default a new list.

    Returns
    -------
    outputs
        One array a step.
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
    outputs = [] if outputs is None else outputs
    whole: Any = None if mask is None else mask.all(axis=tuple(range(1, mask.ndim)))
    output = None
    for t, x in enumerate(inputs):
        new, after = step(x, states)
        if mask is None or whole[t]:
            output, states = new, after
        else:
            if zero_output_for_mask or output is None:
                output = np.zeros(new.shape, new.dtype)
            output, states = choose_each(mask[t], (new, after), (output, states))
        outputs.append(output)
    return outputs, states


def choose(valid: Array, new: Any, old: Any) -> Any:
    """Return `new` where the leading axes of `new` that `valid` has are valid, else `old`."""
    return np.where(valid.reshape(valid.shape + (1,) * (new.ndim - valid.ndim)), new, old)


def choose_each(valid: Array, new: Any, old: Any) -> Any:
    """Choose as `choose` does, leaf by leaf; of an array that stands there twice, once."""
    chosen: dict[tuple[int, int], Any] = {}

    def chosen_once(new: Any, old: Any) -> Any:
        pair = id(new), id(old)
        if pair not in chosen:
            chosen[pair] = choose(valid, new, old)
        return chosen[pair]

    return nest.map_structure(chosen_once, new, old)
