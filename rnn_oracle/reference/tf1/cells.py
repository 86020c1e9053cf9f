"""The cells of TensorFlow 1, one step of each (rules V1 to V9)."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

from ..activations import sigmoid
from ..aliases import Activation, Array, States
from ..dialects import ABSENT
from ..errors import OracleValueError
from ..module import WeightShape, given, positive_integer
from .cell import LSTMStateTuple, Tf1Cell
from .multi_rnn_cell import MultiRNNCell

__all__ = ["BasicLSTMCell", "BasicRNNCell", "GRUCell", "LSTMCell", "MultiRNNCell"]


class BasicRNNCell(Tf1Cell):
    """Elman's cell (rule V1): ``h' = activation([x, h] W + b)``.

    Parameters
    ----------
    num_units : int
        Size of the output and of the state.
    activation : str, callable or None
        Its name, or a function of an array. None is tanh (rule V7).
    reuse, name, **kwargs
        Kept for `get_config`, as `trainable` is.
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.

    Raises
    ------
    ValueError
        For a number of units below 1, an unknown activation or another dtype.
    TypeError
        For a number of units that is no whole number, and an unknown argument.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle.tf1 import BasicRNNCell
    >>> cell = BasicRNNCell(1, activation="linear")
    >>> cell.set_weights([[[2.0], [0.5]], [1.0]])
    >>> output, h = cell([[3.0]], np.array([[4.0]]))  # 3 * 2 + 4 * 0.5 + 1
    >>> output.tolist()
    [[9.0]]
    """

    def __init__(
        self,
        num_units: int,
        activation: Activation = None,
        *,
        reuse: Any = ABSENT,
        name: str = ABSENT,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dtype)

    def weight_shapes(self) -> list[WeightShape]:
        return [self.kernel_shape("kernel", 1), self.bias_shape("bias", 1)]

    def _unpack(self, kernel: Array, bias: Array) -> None:
        self.kernel, self.bias = kernel, bias

    def step(self, x: Array, h: Array) -> tuple[Array, Array]:
        h = self.activation(np.concatenate([x, h], axis=1) @ self.kernel + self.bias)
        return h, h


class GRUCell(Tf1Cell):
    """Gated recurrent unit (rule V2); gates in the order r, u.

    Parameters
    ----------
    num_units : int
        Size of the output and of the state.
    activation : str, callable or None
        Its name, or a function of an array. None is tanh (rule V7).
    kernel_initializer, bias_initializer
        Kept for `get_config`.
    reuse, name, **kwargs
        Kept for `get_config`, as `trainable` is.
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.

    Raises
    ------
    ValueError
        For a number of units below 1, an unknown activation or another dtype.
    TypeError
        For a number of units that is no whole number, and an unknown argument.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle.tf1 import GRUCell
    >>> cell = GRUCell(2)
    >>> cell.set_weights([np.zeros((5, 4)), np.zeros(4), np.zeros((5, 2)), np.zeros(2)])
    >>> output, state = cell(np.ones((1, 3)), np.ones((1, 2)))  # both gates are sigmoid(0)
    >>> state.tolist()
    [[0.5, 0.5]]
    """

    def __init__(
        self,
        num_units: int,
        activation: Activation = None,
        *,
        reuse: Any = ABSENT,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: str = ABSENT,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dtype)

    def weight_shapes(self) -> list[WeightShape]:
        return [
            self.kernel_shape("gates/kernel", 2),
            self.bias_shape("gates/bias", 2),
            self.kernel_shape("candidate/kernel", 1),
            self.bias_shape("candidate/bias", 1),
        ]

    def _unpack(
        self, gate_kernel: Array, gate_bias: Array, candidate_kernel: Array, candidate_bias: Array
    ) -> None:
        self.gate_kernel, self.gate_bias = gate_kernel, gate_bias
        self.candidate_kernel, self.candidate_bias = candidate_kernel, candidate_bias

    def step(self, x: Array, h: Array) -> tuple[Array, Array]:
        gates = np.concatenate([x, h], axis=1) @ self.gate_kernel + self.gate_bias
        r, u = blocks(sigmoid(gates), 2)
        candidate = np.concatenate([x, r * h], axis=1) @ self.candidate_kernel
        h = u * h + (1 - u) * self.activation(candidate + self.candidate_bias)
        return h, h


class BasicLSTMCell(Tf1Cell):
    """Long short-term memory (rule V3); gates in the order i, j, f, o.

    Parameters
    ----------
    num_units : int
        Size of the output and of both states.
    forget_bias : float
        Is added to the forget gate at every step and is no part of `bias`.
    state_is_tuple : bool
        Whether the state is an `LSTMStateTuple`, or one array, c and h side by side (rule V4).
    activation : str, callable or None
        Its name, or a function of an array. None is tanh (rule V7).
    reuse, name, **kwargs
        Kept for `get_config`, as `trainable` is.
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.

    Raises
    ------
    ValueError
        For a number of units below 1, an unknown activation or another dtype.
    TypeError
        For a number of units that is no whole number, and an unknown argument.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle.tf1 import BasicLSTMCell
    >>> cell = BasicLSTMCell(2, forget_bias=0.0)
    >>> cell.set_weights([np.zeros((5, 8)), np.zeros(8)])
    >>> state = np.ones((1, 2)), np.zeros((1, 2))
    >>> output, state = cell(np.ones((1, 3)), state)  # every gate is sigmoid(0)
    >>> state.c.tolist()
    [[0.5, 0.5]]
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Activation = None,
        *,
        reuse: Any = ABSENT,
        name: str = ABSENT,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dtype)
        self.forget_bias = forget_bias
        self._set_sizes(self.num_units, state_is_tuple)

    def _set_sizes(self, output_size: int, state_is_tuple: bool) -> None:
        self.output_size, self.state_is_tuple = output_size, state_is_tuple
        sizes = LSTMStateTuple(c=self.num_units, h=output_size)
        self.state_size = sizes if state_is_tuple else sum(sizes)

    def weight_shapes(self) -> list[WeightShape]:
        return [self.kernel_shape("kernel", 4), self.bias_shape("bias", 4)]

    def _unpack(self, kernel: Array, bias: Array) -> None:
        self.kernel, self.bias = kernel, bias

    def split(self, state: States) -> tuple[Array, Array]:
        """Return c and h of a state."""
        if self.state_is_tuple:
            return state
        return state[:, : self.num_units], state[:, self.num_units :]

    def join(self, c: Array, h: Array) -> States:
        """Make a state of c and h."""
        return LSTMStateTuple(c, h) if self.state_is_tuple else np.concatenate([c, h], axis=1)

    def step(self, x: Array, state: States) -> tuple[Array, States]:
        c, h = self.split(state)
        i, j, f, o = blocks(np.concatenate([x, h], axis=1) @ self.kernel + self.bias, 4)
        c = c * sigmoid(f + self.forget_bias) + sigmoid(i) * self.activation(j)
        h = self.activation(c) * sigmoid(o)
        return h, self.join(c, h)


class LSTMCell(BasicLSTMCell):
    """`BasicLSTMCell` with peepholes, clipping and a projection (rules V5, V6).

    Parameters
    ----------
    num_units, forget_bias, state_is_tuple, activation
        As for `BasicLSTMCell`.
    use_peepholes : bool
        Whether the gates see the cell's state (rule V5).
    cell_clip, proj_clip : float, optional
        The cell's state and the projected output are confined to [-clip, clip] (rules V5, V6).
    initializer
        Kept for `get_config`.
    num_proj : int, optional
        Size of the output, if it is projected (rule V6).
    reuse, name, **kwargs
        Kept for `get_config`, as `trainable` is.
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.

    Raises
    ------
    ValueError
        For a number of units or a size of the output below 1, a negative limit, an unknown
        activation or another dtype.
    TypeError
        For a number of units that is no whole number, and an unknown argument.

    Examples
    --------
    >>> from rnn_oracle.tf1 import LSTMCell
    >>> cell = LSTMCell(3, use_peepholes=True, num_proj=2)
    >>> cell.state_size
    LSTMStateTuple(c=3, h=2)
    >>> [name for name, shape, formula in cell.weight_shapes()]
    ['kernel', 'bias', 'w_f_diag', 'w_i_diag', 'w_o_diag', 'projection/kernel']
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        *,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Activation = None,
        reuse: Any = ABSENT,
        name: str = ABSENT,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        more = dict(kwargs, reuse=reuse, name=name, dtype=dtype)
        super().__init__(num_units, forget_bias, state_is_tuple, activation, **more)
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

    def _limit(self, value: float | None, name: str) -> float | None:
        if value is not None and not value >= 0:
            raise OracleValueError(
                f"{type(self).__name__}: `{name}` must be None or a number that is not "
                f"negative, not {value!r}"
            )
        return value

    def weight_shapes(self) -> list[WeightShape]:
        shapes = super().weight_shapes()
        if self.use_peepholes:
            shapes += [self.bias_shape(name, 1) for name in ("w_f_diag", "w_i_diag", "w_o_diag")]
        if self.projected:
            shape = (self.num_units, self.output_size)
            shapes.append(("projection/kernel", shape, "(num_units, num_proj)"))
        return shapes

    def _unpack(self, kernel: Array, bias: Array, *more: Array) -> None:
        super()._unpack(kernel, bias)
        if self.projected:
            more, self.projection = more[:-1], more[-1]
        self.peepholes: Sequence[Any] = more or (None, None, None)

    def step(self, x: Array, state: States) -> tuple[Array, States]:
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


def seen(gate: Array, peephole: Array | None, c: Array) -> Array:
    """Add to a gate what it sees of the cell's state through a peephole, if it has one."""
    return gate if peephole is None else gate + peephole * c


def clipped(x: Array, limit: float | None) -> Array:
    """Confine numbers to [-limit, limit]; None is no limit."""
    return x if limit is None else np.minimum(np.maximum(x, -limit), limit)


def blocks(z: Array, count: int) -> list[Array]:
    """Return the gates' blocks of columns."""
    width = z.shape[-1] // count
    return [z[..., i * width : (i + 1) * width] for i in range(count)]
