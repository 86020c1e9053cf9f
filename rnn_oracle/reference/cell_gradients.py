"""The cells backwards: one step of each, as the equations are written (rules J2 to J6).

Every function here takes what its step was given, and ``d_h``, the gradient of the output h'.
Names are those of `rnn_oracle.reference.cells`; ``d_`` marks the gradient of what follows. Each
step is worked out once more from the states that it began with.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arithmetic import nest
from .cells import GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from .derivatives import pull_back
from .errors import OracleValueError
from .masked_kernel import input_gradient, kernel_gradient, side_by_side


def simple_rnn(cell, zx, states, d_h, d_states):
    """Rule J2.

    Parameters
    ----------
    cell : Cell
    zx : array, shape (gates, batch, units)
        The projected input.
    states : list of arrays, shape (batch, units)
        Those before the step.
    d_h : array, shape (batch, units)
        The gradient of h', as the output and as a state.
    d_states : list of arrays, shape (batch, units)
        The gradients of the other states after the step.

    Returns
    -------
    d_zx : array
    d_states : list of arrays
        Of the states before the step.
    d_weights : list of arrays
        Of the recurrent kernel, and of the recurrent bias where there is one.
    """
    (h,) = states
    (z,) = zx + h @ cell.recurrent_kernel
    d_z = pull_back(cell.activation, z, d_h)[None]
    before = input_gradient(cell.recurrent_kernel, d_z)
    return d_z, [before], [kernel_gradient(cell.recurrent_kernel, h, d_z)]


def lstm(cell, zx, states, d_h, d_states):
    """Rule J3."""
    (h, c), (d_c,) = states, d_states
    act, rec = cell.activation, cell.recurrent_activation
    i, f, g, o = zx + h @ cell.recurrent_kernel
    after = rec(f) * c + rec(i) * act(g)
    d_c = d_c + pull_back(act, after, d_h * rec(o))
    d_i = pull_back(rec, i, d_c * act(g))
    d_f = pull_back(rec, f, d_c * c)
    d_g = pull_back(act, g, d_c * rec(i))
    d_o = pull_back(rec, o, d_h * act(after))
    d_z = np.stack([d_i, d_f, d_g, d_o])
    before = [input_gradient(cell.recurrent_kernel, d_z), d_c * rec(f)]
    return d_z, before, [kernel_gradient(cell.recurrent_kernel, h, d_z)]


def gru(cell, zx, states, d_h, d_states):
    """Rules J4 and J5."""
    (h,) = states
    return (_gru_reset_after if cell.reset_after else _gru_reset_before)(cell, zx, h, d_h)


def _gru_reset_after(cell, zx, h, d_h):
    act, rec = cell.activation, cell.recurrent_activation
    xz, xr, xk = zx
    hz, hr, hk = h @ cell.recurrent_kernel + cell.recurrent_bias
    z, r = rec(xz + hz), rec(xr + hr)
    k = act(xk + r * hk)
    d_z = pull_back(rec, xz + hz, d_h * h - d_h * k)
    d_k = pull_back(act, xk + r * hk, d_h * (1 - z))
    d_r = pull_back(rec, xr + hr, d_k * hk)
    d_zx = np.stack([d_z, d_r, d_k])
    d_zh = np.stack([d_z, d_r, d_k * r])
    before = d_h * z + input_gradient(cell.recurrent_kernel, d_zh)
    d_u = kernel_gradient(cell.recurrent_kernel, h, d_zh)
    return d_zx, [before], [d_u, np.add.reduce(side_by_side(d_zh), axis=0)]


def _gru_reset_before(cell, zx, h, d_h):
    act, rec = cell.activation, cell.recurrent_activation
    u_z, u_r, u_k = (cell.recurrent_kernel[gate : gate + 1] for gate in range(3))
    (hz,), (hr,) = h @ u_z, h @ u_r
    z, r = rec(zx[0] + hz), rec(zx[1] + hr)
    (rh,) = (r * h) @ u_k
    a = zx[2] + rh
    d_z = pull_back(rec, zx[0] + hz, d_h * h - d_h * act(a))[None]
    d_k = pull_back(act, a, d_h * (1 - z))[None]
    d_rh = input_gradient(u_k, d_k)
    d_r = pull_back(rec, zx[1] + hr, d_rh * h)[None]
    before = d_h * z + input_gradient(u_z, d_z) + input_gradient(u_r, d_r) + d_rh * r
    products = ((u_z, h, d_z), (u_r, h, d_r), (u_k, r * h, d_k))
    d_u = np.concatenate([kernel_gradient(*each) for each in products], axis=-1)
    return np.concatenate([d_z, d_r, d_k]), [before], [d_u]


STEPS = {SimpleRNNCell: simple_rnn, LSTMCell: lstm, GRUCell: gru}


def step_back(cell, x, states, d_output, d_states):
    """Go back over one step of a cell, or of cells stacked.

    Parameters
    ----------
    cell : cell of the oracle
    x : array, shape (batch, features)
    states : list
        Those before the step, nested as the cell's `state_size`.
    d_output, d_states
        The gradients of the output and of the states after the step.

    Returns
    -------
    d_x : array, shape (batch, features)
    d_states : list
        Of the states before the step.
    d_weights : list of arrays
        What this step adds to the gradient of each weight, in Keras's order.

    Raises
    ------
    ValueError
        For a custom cell, whose derivatives are not known.
    """
    if isinstance(cell, StackedRNNCells):
        return _stack_back(cell, x, states, d_output, d_states)
    if type(cell) not in STEPS:
        known = ", ".join(kind.__name__ for kind in STEPS)
        raise OracleValueError(
            f"the derivatives of the cell {getattr(cell, 'cell', cell)!r} are not known: "
            f"gradients need {known}"
        )
    d_h = d_output + d_states[0]
    step = STEPS[type(cell)]
    d_zx, before, d_recurrent = step(cell, cell.project(x), states, d_h, d_states[1:])
    d_weights = [kernel_gradient(cell.kernel, x, d_zx), d_recurrent[0]]
    if cell.use_bias:
        d_biases = [np.add.reduce(side_by_side(d_zx), axis=0)] + d_recurrent[1:]
        d_weights.append(d_biases[0] if len(d_biases) == 1 else np.stack(d_biases))
    return input_gradient(cell.kernel, d_zx), before, d_weights


def _stack_back(stack, x, states, d_output, d_states):
    """From the top cell down; the gradient of a cell's input is that of the output below (J6)."""
    states = [_listed(state) for state in states]
    inputs = [x]
    for cell, state in zip(stack.cells[:-1], states):
        inputs.append(cell.step(cell.project(inputs[-1]), state)[0])
    before: list[Any] = []
    d_weights: list[Any] = []
    for cell, x, state, d_state in reversed(list(zip(stack.cells, inputs, states, d_states))):
        d_output, d_before, d_own = step_back(cell, x, state, d_output, _listed(d_state))
        before.insert(0, d_before if nest.is_nested(d_state) else d_before[0])
        d_weights = d_own + d_weights
    return d_output, before, d_weights


def _listed(state):
    return state if nest.is_nested(state) else [state]
