"""The cells: one step of SimpleRNN, LSTM, GRU, a stack and a user's own (rules C1 to C8).

A cell is split in two. `project` is the part that does not depend on the state, which a layer
computes for all steps in one product; `step` is the rest.
"""

import numpy as np

from ..arithmetic import nest
from .custom_cell import CustomCell
from .dialects import DEFAULT, KERAS3
from .errors import OracleTypeError, OracleValueError
from .inputs import as_numbers, check_features, check_states
from .module import Composite, Weighted, positive_integer


def blocks(z, count):
    """Return the gates' blocks of columns."""
    width = z.shape[-1] // count
    return [z[..., i * width : (i + 1) * width] for i in range(count)]


class Cell(Weighted):
    """One step of a recurrence: ``output, states = cell(inputs, states)``.

    Parameters
    ----------
    units : int
        Size of the output and of each state.

    The other arguments have Keras's names and defaults (rule F1).

    Attributes
    ----------
    state_size : int or list of int
        Size of each state; a bare int for a single state (rule S1).
    output_size : int
        Size of the output.
    """

    gates = 1
    takes_constants = needs_constants = False
    features = None  # known beforehand in a stack: the units of the cell below

    def __init__(self, own, kept, dialect, dtype):
        super().__init__(own, kept, dialect, dtype)
        own = self.get_config()
        self.units = positive_integer(own["units"], "units", type(self).__name__)
        self.use_bias = own["use_bias"]
        self.activation = self.dialect.activation(own["activation"])
        self.recurrent_activation = self.dialect.activation(own.get("recurrent_activation"))
        self.output_size = self.units
        self.state_size = self.units

    def weight_shapes(self):
        width, formula = self.gates * self.units, f"{self.gates} * units"
        shapes = [
            ("kernel", (self.features, width), f"(features, {formula})"),
            ("recurrent_kernel", (self.units, width), f"(units, {formula})"),
            ("bias", (width,), f"({formula},)"),
        ]
        return shapes if self.use_bias else shapes[:2]

    def _unpack(self, kernel, recurrent_kernel, bias=0.0):
        self.kernel, self.recurrent_kernel, self.bias = kernel, recurrent_kernel, bias

    def project(self, x):
        """Return the share of the input in every pre-activation, for any leading axes."""
        rows = x.reshape((-1, x.shape[-1])) if x.ndim > 2 else x  # one product for all
        z = rows @ self.kernel
        z += self.bias
        return z.reshape(x.shape[:-1] + self.kernel.shape[1:])

    def step(self, zx, states):
        """Advance by one step.

        Parameters
        ----------
        zx : array, shape (batch, gates * units)
            The projected input.
        states : list of arrays, shape (batch, units)

        Returns
        -------
        output : array, shape (batch, units)
        states : list of arrays
        """
        raise NotImplementedError

    def __call__(self, inputs, states):
        """Advance by one step from the input itself, of shape (batch, features).

        States come back as they were given: bare or in a list (rule S2).
        """
        self.require_weights()
        inputs = as_numbers(inputs, self, "the input")
        check_features(inputs, 2, self)
        bare = not nest.is_nested(states)
        sizes = self.state_size if nest.is_nested(self.state_size) else [self.state_size]
        states = check_states(states, sizes, len(inputs), self)
        with np.errstate(over="ignore"):
            output, states = self.step(self.project(inputs), states)
        return output, states[0] if bare else states

    def get_initial_state(self, batch_size):
        """Return zeros of shape (batch, units), nested as `state_size` (rule S7)."""
        return nest.map_structure(
            lambda size: np.zeros((batch_size, size), self.dtype), self.state_size
        )


class SimpleRNNCell(Cell):
    """Elman's cell (rule C1): ``h' = activation(x W + h U + b)``."""

    kind = "SimpleRNN"
    arguments = ("units", "activation", "use_bias")

    def __init__(
        self, units, activation="tanh", use_bias=True, *, dtype=None, dialect=KERAS3, **kept
    ):
        own = dict(units=units, activation=activation, use_bias=use_bias)
        super().__init__(own, kept, dialect, dtype)

    def step(self, zx, states):
        (h,) = states
        h = self.activation(zx + h @ self.recurrent_kernel)
        return h, [h]


class LSTMCell(Cell):
    """Long short-term memory (rule C2); gates in the order i, f, g, o.

    `unit_forget_bias` adds 1 to a bias when Keras makes it; it is part of the weights
    afterwards and nothing is added here (rule C3).
    """

    kind = "LSTM"
    arguments = ("units", "activation", "recurrent_activation", "use_bias")
    gates = 4

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation=DEFAULT,
        use_bias=True,
        *,
        dtype=None,
        dialect=KERAS3,
        **kept,
    ):
        own = dict(
            units=units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
        )
        super().__init__(own, kept, dialect, dtype)
        self.state_size = [self.units, self.units]

    def step(self, zx, states):
        h, c = states
        i, f, g, o = blocks(zx + h @ self.recurrent_kernel, 4)
        i = self.recurrent_activation(i)
        f = self.recurrent_activation(f)
        o = self.recurrent_activation(o)
        c = f * c + i * self.activation(g)
        h = o * self.activation(c)
        return h, [h, c]


class GRUCell(Cell):
    """Gated recurrent unit; gates in the order z, r, h.

    With `reset_after` (rule C4) the reset gate scales the candidate's recurrent product and
    there are two rows of bias, input and recurrent. Without it (rule C5) the gate scales the
    state before the product and there is one bias.
    """

    kind = "GRU"
    arguments = ("units", "activation", "recurrent_activation", "use_bias", "reset_after")
    gates = 3

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation=DEFAULT,
        use_bias=True,
        *,
        reset_after=DEFAULT,
        dtype=None,
        dialect=KERAS3,
        **kept,
    ):
        own = dict(
            units=units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            reset_after=reset_after,
        )
        super().__init__(own, kept, dialect, dtype)
        self.reset_after = self.get_config()["reset_after"]

    def weight_shapes(self):
        shapes = super().weight_shapes()
        if self.use_bias and self.reset_after:
            shapes[2] = ("bias", (2, 3 * self.units), "(2, 3 * units), input row and recurrent row")
        return shapes

    def _unpack(self, kernel, recurrent_kernel, bias=0.0):
        self.kernel, self.recurrent_kernel = kernel, recurrent_kernel
        two_rows = self.use_bias and self.reset_after
        self.bias, self.recurrent_bias = bias if two_rows else (bias, 0.0)

    def step(self, zx, states):
        (h,) = states
        xz, xr, xh = blocks(zx, 3)
        if self.reset_after:
            hz, hr, hh = blocks(h @ self.recurrent_kernel + self.recurrent_bias, 3)
            z = self.recurrent_activation(xz + hz)
            r = self.recurrent_activation(xr + hr)
            candidate = self.activation(xh + r * hh)
        else:
            u_z, u_r, u_h = blocks(self.recurrent_kernel, 3)
            z = self.recurrent_activation(xz + h @ u_z)
            r = self.recurrent_activation(xr + h @ u_r)
            candidate = self.activation(xh + (r * h) @ u_h)
        h = z * h + (1 - z) * candidate
        return h, [h]


class StackedRNNCells(Composite):
    """Cells one upon the other, behaving as one cell (rule C6).

    Parameters
    ----------
    cells : list of cells
        Cells of the oracle, the user's own, or both.
    dialect : str or Dialect, optional
        By default that of the first cell.

    Raises
    ------
    ValueError
        For an empty list, or an object that is no cell.
    TypeError
        For a bare cell.
    """

    def __init__(self, cells, dtype=None, dialect=None, **kept):
        if not isinstance(cells, (list, tuple)):
            raise OracleTypeError(f"StackedRNNCells takes a list of cells, not {cells!r}")
        self.cells = [as_cell(cell) for cell in cells]
        if not self.cells:
            raise OracleValueError("StackedRNNCells needs at least one cell")
        dialect = dialect or getattr(self.cells[0], "dialect", KERAS3)
        super().__init__({"cells": cells}, kept, dialect, dtype)
        self.state_size = self.dialect.stacked(cell.state_size for cell in self.cells)
        self.output_size = self.cells[-1].output_size
        for below, cell in zip(self.cells, self.cells[1:]):
            bottom_cell(cell).features = below.output_size

    @property
    def takes_constants(self):
        """Whether any cell takes them."""
        return any(cell.takes_constants for cell in self.cells)

    @property
    def needs_constants(self):
        """Whether any cell needs them."""
        return any(cell.needs_constants for cell in self.cells)

    def parts(self):
        return weighted_cells(self)

    def project(self, x):
        return x

    def step(self, x, states, **constants):
        after = []
        for cell, state in zip(self.cells, states):
            bare = not nest.is_nested(state)
            own = constants if cell.takes_constants else {}
            x, state = cell.step(cell.project(x), [state] if bare else state, **own)
            after.append(state[0] if bare else state)
        return x, self.dialect.stacked(after)

    def __call__(self, inputs, states):
        """Advance by one step; `states` has one entry a cell, nested as `state_size`."""
        self.require_weights()
        inputs = as_numbers(inputs, self, "the input")
        if isinstance(bottom_cell(self), Cell):
            check_features(inputs, 2, bottom_cell(self), self.name)
        sizes = list(self.state_size)
        return self.step(inputs, check_states(states, sizes, len(inputs), self))

    def get_initial_state(self, batch_size):
        """Return the initial state of each cell, nested as `state_size`."""
        return self.dialect.stacked(cell.get_initial_state(batch_size) for cell in self.cells)


def as_cell(cell):
    """Return an object with `project` and `step` for any cell, or list of cells."""
    if isinstance(cell, (list, tuple)):
        return StackedRNNCells(cell)
    return cell if isinstance(cell, (Cell, CustomCell, StackedRNNCells)) else CustomCell(cell)


def bottom_cell(cell):
    """Return the cell that sees the input."""
    return bottom_cell(cell.cells[0]) if isinstance(cell, StackedRNNCells) else cell


def weighted_cells(cell):
    """Return the cells that hold weights, from the bottom up."""
    if isinstance(cell, StackedRNNCells):
        return [weighted for inner in cell.cells for weighted in weighted_cells(inner)]
    return [cell] if isinstance(cell, Cell) else []
