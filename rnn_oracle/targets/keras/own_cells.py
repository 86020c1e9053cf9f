"""Runs cells of one's own in Keras's `RNN`."""

from ...arithmetic import nest
from ...families.outcome import Outcome, in_phases
from ...families.own_cells.case import LSTM_UNITS
from ...families.own_cells.kinds import KINDS, call_of
from ...families.own_cells.problem import features_of, problem
from .stacks import calls


def run(target, case, sizes):
    """Return the `Outcome` of a case on Keras."""
    given = problem(case, sizes)
    own = own_cell_class(target, case.kind, case.computes_in)
    with target.keras.utils.custom_object_scope({own.__name__: own}):
        return in_phases(
            lambda: _build(target, case, sizes, given, own),
            lambda layer: Outcome(
                *calls(target, case, given.in_calls, _Stack(target, case, sizes, layer))
            ),
        )


def own_cell_class(target, name, computes_in):
    """Return the class of a cell of a kind, written as Keras documents it.

    An initial state of its own has the dtype `computes_in`.
    """
    kind = KINDS[name]
    layer = target.keras.layers.Layer

    class OwnLayer(layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            _tell_sizes(self, kind)

        def build(self, input_shape):
            self.own = {
                weight: self.add_weight(name=weight, shape=shape, initializer="zeros")
                for weight, shape in kind.weights.items()
            }
            self.built = True

    class OwnObject:
        def __init__(self, own):
            _tell_sizes(self, kind)
            self.own = own

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        return nest.map_structure(
            lambda size, value: target.tensors.filled((batch_size, size), value, computes_in),
            kind.state_size,
            kind.start,
        )

    made = OwnLayer if kind.is_layer else OwnObject
    made.call = call_of(kind)
    if kind.start is not None:
        made.get_initial_state = get_initial_state
    return made


def _tell_sizes(cell, kind):
    cell.state_size = kind.state_size
    if kind.output_size is not None:
        cell.output_size = kind.output_size


def _build(target, case, sizes, given, own_class):
    layers, kind = target.keras.layers, KINDS[case.kind]
    as_tensors = {name: target.tensors.make(w, case.computes_in) for name, w in given.own.items()}
    own = own_class(dtype=case.dtype) if kind.is_layer else own_class(as_tensors)
    cells = own
    if case.stacking != "one":
        lstm = layers.LSTMCell(LSTM_UNITS, dtype=case.dtype, recurrent_initializer="zeros")
        cells = [own, lstm] if case.stacking == "below_lstm" else [lstm, own]
        if case.dtype != "float32":  # a list of cells is stacked in the default dtype
            cells = layers.StackedRNNCells(cells, dtype=case.dtype)
    options = {
        option: True for option in ("time_major", "zero_output_for_mask") if getattr(case, option)
    }
    layer = layers.RNN(
        cells,
        dtype=case.dtype,
        return_sequences=case.return_sequences,
        return_state=case.return_state,
        go_backwards=case.go_backwards,
        stateful=case.stateful != "no",
        unroll=case.unroll,
        **options,
    )
    if case.constants == "in_input":  # which takes a layer that knows how many there are
        config = dict(layer.get_config(), num_constants=len(kind.constants))
        layer = layers.RNN.from_config(config)
    for cell in getattr(layer.cell, "cells", [layer.cell]):
        if isinstance(cell, layers.LSTMCell):
            cell.build((sizes.batch, features_of(case, sizes)))
            cell.set_weights(given.lstm)
        elif kind.is_layer:
            cell.build((sizes.batch, sizes.features))
            cell.set_weights(list(given.own.values()))
    return layer


class _Stack:
    """The layer of a case behind its `Masking`, if it has one; see `stacks.Stack`."""

    def __init__(self, target, case, sizes, layer):
        self.target, self.case, self.sizes, self.layer = target, case, sizes, layer
        self.layers = [layer]
        self.front = (
            target.keras.layers.Masking(dtype=case.dtype)
            if case.mask_from == "masking"
            else lambda x: x
        )

    def __call__(self, x, mask, states, constants):
        first, *others = nest.flatten(x)
        x = nest.pack(x, [self.front(first)] + others)
        call = {"mask": mask, "initial_state": states, "constants": constants}
        if self.case.constants == "bare":
            (call["constants"],) = constants
        if self.case.constants == "in_input":
            x = [x] + (states or []) + constants
            call = {"mask": mask}
        return [self.layer(x, **{name: v for name, v in call.items() if v is not None})]

    def masked(self, *inputs):
        """Call the layer; return the result in a list, and the masks of its leaves."""
        results = self(*inputs)
        return results, self.target.tensors.masks_of(results[0])

    def begin(self, call):
        """Nothing has to be done before a call."""

    def inputs(self, call, mask):
        """Return what a call gives: the input, the mask if it is an argument, states, constants."""
        mask = self.target.tensors.make(mask) if self.case.mask_from == "argument" else None
        states = None if call.states is None else call.states[0]
        return [self._tensors(call.x), mask, self._tensors(states), self._tensors(call.constants)]

    def _tensors(self, tree):
        dtype = self.case.computes_in
        return nest.map_structure(
            lambda a: None if a is None else self.target.tensors.make(a, dtype), tree
        )

    def by_layer(self, outputs):
        """Gather the flat outputs of a model by layer."""
        return [outputs if self.case.return_state else outputs[0]]

    def batch_size(self):
        """Return a size that takes the batch whole."""
        return self.sizes.steps if self.case.time_major else self.sizes.batch

    def model(self, call):
        """Make the functional model of the layer."""
        case, keras, sizes = self.case, self.target.keras, self.sizes
        batch = sizes.batch if case.stateful != "no" else None
        shape = [batch, sizes.steps if case.unroll else None]
        shape = tuple(reversed(shape) if case.time_major else shape)
        kind = KINDS[case.kind]

        def inputs_of(leading, sizes):
            return nest.map_structure(
                lambda size: keras.Input(batch_shape=leading + (size,), dtype=case.computes_in),
                sizes,
            )

        x = inputs_of(shape, kind.inputs)
        mask = (
            keras.Input(batch_shape=shape, dtype="bool") if case.mask_from == "argument" else None
        )
        states = inputs_of((batch,), case.state_sizes) if case.initial_state == "symbolic" else None
        constants = inputs_of((batch,), list(kind.constants)) if case.constants else None
        result = self(x, mask, states, constants)
        inputs = nest.flatten([x, mask, states, constants])
        inputs = [symbol for symbol in inputs if symbol is not None]
        return keras.Model(inputs if len(inputs) > 1 else inputs[0], nest.flatten(result))
