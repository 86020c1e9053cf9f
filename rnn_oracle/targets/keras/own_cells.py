"""Runs cells of one's own in Keras's `RNN`."""

import numpy as np

from ...arithmetic import nest
from ...families.options.case import LAYER_MODES
from ...families.options.outcome import seen_in_mode
from ...families.outcome import Outcome, in_phases, observe
from ...families.own_cells.case import LSTM_UNITS
from ...families.own_cells.kinds import KINDS, call_of
from ...families.own_cells.problem import features_of, problem
from ..runtime import masks_of
from .modes import Layers, Model
from .options import reset


def run(target, case, sizes):
    """Return the `Outcome` of a case on Keras."""
    given = problem(case, sizes)
    own = own_cell_class(target, case.kind, case.computes_in)
    with target.keras.utils.custom_object_scope({own.__name__: own}):
        return in_phases(
            lambda: _build(target, case, sizes, given, own),
            lambda layer: Outcome(*_calls(target, case, sizes, given, layer)),
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
            lambda size, value: target.tf.fill(
                (batch_size, size), target.tf.cast(value, computes_in)
            ),
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
    as_tensors = {name: target.tf.constant(w, case.computes_in) for name, w in given.own.items()}
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


def _calls(target, case, sizes, given, layer):
    tf, arrays, facts, run = target.tf, {}, {}, None
    states = None if case.initial_state == "none" else given.states
    mask = tf.constant(given.mask) if case.mask_from == "argument" else None
    stack = _Stack(target, case, layer)

    def tensors(tree):
        return nest.map_structure(
            lambda a: None if a is None else tf.constant(a, case.computes_in), tree
        )

    states, constants = tensors(states), tensors(given.constants)
    for index, (call, x) in enumerate(zip(case.calls, given.calls)):
        inputs = [tensors(x), mask, states, constants]
        if case.mode in LAYER_MODES:
            run = run or Layers(target, case.mode, stack.masked)
            result, masks = run(inputs)
        else:
            together = sizes.steps if case.time_major else sizes.batch
            run = run or Model(target, case.mode, _model(stack, sizes), together)
            result = run([array for array in nest.flatten(inputs) if array is not None])
            result, masks = result if case.return_state else result[0], [None]
        observed = observe(call, case, [result], masks, np.asarray)
        for kept, more in zip((arrays, facts), seen_in_mode(case, *observed)):
            kept.update(more)
        if case.stateful == "reset_between" and index == 1:
            reset([layer] if case.mode in LAYER_MODES else run.layers)
    return arrays, facts


class _Stack:
    """The layer of a case behind its `Masking`, if it has one."""

    def __init__(self, target, case, layer):
        self.target, self.case, self.layer = target, case, layer
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
        return self.layer(x, **{name: value for name, value in call.items() if value is not None})

    def masked(self, *inputs):
        """Call the layer; return the result and the masks of its leaves."""
        result = self(*inputs)
        return result, masks_of(result)


def _model(stack, sizes):
    """Make the functional model of a layer."""
    case, keras = stack.case, stack.target.keras
    batch = sizes.batch if case.stateful != "no" else None
    shape = [batch, sizes.steps if case.unroll else None]
    shape = tuple(reversed(shape) if case.time_major else shape)
    kind = KINDS[case.kind]

    def inputs_of(leading, sizes):
        return nest.map_structure(
            lambda size: keras.Input(batch_shape=leading + (size,), dtype=case.computes_in), sizes
        )

    x = inputs_of(shape, kind.inputs)
    mask = keras.Input(batch_shape=shape, dtype="bool") if case.mask_from == "argument" else None
    states = inputs_of((batch,), case.state_sizes) if case.initial_state == "symbolic" else None
    constants = inputs_of((batch,), list(kind.constants)) if case.constants else None
    result = stack(x, mask, states, constants)
    inputs = nest.flatten([x, mask, states, constants])
    inputs = [symbol for symbol in inputs if symbol is not None]
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], nest.flatten(result))
