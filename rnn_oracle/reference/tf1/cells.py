"""The cells of TensorFlow 1: one step of each, and a stack of cells (rules V1 to V9)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...arithmetic import nest
from ..activations import KERAS2, sigmoid
from ..cells import blocks
from ..dialects import Dialect
from ..errors import OracleTypeError, OracleValueError
from ..inputs import as_numbers, check_states
from ..module import Composite, Weighted, positive_integer

TF1 = Dialect(
    name="tf1",
    generation="tf1",
    activations=KERAS2,
    unknown_argument=OracleTypeError,
    layer_arguments=frozenset(["name", "reuse", "trainable"]),
    recurrent_arguments=dict.fromkeys(
        ["kernel_initializer", "bias_initializer"], frozenset(["GRUCell"])
    ),
    implementation=frozenset(),
    use_cudnn=False,
    numbers_are_cast=False,
)


class LSTMStateTuple(NamedTuple):
    """State of an LSTM: the cell's `c`, then the output `h` (rule V3)."""

    c: Any
    h: Any


class Tf1Cell(Weighted):
    """One step of a recurrence: ``output, state = cell(inputs, state)``.

    Arguments have TensorFlow's names and defaults; no activation is tanh (rule V7). Those that
    cannot change a forward pass are kept for `get_config`.

    Attributes
    ----------
    state_size : int or LSTMStateTuple of int
    output_size : int
    """

    below = None  # known beforehand in a stack: the output size of the cell below

    def __init__(self, own, kept, dtype):
        super().__init__(own, kept, TF1, dtype)
        self.num_units = positive_integer(own["num_units"], "num_units", type(self).__name__)
        self.activation = self.dialect.activation(own["activation"] or "tanh")
        self.state_size = self.output_size = self.num_units

    def kernel_shape(self, name, gates):
        """Return the entry of `weight_shapes` for a kernel over input and output together."""
        rows = None if self.below is None else self.below + self.output_size
        formula = f"(features + {self.output_size}, {gates} * num_units)"
        return name, (rows, gates * self.num_units), formula

    def bias_shape(self, name, gates):
        """Return the entry of `weight_shapes` for a bias."""
        return name, (gates * self.num_units,), f"({gates} * num_units,)"

    def _unpack(self, kernel, bias):
        self.kernel, self.bias = kernel, bias

    @property
    def features(self):
        """The number of features of the input: the kernel's other rows are for the state."""
        return self.weights[0].shape[0] - self.output_size

    def step(self, x, state):
        """Advance by one step.

        Parameters
        ----------
        x : array, shape (batch, features)
        state
            Arrays of shape (batch, size), nested as `state_size`.

        Returns
        -------
        output : array, shape (batch, output_size)
        state
        """
        raise NotImplementedError

    def __call__(self, inputs, state):
        """Advance by one step; inputs and state are checked."""
        self.require_weights()
        inputs = as_numbers(inputs, self, "the input")
        if inputs.shape[1:] != (self.features,):
            raise OracleValueError(
                f"{self.name} takes (batch, {self.features}), with a feature for each row "
                "of its kernel that is not "
                f"for the state, but the input has shape {inputs.shape}"
            )
        (state,) = check_states([state], [self.state_size], len(inputs), self)
        with np.errstate(over="ignore"):
            return self.step(inputs, state)

    def zero_state(self, batch_size, dtype):
        """Return zeros of shape (batch, size), nested as `state_size`."""
        return nest.map_structure(lambda size: np.zeros((batch_size, size), dtype), self.state_size)


class BasicRNNCell(Tf1Cell):
    """Elman's cell (rule V1): ``h' = activation([x, h] W + b)``."""

    def __init__(self, num_units, activation=None, *, dtype=None, **kept):
        super().__init__(dict(num_units=num_units, activation=activation), kept, dtype)

    def weight_shapes(self):
        return [self.kernel_shape("kernel", 1), self.bias_shape("bias", 1)]

    def step(self, x, h):
        h = self.activation(np.concatenate([x, h], axis=1) @ self.kernel + self.bias)
        return h, h


class GRUCell(Tf1Cell):
    """Gated recurrent unit (rule V2); gates in the order r, u."""

    def __init__(self, num_units, activation=None, *, dtype=None, **kept):
        super().__init__(dict(num_units=num_units, activation=activation), kept, dtype)

    def weight_shapes(self):
        return [
            self.kernel_shape("gates/kernel", 2),
            self.bias_shape("gates/bias", 2),
            self.kernel_shape("candidate/kernel", 1),
            self.bias_shape("candidate/bias", 1),
        ]

    def _unpack(self, gate_kernel, gate_bias, candidate_kernel, candidate_bias):
        self.gate_kernel, self.gate_bias = gate_kernel, gate_bias
        self.candidate_kernel, self.candidate_bias = candidate_kernel, candidate_bias

    def step(self, x, h):
        gates = np.concatenate([x, h], axis=1) @ self.gate_kernel + self.gate_bias
        r, u = blocks(sigmoid(gates), 2)
        candidate = np.concatenate([x, r * h], axis=1) @ self.candidate_kernel
        h = u * h + (1 - u) * self.activation(candidate + self.candidate_bias)
        return h, h


class BasicLSTMCell(Tf1Cell):
    """Long short-term memory (rule V3); gates in the order i, j, f, o.

    `forget_bias` is added to the forget gate at every step and is no part of `bias`. With
    ``state_is_tuple=False`` the state is one array, c and h side by side (rule V4).
    """

    def __init__(
        self,
        num_units,
        forget_bias=1.0,
        state_is_tuple=True,
        activation=None,
        *,
        dtype=None,
        **kept,
    ):
        own = dict(
            num_units=num_units,
            forget_bias=forget_bias,
            state_is_tuple=state_is_tuple,
            activation=activation,
        )
        super().__init__(own, kept, dtype)
        self.forget_bias = forget_bias
        self._set_sizes(self.num_units, state_is_tuple)

    def _set_sizes(self, output_size, state_is_tuple):
        self.output_size, self.state_is_tuple = output_size, state_is_tuple
        sizes = LSTMStateTuple(c=self.num_units, h=output_size)
        self.state_size = sizes if state_is_tuple else sum(sizes)

    def weight_shapes(self):
        return [self.kernel_shape("kernel", 4), self.bias_shape("bias", 4)]

    def split(self, state):
        """Return c and h of a state."""
        if self.state_is_tuple:
            return state
        return state[:, : self.num_units], state[:, self.num_units :]

    def join(self, c, h):
        """Make a state of c and h."""
        return LSTMStateTuple(c, h) if self.state_is_tuple else np.concatenate([c, h], axis=1)

    def step(self, x, state):
        c, h = self.split(state)
        i, j, f, o = blocks(np.concatenate([x, h], axis=1) @ self.kernel + self.bias, 4)
        c = c * sigmoid(f + self.forget_bias) + sigmoid(i) * self.activation(j)
        h = self.activation(c) * sigmoid(o)
        return h, self.join(c, h)


class LSTMCell(BasicLSTMCell):
    """`BasicLSTMCell` with peepholes, clipping and a projection (rules V5, V6)."""

    def __init__(
        self,
        num_units,
        use_peepholes=False,
        cell_clip=None,
        initializer=None,
        num_proj=None,
        proj_clip=None,
        *,
        forget_bias=1.0,
        state_is_tuple=True,
        activation=None,
        dtype=None,
        **kept,
    ):
        super().__init__(num_units, forget_bias, state_is_tuple, activation, dtype=dtype, **kept)
        self._config.update(
            use_peepholes=use_peepholes,
            cell_clip=cell_clip,
            initializer=initializer,
            num_proj=num_proj,
            proj_clip=proj_clip,
        )
        self.use_peepholes = use_peepholes
        self.cell_clip = self._limit(cell_clip, "cell_clip")
        self.proj_clip = self._limit(proj_clip, "proj_clip")
        self.projected = num_proj is not None
        if self.projected:
            num_proj = positive_integer(num_proj, "num_proj", type(self).__name__)
            self._set_sizes(num_proj, state_is_tuple)

    def _limit(self, value, name):
        if value is not None and not value >= 0:
            raise OracleValueError(
                f"{type(self).__name__}: `{name}` must be None or a number that is not "
                f"negative, not {value!r}"
            )
        return value

    def weight_shapes(self):
        shapes = super().weight_shapes()
        if self.use_peepholes:
            shapes += [self.bias_shape(name, 1) for name in ("w_f_diag", "w_i_diag", "w_o_diag")]
        if self.projected:
            shape = (self.num_units, self.output_size)
            shapes.append(("projection/kernel", shape, "(num_units, num_proj)"))
        return shapes

    def _unpack(self, kernel, bias, *more):
        super()._unpack(kernel, bias)
        more = list(more)
        self.projection = more.pop() if self.projected else None
        self.peepholes = more or [None] * 3

    def step(self, x, state):
        c, h = self.split(state)
        i, j, f, o = blocks(np.concatenate([x, h], axis=1) @ self.kernel + self.bias, 4)
        w_f, w_i, w_o = self.peepholes
        f = sigmoid(seen(f + self.forget_bias, w_f, c))
        i = sigmoid(seen(i, w_i, c))
        c = clipped(f * c + i * self.activation(j), self.cell_clip)
        h = sigmoid(seen(o, w_o, c)) * self.activation(c)
        if self.projected:
            h = clipped(h @ self.projection, self.proj_clip)
        return h, self.join(c, h)


def seen(gate, peephole, c):
    """Add to a gate what it sees of the cell's state through a peephole, if it has one."""
    return gate if peephole is None else gate + peephole * c


def clipped(x, limit):
    """Confine numbers to [-limit, limit]; None is no limit."""
    return x if limit is None else np.minimum(np.maximum(x, -limit), limit)


class MultiRNNCell(Composite):
    """Cells one upon the other, behaving as one cell (rules V8, V9).

    Parameters
    ----------
    cells : list or tuple of cells
        A cell that stands in it twice is one cell with one set of weights.
    state_is_tuple : bool
        Whether the state is a tuple with an entry for each cell, or one array in which the
        cells' states lie side by side.

    Raises
    ------
    ValueError
        For no cells, or a cell whose state is a tuple under ``state_is_tuple=False``.
    TypeError
        For anything but cells of this dialect in a list or tuple.
    """

    def __init__(self, cells, state_is_tuple=True):
        if not nest.is_nested(cells) or not all(map(is_cell, cells)):
            raise OracleTypeError(
                f"MultiRNNCell takes a list of cells of rnn_oracle.tf1, not {cells!r}"
            )
        if not cells:
            raise OracleValueError("MultiRNNCell needs at least one cell")
        own = dict(cells=cells, state_is_tuple=state_is_tuple)
        super().__init__(own, {}, TF1, cells[0].dtype)
        self.cells, self.state_is_tuple = list(cells), state_is_tuple
        sizes = tuple(cell.state_size for cell in cells)
        if not state_is_tuple and any(map(nest.is_nested, sizes)):
            raise OracleValueError(
                "MultiRNNCell with state_is_tuple=False needs cells with state_is_tuple=False: "
                f"the cells' states are nested {nest.describe(sizes, str)}"
            )
        self.state_size = sizes if state_is_tuple else sum(sizes)
        self.output_size = cells[-1].output_size
        for lower, cell in zip(cells, cells[1:]):
            cell.below = lower.output_size

    @property
    def below(self):
        """See `Tf1Cell.below`; it is the bottom cell's."""
        return self.cells[0].below

    @below.setter
    def below(self, size):
        self.cells[0].below = size

    @property
    def features(self):
        """The number of features of the input."""
        return self.cells[0].features

    def parts(self):
        return list({id(cell): cell for cell in self.cells}.values())

    def step(self, x, state):
        if not self.state_is_tuple:
            ends = np.cumsum([cell.state_size for cell in self.cells])
            state = [state[:, a:b] for a, b in zip([0] + list(ends), ends)]
        after = []
        for cell, before in zip(self.cells, state):
            x, new = cell(x, before)
            after.append(new)
        return x, tuple(after) if self.state_is_tuple else np.concatenate(after, axis=1)

    __call__ = Tf1Cell.__call__
    zero_state = Tf1Cell.zero_state


def is_cell(thing):
    """Tell whether a thing is a cell of this dialect."""
    return isinstance(thing, (Tf1Cell, MultiRNNCell))
