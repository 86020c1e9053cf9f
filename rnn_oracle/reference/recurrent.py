"""The recurrent layers: a cell carried over the steps of a sequence (rules R1 to R4)."""

import copy
import functools

import numpy as np

from ..arithmetic import nest
from .cells import Cell, GRUCell, LSTMCell, SimpleRNNCell, as_cell, bottom_cell, weighted_cells
from .dialects import KERAS3, get_dialect
from .errors import OracleAttributeError, OracleTypeError, OracleValueError
from .inputs import (
    as_inputs,
    as_numbers,
    check_constants,
    check_features,
    check_mask,
    check_sequences,
    check_states,
    holds_arrays,
)
from .module import Composite


def scan(step, inputs, states, mask=None, zero_output_for_mask=False):
    """Carry `states` over the first axis of `inputs`.

    Parameters
    ----------
    step : callable
        ``output, states = step(input, states)``.
    inputs : array, shape (steps, batch, ...)
        In the order of processing.
    states : list
        The initial states.
    mask : array of bool, shape (steps, batch), optional
        Where it is False the states stay and the output repeats the one before, which is
        zero before the first step (rules M1, M2).
    zero_output_for_mask : bool
        Make the output of a masked step zero instead (rule M3).

    Returns
    -------
    outputs : list of arrays, one a step
    states : list
        The final states.
    """
    outputs = []
    for t, x in enumerate(inputs):
        output, after = step(x, states)
        if mask is not None:
            repeats = outputs and not zero_output_for_mask
            held = outputs[-1] if repeats else np.zeros(output.shape, output.dtype)
            output = choose(mask[t], output, held)
            after = nest.map_structure(
                lambda new, old, valid=mask[t]: choose(valid, new, old), after, states
            )
        outputs.append(output)
        states = after
    return outputs, states


def choose(valid, new, old):
    """Return `new` where the leading axes of `new` that `valid` has are valid, else `old`."""
    return np.where(valid.reshape(valid.shape + (1,) * (new.ndim - valid.ndim)), new, old)


class RNN(Composite):
    """A layer that runs any cell over a sequence.

    Parameters
    ----------
    cell : cell, or list of cells
        A list is stacked into one cell (rule C6). A user's own cell follows Keras's
        documented protocol, see `rnn_oracle.reference.custom_cell.CustomCell`.
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
    time_major : bool
        Inputs, outputs and masks have the steps on the first axis; `keras2` only (rule D3).
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``; by default that of the cell.
    dialect : str or Dialect, optional
        By default that of the cell.
    """

    def __init__(
        self,
        cell,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        *,
        zero_output_for_mask=False,
        dtype=None,
        dialect=None,
        **kept,
    ):
        self.cell = as_cell(cell)
        inner = weighted_cells(self.cell)
        dialect = get_dialect(dialect or getattr(self.cell, "dialect", KERAS3))
        if any(cell.dialect is not dialect for cell in inner):
            raise OracleValueError(f"the cells are not of dialect {dialect.name}")
        own = dict(
            self._cell_config(cell),
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            zero_output_for_mask=zero_output_for_mask,
        )
        self.time_major = kept.pop("time_major", False) if dialect.time_major else False
        if dialect.time_major:
            own["time_major"] = self.time_major
        super().__init__(own, kept, dialect, dtype or (inner[0].dtype if inner else None))
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        sizes = self.cell.state_size
        self.state_size = nest.as_list(sizes)
        self.states = None

    def _cell_config(self, cell):
        return {"cell": cell}

    def parts(self):
        return weighted_cells(self.cell)

    @property
    def hands_on_constants(self):
        """Whether a call takes `constants` (rule C8)."""
        return self.dialect.constants

    # The call.

    def __call__(self, x, mask=None, initial_state=None, constants=None):
        """Run the layer.

        Parameters
        ----------
        x : array_like, shape (batch, steps, features)
            (steps, batch, features) if `time_major`. In `keras2`, a cell of one's own may be
            given several, in a tuple or a dict that may be nested (rule I9).
        mask : array_like of bool, shape (batch, steps), optional
            True where a step counts; laid out as the first two axes of `x` (rule I2).
        initial_state : array or list of arrays, optional
            Each of shape (batch, size), nested as `state_size`.
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

    def checked(self, x, mask, initial_state):
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
        batch = shape[1 if self.time_major else 0]
        return x, mask, self._starting_states(initial_state, batch)

    def forward(self, x, mask, states, constants=None):
        """Compute output and final states of checked arguments; nothing is kept."""
        mask = None if mask is None else self.in_order(mask)
        step = self.cell.step
        if constants is not None:
            step = functools.partial(step, constants=constants)
        with np.errstate(over="ignore"):
            steps = nest.unstack(self.cell.project(nest.map_structure(self.in_order, x)))
            outputs, states = scan(step, steps, states, mask, self.zero_output_for_mask)
        in_dtype = nest.map_structure(lambda state: state.astype(self.dtype), list(states))
        return self.joined(outputs).astype(self.dtype, copy=False), in_dtype

    def in_order(self, array):
        """Lay out an array with the two leading axes of the input as the steps are processed."""
        array = array if self.time_major else array.swapaxes(0, 1)
        return array[::-1] if self.go_backwards else array

    def joined(self, outputs):
        """Return the output that a call returns, of those of all steps (rule R2)."""
        if not self.return_sequences:
            return outputs[-1]
        return np.stack(outputs, axis=0 if self.time_major else 1)

    def result(self, output, states):
        """Return what a call returns (rule D1)."""
        return self.dialect.results([output] + list(states)) if self.return_state else output

    def _starting_states(self, initial_state, batch):
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
            initial_state = self.get_initial_state(batch)
        return check_states(initial_state, self.state_size, batch, self)

    def copy(self, **changes):
        """Return a layer of the same configuration, some of it changed.

        It has no weights and begins with no state (rule S6).
        """
        twin = copy.deepcopy(self)
        twin.states = twin.given_weights = None
        for cell in twin.parts():
            cell.weights = cell.given_weights = None
        twin.configure(**changes)
        return twin

    def configure(self, **options):
        """Change options of the layer after it was made."""
        self._config.update(options)
        for name, value in options.items():
            setattr(self, name, value)

    # What can be told without a call.

    def get_initial_state(self, batch_size):
        """Return the states that a call starts from when none are given, as a list (rule S3).

        Parameters
        ----------
        batch_size : int or array
            As Keras 2 has it, the input itself will do, or several.
        """
        if holds_arrays(batch_size):
            batch_size = nest.flatten(batch_size)[0]
        if np.ndim(batch_size):
            batch_size = np.shape(batch_size)[1 if self.time_major else 0]
        states = self.cell.get_initial_state(batch_size)
        return nest.as_list(states)

    @property
    def output_size(self):
        """Size of the output's last axis (rule H1)."""
        return self.cell.output_size

    def reset_states(self, states=None):
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
            held = states if self.states is None else self.states
            batch = np.shape(nest.flatten(held)[0])[0]
            states = check_states(states, self.state_size, batch, self)
            self.states = nest.map_structure(lambda state: state.copy(), states)
        elif self.states is not None:
            self.states = nest.map_structure(
                lambda state: np.zeros(state.shape, self.dtype), self.states
            )

    reset_state = reset_states

    def output_spec(self, input_shape, leaf=tuple, sizes=None):
        """Return ``leaf(shape)`` for all that a call returns, nested as the call nests it."""
        batch, steps = input_shape[1::-1] if self.time_major else input_shape[:2]
        output = (batch, self.output_size)
        if self.return_sequences:
            output = ((steps, batch) if self.time_major else (batch, steps)) + output[1:]
        if not self.return_state:
            return leaf(output)
        sizes = self.state_size if sizes is None else sizes
        states = nest.map_structure(lambda size: leaf((batch, size)), sizes)
        return self.dialect.results([leaf(output)] + states)

    def compute_output_shape(self, input_shape):
        """Return the shape of the output, with None where it is unknown.

        With `return_state` the shapes of the output and of the states, in the dialect's
        container; `keras2` flattens those of nested states (rule H3).
        """
        flat = nest.flatten(self.state_size) if self.dialect.flat_state_shapes else None
        return self.output_spec(tuple(input_shape), sizes=flat)

    def compute_mask(self, x, mask=None):
        """Return the mask that goes with the output (rules M4, M5).

        It is the mask received, also with `go_backwards`, and None without
        `return_sequences`; with `return_state` a list with None for each state.
        """
        mask = mask if self.return_sequences else None
        return [mask] + [None] * len(self.state_size) if self.return_state else mask


class OneCell(RNN):
    """A layer over one cell of its own class: takes the arguments of both."""

    cell_class = None
    hands_on_constants = False

    def __init__(self, *arguments, **named):
        both = {name: named[name] for name in ("dtype", "dialect") if name in named}
        known = self.cell_class.arguments
        cell = {name: named.pop(name) for name in known if name in named}
        super().__init__(self.cell_class(*arguments, **dict(cell, **both)), **named)

    def _cell_config(self, cell):
        return {name: cell.get_config()[name] for name in cell.arguments}


class SimpleRNN(OneCell):
    """`SimpleRNNCell` over a sequence: its arguments, and those of `RNN` by name."""

    kind = "SimpleRNN"
    cell_class = SimpleRNNCell


class LSTM(OneCell):
    """`LSTMCell` over a sequence: its arguments, and those of `RNN` by name."""

    kind = "LSTM"
    cell_class = LSTMCell


class GRU(OneCell):
    """`GRUCell` over a sequence: its arguments, and those of `RNN` by name."""

    kind = "GRU"
    cell_class = GRUCell
