"""Runs the cases of all options on Keras."""

import numpy as np

from ...arithmetic import nest
from ...families.cases import CELLS
from ...families.options.case import LAYER_MODES, MASK_VALUE
from ...families.options.outcome import seen_in_mode
from ...families.options.problem import problem
from ...families.outcome import Outcome, in_phases, observe
from ...families.problems import layer_units, sequences_of_layers
from ..runtime import masks_of
from .modes import Layers, Model


def run(target, case, sizes):
    """Return the `Outcome` of a case on Keras."""
    given = problem(case, sizes)

    def call(stack):
        arrays, facts = calls(target, case, given, stack)
        return Outcome(arrays, dict(facts, **stack.facts))

    return in_phases(lambda: Stack(target, case, sizes, given), call)


class Stack:
    """The layers of a case, with their weights.

    Parameters
    ----------
    target : KerasTarget
    case : OptionCase
    sizes : Sizes
    given : Problem
    """

    in_calls = {}
    """Arguments of every call of a layer."""

    def __init__(self, target, case, sizes, given):
        self.target, self.case, self.sizes = target, case, sizes
        self.layers = self.make_layers()
        self.front = self._front(given)
        self.states = given.calls[0].states
        self.facts = {}
        for layer, weights in zip(self.layers, given.weights):
            shape = (sizes.batch, sizes.steps, weights[0][0].shape[0])
            layer.build((shape[1], shape[0], shape[2]) if case.time_major else shape)
            if case.layer == "LSTM" and case.use_bias:
                self.facts["new.biases"] = _by_gate(layer.get_weights()[2])
            layer.set_weights([w for cell in weights for w in cell])

    def make_layers(self):
        """Return the layers, from the bottom up, without weights."""
        units, sequences = layer_units(self.case, self.sizes), sequences_of_layers(self.case)
        return [self._layer(*pair) for pair in zip(units, sequences)]

    def cell_arguments(self):
        """Return the arguments of each cell, but for its units."""
        case = self.case
        name, arguments = CELLS[case.cell]
        arguments = dict(arguments, dtype=case.dtype, use_bias=case.use_bias)
        arguments["activation"] = case.activation
        if name != "SimpleRNN":
            arguments["recurrent_activation"] = case.recurrent_activation
        if not case.unit_forget_bias:
            arguments["unit_forget_bias"] = False
        if case.implementation == 1:
            arguments["implementation"] = 1
        if case.dtype in ("bfloat16", "float16"):  # in which there is no orthogonal matrix
            arguments["recurrent_initializer"] = "glorot_uniform"
        return arguments

    def _layer(self, units, sequences):
        case, layers = self.case, self.target.keras.layers
        name, arguments = case.layer, self.cell_arguments()
        options = dict(return_sequences=sequences, stateful=case.stateful != "no")
        for option in ("return_state", "go_backwards", "unroll"):
            options[option] = getattr(case, option)
        for option in ("time_major", "zero_output_for_mask"):
            if getattr(case, option):
                options[option] = True
        if case.stacking in ("cells", "rnn"):
            cell_class = getattr(layers, name + "Cell")
            cells = [cell_class(size, **arguments) for size in units]
            if case.stacking == "rnn":
                return layers.RNN(cells[0], dtype=case.dtype, **options)
            if case.dtype != "float32":  # a list of cells is stacked in the default dtype
                cells = layers.StackedRNNCells(cells, dtype=case.dtype)
            return layers.RNN(cells, dtype=case.dtype, **options)
        return getattr(layers, name)(units[0], **dict(arguments, **options))

    def _front(self, given):
        case, layers = self.case, self.target.keras.layers
        if case.mask_from == "embedding":
            front = layers.Embedding(*given.table.shape, mask_zero=True, dtype=case.dtype)
            front.build((None, None))
            front.set_weights([given.table])
            return front
        if case.mask_from in ("masking", "masking_value"):
            value = 0.0 if case.mask_from == "masking" else MASK_VALUE
            return layers.Masking(value, dtype=case.dtype)
        return lambda x: x

    def begin(self, call):
        """Do what has to be done before the call of that name."""

    def __call__(self, x, mask=None, *states):
        """Call the layers; `states` are the leaves of the initial states of all layers."""
        x, results, states = self.front(x), [], list(states)
        for i, layer in enumerate(self.layers):
            given = dict(self.in_calls) if i or mask is None else dict(self.in_calls, mask=mask)
            if states:
                state = nest.map_structure(lambda _: states.pop(0), self.states[i])
                if self.case.initial_state == "inputs":
                    x = [x] + list(state)
                else:
                    given["initial_state"] = state
            results.append(layer(x, **given))
            x = results[-1][0] if self.case.return_state else results[-1]
        return results

    def by_layer(self, outputs):
        """Gather the flat outputs of a model by layer."""
        if not self.case.return_state:
            return list(outputs)
        each = len(outputs) // len(self.layers)
        return [outputs[i : i + each] for i in range(0, len(outputs), each)]

    def masked(self, *inputs):
        """Call the layers; return the results, and the masks of the top layer's."""
        results = self(*inputs)
        return results, masks_of(results[-1])


def _by_gate(bias):
    values = [sorted(set(gate.tolist())) for gate in np.split(np.asarray(bias, np.float64), 4)]
    return " ".join(" ".join(f"{value:g}" for value in gate) for gate in values)


def calls(target, case, given, stack):
    """Run all calls of a case; return arrays and facts."""
    arrays, facts, run = {}, {}, None
    for index, call in enumerate(given.calls):
        x, mask, states = _inputs(target, case, given, call)
        if case.mode in LAYER_MODES:
            run = run or Layers(target, case.mode, stack.masked)
            stack.begin(call.name)
            results, masks = run([x, mask] + states)
        else:
            run = run or Model(target, case.mode, _model(stack, call), _batch_size(case))
            states = [] if case.states_are_constants else states
            stack.begin(call.name)
            results = run([array for array in [x, mask] + states if array is not None])
            results, masks = stack.by_layer(results), [None]
        arrays_of_call, facts_of_call = seen_in_mode(
            case, *observe(call.name, case, results, masks, np.asarray)
        )
        arrays.update(arrays_of_call)
        facts.update(facts_of_call)
        if case.stateful == "reset_between" and index == 1:
            reset(stack.layers if case.mode in LAYER_MODES else run.layers)
    return arrays, facts


def _inputs(target, case, given, call):
    """Return the input, the mask if it is given by hand, and the leaves of all states."""
    if call.x.dtype.kind == "i":
        x = _in_form(target, case, call.x, "int32")
    else:
        widths = {"wide": "float64", "narrow": "float16"}
        x = _in_form(target, case, call.x, widths.get(case.given_as, case.computes_in))
    mask = None
    if case.mask_from == "argument":
        mask = _beside(target, case, given.mask, "bool")
    states = [] if call.states is None else nest.flatten(call.states)
    return x, mask, [_beside(target, case, state, case.computes_in) for state in states]


def _beside(target, case, array, dtype):
    """Return what goes with the input: a model wants all to be tensors, or all to be arrays."""
    if case.mode in LAYER_MODES:
        return target.tf.cast(target.tf.constant(array), dtype)
    return _in_form(target, case, array, dtype)


def _in_form(target, case, array, dtype):
    """Return an array in the form in which the case gives it."""
    if case.given_as in ("tensor", "wide", "narrow"):
        return target.tf.cast(target.tf.constant(array), dtype)
    # NumPy does not know bfloat16.
    array = array.astype("float32" if dtype == "bfloat16" else dtype)
    if case.given_as == "non_contiguous":
        array = np.asfortranarray(array)
    if case.given_as == "read_only":
        array.flags.writeable = False
    return array


def _model(stack, call):
    """Make the functional model of a stack of layers, to be called like this."""
    case, sizes, target = stack.case, stack.sizes, stack.target
    keras = target.keras
    fixed = case.stateful != "no" or case.states_are_constants
    batch = sizes.batch if fixed else None
    shape = [batch, sizes.steps if case.unroll else None]
    shape = tuple(reversed(shape) if case.time_major else shape)
    if case.mask_from == "embedding":
        x = keras.Input(batch_shape=shape, dtype="int32")
    else:
        x = keras.Input(batch_shape=shape + (sizes.features,), dtype=case.computes_in)
    mask = keras.Input(batch_shape=shape, dtype="bool") if case.mask_from == "argument" else None
    states = [] if call.states is None else nest.flatten(call.states)
    if case.states_are_constants:
        states = [target.tf.cast(target.tf.constant(s), case.computes_in) for s in states]
    else:
        states = [
            keras.Input(batch_shape=(batch, state.shape[-1]), dtype=case.computes_in)
            for state in states
        ]
    results = stack(x, mask, *states)
    inputs = [x] + ([] if mask is None else [mask])
    inputs += [] if case.states_are_constants else states
    return keras.Model(inputs if len(inputs) > 1 else x, nest.flatten(list(results)))


def _batch_size(case):
    """Return a size that divides the batch where that may be, and takes it whole otherwise."""
    whole = case.stateful != "no" or case.time_major or case.states_are_constants
    return 64 if whole else 3


def reset(layers):
    """Set the states of all stateful layers to zero."""
    for layer in layers:
        if getattr(layer, "stateful", False):
            # Keras 3 has renamed it.
            (layer.reset_state if hasattr(layer, "reset_state") else layer.reset_states)()
