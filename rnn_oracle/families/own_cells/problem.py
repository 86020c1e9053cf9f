"""The arrays of a case of a cell of one's own, from seeds in the case itself."""

from __future__ import annotations

from typing import NamedTuple

from ...arithmetic import nest
from ..numbers import mask_of_kind, numbers
from ..stacks.problem import Call
from ..stacks.problem import Problem as StackProblem
from .case import LSTM_UNITS
from .kinds import KINDS


class Problem(NamedTuple):
    """The arrays of a case.

    Attributes
    ----------
    in_calls : rnn_oracle.families.stacks.problem.Problem
        What the calls are given; the weights are beside it.
    own : dict of str to array
        The weights of the cell of one's own.
    lstm : list of arrays
        Those of the `LSTMCell`.
    """

    in_calls: StackProblem
    own: dict
    lstm: list


def problem(case, sizes):
    """Return the `Problem` of a case; the same arrays on every machine and NumPy."""
    mask, kind = mask_of_kind(case.mask, sizes), KINDS[case.kind]
    inputs = [_inputs(f"x.{call}", case, sizes, mask) for call in case.calls]
    if case.time_major and mask is not None:
        mask = mask.T
    names, states = iter("abcdefgh"), None
    if case.initial_state != "none":
        states = nest.map_structure(
            lambda size: numbers(f"state.{next(names)}", (sizes.batch, size), 0.2, 0.9),
            case.state_sizes,
        )
    constants = None
    if case.constants is not None:
        constants = [
            numbers(f"constant.{i}", (sizes.batch, size), 0.2, 0.9)
            for i, size in enumerate(kind.constants)
        ]
    calls = [
        Call(name, x, None if states is None else [states], constants)
        for name, x in zip(case.calls, inputs)
    ]
    own, lstm = {}, []
    below = features_of(case, sizes)
    for name, shape in kind.weights.items():
        own[name] = numbers(f"{case.kind}.{name}", shape, 0.1, 0.6)
    for name, rows in (("kernel", below), ("recurrent", LSTM_UNITS), ("bias", None)):
        shape = (4 * LSTM_UNITS,) if rows is None else (rows, 4 * LSTM_UNITS)
        lstm.append(numbers(f"lstm.{name}", shape, 0.1, 0.6))
    return Problem(StackProblem(calls, mask, None, []), own, lstm)


def _inputs(key, case, sizes, mask):
    """Return the input of a call; of several, only the first is zero where a layer masks it."""
    arrays = []
    for i, features in enumerate(nest.flatten(KINDS[case.kind].inputs)):
        name = key if i == 0 else f"{key}.{i}"
        x = numbers(name, (sizes.batch, sizes.steps, features), 0.2, 1.2).copy()
        if case.mask_from == "masking" and i == 0:
            x[~mask] = 0.0
        arrays.append(x.swapaxes(0, 1) if case.time_major else x)
    return nest.pack(KINDS[case.kind].inputs, arrays)


def features_of(case, sizes):
    """Return how many features the `LSTMCell` sees."""
    kind = KINDS[case.kind]
    if case.stacking != "below_lstm":
        return sizes.features
    return kind.output_size or nest.flatten(kind.state_size)[0]
