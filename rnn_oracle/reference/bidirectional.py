"""`Bidirectional`: one layer forwards, one backwards, and their outputs merged (rules B1 to B7)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arithmetic import nest
from .aliases import ArrayLike, Shape, States
from .dialects import ABSENT
from .errors import OracleAttributeError, OracleValueError
from .module import Composite, given
from .recorded_states import put_back_on_error
from .rnn import RNN

MERGE: dict[str | None, Any] = {
    "concat": lambda y, z: np.concatenate([y, z], axis=-1),
    "sum": lambda y, z: y + z,
    "ave": lambda y, z: (y + z) / 2,
    "mul": lambda y, z: y * z,
    None: None,
}


_IN_COMMON = ("dialect", "dtype", "time_major", "stateful", "return_sequences", "return_state")
"""What the two layers must agree in."""


class Bidirectional(Composite):
    """Run a recurrent layer in both directions.

    Parameters
    ----------
    layer : RNN
        Its configuration makes the forward layer; the weights are not taken over (rule B1).
    merge_mode : {"concat", "sum", "ave", "mul", None}
        How the outputs are joined; None leaves them apart.
    weights : list of arrays, optional
        Those of both layers; `keras2` only (rule D7).
    backward_layer : RNN, optional
        By default like `layer`, run the other way (rule B2).
    dtype : str, optional
        That of both layers, from which the dialect is taken too.
    **kwargs
        What Keras takes for every layer, such as `name` and `trainable`. It is kept for
        `get_config` (rule D5).

    Raises
    ------
    ValueError
        For what is no recurrent layer, another merge mode, another dtype than that of the layers,
        or where the two layers run the same way or differ in dialect, dtype, `time_major`,
        `stateful`, `return_sequences` or `return_state`, or in the size of their outputs if a
        merge mode other than ``"concat"`` joins them (rule B2, B4); in `keras3` also for an unknown
        argument (rule D4).
    TypeError
        In `keras2`, for an unknown argument.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle import GRU, Bidirectional
    >>> layer = Bidirectional(GRU(2, return_sequences=True), merge_mode="concat")
    >>> layer.set_weights(2 * [np.ones((3, 6)), np.ones((2, 6)), np.zeros((2, 6))])
    >>> layer(np.ones((4, 5, 3))).shape
    (4, 5, 4)
    """

    def __init__(
        self,
        layer: RNN,
        merge_mode: str | None = "concat",
        *,
        weights: Any = ABSENT,
        backward_layer: RNN | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        own = given(locals())
        turned = layer if backward_layer is None else backward_layer
        for name, side in (("layer", layer), ("backward_layer", turned)):
            if not isinstance(side, RNN):
                raise OracleValueError(f"`{name}` must be a recurrent layer, not {side!r}")
        if not isinstance(merge_mode, (str, type(None))) or merge_mode not in MERGE:
            modes = ", ".join(map(repr, MERGE))
            raise OracleValueError(f"merge_mode={merge_mode!r} is not one of {modes}")
        super().__init__(own, kwargs, layer.dialect, layer.dtype if dtype is None else dtype)
        backwards = not layer.go_backwards if self.dialect.backward_is_flipped else True
        self.forward_layer = layer.copy()
        self.backward_layer = layer.copy(go_backwards=backwards)
        if backward_layer is not None:
            self.backward_layer = backward_layer
        self.merge_mode = merge_mode
        self._check_pair()
        for side in self.parts():
            side.configure(zero_output_for_mask=side.return_sequences)
        self.return_sequences, self.return_state = layer.return_sequences, layer.return_state
        self.stateful = layer.stateful

    def parts(self) -> list[RNN]:
        return [self.forward_layer, self.backward_layer]

    def _check_pair(self) -> None:
        forward, backward = self.parts()
        if forward.go_backwards == backward.go_backwards:
            raise OracleValueError(
                f"the forward and the backward layer both have go_backwards={forward.go_backwards}"
            )
        for name in _IN_COMMON:
            one, other = getattr(forward, name), getattr(backward, name)
            if one != other:
                raise OracleValueError(
                    f"the forward layer has {name}={one}, the backward layer {other}"
                )
        if self.dtype != forward.dtype:
            raise OracleValueError(f"dtype={self.dtype} is not that of the layers, {forward.dtype}")
        if self.merge_mode not in ("concat", None) and forward.output_size != backward.output_size:
            raise OracleValueError(
                f"merge_mode={self.merge_mode!r} needs outputs of one size, not of "
                f"{forward.output_size} and {backward.output_size}"
            )

    # The call.

    def __call__(
        self,
        x: ArrayLike | Any,
        mask: ArrayLike | None = None,
        initial_state: States = None,
        constants: Any = None,
    ) -> Any:
        """Run both layers.

        Parameters
        ----------
        x, mask, constants
            As for `RNN`; both layers get them.
        initial_state : list of arrays, optional
            The states of the forward layer, then those of the backward layer (rule B5).

        Returns
        -------
        output : array, or two arrays without a merge mode
        states
            With `return_state`, as for `RNN`: forward, then backward.

        Raises
        ------
        ValueError
            As for `RNN`, and for an odd number of initial states.
        """
        halves = self.halves(initial_state)
        with put_back_on_error(self):
            results = [
                side(x, mask, states, constants) for side, states in zip(self.parts(), halves)
            ]
            return self.merged(results)

    def merged(self, results: list[Any]) -> Any:
        """Join what the two layers return into what a call returns (rules B4, B5)."""
        outputs, states = list(results), []
        if self.return_state:
            outputs = [result[0] for result in results]
            states = [state for result in results for state in result[1:]]
        if self.return_sequences:
            time_axis = 0 if self.forward_layer.time_major else 1
            outputs[1] = np.flip(outputs[1], time_axis)
        if self.merge_mode is not None:
            outputs = [MERGE[self.merge_mode](*outputs)]
        if len(outputs) == 1 and not states:
            return outputs[0]
        return self.dialect.results(list(outputs) + states)

    def halves(self, initial_state: States) -> tuple[Any, Any]:
        """Part initial states into those of the two layers, two None for None (rule B5)."""
        if initial_state is None:
            return None, None
        states = nest.as_list(initial_state)
        if len(states) % 2:
            raise OracleValueError(
                f"{self.name} takes as many initial states forwards as backwards, not "
                f"{len(states)} in all"
            )
        half = len(states) // 2
        return states[:half], states[half:]

    def reset_states(self, states: States = None) -> None:
        """Set the recorded states of both layers, as `RNN.reset_states` does (rules S4, B5).

        Raises
        ------
        AttributeError
            For a layer that is not stateful.
        TypeError
            In `keras3`, where states are given.
        """
        if not self.stateful:
            raise OracleAttributeError(f"{self.name} is not stateful")
        with put_back_on_error(self):
            for side, half in zip(self.parts(), self.halves(states)):
                side.reset_states(half)

    reset_state = reset_states

    # What can be told without a call.

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return the mask of the output, of both outputs without a merge mode (rule B6).

        In `keras2` a list that goes on with None for each state, with `return_state`.
        """
        mask = mask if self.return_sequences else None
        masks = [mask] if self.merge_mode is not None else [mask, mask]
        if self.return_state and self.dialect.masks_for_states:
            masks += [None] * sum(len(side.state_size) for side in self.parts())
        return masks[0] if len(masks) == 1 else self.dialect.results(masks)

    def compute_output_shape(self, input_shape: Shape) -> Any:
        """Return the shapes of what a call returns, as `RNN.compute_output_shape` does."""
        shapes = [side.compute_output_shape(input_shape) for side in self.parts()]
        outputs, states = shapes, []
        if self.return_state:
            outputs = [each[0] for each in shapes]
            states = [state for each in shapes for state in each[1:]]
        if self.merge_mode == "concat":
            outputs = [outputs[0][:-1] + (outputs[0][-1] + outputs[1][-1],)]
        elif self.merge_mode is not None:
            outputs = outputs[:1]
        if len(outputs) == 1 and not states:
            return outputs[0]
        return self.dialect.results(list(outputs) + states)
