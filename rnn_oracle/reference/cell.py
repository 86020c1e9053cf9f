"""What every cell has in common, whatever its equations (rules C1 to C5).

A cell is split in two. `project` is the part that does not depend on the state, which a layer
computes for all steps in one product; `step` is the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arithmetic import nest
from .aliases import Array, ArrayLike, DialectLike, States
from .inputs import as_batch_size, as_numbers, check_features, check_states
from .masked_kernel import MaskedKernel, by_gate
from .module import Weighted, WeightShape, positive_integer
from .own_activation import OwnActivation


class Cell(Weighted):
    """One step of a recurrence: ``output, states = cell(inputs, states)``.

    Parameters
    ----------
    own, kept, dialect, dtype
        As for `Module`; `own` has `units`, `use_bias` and `activation`, and may have
        `recurrent_activation`.

    Attributes
    ----------
    arguments : tuple of str
        Those of the constructor that change a forward pass.
    gates : int
        Number of blocks of columns in Keras's kernels.
    kernel, recurrent_kernel : array, shape (gates, features, units) and (gates, units, units)
        Views of the weights, gate by gate; with dropout a `MaskedKernel`.
    bias : array, shape (gates, 1, units), or 0
    state_size : int or list of int
        Size of each state; a bare int for a single state (rule S1).
    output_size : int
        Size of the output.
    """

    arguments: tuple[str, ...]
    gates = 1
    takes_constants = needs_constants = False
    features: int | None = None  # known beforehand in a stack: the units of the cell below
    dropout_masks: tuple[Any, Any] = (None, None)  # see `rnn_oracle.dropout.dropped`
    kernel: Any
    recurrent_kernel: Any
    bias: Array | float
    state_size: Any

    def __init__(
        self, own: dict[str, Any], kept: dict[str, Any], dialect: DialectLike, dtype: Any
    ) -> None:
        super().__init__(own, kept, dialect, dtype)
        own = self.get_config()
        self.units = positive_integer(own["units"], "units", type(self).__name__)
        self.use_bias = own["use_bias"]
        self.activation = self.dialect.activation(own["activation"])
        self.recurrent_activation = self.dialect.activation(own.get("recurrent_activation"))
        self.output_size = self.state_size = self.units

    def weight_shapes(self) -> list[WeightShape]:
        width, formula = self.gates * self.units, f"{self.gates} * units"
        shapes: list[WeightShape] = [
            ("kernel", (self.features, width), f"(features, {formula})"),
            ("recurrent_kernel", (self.units, width), f"(units, {formula})"),
            ("bias", (width,), f"({formula},)"),
        ]
        return shapes if self.use_bias else shapes[:2]

    def _unpack(self, kernel: Array, recurrent_kernel: Array, bias: Array | None = None) -> None:
        self.kernel, self.recurrent_kernel = (
            by_gate(weight, self.gates) for weight in (kernel, recurrent_kernel)
        )
        self.bias = 0.0 if bias is None else by_gate(bias, self.gates)

    def take(self, weights: list[Array]) -> None:
        super().take(weights)
        of_inputs, recurrent = self.dropout_masks
        if of_inputs is not None:
            self.kernel = MaskedKernel(self.kernel, of_inputs)
        if recurrent is not None:
            self.recurrent_kernel = MaskedKernel(self.recurrent_kernel, recurrent)

    def project(self, x: Array) -> Array:
        """Return the share of the input in the pre-activation of every gate.

        Parameters
        ----------
        x : array, shape (batch, features) or (steps, batch, features)

        Returns
        -------
        array, shape (gates, batch, units) or (steps, gates, batch, units)
        """
        in_one = x.ndim > 2 and not isinstance(self.kernel, MaskedKernel)
        rows = x.reshape((-1, x.shape[-1])) if in_one else x  # one product for all steps
        z = (rows @ self.kernel).reshape((self.gates, -1, self.units))
        z += self.bias
        z = z.reshape((self.gates,) + x.shape[:-1] + (self.units,))
        return z if x.ndim == 2 else z.swapaxes(0, 1)

    def gates_of(self, z: Array) -> Any:
        """Return `recurrent_activation` of several gates."""
        if isinstance(self.recurrent_activation, OwnActivation):  # made for (batch, units) alone
            return [self.recurrent_activation(gate) for gate in z]
        return self.recurrent_activation(z)

    def step(self, zx: Array, states: list[Array]) -> tuple[Array, list[Array]]:
        """Advance by one step.

        Parameters
        ----------
        zx : array, shape (gates, batch, units)
            The projected input.
        states : list of arrays, shape (batch, units)

        Returns
        -------
        output : array, shape (batch, units)
        states : list of arrays
        """
        raise NotImplementedError

    def __call__(self, inputs: ArrayLike, states: States) -> tuple[Array, States]:
        """Advance by one step from the input itself.

        Parameters
        ----------
        inputs : array_like, shape (batch, features)
        states : array or list of arrays
            Each of shape (batch, units).

        Returns
        -------
        output : array, shape (batch, units)
        states
            As they were given: bare or in a list (rule S2).

        Raises
        ------
        ValueError
            For a wrong shape of the input or of a state, another number of states, or missing
            weights.
        TypeError
            For an input or a state that is no real number (rule I4).
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

    def get_initial_state(self, batch_size: int) -> States:
        """Return zeros of shape (batch, units), nested as `state_size` (rule S7)."""
        batch = as_batch_size(batch_size, self.name)
        return nest.map_structure(lambda size: np.zeros((batch, size), self.dtype), self.state_size)
