"""Runs the cases of `Bidirectional` on Keras."""

from ...families.bidirectional.case import BOTH, OWN_ACTIVATION
from ...families.bidirectional.outcome import facts_of_layers
from ...families.bidirectional.problem import problem
from ...families.outcome import Outcome, in_phases
from ..runtime import plain_shape
from . import stacks


def run(target, case, sizes):
    """Return the `Outcome` of a case on Keras."""
    given = problem(case, sizes)

    def call(stack):
        facts = facts_of_layers(case, stack.layers, given, plain_shape)
        arrays, facts_of_calls = stacks.calls(target, case, given, stack)
        return Outcome(arrays, dict(facts, **facts_of_calls))

    return in_phases(lambda: Stack(target, case, sizes, given), call)


class Stack(stacks.Stack):
    """The layers of a case, with their weights; see `rnn_oracle.targets.keras.stacks.Stack`."""

    def make_layers(self):
        return [
            self._both(sides, self.case.sequences(i))
            if kind == BOTH
            else self._recurrent(sides[0], self.case.sequences(i), "layer")
            for i, (kind, sides) in enumerate(zip(self.case.stack, self.case.sides(self.sizes)))
        ]

    def _both(self, sides, sequences):
        case, own, given = self.case, {}, {}
        if case.zero_output_for_mask:
            own["zero_output_for_mask"] = True
        forward = dict(own, go_backwards=case.go_backwards)
        layer = self._recurrent(sides[0], sequences, case.inner, **forward)
        if case.backward_layer != "default":
            own.update(go_backwards=not case.go_backwards, activation=OWN_ACTIVATION)
            given["backward_layer"] = self._recurrent(sides[1], sequences, case.inner, **own)
        bidirectional = self.target.keras.layers.Bidirectional
        return bidirectional(layer, merge_mode=case.merge_mode, dtype=case.dtype, **given)

    def _recurrent(self, side, sequences, inner, activation=None, **given):
        case, layers = self.case, self.target.keras.layers
        name, arguments = case.layer, self.cell_arguments()
        if activation is not None:
            arguments["activation"] = activation
        given.update(
            return_sequences=sequences,
            return_state=case.return_state,
            stateful=case.stateful != "no",
            unroll=case.unroll,
        )
        if case.time_major:
            given["time_major"] = True
        if inner == "layer":
            return getattr(layers, name)(side[0][1], **dict(arguments, **given))
        cells = [getattr(layers, name + "Cell")(units, **arguments) for _, units in side]
        return layers.RNN(cells if inner == "cells" else cells[0], dtype=case.dtype, **given)

    def by_layer(self, outputs):
        case, outputs, results = self.case, list(outputs), []
        for i, sides in enumerate(case.sides(self.sizes)):
            count = len(case.outputs) if i == len(self.layers) - 1 else 1
            if case.return_state:
                count += sum(len(side) for side in sides) * len(case.states_of_a_cell)
            leaves = [outputs.pop(0) for _ in range(count)]
            results.append(leaves if count > 1 else leaves[0])
        return results
