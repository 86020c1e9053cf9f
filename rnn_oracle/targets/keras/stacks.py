"""Runs stacks of layers on Keras: the engine of all families of stacks."""

import numpy as np

from ...arithmetic import nest
from ...families.stacks.axes import LAYER_MODES
from ...families.stacks.case import MASK_VALUE
from ...families.stacks.observation import observe, seen_in_mode
from ...families.stacks.problem import layer_units, sequences_of_layers
from ...reference.dialects import get_dialect
from .modes import Layers, Model


class Stack:
    """The layers of a case, with their weights.

    Parameters
    ----------
    target : KerasTarget
    case : StackCase
    sizes : Sizes
    given : Problem
    """

    def __init__(self, target, case, sizes, given):
        self.target, self.case, self.sizes = target, case, sizes
        self.in_calls = {} if case.training is None else {"training": case.training}
        self.layers = self.make_layers()
        self.front = self._front(given)
        self.states = next((call.states for call in given.calls if call.states), None)
        for layer, weights in zip(self.layers, given.weights):
            shape = (sizes.batch, sizes.steps, weights[0][0].shape[0])
            layer.build((shape[1], shape[0], shape[2]) if case.time_major else shape)
            self.give_weights(layer, [w for cell in weights for w in cell])

    def give_weights(self, layer, weights):
        """Give a layer that is built its weights."""
        layer.set_weights(weights)

    def make_layers(self):
        """Return the layers, from the bottom up, without weights."""
        return make_layers(self.target, self.case, self.sizes, self.cell_arguments())

    def cell_arguments(self):
        """Return the arguments of each cell, but for its units."""
        return cell_arguments(self.target, self.case)

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
        return results, self.target.tensors.masks_of(results[-1])

    def inputs(self, call, mask):
        """Return what a call gives: the input, the mask if it is an argument, and all states.

        In a model of which the states are constants they are left away.
        """
        case, target = self.case, self.target
        if call.x.dtype.kind == "i":
            x = _in_form(target, case, call.x, "int32")
        else:
            x = _in_form(target, case, call.x, case.input_dtype)
        mask = _beside(target, case, mask, "bool") if case.mask_from == "argument" else None
        states = [] if call.states is None else nest.flatten(call.states)
        if case.states_are_constants:
            states = []
        return [x, mask] + [_beside(target, case, state, case.computes_in) for state in states]

    def model(self, call):
        """Make the functional model of the layers, to be called like this."""
        case, sizes, target = self.case, self.sizes, self.target
        keras = target.keras
        fixed = case.stateful != "no" or case.states_are_constants
        batch = sizes.batch if fixed else None
        shape = [batch, sizes.steps if case.unroll else None]
        shape = tuple(reversed(shape) if case.time_major else shape)
        if case.mask_from == "embedding":
            x = keras.Input(batch_shape=shape, dtype="int32")
        else:
            x = keras.Input(batch_shape=shape + (sizes.features,), dtype=case.computes_in)
        mask = None
        if case.mask_from == "argument":
            mask = keras.Input(batch_shape=shape, dtype="bool")
        states = [] if call.states is None else nest.flatten(call.states)
        if case.states_are_constants:
            states = [target.tensors.make(s, case.computes_in) for s in states]
        else:
            states = [
                keras.Input(batch_shape=(batch, state.shape[-1]), dtype=case.computes_in)
                for state in states
            ]
        results = self(x, mask, *states)
        inputs = [x] + ([] if mask is None else [mask])
        inputs += [] if case.states_are_constants else states
        return keras.Model(inputs if len(inputs) > 1 else x, nest.flatten(list(results)))

    def batch_size(self):
        """Return a size that divides the batch where that may be, and takes it whole otherwise."""
        case = self.case
        whole = case.stateful != "no" or case.time_major or case.states_are_constants
        return (self.sizes.steps if case.time_major else self.sizes.batch) if whole else 3


def make_layers(target, case, sizes, arguments):
    """Return the recurrent layers of a case, from the bottom up, without weights.

    Parameters
    ----------
    target : KerasTarget
    case : StackCase
    sizes : Sizes
    arguments : dict
        Of each cell, but for its units.
    """
    units, sequences = layer_units(case, sizes), sequences_of_layers(case)
    return [make_layer(target, case, *pair, arguments) for pair in zip(units, sequences)]


def cell_arguments(target, case):
    """Return the arguments of each cell of a case, but for its units."""
    arguments = dict(case.cell_arguments, dtype=case.dtype)
    if not case.unit_forget_bias:
        arguments["unit_forget_bias"] = False
    default = get_dialect(target.dialect).defaults["implementation"]
    if case.implementation != (2 if case.layer == "SimpleRNN" else default):
        arguments["implementation"] = case.implementation
    if case.dtype in ("bfloat16", "float16"):  # in which there is no orthogonal matrix
        arguments["recurrent_initializer"] = "glorot_uniform"
    return arguments


def make_layer(target, case, units, sequences, arguments):
    """Return one recurrent layer of a case, over cells of these units."""
    layers, name = target.keras.layers, case.layer
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


def calls(target, case, given, stack):
    """Run all calls of a case; return arrays and facts.

    Parameters
    ----------
    target : KerasTarget
    case : StackCase
    given : Problem
    stack : Stack, or what has its methods
    """
    arrays, facts, run = {}, {}, None
    for index, call in enumerate(given.calls):
        inputs = stack.inputs(call, given.mask)
        if case.mode in LAYER_MODES:
            run = run or Layers(target, case.mode, stack.masked)
            stack.begin(call.name)
            results, masks = run(inputs)
        else:
            run = run or Model(target, case.mode, stack.model(call), stack.batch_size())
            stack.begin(call.name)
            leaves = [leaf for leaf in nest.flatten(inputs) if leaf is not None]
            results, masks = stack.by_layer(run(leaves)), [None]
        observed = observe(call.name, case, results, masks, target.tensors.array)
        for kept, more in zip((arrays, facts), seen_in_mode(case, *observed)):
            kept.update(more)
        if case.stateful == "reset_between" and index == 1:
            reset(stack.layers if case.mode in LAYER_MODES else run.layers)
    return arrays, facts


def _beside(target, case, array, dtype):
    """Return what goes with the input: a model wants all to be tensors, or all to be arrays."""
    if case.mode in LAYER_MODES:
        return target.tensors.make(array, dtype)
    return _in_form(target, case, array, dtype)


def _in_form(target, case, array, dtype):
    """Return an array in the form in which the case gives it."""
    if case.given_as in ("tensor", "wide", "narrow"):
        return target.tensors.make(array, dtype)
    # NumPy does not know bfloat16.
    array = array.astype("float32" if dtype == "bfloat16" else dtype)
    if case.given_as == "non_contiguous":
        array = np.asfortranarray(array)
    if case.given_as == "read_only":
        array.flags.writeable = False
    return array


def reset(layers):
    """Set the states of all stateful layers to zero."""
    for layer in layers:
        # Bidirectional did not always tell what the layers in it do.
        if getattr(getattr(layer, "forward_layer", layer), "stateful", False):
            # Keras 3 has renamed it.
            (layer.reset_state if hasattr(layer, "reset_state") else layer.reset_states)()
