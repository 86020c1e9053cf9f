"""The dialect of TensorFlow 1, and what all of its cells have in common (rules V1 to V7)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...arithmetic import nest
from ..activations import KERAS2
from ..aliases import Array, ArrayLike, States
from ..dialects import Dialect
from ..errors import OracleTypeError, OracleValueError
from ..inputs import as_numbers, check_states
from ..module import Weighted, WeightShape, positive_integer

TF1 = Dialect(
    name="tf1",
    generation="tf1",
    activations=KERAS2,
    unknown_argument=OracleTypeError,
    layer_arguments=frozenset(["name", "reuse", "trainable"]),
    recurrent_arguments={},
    implementation=frozenset(),
    use_cudnn=False,
    numbers_are_cast=False,
)


class LSTMStateTuple(NamedTuple):
    """State of an LSTM: the cell's `c`, then the output `h` (rule V3).

    Parameters
    ----------
    c : array, shape (batch, num_units)
    h : array, shape (batch, output_size)

    Examples
    --------
    >>> from rnn_oracle.tf1 import BasicLSTMCell
    >>> BasicLSTMCell(3).state_size
    LSTMStateTuple(c=3, h=3)
    """

    c: Any
    h: Any


class Tf1Cell(Weighted):
    """One step of a recurrence: ``output, state = cell(inputs, state)``.

    Parameters
    ----------
    own, kept, dtype
        As for `rnn_oracle.reference.module.Module`; `own` has `num_units` and `activation`. No
        activation is tanh (rule V7).

    Attributes
    ----------
    state_size : int or LSTMStateTuple of int
    output_size : int
    """

    below: int | None = None  # known beforehand in a stack: the output size of the cell below

    def __init__(self, own: dict[str, Any], kept: dict[str, Any], dtype: Any) -> None:
        super().__init__(own, kept, TF1, dtype)
        self.num_units = positive_integer(own["num_units"], "num_units", type(self).__name__)
        self.activation = self.dialect.activation(own["activation"] or "tanh")
        self.output_size = self.num_units
        self.state_size: Any = self.num_units

    def kernel_shape(self, name: str, gates: int) -> WeightShape:
        """Return the entry of `weight_shapes` for a kernel over input and output together."""
        rows = None if self.below is None else self.below + self.output_size
        formula = f"(features + {self.output_size}, {gates} * num_units)"
        return name, (rows, gates * self.num_units), formula

    def bias_shape(self, name: str, gates: int) -> WeightShape:
        """Return the entry of `weight_shapes` for a bias."""
        return name, (gates * self.num_units,), f"({gates} * num_units,)"

    @property
    def features(self) -> int:
        """The number of features of the input: the kernel's other rows are for the state."""
        return (self.weights or [])[0].shape[0] - self.output_size

    def step(self, x: Array, state: States) -> tuple[Array, States]:
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

    def __call__(self, inputs: ArrayLike, state: States) -> tuple[Array, States]:
        """Advance by one step.

        Parameters
        ----------
        inputs : array_like, shape (batch, features)
        state
            Arrays of shape (batch, size), nested as `state_size`.

        Returns
        -------
        output : array, shape (batch, output_size)
        state
            Nested as `state_size`.

        Raises
        ------
        ValueError
            For a wrong shape of the input or of the state, another nesting of the state, or
            missing weights.
        TypeError
            For an input or a state that is no array of floating-point numbers.
        """
        self.require_weights()
        inputs = as_numbers(inputs, self, "the input")
        if inputs.shape[1:] != (self.features,):
            raise OracleValueError(
                f"{self.name} takes (batch, {self.features}), with a feature for each row of its "
                f"kernel that is not for the state, but the input has shape {inputs.shape}"
            )
        (state,) = check_states([state], [self.state_size], len(inputs), self)
        with np.errstate(over="ignore"):
            return self.step(inputs, state)

    def zero_state(self, batch_size: int, dtype: Any) -> States:
        """Return zeros of shape (batch, size), nested as `state_size`."""
        return nest.map_structure(lambda size: np.zeros((batch_size, size), dtype), self.state_size)
