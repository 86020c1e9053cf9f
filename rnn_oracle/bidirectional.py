"""`Bidirectional`: one layer forwards, one backwards, and their outputs merged (rules B1 to B6)."""

import numpy as np

from . import nest
from .base import Weighted
from .recurrent import RNN

MERGE = {
    "concat": lambda y, z: np.concatenate([y, z], axis=-1),
    "sum": lambda y, z: y + z,
    "ave": lambda y, z: (y + z) / 2,
    "mul": lambda y, z: y * z,
    None: None,
}


class Bidirectional(Weighted):
    """Run a recurrent layer in both directions.

    Parameters
    ----------
    layer : RNN
        Its configuration makes the forward layer; the weights are not taken over (rule B1).
    merge_mode : {"concat", "sum", "ave", "mul", None}
        How the outputs are joined; None leaves them apart.
    backward_layer : RNN, optional
        By default like `layer`, run the other way (rule B2).

    Raises
    ------
    ValueError
        For another merge mode, or where the two layers run the same way or differ in
        `stateful`, `return_sequences` or `return_state`.
    """

    def __init__(self, layer, merge_mode="concat", backward_layer=None, **kept):
        if not isinstance(layer, RNN):
            raise ValueError("`layer` must be a recurrent layer, not {!r}".format(layer))
        if merge_mode not in MERGE:
            raise ValueError(
                "merge_mode={!r} is not one of {}".format(merge_mode, ", ".join(map(repr, MERGE)))
            )
        own = dict(layer=layer, merge_mode=merge_mode, backward_layer=backward_layer)
        super().__init__(own, kept, layer.dialect, layer.dtype.name)
        backwards = not layer.go_backwards if self.dialect.backward_is_flipped else True
        self.forward_layer = layer.copy()
        self.backward_layer = backward_layer or layer.copy(go_backwards=backwards)
        self._check_pair()
        for side in self._sides:
            side.zero_output_for_mask = side.return_sequences
        self.merge_mode = merge_mode
        self.return_sequences, self.return_state = layer.return_sequences, layer.return_state

    @property
    def _sides(self):
        return self.forward_layer, self.backward_layer

    def _check_pair(self):
        forward, backward = self._sides
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                "the forward and the backward layer both have go_backwards={}".format(
                    forward.go_backwards
                )
            )
        for name in ("stateful", "return_sequences", "return_state"):
            pair = getattr(forward, name), getattr(backward, name)
            if pair[0] != pair[1]:
                raise ValueError(
                    "the forward layer has {}={}, the backward layer {}".format(name, *pair)
                )

    # Weights: the forward layer's, then the backward layer's.

    @property
    def weights(self):
        both = [side.weights for side in self._sides]
        return None if None in both else both[0] + both[1]

    def weight_shapes(self):
        return [
            (side + "." + name, shape, formula)
            for side, layer in zip(("forward", "backward"), self._sides)
            for name, shape, formula in layer.weight_shapes()
        ]

    def set_weights(self, weights):
        weights = self._counted(weights)
        count = len(self.forward_layer.weight_shapes())
        self.forward_layer.set_weights(weights[:count])
        self.backward_layer.set_weights(weights[count:])

    # The call.

    def __call__(self, x, mask=None, initial_state=None):
        """Run both layers.

        Parameters
        ----------
        x, mask
            As for `RNN`.
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
        results = [
            side(x, mask=mask, initial_state=states)
            for side, states in zip(self._sides, self._halves(initial_state))
        ]
        outputs, states = results, []
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

    def _halves(self, initial_state):
        if initial_state is None:
            return None, None
        states = list(initial_state) if nest.is_nested(initial_state) else [initial_state]
        if len(states) % 2:
            raise ValueError(
                "{} takes as many initial states forwards as backwards, not {} in all".format(
                    self.name, len(states)
                )
            )
        half = len(states) // 2
        return states[:half], states[half:]

    def reset_states(self):
        """Set the recorded states of both layers to zero (rule S4)."""
        for side in self._sides:
            side.reset_states()

    # What can be told without a call.

    def compute_mask(self, x, mask=None):
        """Return the mask of the output, of both outputs without a merge mode; None for states."""
        mask = mask if self.return_sequences else None
        masks = [mask] if self.merge_mode is not None else [mask, mask]
        if self.return_state:
            masks += [None] * 2 * len(self.forward_layer.state_size)
        return masks[0] if len(masks) == 1 else masks

    def compute_output_shape(self, input_shape):
        """Return the shapes of what a call returns, as `RNN.compute_output_shape` does."""
        shapes = self.forward_layer.compute_output_shape(input_shape)
        output, states = (shapes[0], list(shapes[1:])) if self.return_state else (shapes, [])
        if self.merge_mode == "concat":
            output = output[:-1] + (2 * output[-1],)
        outputs = [output] if self.merge_mode is not None else [output, output]
        if len(outputs) == 1 and not states:
            return outputs[0]
        return self.dialect.results(outputs + states + states)
