"""Elman's recurrent cell, and the layer over it (rule C1)."""

from __future__ import annotations

from typing import Any

from .aliases import Activation, Array, DialectLike
from .cell import Cell
from .dialects import ABSENT, KERAS3
from .module import given
from .one_cell import OneCell


class SimpleRNNCell(Cell):
    """Elman's cell (rule C1): ``h' = activation(x W + h U + b)``.

    Parameters
    ----------
    units : int
        Size of the output and of the state.
    activation : str, callable or None
        Of the output: Keras's name of a function, or a function of an array. None is linear
        (rules A1 to A4).
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
    >>> from rnn_oracle import SimpleRNNCell
    >>> cell = SimpleRNNCell(1, activation=None)
    >>> cell.set_weights([[[2.0]], [[0.5]], [1.0]])
    >>> output, h = cell([[3.0]], np.array([[4.0]]))  # 3 * 2 + 4 * 0.5 + 1
    >>> output.tolist()
    [[9.0]]
    """

    arguments = ("units", "activation", "use_bias")

    def __init__(
        self,
        units: int,
        activation: Activation = "tanh",
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
        seed: Any = ABSENT,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)

    def step(self, zx: Array, states: list[Array]) -> tuple[Array, list[Array]]:
        (h,) = states
        (z,) = zx + h @ self.recurrent_kernel
        h = self.activation(z)
        return h, [h]


class SimpleRNN(OneCell):
    """Elman's layer: `SimpleRNNCell` over a sequence (rules C1, R1 to R4).

    A call is documented at `RNN`.

    Parameters
    ----------
    units : int
        Size of the output and of the state.
    activation : str, callable or None
        Of the output: Keras's name of a function, or a function of an array. None is linear
        (rules A1 to A4).
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
    seed : int, optional
        Kept for `get_config`, where the dialect knows it (rule D5).
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
    >>> from rnn_oracle import SimpleRNN
    >>> layer = SimpleRNN(1, activation=None, return_sequences=True)
    >>> layer.set_weights([[[1.0]], [[0.5]], [0.0]])
    >>> layer([[[4.0], [0.0], [1.0]]]).tolist()
    [[[4.0], [2.0], [2.0]]]
    """

    cell_class = SimpleRNNCell

    def __init__(
        self,
        units: int,
        activation: Activation = "tanh",
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
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: Any = ABSENT,
        zero_output_for_mask: bool = False,
        time_major: bool = ABSENT,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super().__init__(given(locals()), kwargs, dialect, dtype)
