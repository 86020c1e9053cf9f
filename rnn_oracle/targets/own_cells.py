"""Runs cells of one's own in Keras's `RNN`."""

import numpy as np

from .. import nest
from ..options.case import LAYER_MODES
from ..options.outcome import seen_in_mode
from ..outcome import Outcome, observe
from ..own_cells.case import LSTM_UNITS
from ..own_cells.kinds import KINDS
from ..own_cells.problem import features_of, problem
from .modes import Layers, Model


def run(target, case, sizes):
    """Return the `Outcome` of a case on Keras."""
    given = problem(case, sizes)
    own = own_cell_class(target, case.kind)
    with target.keras.utils.custom_object_scope({own.__name__: own}):
        try:
            layer = _build(target, case, sizes, given, own)
        except Exception as error:  # whatever Keras raises is the finding
            return Outcome.refused("build", error)
        try:
            return Outcome(*_calls(target, case, sizes, given, layer))
        except Exception as error:  # whatever Keras raises is the finding
            return Outcome.refused("call", error)


def own_cell_class(target, name):
    """Return the class of a cell of a kind, written as Keras documents it."""
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

        def call(self, inputs, states):
            return kind.step(self.own, inputs, states)

    class OwnObject:
        def __init__(self, own):
            _tell_sizes(self, kind)
            self.own = own

        def call(self, inputs, states):
            return kind.step(self.own, inputs, states)

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        return nest.map_structure(
            lambda size, value: target.tf.fill((batch_size, size), np.float32(value)),
            kind.state_size,
            kind.start,
        )

    made = OwnLayer if kind.is_layer else OwnObject
    if kind.start is not None:
        made.get_initial_state = get_initial_state
    return made


def _tell_sizes(cell, kind):
    cell.state_size = kind.state_size
    if kind.output_size is not None:
        cell.output_size = kind.output_size


def _build(target, case, sizes, given, own_class):
    layers, kind = target.keras.layers, KINDS[case.kind]
    as_tensors = {name: target.tf.constant(w, "float32") for name, w in given.own.items()}
    own = own_class() if kind.is_layer else own_class(as_tensors)
    cells = [own]
    if case.stacking != "one":
        lstm = layers.LSTMCell(LSTM_UNITS)
        cells = [own, lstm] if case.stacking == "below_lstm" else [lstm, own]
        lstm.build((sizes.batch, features_of(case, sizes)))
        lstm.set_weights(given.lstm)
    if kind.is_layer:
        own.build((sizes.batch, sizes.features))
        own.set_weights(list(given.own.values()))
    options = {
        option: True for option in ("time_major", "zero_output_for_mask") if getattr(case, option)
    }
    return layers.RNN(
        cells if len(cells) > 1 else own,
        return_sequences=case.return_sequences,
        return_state=case.return_state,
        go_backwards=case.go_backwards,
        stateful=case.stateful != "no",
        unroll=case.unroll,
        **options,
    )


def _calls(target, case, sizes, given, layer):
    tf, arrays, facts, run = target.tf, {}, {}, None
    states = []
    if case.initial_state != "none":
        states = [tf.constant(state, "float32") for state in nest.flatten(given.states)]
    mask = tf.constant(given.mask) if case.mask_from == "argument" else None
    stack = _Stack(target, case, given, layer)
    for index, (call, x) in enumerate(zip(case.calls, given.calls)):
        x = tf.constant(x, "float32")
        if case.mode in LAYER_MODES:
            run = run or Layers(target, case.mode, stack.masked)
            result, masks = run([x, mask] + states)
        else:
            run = run or Model(target, case.mode, _model(stack, sizes), 64)
            result = run([array for array in [x, mask] + states if array is not None])
            result, masks = result if case.return_state else result[0], [None]
        observed = observe(call, case, [result], masks, np.asarray)
        for kept, more in zip((arrays, facts), seen_in_mode(case, *observed)):
            kept.update(more)
        if case.stateful == "reset_between" and index == 1:
            for kept in [layer] if case.mode in LAYER_MODES else run.layers:
                if getattr(kept, "stateful", False):
                    # Keras 3 has renamed it.
                    (kept.reset_state if hasattr(kept, "reset_state") else kept.reset_states)()
    return arrays, facts


class _Stack:
    """The layer of a case behind its `Masking`, if it has one."""

    def __init__(self, target, case, given, layer):
        self.target, self.case, self.given, self.layer = target, case, given, layer
        self.front = target.keras.layers.Masking() if case.mask_from == "masking" else lambda x: x

    def __call__(self, x, mask=None, *states):
        call = {} if mask is None else {"mask": mask}
        if states:
            leaves = iter(states)
            call["initial_state"] = nest.map_structure(
                lambda size: next(leaves), self.case.state_sizes
            )
        return self.layer(self.front(x), **call)

    def masked(self, *inputs):
        """Call the layer; return the result and the masks of its leaves."""
        result = self(*inputs)
        return result, [getattr(leaf, "_keras_mask", None) for leaf in nest.flatten(result)]


def _model(stack, sizes):
    """Make the functional model of a layer."""
    case, keras = stack.case, stack.target.keras
    batch = sizes.batch if case.stateful != "no" else None
    shape = [batch, sizes.steps if case.unroll else None]
    shape = tuple(reversed(shape) if case.time_major else shape)
    inputs = [keras.Input(batch_shape=shape + (sizes.features,))]
    mask = keras.Input(batch_shape=shape, dtype="bool") if case.mask_from == "argument" else None
    states = []
    if case.initial_state == "symbolic":
        flat = nest.flatten(case.state_sizes)
        states = [keras.Input(batch_shape=(batch, size)) for size in flat]
    result = stack(inputs[0], mask, *states)
    inputs += [symbol for symbol in [mask] + states if symbol is not None]
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], nest.flatten(result))
