"""The gated recurrent unit: the cell, and the layer over it (rules C4, C5)."""

from __future__ import annotations

from typing import Any

from .aliases import Activation, Array, DialectLike
from .cell import Cell
from .dialects import ABSENT, DEFAULT, KERAS3
from .masked_kernel import by_gate
from .module import WeightShape, given
from .one_cell import OneCell


class GRUCell(Cell):
    """Gated recurrent unit; gates in the order z, r, h.

    With `reset_after` (rule C4) the reset gate scales the candidate's recurrent product and
    there are two rows of bias, input and recurrent. Without it (rule C5) the gate scales the
    state before the product and there is one bias.

    Parameters
    ----------
    units : int
        Size of the output and of the state.
    activation : str, callable or None
        Of the candidate: Keras's name of a function, or a function of an array. None is linear
        (rules A1 to A4).
    recurrent_activation : str, callable or None
        Of the gates, given likewise. By default ``"sigmoid"``, and in `keras2_v1`
        ``"hard_sigmoid"`` (rule F1).
    use_bias : bool
        Whether there is a bias.
    kernel_initializer, recurrent_initializer, bias_initializer
        Kept for `get_config`: nothing is initialized here, weights are set (rule D5).
    kernel_regularizer, recurrent_regularizer, bias_regularizer
        Kept for `get_config` (rule D5).
    kernel_constraint, recurrent_constraint, bias_constraint
        Kept for `get_config` (rule D5).
    dropout, recurrent_dropout : float
        From 0 to 1. Kept for `get_config`: a call computes as outside training. For dropout in
        training see `rnn_oracle.dropout`.
    reset_after : bool
        Whether the reset gate scales the recurrent product (rule C4) or the state before it
        (rule C5). By default True, and in `keras2_v1` False (rule F1).
    seed : int, optional
        Kept for `get_config`, where the dialect knows it (rule D5).
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.
    dialect : str or Dialect
        The generation of Keras to follow: ``"keras3"``, ``"keras2"`` or ``"keras2_v1"``.
    **kwargs
        What Keras takes besides: `name` and `trainable`, and where the dialect knows them
        `implementation`, `enable_caching_device` and `weights`. It is kept for `get_config`
        (rules D5, D7).

    Raises
    ------
    ValueError
        For a number of units below 1, an unknown activation, dtype or dialect, a rate of dropout
        that is not from 0 to 1 (rule E2), and in `keras3` an unknown argument (rule D4).
    TypeError
        For a number of units or a rate that is no number, a `bool` that is neither True nor False
        nor 0 nor 1, and in `keras2` an unknown argument.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle import GRUCell
    >>> cell = GRUCell(2)
    >>> cell.set_weights([np.zeros((3, 6)), np.zeros((2, 6)), np.zeros((2, 6))])
    >>> output, h = cell(np.ones((1, 3)), np.ones((1, 2)))  # both gates are sigmoid(0)
    >>> h.tolist()
    [[0.5, 0.5]]
    """

    arguments = ("units", "activation", "recurrent_activation", "use_bias", "reset_after")
    gates = 3
    recurrent_bias: Array | float

    def __init__(
        self,
        units: int,
        activation: Activation = "tanh",
        recurrent_activation: Activation = DEFAULT,
        use_bias: bool = True,
        *,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = DEFAULT,
        seed: Any = ABSENT,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
        self.reset_after = self.get_config()["reset_after"]

    def weight_shapes(self) -> list[WeightShape]:
        shapes = super().weight_shapes()
        if self.use_bias and self.reset_after:
            shapes[2] = ("bias", (2, 3 * self.units), "(2, 3 * units), input row and recurrent row")
        return shapes

    def _unpack(self, kernel: Array, recurrent_kernel: Array, bias: Array | None = None) -> None:
        self.recurrent_bias = 0.0
        if self.reset_after and bias is not None:
            bias, recurrent_bias = bias
            self.recurrent_bias = by_gate(recurrent_bias, self.gates)
        super()._unpack(kernel, recurrent_kernel, bias)

    def step(self, zx: Array, states: list[Array]) -> tuple[Array, list[Array]]:
        (h,) = states
        if self.reset_after:
            zh = h @ self.recurrent_kernel
            zh += self.recurrent_bias
            z, r = self.gates_of(zx[:2] + zh[:2])
            candidate = self.activation(zx[2] + r * zh[2])
        else:
            z, r = self.gates_of(zx[:2] + h @ self.recurrent_kernel[:2])
            (rh,) = (r * h) @ self.recurrent_kernel[2:]
            candidate = self.activation(zx[2] + rh)
        h = z * h + (1 - z) * candidate
        return h, [h]


class GRU(OneCell):
    """Gated recurrent unit: `GRUCell` over a sequence (rules C4, C5, R1 to R4).

    A call is documented at `RNN`.

    Parameters
    ----------
    units : int
        Size of the output and of the state.
    activation : str, callable or None
        Of the candidate: Keras's name of a function, or a function of an array. None is linear
        (rules A1 to A4).
    recurrent_activation : str, callable or None
        Of the gates, given likewise. By default ``"sigmoid"``, and in `keras2_v1`
        ``"hard_sigmoid"`` (rule F1).
    use_bias : bool
        Whether there is a bias.
    kernel_initializer, recurrent_initializer, bias_initializer
        Kept for `get_config`: nothing is initialized here, weights are set (rule D5).
    kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer
        Kept for `get_config` (rule D5).
    kernel_constraint, recurrent_constraint, bias_constraint
        Kept for `get_config` (rule D5).
    dropout, recurrent_dropout : float
        From 0 to 1. Kept for `get_config`: a call computes as outside training. For dropout in
        training see `rnn_oracle.dropout`.
    seed : int, optional
        Kept for `get_config`, where the dialect knows it (rule D5).
    return_sequences : bool
        Return the output of every step instead of the last (rule R2).
    return_state : bool
        Return the final state too (rules D1, S1).
    go_backwards : bool
        Run from the last step to the first; outputs stay in the order in which they were
        computed (rule G1).
    stateful : bool
        Start each call from where the last one ended (rule S4).
    unroll : bool
        Changes nothing here; it forbids Keras to leave the number of steps unknown.
    reset_after : bool
        Whether the reset gate scales the recurrent product (rule C4) or the state before it
        (rule C5). By default True, and in `keras2_v1` False (rule F1).
    use_cudnn : bool or "auto", optional
        Kept for `get_config`; `keras3` only (rule D5).
    zero_output_for_mask : bool
        Make the output of masked steps zero (rule M3).
    time_major : bool, optional
        Inputs, outputs and masks have the steps on the first axis; `keras2` only (rule D3).
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.
    dialect : str or Dialect
        The generation of Keras to follow: ``"keras3"``, ``"keras2"`` or ``"keras2_v1"``.
    **kwargs
        What Keras takes besides: `name` and `trainable`, and where the dialect knows them
        `implementation`, `enable_caching_device`, `weights` and the shape of the input. It is
        kept for `get_config` (rules D5, D7).

    Raises
    ------
    ValueError
        For a number of units below 1, an unknown activation, dtype or dialect, a rate of dropout
        that is not from 0 to 1 (rule E2), and in `keras3` an unknown argument (rule D4).
    TypeError
        For a number of units or a rate that is no number, a `bool` that is neither True nor False
        nor 0 nor 1, and in `keras2` an unknown argument.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle import GRU
    >>> layer = GRU(2, reset_after=False)
    >>> layer.set_weights([np.ones((3, 6)), np.ones((2, 6)), np.zeros(6)])
    >>> mask = [[True, True, False, False, False]]
    >>> layer(np.ones((1, 5, 3)), mask=mask).shape
    (1, 2)
    """

    cell_class = GRUCell

    def __init__(
        self,
        units: int,
        activation: Activation = "tanh",
        recurrent_activation: Activation = DEFAULT,
        use_bias: bool = True,
        *,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = ABSENT,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Any = ABSENT,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = DEFAULT,
        use_cudnn: Any = ABSENT,
        zero_output_for_mask: bool = False,
        time_major: bool = ABSENT,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
