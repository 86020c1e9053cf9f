"""The answer to a question about a layer: one of a single unit, run over one short sequence."""

from __future__ import annotations

import numpy as np

import rnn_oracle

from ..reference.dialects import DIALECTS
from ..reference.errors import OracleError
from ..reference.trace import trace
from ..verdict.ledger import fits, load
from .question import MASKS

STEPS = 5
_KERAS = {"keras2": "import tf_keras as keras", "keras3": "from tensorflow import keras"}
_KERAS["keras2_v1"] = "keras = tf.compat.v1.keras"
_WITH_DEFAULTS = {"LSTM": ["recurrent_activation"], "GRU": ["recurrent_activation", "reset_after"]}
"""The arguments whose defaults the dialects do not share (rule F1)."""

_STATES = ("h", "c")
_GATES = ("i", "f", "o", "g", "z", "r", "candidate")
"""What is shown of what a cell computes on the way."""


class Explained:
    """A layer, a call of it, and what the rules, the dialects and the ledger say of it.

    Parameters
    ----------
    asked : Question

    Attributes
    ----------
    asked : Question
    case : Case or None
        The case of the suite that asks the same.
    layer : SimpleRNN, LSTM, GRU or Bidirectional
        Of the reference, with its weights.
    weights : list of array
    x, mask, states
        What the layer is called with; None for what it is not given.
    sides : dict of str to list of Step
        The steps of the call, in both directions of a `Bidirectional`.
    results : list of array
        What the call returns: the output, or two of them, and the final states if asked for.

    Raises
    ------
    OracleError
        Where the layer or its call is refused, as the rules demand.
    """

    def __init__(self, asked):
        self.asked, self.case = asked, asked.case()
        self.layer = _layer(asked, asked.dialect)
        digits = np.random.RandomState(20190101)

        def short(shape):  # numbers of one digit, which can be read and pasted
            return digits.randint(-9, 10, shape) / 10

        self.x, mask = short((1, STEPS, 1)), MASKS[asked.mask]
        self.mask = None if mask is None else np.array([mask], bool)
        if asked.arguments.get("time_major", False):
            self.x, self.mask = self.x.swapaxes(0, 1), None if mask is None else self.mask.T
        shapes = [shape for _, shape, _ in self.layer.weight_shapes()]
        self.weights = [short([1 if n is None else n for n in shape]) for shape in shapes]
        self.layer.set_weights(self.weights)
        sides = self.layer.parts() if asked.is_both else [self.layer]
        sizes = [size for side in sides for size in side.state_size]
        self.states = [short((1, size)) for size in sizes] if asked.has_initial_state else None
        halves = self.layer.halves(self.states) if asked.is_both else [self.states]
        names = ["forward", "backward"] if asked.is_both else [asked.layer]
        self.sides = {
            name: trace(side, self.x, self.mask, states)
            for name, side, states in zip(names, sides, halves)
        }
        self.results = self._call(self.layer)

    def _call(self, layer):
        result = layer(self.x, self.mask, self.states)
        return list(result) if isinstance(result, (list, tuple)) else [result]

    @property
    def names(self):
        """What to call each array that the call returns."""
        sides = list(self.sides) if self.asked.is_both else [""]
        apart = self.asked.is_both and self.layer.merge_mode is None
        outputs = [f"{side} output" for side in sides] if apart else ["output"]
        states = _STATES[: len(next(iter(self.sides.values()))[0].states)]
        return outputs + [f"final {state} {side}".rstrip() for side in sides for state in states]

    @property
    def mask_of_output(self):
        """The mask that goes on with the output, None if there is none."""
        mask = self.layer.compute_mask(None, self.mask)
        return mask[0] if isinstance(mask, (list, tuple)) else mask

    @property
    def rules(self):
        """Ids of the rules that the options bring in, and of those that hold without any."""
        if self.case is None:
            return [], []
        plain = set(type(self.case)(self.case.cell).rules)
        cited = self.case.rules
        return [r for r in cited if r not in plain], [r for r in cited if r in plain]

    @property
    def elsewhere(self):
        """What each other dialect makes of the same numbers, in words, by its name.

        It is given what are defaults in the dialect that is asked for.
        """
        others = [dialect for dialect in DIALECTS if dialect != self.asked.dialect]
        return {dialect: self._in_dialect(dialect) for dialect in others}

    def _in_dialect(self, dialect):
        try:
            layer = _layer(self.asked, dialect)
            layer.set_weights(self.weights)
            output = self._call(layer)[0]
        except OracleError as error:
            return f"refuses it: {str(error).partition(';')[0]}"
        same = np.array_equal(output, self.results[0])
        words = "the same numbers" if same else f"other numbers: {row(output)}"
        here, there = DIALECTS[self.asked.dialect].defaults, DIALECTS[dialect].defaults
        names = [n for n in _WITH_DEFAULTS.get(self.asked.layer, ()) if here[n] != there[n]]
        open_ones = [name for name in names if name not in self.asked.arguments]
        if not open_ones:
            return words
        given, own = (" and ".join(f"{n}={d[n]!r}" for n in open_ones) for d in (here, there))
        return f"{words} with {given}; its defaults are {own}"

    @property
    def known(self):
        """The entries of the ledger that speak of such a case in any release."""
        if self.case is None:
            return []
        return [e for e in load() if any(fits(pattern, self.case) for pattern in e.cases)]

    def made_by(self, module=""):
        """Return the call that makes the layer, with the arguments that the question names."""
        arguments = dict(self.asked.arguments)
        has_mode = "merge_mode" in arguments
        outer = f", merge_mode={arguments.pop('merge_mode')!r}" if has_mode else ""
        inner = "".join(f", {name}={value!r}" for name, value in arguments.items())
        call = f"{module}{self.asked.layer}(1{inner})"
        return f"{module}Bidirectional({call}{outer})" if self.asked.is_both else call

    def script(self):
        """Return a program of TensorFlow and Keras alone that makes the call and prints results."""

        def tensor(array):
            return f"tf.constant({array.tolist()})"

        lines = ["import tensorflow as tf", _KERAS[self.asked.dialect], ""]
        lines += [f"layer = {self.made_by('keras.layers.')}", f"layer.build({self.x.shape})"]
        weights = [f"    {tensor(weight)}.numpy()," for weight in self.weights]
        lines += ["layer.set_weights([", *weights, "])", f"x = {tensor(self.x)}"]
        given = "x" if self.mask is None else f"x, mask={tensor(self.mask)}"
        if self.states is not None:
            given += f", initial_state=[{', '.join(map(tensor, self.states))}]"
        return "\n".join(lines + [f"print(layer({given}))"]) + "\n"


def _layer(asked, dialect):
    """Return the layer in a dialect, with the defaults of the dialect that is asked for."""
    defaults = DIALECTS[asked.dialect].defaults
    names = _WITH_DEFAULTS.get(asked.layer, ())
    arguments = dict({name: defaults[name] for name in names}, **asked.arguments)
    more = {"merge_mode": arguments.pop("merge_mode")} if "merge_mode" in arguments else {}
    layer = getattr(rnn_oracle, asked.layer)(1, dialect=dialect, **arguments)
    return rnn_oracle.Bidirectional(layer, **more) if asked.is_both else layer


def observed(steps):
    """Return what is shown of each step, as pairs: its name, and an array for each step."""
    gates = [name for name in steps[0].gates if name in _GATES]
    shown = [(name, [step.gates[name] for step in steps]) for name in gates]
    for place, name in enumerate(_STATES[: len(steps[0].states)]):
        shown.append((name, [step.states[place] for step in steps]))
    return shown + [("output", [step.output for step in steps])]


def row(array):
    """Return the numbers of an array in one row, with three decimals."""
    return " ".join(f"{number:.3f}" for number in np.ravel(array))
