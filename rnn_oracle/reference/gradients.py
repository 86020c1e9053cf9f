"""Gradients of a weighted sum of outputs and final states: the layers backwards (rules J1 to J14).

No tape and no differences: each layer's backward pass is written out. The gradient of the sum with
respect to an array ``a`` is called ``d_a``, and has its shape.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arithmetic import nest
from .aliases import ArrayLike, States
from .bidirectional import Bidirectional
from .cell_gradients import step_back
from .errors import OracleTypeError, OracleValueError
from .inputs import as_numbers
from .masking import Masking
from .rnn import RNN
from .scan import choose, choose_each, scan
from .stacked_rnn_cells import all_cells


def gradients(
    layers: Any,
    x: ArrayLike | Any,
    d_results: Any,
    mask: ArrayLike | None = None,
    initial_state: States = None,
) -> dict[str, Any]:
    """Return the gradients of the sum of all that layers return, each number times its weight.

    Works on arrays of any arithmetic: where `x`, `d_results` and `initial_state` are
    `rnn_oracle.arithmetic.error_bounds.exact`, the gradients tell how far they may be off. The
    layers stay as they are, also stateful ones.

    Parameters
    ----------
    layers : layer, or list of layers
        Recurrent layers over cells of the oracle, `Bidirectional` and `Masking`; a list from the
        bottom up, where each gets the output and the mask of the one before.
    x : array_like
        As for the call of the lowest layer.
    d_results
        The weights: one of the shape of each number that the call returns, nested as its result.
        None counts for nothing, in place of one array, all states of a cell or the whole result.
        For a list of layers a list with an entry for each.
    mask, initial_state
        As for a call; for a list of layers, the mask of the lowest, and a list with the initial
        state of each layer, or None where it begins with its own.

    Returns
    -------
    dict
        ``"x"``: the gradient of the input. ``"initial_state"``: of the initial state, nested
        as given; None where none was given. ``"weights"``: a list in the order of `get_weights`.
        For a list of layers the latter two are lists with an entry for each.

    Raises
    ------
    ValueError
        For what a call refuses, for weights of another nesting or shape than the result, and
        for a layer, a cell or an activation whose derivative is not known.
    TypeError
        For what a call refuses, and for a list of layers whose weights or states are in no list.

    Examples
    --------
    The gradient of ``h2 = 0.5 h1 + 2 x2`` with ``h1 = 2 x1``:

    >>> import numpy as np
    >>> from rnn_oracle import SimpleRNN, gradients
    >>> layer = SimpleRNN(1, activation=None)
    >>> layer.set_weights([[[2.0]], [[0.5]], [0.0]])
    >>> found = gradients(layer, [[[1.0], [1.0]]], np.ones((1, 1)))
    >>> found["x"].tolist()
    [[[1.0], [2.0]]]
    >>> [weight.tolist() for weight in found["weights"]]
    [[[1.5]], [[2.0]], [1.5]]
    """
    with np.errstate(over="ignore"):
        if nest.is_nested(layers):
            return _of_stack(layers, x, d_results, mask, initial_state)
        result, back = _run(layers, x, mask, initial_state)
        return back(_filled(d_results, result, layers))


def _of_stack(layers, x, d_results, mask, initial_states):
    """The gradient of a layer's input adds to that of the output below (rule J6)."""
    initial_states = [None] * len(layers) if initial_states is None else initial_states
    for each in (layers, d_results, initial_states):
        if not isinstance(each, (list, tuple)):
            raise OracleTypeError(
                "a list of layers needs lists of weights and of initial states with an entry for "
                f"each layer, not {each!r}"
            )
    if not 0 < len(layers) == len(d_results) == len(initial_states):
        raise OracleValueError(
            f"the lengths of the lists differ: {len(layers)} layers, weights of "
            f"{len(d_results)} results, {len(initial_states)} initial states"
        )
    runs = []
    for layer, state in zip(layers, initial_states):
        result, back = _run(layer, x, mask, state)
        runs.append((layer, result, back))
        x, mask = _first(result), _first(layer.compute_mask(x, mask))
    found: list[dict[str, Any]] = []
    d_x: Any = 0.0
    for (layer, result, back), d_result in reversed(list(zip(runs, d_results))):
        d_result = _filled(d_result, result, layer)
        found.insert(0, back(_added(d_result, d_x)))
        d_x = found[0]["x"]
    return {
        "x": d_x,
        "initial_state": [each["initial_state"] for each in found],
        "weights": [each["weights"] for each in found],
    }


def _first(tree):
    return tree[0] if nest.is_nested(tree) else tree


def _added(d_result, d_output):
    """Add to the weights of the output what the layer above makes of it."""
    if nest.is_nested(d_result):
        return [d_result[0] + d_output] + d_result[1:]
    return d_result + d_output


def _filled(weights, result, layer):
    """Return weights nested as the result, in lists, with zeros for None."""
    if nest.is_nested(result):
        weights = [None] * len(result) if weights is None else weights
        if nest.is_nested(weights) and len(weights) == len(result):
            return [_filled(w, r, layer) for w, r in zip(weights, result)]
    elif weights is None:
        return _zeros(result)
    elif not nest.is_nested(weights):
        weights = as_numbers(weights, layer, "a weight of the result")
        if weights.shape == result.shape:
            return weights
    needed, found = (nest.describe(tree, _shape) for tree in (result, weights))
    raise OracleValueError(
        f"{layer.name}: the weights of the result must be shaped as the result, {needed}, but are "
        f"{found}"
    )


def _shape(leaf):
    return str(np.shape(leaf))


# Each of the following runs a layer, and returns its result and a function that goes back over
# it: from the weights of the result, which `_filled` has filled, to the gradients.


def _run(layer, x, mask, initial_state):
    for kind, run in _RUNS.items():
        if isinstance(layer, kind):
            return run(layer, x, mask, initial_state)
    known = ", ".join(kind.__name__ for kind in _RUNS)
    raise OracleValueError(
        f"the derivatives of {layer!r} are not known: gradients need a layer of {known}"
    )


def _run_masking(layer, x, mask, initial_state):
    def back(d_result):
        valid = layer.compute_mask(x)
        return {"x": choose(valid, d_result, 0.0), "initial_state": None, "weights": []}

    return layer(x), back


def _run_rnn(layer, x, mask, initial_state):
    x, mask, states = layer.checked(x, mask, initial_state)
    steps, valid = layer.in_order(x), None if mask is None else layer.in_order(mask)
    if valid is not None:
        steps = choose(valid, steps, 0.0)  # zero times NaN would be NaN (rule J10)
    befores = []

    def step(x, before):
        befores.append(before)
        return layer.cell.step(layer.cell.project(x), before)

    outputs, after = scan(step, steps, states, valid, layer.zero_output_for_mask)

    def back(d_result):
        d_output, d_states = d_result, nest.map_structure(_zeros, list(after))
        if layer.return_state:
            d_output, d_states = d_result[0], d_result[1:]
        d_outputs = _of_steps(layer, d_output, len(steps))
        d_steps, d_states, d_weights = _scan_back(layer, steps, befores, valid, d_outputs, d_states)
        given = initial_state is not None
        return {
            "x": _in_order_of_input(layer, d_steps),
            "initial_state": nest.pack(initial_state, nest.flatten(d_states)) if given else None,
            "weights": _of_each_cell_once(layer.cell, d_weights),
        }

    return layer.result(layer.joined(outputs), after), back


def _zeros(leaf):
    return np.zeros(leaf.shape, leaf.dtype)


def _of_steps(layer, d_output, count):
    """Return the weights of the output of each step, as they are processed (rules R2, G1)."""
    if layer.return_sequences:
        return d_output if layer.time_major else d_output.swapaxes(0, 1)
    return [_zeros(d_output)] * (count - 1) + [d_output]


def _in_order_of_input(layer, steps):
    """Undo `RNN.in_order` on a list of steps."""
    array = np.stack(steps[::-1] if layer.go_backwards else steps)
    return array if layer.time_major else array.swapaxes(0, 1)


def _scan_back(layer, steps, befores, valid, d_outputs, d_states):
    """Go back over the steps, from the last that was processed to the first (rules J1, J7 to J9).

    Parameters
    ----------
    steps : array, shape (steps, batch, features)
        In the order of processing.
    befores : list
        The states before each step.
    valid : array of bool, shape (steps, batch), or None
    d_outputs : array or list of arrays
        The weights of the output of each step.
    d_states : list
        The weights of the final states.

    Returns
    -------
    d_steps : list of arrays
    d_states : list
        The gradients of the initial states.
    d_weights : list of arrays
    """
    valid = np.ones(steps.shape[:2], bool) if valid is None else valid
    nothing = nest.map_structure(_zeros, d_states)
    d_steps: list[Any] = []
    d_weights: list[Any] = []
    d_repeated: Any = 0.0
    for t in reversed(range(len(steps))):
        d_output = d_outputs[t] + d_repeated
        d_x, d_before, d_weight = step_back(
            layer.cell,
            steps[t],
            befores[t],
            choose(valid[t], d_output, 0.0),
            choose_each(valid[t], d_states, nothing),
        )
        d_states = choose_each(valid[t], d_before, d_states)
        d_repeated = 0.0 if layer.zero_output_for_mask else choose(~valid[t], d_output, 0.0)
        d_steps.insert(0, d_x)
        d_weights.append(d_weight)
    return d_steps, d_states, [np.add.reduce(np.stack(each), axis=0) for each in zip(*d_weights)]


def _of_each_cell_once(stack, d_weights):
    """Add up what the weights of one cell get in all its places in a stack (rule C6)."""
    found: dict[int, list[Any]] = {}
    for cell in all_cells(stack):
        count = len(cell.weights)
        own, d_weights = d_weights[:count], d_weights[count:]
        before = found.get(id(cell))
        found[id(cell)] = own if before is None else [a + b for a, b in zip(before, own)]
    return [gradient for each in found.values() for gradient in each]


def _run_bidirectional(layer, x, mask, initial_state):
    sides = layer.parts()
    runs = [_run_rnn(s, x, mask, state) for s, state in zip(sides, layer.halves(initial_state))]
    results = [result for result, _ in runs]

    def back(d_result):
        d_outputs, d_states = [d_result], []
        if nest.is_nested(d_result):
            count = 2 if layer.merge_mode is None else 1
            d_outputs, d_states = d_result[:count], d_result[count:]
        if layer.merge_mode is not None:
            d_outputs = _unmerged(layer, d_outputs[0], *map(_first, results))
        half = len(d_states) // 2
        found = [
            back_side([d_output] + d_state if layer.return_state else d_output)
            for (_, back_side), d_output, d_state in zip(
                runs, _turned(layer, d_outputs), (d_states[:half], d_states[half:])
            )
        ]
        return {
            "x": found[0]["x"] + found[1]["x"],
            "initial_state": None if initial_state is None else _both(found, "initial_state"),
            "weights": _both(found, "weights"),
        }

    return layer.merged(results), back


def _both(found, name):
    return [gradient for each in found for gradient in each[name]]


def _turned(layer, outputs):
    """Turn the second of two outputs round in time, if it has steps (rule B4)."""
    if not layer.return_sequences:
        return outputs
    return [outputs[0], np.flip(outputs[1], 0 if layer.forward_layer.time_major else 1)]


def _unmerged(layer, d, y, z):
    """Return the gradients of both outputs, of which `z` is not turned round yet (rule J13)."""
    y, z = _turned(layer, [y, z])
    if layer.merge_mode == "concat":
        return [d[..., : y.shape[-1]], d[..., y.shape[-1] :]]
    if layer.merge_mode == "mul":
        return [d * z, d * y]
    return [d / 2, d / 2] if layer.merge_mode == "ave" else [d, d]


_RUNS = {RNN: _run_rnn, Bidirectional: _run_bidirectional, Masking: _run_masking}
