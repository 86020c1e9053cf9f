"""`RNN`: a cell carried over the steps of a sequence (rules R1 to R4)."""

from __future__ import annotations

import copy
import functools
from typing import Any, Callable

import numpy as np

from ..arithmetic import nest
from .aliases import Array, ArrayLike, DialectLike, Shape, States
from .cell import Cell
from .dialects import ABSENT, KERAS3, get_dialect
from .errors import OracleAttributeError, OracleTypeError, OracleValueError
from .inputs import (
    MOST_AXES,
    as_batch_size,
    as_inputs,
    as_numbers,
    as_shape,
    check_constants,
    check_features,
    check_mask,
    check_sequences,
    check_states,
    holds_arrays,
)
from .module import Composite, given
from .recorded_states import put_back_on_error
from .scan import scan
from .stacked_rnn_cells import AnyCell, as_cell, bottom_cell, sizes_as_given, weighted_cells
from .steps import Sequence, kept_outputs, projected


class RNN(Composite):
    """A layer that runs any cell over a sequence.

    Parameters
    ----------
    cell : cell, or list of cells
        A list is stacked into one cell (rule C6). A custom cell has the methods that Keras
        documents, see `rnn_oracle.reference.custom_cell.CustomCell`.
    return_sequences : bool
        Return the output of every step instead of the last (rule R2).
    return_state : bool
        Return the final states too (rules D1, S1).
    go_backwards : bool
        Run from the last step to the first; outputs stay in the order in which they were
        computed (rule G1).
    stateful : bool
        Start each call from where the last one ended (rule S4).
    unroll : bool
        Changes nothing here; it forbids Keras to leave the number of steps unknown.
    zero_output_for_mask : bool
        Make the output of masked steps zero (rule M3).
    time_major : bool, optional
        Inputs, outputs and masks have the steps on the first axis; `keras2` only (rule D3).
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``: that of the cell, if it has one.
    dialect : str or Dialect, optional
        That of the cell, if it has one.
    **kwargs
        What Keras takes for every layer, such as `name` and `trainable`. It is kept for
        `get_config` (rule D5).

    Attributes
    ----------
    options : tuple of str
        The arguments that every dialect has besides the cell, all off by default.
    state_size : list
        Size of each state, nested for stacked cells (rule S1).
    states : list or None
        What a stateful layer starts its next call from.

    Raises
    ------
    ValueError
        For what is no cell, cells of another dialect or dtype, an unknown dtype or dialect, and
        in `keras3` an unknown argument (rules D4, E2).
    TypeError
        For a `bool` that is neither True nor False nor 0 nor 1, and in `keras2` an unknown
        argument.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle import RNN, GRUCell
    >>> layer = RNN([GRUCell(2), GRUCell(3)], return_state=True)
    >>> layer.set_weights([np.ones(shape) for shape in [(4, 6), (2, 6), (2, 6)]]
    ...                   + [np.ones(shape) for shape in [(2, 9), (3, 9), (2, 9)]])
    >>> [array.shape for array in layer(np.ones((1, 5, 4)))]
    [(1, 3), (1, 2), (1, 3)]
    """

    options = (
        "return_sequences",
        "return_state",
        "go_backwards",
        "stateful",
        "unroll",
        "zero_output_for_mask",
    )

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        *,
        zero_output_for_mask: bool = False,
        time_major: bool = ABSENT,
        dtype: Any = None,
        dialect: DialectLike | None = None,
        **kwargs: Any,
    ) -> None:
        # A list is made a stack, which tells its cells how many features they are given.
        with put_back_on_error(*sum(map(weighted_cells, nest.flatten(cell)), [])):
            self._set_up(as_cell(cell), given(locals()), kwargs, dialect, dtype)

    def _set_up(
        self,
        cell: AnyCell,
        own: dict[str, Any],
        kept: dict[str, Any],
        dialect: DialectLike | None,
        dtype: Any,
    ) -> None:
        """Take a cell and the other arguments of a constructor, see `Module`."""
        self.cell = cell
        inner = weighted_cells(cell)
        of_cell: DialectLike = getattr(cell, "dialect", KERAS3)
        followed = get_dialect(of_cell if dialect is None else dialect)
        if followed.time_major:
            own.setdefault("time_major", False)
        elif "time_major" in own:  # it is refused, as is any argument that is not known
            kept = dict(kept, time_major=own.pop("time_major"))
        if dtype is None and inner:
            dtype = inner[0].dtype
        super().__init__(own, kept, followed, dtype)
        self.check_parts()
        self.return_sequences: bool = own["return_sequences"]
        self.return_state: bool = own["return_state"]
        self.go_backwards: bool = own["go_backwards"]
        self.stateful: bool = own["stateful"]
        self.unroll: bool = own["unroll"]
        self.zero_output_for_mask: bool = own["zero_output_for_mask"]
        self.time_major: bool = own.get("time_major", False)
        self.state_size: list[Any] = nest.as_list(cell.state_size)
        self.states: States = None

    def parts(self) -> list[Cell]:
        return weighted_cells(self.cell)

    @property
    def hands_on_constants(self) -> bool:
        """Whether a call takes `constants` (rule C8)."""
        return self.dialect.constants

    # The call.

    def __call__(
        self,
        x: ArrayLike | Any,
        mask: ArrayLike | None = None,
        initial_state: States = None,
        constants: Any = None,
    ) -> Any:
        """Run the layer.

        Parameters
        ----------
        x : array_like, shape (batch, steps, features)
            (steps, batch, features) if `time_major`. In `keras2`, a custom cell may be given
            several, in a tuple or a dict that may be nested (rule I9).
        mask : array_like of bool, shape (batch, steps), optional
            True where a step counts; laid out as the first two axes of `x` (rule I2).
        initial_state : array or list of arrays, optional
            Each of shape (batch, size), nested as `state_size`. In `keras3` that of a cell with one
            state, in a list of cells, may be in a list (rule I3).
        constants : array or list of arrays, optional
            Of any shape, for a cell that takes them; `keras2` only (rule C8).

        Returns
        -------
        output : array
            Shape (batch, units), or (batch, steps, units) with `return_sequences`.
        states
            With `return_state` the result is the dialect's container of the output and
            each final state (rule D1).

        Raises
        ------
        ValueError
            For a wrong rank, number of features, mask, number or shape of states, for no
            steps at all, another batch size than a stateful layer began with, constants for a
            cell that takes none, several inputs that do not match, or missing weights.
        TypeError
            For inputs that are no real numbers (rule I4), and for constants that the layer does
            not take, or that the cell needs and does not get.
        """
        constants = check_constants(constants, self)
        x, mask, states = self.checked(x, mask, initial_state)
        output, states = self.forward(x, mask, states, constants)
        if self.stateful:
            self.states = nest.map_structure(lambda state: state.copy(), states)
        return self.result(output, states)

    def checked(
        self, x: Any, mask: Any, initial_state: States
    ) -> tuple[Any, Array | None, list[Any]]:
        """Return the arguments of a call as arrays, with the states that it starts from."""
        self.require_weights()
        bottom = bottom_cell(self.cell)
        if isinstance(bottom, Cell):
            x = as_numbers(x, self, "the input")
            check_features(x, 3, bottom, self.name)
        else:
            x = as_inputs(x, self)
            check_sequences(x, self.name)
        shape = nest.flatten(x)[0].shape
        if shape[0 if self.time_major else 1] == 0:
            raise OracleValueError(f"{self.name} needs at least one step, not {shape}")
        mask = check_mask(mask, shape[:2], self.name)
        return x, mask, self._starting_states(initial_state, x)

    def forward(
        self, x: Any, mask: Array | None, states: list[Any], constants: list[Any] | None = None
    ) -> tuple[Array, list[Any]]:
        """Compute output and final states of checked arguments; nothing is kept."""
        mask = None if mask is None else self.in_order(mask)
        step: Callable[..., Any] = self.cell.step
        if constants is not None:
            step = functools.partial(step, constants=constants)
        outputs = kept_outputs(self, x, states)
        with np.errstate(over="ignore"):
            steps = projected(self.cell, nest.map_structure(self.in_order, x))
            outputs, states = scan(step, steps, states, mask, self.zero_output_for_mask, outputs)
        in_dtype = nest.map_structure(lambda state: state.astype(self.dtype), list(states))
        return self.joined(outputs).astype(self.dtype, copy=False), in_dtype

    def in_order(self, array: Array) -> Array:
        """Lay out an array with the two leading axes of the input as the steps are processed."""
        array = array if self.time_major else array.swapaxes(0, 1)
        return array[::-1] if self.go_backwards else array

    def joined(self, outputs: Any) -> Array:
        """Return the output that a call returns, of those of all steps (rule R2)."""
        if not self.return_sequences:
            return outputs[-1]
        if isinstance(outputs, Sequence):
            return outputs.array
        return np.stack(outputs, axis=0 if self.time_major else 1)

    def result(self, output: Array, states: list[Any]) -> Any:
        """Return what a call returns (rule D1)."""
        return self.dialect.results([output] + list(states)) if self.return_state else output

    def _starting_states(self, initial_state: States, x: Any) -> list[Any]:
        batch = self.batch_size_of(x)
        if self.stateful and self.states is not None:
            expected = nest.flatten(self.states)[0].shape[0]
            if batch != expected:
                raise OracleValueError(
                    f"{self.name} is stateful and holds states of batch size {expected}, "
                    f"but the input has {batch}"
                )
            recorded = initial_state is None or (
                self.dialect.recorded_states_win and any(map(np.any, nest.flatten(self.states)))
            )
            if recorded:
                return self.states
        if initial_state is None:
            initial_state = self.get_initial_state(x)
            own = type(self).get_initial_state is not RNN.get_initial_state
            if isinstance(self.cell, Cell) and not own:  # whose zeros need no check
                return initial_state
        sizes = sizes_as_given(self.cell, initial_state)
        states = check_states(initial_state, sizes, batch, self)
        return nest.pack(self.state_size, nest.flatten(states))

    def copy(self, **changes: Any) -> RNN:
        """Return a layer of the same configuration, some of it changed.

        It has no weights and begins with no state (rule S6).
        """
        twin = copy.deepcopy(self)
        twin.states = twin.given_weights = None
        for cell in twin.parts():
            cell.weights = cell.given_weights = None
            cell.dropout_masks = Cell.dropout_masks
        twin.configure(**changes)
        return twin

    def configure(self, **options: Any) -> None:
        """Change options of the layer after it was made."""
        self._config.update(options)
        for name, value in options.items():
            setattr(self, name, value)

    # What can be told without a call.

    def get_initial_state(self, batch_size: Any) -> list[Any]:
        """Return the states that a call starts from when none are given, as a list (rule S3).

        Parameters
        ----------
        batch_size : int or array
            As Keras 2 has it, the input itself will do, or several.
        """
        return nest.as_list(self.cell.get_initial_state(self.batch_size_of(batch_size)))

    def batch_size_of(self, inputs: Any) -> int:
        """Return the batch size of an input, or of several; a number is one itself."""
        if holds_arrays(inputs):
            inputs = nest.flatten(inputs)[0]
        return as_batch_size(inputs, self.name, axis=1 if self.time_major else 0)

    @property
    def output_size(self) -> int:
        """Size of the output's last axis (rule H1)."""
        return self.cell.output_size

    def reset_states(self, states: States = None) -> None:
        """Set the recorded states to zero, or in `keras2` to the states given (rule S4).

        Raises
        ------
        AttributeError
            In `keras2`, for a layer that is not stateful.
        TypeError
            In `keras3`, where states are given.
        """
        if not self.dialect.resets_to_states and states is not None:
            raise OracleTypeError("reset_states() takes no states in dialect keras3")
        if self.dialect.resets_to_states and not self.stateful:
            raise OracleAttributeError(f"{self.name} is not stateful")
        if states is not None:
            held = nest.flatten(states if self.states is None else self.states)
            batch = next((np.shape(state)[0] for state in held if np.shape(state)), 0)
            states = check_states(states, self.state_size, batch, self)
            self.states = nest.map_structure(lambda state: state.copy(), states)
        elif self.states is not None:
            self.states = nest.map_structure(
                lambda state: np.zeros(state.shape, self.dtype), self.states
            )

    reset_state = reset_states

    def output_spec(
        self, input_shape: Shape, leaf: Callable[[Any], Any] = tuple, sizes: Any = None
    ) -> Any:
        """Return ``leaf(shape)`` for all that a call returns, nested as the call nests it."""
        batch, steps = input_shape[1::-1] if self.time_major else input_shape[:2]
        output: Shape = (batch, self.output_size)
        if self.return_sequences:
            output = ((steps, batch) if self.time_major else (batch, steps)) + output[1:]
        if not self.return_state:
            return leaf(output)
        sizes = self.state_size if sizes is None else sizes
        states = nest.map_structure(lambda size: leaf((batch, size)), sizes)
        return self.dialect.results([leaf(output)] + states)

    def compute_output_shape(self, input_shape: Shape) -> Any:
        """Return the shape of the output, with None where it is unknown.

        With `return_state` the shapes of the output and of the states, in the dialect's
        container; `keras2` flattens those of nested states (rule H3).
        """
        most = 3 if isinstance(bottom_cell(self.cell), Cell) else MOST_AXES
        flat = nest.flatten(self.state_size) if self.dialect.flat_state_shapes else None
        return self.output_spec(as_shape(input_shape, self.name, 3, most), sizes=flat)

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return the mask that goes with the output (rules M4, M5).

        It is the mask received, also with `go_backwards`, and None without
        `return_sequences`; with `return_state` a list with None for each state.
        """
        mask = mask if self.return_sequences else None
        return [mask] + [None] * len(self.state_size) if self.return_state else mask
