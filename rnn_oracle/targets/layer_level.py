"""Targets that run single layers; what stacks them and hands masks on is here."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..families.case import CELLS
from ..families.layers.problem import problem
from ..families.outcome import Outcome
from ..families.stacks.observation import state_names
from ..families.stacks.problem import layer_units
from .numbers_target import NumbersTarget

KINDS = {"SimpleRNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}
MASK, MASK_RIGHT, MASK_ROW = "mask", "mask_right", "mask_row"
_MASKS = {"all_true": MASK_RIGHT, "right": MASK_RIGHT, "row": MASK_ROW}
"""What masks need that lengths can tell, by their kinds; all others need `MASK`."""

FEATURES = tuple(CELLS) + ("go_backwards", "stacked_cells", MASK, MASK_RIGHT, MASK_ROW)
FEATURES += ("initial_state",)
"""What a runtime may be able to do: the cells by their names in cases, and options of layers. With
`MASK` it can do what the two after it say."""

REASONS = {
    "refusal": "what refuses a layer that returns no sequence stacks the layers, and is ours",
    "time_major": "how the axes are ordered is up to what stacks the layers, and ours",
}
"""Why no runtime is asked for what is not its own."""


class Cell(NamedTuple):
    """A cell with its weights.

    Attributes
    ----------
    kind : str
        ``"simple_rnn"``, ``"lstm"`` or ``"gru"``.
    units : int
    activation, recurrent_activation : str
        The second is "" in a cell without gates.
    reset_after : bool
        Of a GRU, which has two biases then.
    weights : list of arrays
        Kernel, recurrent kernel and bias, as Keras has them.
    """

    kind: str
    units: int
    activation: str
    recurrent_activation: str
    reset_after: bool
    weights: list


class Layer(NamedTuple):
    """A recurrent layer.

    Attributes
    ----------
    cells : list of Cell
        From the bottom up; several are stacked in one layer.
    return_sequences, go_backwards : bool
    """

    cells: list[Cell]
    return_sequences: bool
    go_backwards: bool


class AnswerError(Exception):
    """An answer that is none to the question, such as an array of another shape."""


class LayerTarget(NumbersTarget):
    """A runtime that runs one recurrent layer; a target of one's own may derive from it.

    Attributes
    ----------
    features : tuple of str
        What it can do, of `FEATURES`. Other cases are left out; these it has to answer.
    reasons : dict of str to str
        Why it cannot do what else there is, by the same words, where there is a reason to tell.
    stacks_layers : bool
        Whether layers upon each other that go forwards come as the cells of one layer.
    """

    features: tuple = ()
    reasons: dict[str, str] = {}
    stacks_layers = False

    def call(self, layer, x, mask, initial_state):
        """Run a layer.

        Parameters
        ----------
        layer : Layer
        x : array, shape (batch, steps, features)
        mask : array of bool, shape (batch, steps), or None
        initial_state : list (a cell) of lists of arrays, shape (batch, units), or None
            The states h and c of an LSTM, h of others.

        Returns
        -------
        output : array
            Shape (batch, units), or (batch, steps, units) with `return_sequences`.
        states : list (a cell) of lists of arrays, shape (batch, units)
            The final states.
        """
        raise NotImplementedError

    def lacking(self, case):
        """Return what of a case it cannot do: words, each with the reason if there is one."""
        can = set(self.features)
        if MASK in can:
            can.update((MASK_RIGHT, MASK_ROW))
        reasons = dict(REASONS, **self.reasons)
        missing = [word for word in needs(case) if word not in can]
        return [f"{word} ({reasons[word]})" if word in reasons else word for word in missing]

    def answered(self, case, sizes, prepared):
        """Return the `Outcome` of a case."""
        given, arrays = problem(case, sizes), {}
        calls = {"default": None}
        if "initial_state" in self.features:
            calls["given"] = given.states
        for name, states in calls.items():
            output, final = self._stack(case, sizes, given, states)
            arrays[f"{name}.output"] = output
            if case.return_state:
                named = zip(state_names(case), final)
                arrays.update((f"{name}.{letter}", state) for letter, state in named)
        return Outcome(arrays, told=tuple(calls))

    def _stack(self, case, sizes, given, states):
        """Call layer upon layer; return the output, and the final states of all."""
        x, found = given.x, []
        layers = list(zip(layer_units(case, sizes), given.weights, states or given.states))
        if self.stacks_layers and not case.go_backwards:
            layers = [[sum(parts, []) for parts in zip(*layers)]]
        sequences_of_all = [True] * (len(layers) - 1) + [case.return_sequences]
        for i, ((units, weights, own), sequences) in enumerate(zip(layers, sequences_of_all)):
            cells = [_cell(case, u, w) for u, w in zip(units, weights)]
            layer = Layer(cells, sequences, case.go_backwards)
            # The mask goes on as it came, also where the output is turned round (rules M4, M5).
            x, final = self.call(layer, x, given.mask, states and own)
            shape = (sizes.batch, sizes.steps, units[-1])
            x = _checked(x, shape if sequences else shape[::2], f"the output of layer {i + 1}")
            found += _states(final, case, sizes, units, i)
        return x, found


def needs(case):
    """Return the words for what a runtime must be able to do to run a case of the core matrix."""
    words = [case.cell]
    if case.go_backwards:
        words.append("go_backwards")
    if case.stacking == "cells":
        words.append("stacked_cells")
    if case.mask != "none":
        words.append(_MASKS.get(case.mask, MASK))
    # What is refused is refused by what stacks the layers, which is here.
    if case.stacking.endswith("without_sequences"):
        words.append("refusal")
    if case.time_major:
        words.append("time_major")
    return words


def _cell(case, units, weights):
    arguments = dict(case.cell_arguments)
    return Cell(
        KINDS[case.layer],
        units,
        arguments["activation"],
        arguments.get("recurrent_activation", ""),
        arguments.get("reset_after", False),
        weights,
    )


def _states(final, case, sizes, units, i):
    """Return the final states of a layer in one list."""
    letters = case.states_of_a_cell
    if [len(own) for own in final] != [len(letters)] * len(units):
        raise AnswerError(
            f"layer {i + 1} returned states of {[len(own) for own in final]}, "
            f"expected {[len(letters)] * len(units)}: a list for each cell"
        )
    return [
        _checked(state, (sizes.batch, size), f"the state {letter} of layer {i + 1}")
        for size, own in zip(units, final)
        for letter, state in zip(letters, own)
    ]


def _checked(array, shape, what):
    array = np.asarray(array)
    if array.dtype.kind != "f" or array.shape != shape:
        raise AnswerError(f"{what} is {array.dtype} {array.shape}, expected floats {shape}")
    return array
