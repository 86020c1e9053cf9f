"""What can be wrong with the arguments of a constructor, with a configuration, with weights."""

from .fault import CALLS, CELLS, GATED, LAYERS, SHAPE, UNITS, built, fault, made, sound


def _argument(message, *rules, layers=LAYERS, **arguments):
    return fault(message, *rules, layers=layers, make=built(**arguments))


def _bidirectional(message, *rules, merge_mode="concat", wrap=None, **backward):
    """Wrap what `wrap` makes, or a GRU, beside a backward layer of these options, if any."""

    def make(side, layer):
        inner = wrap(side.layers) if wrap else side.layers.GRU(UNITS)
        more = {"backward_layer": side.layers.GRU(UNITS, **backward)} if backward else {}
        wrapped = side.layers.Bidirectional(inner, merge_mode=merge_mode, **more)
        return side.built(wrapped, SHAPE)

    return fault(message, *rules, layers=("Bidirectional",), make=make)


def _cell(message, *rules, layers=("RNN",), make):
    """Make a layer over something that is no cell, and call it."""
    return fault(message, *rules, layers=layers, make=lambda side, layer: make(side.layers))


class _NoCall:
    state_size = UNITS


class _NoStateSize:
    def call(self, inputs, states):
        return inputs, states

    __call__ = call


def _weights(message, change):
    def make(side, layer):
        found = sound(side, layer)
        found.set_weights(change(side.weights(found, SHAPE)))
        return found

    return fault(message, "E1", make=make)


def _transposed(weights):
    return [weights[0].T] + weights[1:]


def _remade(message, *rules, **changes):
    def make(side, layer):
        return side.built(side.remade(sound(side, layer), **changes), SHAPE)

    return fault(message, *rules, make=make)


def _in_bfloat16(side, layer):
    return side.built(sound(side, layer, dtype=side.dtype("bfloat16")), SHAPE)


_POSITIVE = "`{}` must be a positive integer, not {}".format
_UNKNOWN = r"does not know the argument {}".format
_FRACTION = r"`{}` must be a number from 0 to 1, not {}".format

FAULTS = {
    "units-zero": _argument(_POSITIVE("units", 0), "E2", layers=LAYERS + CELLS, units=0),
    "units-negative": _argument(_POSITIVE("units", -1), "E2", layers=LAYERS + CELLS, units=-1),
    "units-fraction": _argument(_POSITIVE("units", 2.5), "E2", layers=LAYERS + CELLS, units=2.5),
    "units-bool": _argument(_POSITIVE("units", True), "E2", layers=LAYERS + CELLS, units=True),
    "units-text": _argument(_POSITIVE("units", "'4'"), "E2", layers=LAYERS + CELLS, units="4"),
    "units-none": _argument(_POSITIVE("units", None), "E2", layers=LAYERS + CELLS, units=None),
    "argument-unknown": _argument(_UNKNOWN("bogus"), "D4", layers=LAYERS + CELLS, bogus=1),
    "argument-time-major": _argument(_UNKNOWN("time_major"), "D3", "D4", time_major=True),
    "argument-implementation": _argument(_UNKNOWN("implementation"), "D5", implementation=2),
    "argument-use-cudnn": _argument(_UNKNOWN("use_cudnn"), "D5", use_cudnn="auto"),
    "config-unknown": _remade(_UNKNOWN("bogus"), "D4", bogus=1),
    "config-time-major-off": _remade(_UNKNOWN("time_major"), "D3", "D4", time_major=False),
    "implementation-3": _argument(
        r"`implementation` must be 1 or 2, not 3", "E2", layers=GATED, implementation=3
    ),
    "use-cudnn-on-cpu": fault(
        "no cuDNN on a CPU",
        "D5",
        layers=GATED,
        modes=CALLS,
        generations=("keras3",),
        make=built(use_cudnn=True),
    ),
    "activation-unknown": _argument("unknown activation 'nope'", "A1", activation="nope"),
    "activation-number": _argument("unknown activation 3", "A1", activation=3),
    "activation-glu": _argument("unknown activation 'glu'", "A4", activation="glu"),
    "activation-threshold": _argument(
        "unknown activation 'threshold'", "A4", activation="threshold"
    ),
    "recurrent-activation-unknown": _argument(
        "unknown activation 'nope'", "A1", layers=GATED, recurrent_activation="nope"
    ),
    "dropout-negative": _argument(_FRACTION("dropout", -0.5), "E2", dropout=-0.5),
    "dropout-above-1": _argument(_FRACTION("dropout", 1.5), "E2", dropout=1.5),
    "dropout-text": _argument(_FRACTION("dropout", "'half'"), "E2", dropout="half"),
    "recurrent-dropout-above-1": _argument(
        _FRACTION("recurrent_dropout", 1.5), "E2", recurrent_dropout=1.5
    ),
    "dtype-unknown": _argument("not in float99", "E2", dtype="float99"),
    "dtype-int32": _argument("not in int32", "E2", dtype="int32"),
    "dtype-complex64": _argument("not in complex64", "E2", dtype="complex64"),
    "dtype-bfloat16": fault("", "D6", make=_in_bfloat16),
    "merge-mode-unknown": _bidirectional("merge_mode='max' is not one of", "B4", merge_mode="max"),
    "wrapped-text": _bidirectional("not 'lstm'", "B1", wrap=lambda layers: "lstm"),
    "wrapped-dense": _bidirectional("not <Dense", "B1", wrap=lambda layers: layers.Dense(UNITS)),
    "wrapped-cell": _bidirectional("not <GRUCell", "B1", wrap=lambda layers: layers.GRUCell(UNITS)),
    "wrapped-backwards": _bidirectional(
        "both have go_backwards=True",
        "B2",
        wrap=lambda layers: layers.GRU(UNITS, go_backwards=True),
    ),
    "backward-layer-forwards": _bidirectional(
        "both have go_backwards=False", "B2", go_backwards=False
    ),
    "backward-layer-sequences": _bidirectional(
        "return_sequences=False, the backward layer True",
        "B2",
        go_backwards=True,
        return_sequences=True,
    ),
    "backward-layer-state": _bidirectional(
        "return_state=False, the backward layer True", "B2", go_backwards=True, return_state=True
    ),
    "backward-layer-stateful": _bidirectional(
        "stateful=False, the backward layer True", "B2", go_backwards=True, stateful=True
    ),
    "cell-none": _cell(
        r"a cell needs a method `call\(inputs, states\)`: None",
        "E2",
        make=lambda layers: layers.RNN(None),
    ),
    "cell-text": _cell(
        "a cell needs a method `call.*: 'lstm'", "E2", make=lambda layers: layers.RNN("lstm")
    ),
    "cell-no-call": _cell(
        "a cell needs a method `call.*_NoCall", "E2", make=lambda layers: layers.RNN(_NoCall())
    ),
    "cell-no-state-size": _cell(
        "a cell needs an attribute `state_size`.*_NoStateSize",
        "E2",
        make=lambda layers: layers.RNN(_NoStateSize()),
    ),
    "cell-layer": _cell(
        "takes cells, but <LSTM LSTM of keras.*> is a layer: did you mean LSTMCell",
        "E2",
        make=lambda layers: layers.RNN(layers.LSTM(UNITS)),
    ),
    "cells-empty": _cell(
        "StackedRNNCells needs at least one cell", "E2", make=lambda layers: layers.RNN([])
    ),
    "stack-empty": _cell(
        "StackedRNNCells needs at least one cell",
        "E2",
        layers=("StackedRNNCells",),
        make=lambda layers: layers.StackedRNNCells([]),
    ),
    "stack-of-no-cell": _cell(
        "a cell needs a method `call.*_NoCall",
        "E2",
        layers=("StackedRNNCells",),
        make=lambda layers: layers.StackedRNNCells([layers.GRUCell(UNITS), _NoCall()]),
    ),
    "stack-of-bare-cell": _cell(
        "StackedRNNCells takes a list of cells, not <GRUCell",
        "E2",
        layers=("StackedRNNCells",),
        make=lambda layers: layers.StackedRNNCells(layers.GRUCell(UNITS)),
    ),
    "chain-state": fault(
        "LSTM returns its states; a chain passes on one array",
        "L7",
        layers=("Sequential",),
        make=lambda side, layer: side.chain(
            side.layers.LSTM(UNITS, return_state=True), side.layers.Dense(UNITS)
        ),
    ),
    "weights-transposed": _weights(r"kernel has shape \(\d+, 3\), but needs \(any, ", _transposed),
    "weights-too-few": _weights(r"has 3 weights \(.*\), but 2 were given", lambda w: w[:-1]),
    "weights-too-many": _weights(r"has 3 weights \(.*\), but 4 were given", lambda w: w + w[:1]),
    "steps-unknown": fault(
        "is unrolled: .* must know the number of steps",
        "E3",
        modes=("model",),
        make=built(unroll=True),
    ),
    "batch-unknown": fault(
        "is stateful: .* must know the batch size",
        "E3",
        modes=("model",),
        make=made(stateful=True),
    ),
}
