"""The shortest script that shows a divergence without this package."""

import textwrap

import numpy as np

from ..arithmetic import nest
from ..families.case import CELLS, SIZES, Sizes
from ..families.expected import expected
from ..families.facts import Raised
from ..families.layers.problem import problem
from ..families.stacks.observation import state_names
from ..families.stacks.problem import layer_units, nest_states, sequences_of_layers
from ..targets.backends import TENSORFLOW
from ..verdict.judge import judge

_LADDER = (
    Sizes(1, 1, 1, (1, 1, 1)),
    Sizes(1, 2, 1, (1, 1, 1)),
    Sizes(2, 3, 1, (1, 1, 1)),
    Sizes(3, 3, 1, (1, 1, 1)),
    Sizes(4, 6, 1, (1, 2, 1)),
    SIZES,
)
_LONGEST = 300
_EAGER = "tf.compat.v1.enable_eager_execution()"
_LEAVES = "tf.nest.flatten({top})"
_NEST = '"; ".join(repr(tf.nest.map_structure({leaf}, y)).replace("\'", "") for y in [{all}])'
_FACTS = {
    "nesting": _NEST.replace("{leaf}", 'lambda t: "*"'),
    "shapes": _NEST.replace("{leaf}", "lambda t: str(tuple(tf.TensorShape(t.shape).as_list()))"),
    "dtype": '" ".join(t.dtype.name for t in tf.nest.flatten({top})[:1]'
    " + [s for y in [{all}] for s in tf.nest.flatten(y)[1:]])",
    "states": "str(len(tf.nest.flatten([{all}])) - {layers})",
    "masks": '" ".join("None" if getattr(t, "_keras_mask", None) is None else "mask"'
    " for t in " + _LEAVES + ")",
}


def script(target, case, ledger=()):
    """Write the script for a case that diverges.

    Parameters
    ----------
    target : target
        The arrays are made as small as the divergence on it allows.
    case : Case
    ledger : list of Entry
        What is known, and hence no divergence.

    Returns
    -------
    str
        A program of NumPy and TensorFlow alone that fails where the divergence shows and
        passes where it does not; a comment where there is nothing to show, no layer, or no
        TensorFlow.
    """
    for sizes in _LADDER if case.family == "layers" and target.backend == TENSORFLOW else ():
        verdict = judge(target, case, ledger, sizes)
        if verdict.mismatches:
            return _Script(target, case, sizes, verdict.mismatches[0]).text()
    verdict = judge(target, case, ledger)
    return f"# {case.id} on {target}: {in_a_line(verdict.detail or verdict.verdict)}\n"


def in_a_line(text):
    """Return a text without its line breaks, which would end a comment, and of some length."""
    return textwrap.shorten(text, _LONGEST, placeholder=" ...")


class _Script:
    def __init__(self, target, case, sizes, mismatch):
        self.target, self.case, self.sizes, self.mismatch = target, case, sizes, mismatch
        self.call, _, self.what = mismatch.name.partition(".")
        self.given = problem(case, sizes)
        self.units = layer_units(case, sizes)
        self.numbers = self.what in ["output", "mask"] + state_names(case)

    def text(self):
        lines = [f"# {self.target}: {in_a_line(self.mismatch.detail)}"]
        lines += ["import numpy as np"] if self.call != "symbolic" else []
        lines += ["import tensorflow as tf", self._import(), ""]
        lines += [_EAGER] if self.target.dialect == "keras2_v1" else []
        program = self._inputs()
        for i in range(len(self.units)):
            program += self._layer(i)
        if self.call == "verdict":
            return "\n".join(lines + self._refusal(program)) + "\n"
        return "\n".join(lines + program + self._verdict()) + "\n"

    def _refusal(self, program):
        """Run the program with an initial state too, and tell whether it is refused."""
        lines = ["try:"] + ["    " + line for line in program]
        self.call = "given"
        lines += ["    " + line for i in range(len(self.units)) for line in self._layer(i)]
        wanted = self.mismatch.expected
        wanted = wanted.type if isinstance(wanted, Raised) else wanted
        lines += [
            '    got = "values"',
            "except Exception as error:",
            "    print(error)",
            "    got = type(error).__name__",
        ]
        return lines + _check("got", repr(wanted), "got == expected")[1:]

    def _import(self):
        if self.target.module == "tensorflow.keras":
            return "from tensorflow import keras"
        return f"import {self.target.module} as keras"

    def _inputs(self):
        if self.call == "symbolic":
            lines = [f"x = keras.Input((None, {self.sizes.features}))"]
        else:
            lines = [f"x = {_constant(self.given.x)}"]
        if self.case.mask_from == "argument":
            symbolic = 'keras.Input((None,), dtype="bool")'
            mask = symbolic if self.call == "symbolic" else _constant(self.given.mask)
            lines.append(f"mask = {mask}")
        if self.case.mask_from == "masking":
            lines.append("x = keras.layers.Masking()(x)")
        return lines

    def _layer(self, i):
        name, arguments = CELLS[self.case.cell]
        more = "".join(", {}={!r}".format(*pair) for pair in arguments.items())
        options = self._options(i)
        if self.case.stacking == "cells":
            cells = [f"keras.layers.{name}Cell({u}{more})" for u in self.units[i]]
            lines = [f"layer = keras.layers.RNN([{', '.join(cells)}]{options})"]
        else:
            (units,) = self.units[i]
            lines = [f"layer = keras.layers.{name}({units}{more}{options})"]
        if self.numbers:
            weights = [_literal(w) for cell in self.given.weights[i] for w in cell]
            lines.append("layer.build((None, None, x.shape[-1]))")
            lines.append(f"layer.set_weights([{', '.join(weights)}])")
        lines.append(f"y{i + 1} = layer(x{self._arguments(i)})")
        if i + 1 < len(self.units):
            lines.append(f"x = y{i + 1}{'[0]' if self.case.return_state else ''}")
        return lines

    def _options(self, i):
        options = {
            "return_sequences": sequences_of_layers(self.case)[i],
            "return_state": self.case.return_state,
            "go_backwards": self.case.go_backwards,
            "time_major": self.case.time_major,
        }
        return "".join(f", {name}=True" for name, on in options.items() if on)

    def _arguments(self, i):
        arguments = ", mask=mask" if i == 0 and self.case.mask_from == "argument" else ""
        if self.call == "given":
            states = nest_states(self.case, nest.map_structure(_constant, self.given.states[i]))
            arguments += f", initial_state={nest.describe(states, str)}"
        return arguments

    def _verdict(self):
        names = [f"y{i + 1}" for i in range(len(self.units))]
        if not self.numbers:
            texts = {"all": ", ".join(names), "top": names[-1], "layers": len(names)}
            got = _FACTS[self.what]
            for place, text in texts.items():
                got = got.replace("{" + place + "}", str(text))
            return _check(got, repr(str(self.mismatch.expected)), "got == expected")
        outcome = expected(self.case, self.target.dialect, self.sizes)
        want, got = outcome.arrays[self.mismatch.name], self._number(names)
        if want.dtype.kind == "b":
            return _check(got, _literal(want), "(got == expected).all()")
        allowed = _literal(outcome.allowed[self.mismatch.name], np.float64)
        lines = _check(got, _literal(want, np.float64), "(abs(got - expected) <= allowed).all()")
        return lines[:2] + [f"allowed = {allowed}"] + lines[2:]

    def _number(self, names):
        top = "tf.nest.flatten({})[{}]"
        if self.what == "output":
            return top.format(names[-1], 0) + ".numpy()"
        if self.what == "mask":
            return top.format(names[-1], 0) + "._keras_mask.numpy()"
        states = state_names(self.case)
        each = len(states) // len(names)
        layer, index = divmod(states.index(self.what), each)
        return top.format(names[layer], index + 1) + ".numpy()"


def _check(got, expected, test):
    return [
        f"got = {got}",
        f"expected = {expected}",
        'print("got", got, "expected", expected, sep="\\n")',
        f"assert {test}",
    ]


def _literal(array, dtype=np.float32):
    """Write an array so that it reads back to the bit, as short as it can be."""
    if array.dtype.kind == "f":
        array = array.astype(dtype)
    digits = np.array2string(array, separator=", ", threshold=array.size + 1, floatmode="unique")
    name = ", np.float32" if array.dtype == np.float32 else ""
    return f"np.array({' '.join(digits.split())}{name})"


def _constant(array):
    return f"tf.constant({_literal(array)})"
