"""Runs the cases of the core matrix on Keras."""

import functools
from dataclasses import replace

from ...arithmetic import nest
from ...families.facts import Raised, Shape, Structures, structure
from ...families.layers.problem import problem
from ...families.outcome import Outcome, in_phases
from ...families.stacks.observation import observe
from ...families.stacks.problem import layer_units, nest_states, sequences_of_layers
from ..runtime import plain_shape
from .stacks import cell_arguments, make_layer


def run(target, case, sizes):
    """Return the `Outcome` of a case on Keras."""

    def call(layers):
        arrays, facts = {}, {}
        for name in case.calls:
            results = [layer(name) for layer in layers]
            masks = target.tensors.masks_of(results[-1])
            observed = observe(name, case, results, masks, target.tensors.array)
            for kept, more in zip((arrays, facts), observed):
                kept.update(more)
        try:
            facts["symbolic.shapes"] = target.symbolic_shapes(case, sizes)
        except Exception as error:  # whatever Keras raises is the finding
            facts["symbolic.shapes"] = Raised(type(error).__name__, "call")
        return Outcome(arrays, facts)

    return in_phases(lambda: target.layers_in_stacks(case, sizes), call)


class LayersInStacks:
    """The layers of core cases in their stacks, made and called once for the cases that share them.

    A layer has below it a stack that is a layer lower, whatever there is above: what it is given
    and returns is the same in all of them.

    Parameters
    ----------
    target : KerasTarget
    """

    def __init__(self, target):
        self.target = target
        self._layer = functools.lru_cache(maxsize=None)(self._make_layer)

    def cache_clear(self):
        """Forget the layers that were made."""
        self._layer.cache_clear()

    def __call__(self, case, sizes):
        """Return the layers of a case, from the bottom up."""
        seen = replace(
            case,
            stacking="cells" if case.stacking == "cells" else "three",
            return_sequences=False,
        )
        sequences = tuple(sequences_of_layers(case))
        return [self._layer(seen, sizes, sequences[: i + 1]) for i in range(len(sequences))]

    def _make_layer(self, case, sizes, sequences):
        below = self._layer(case, sizes, sequences[:-1]) if sequences[1:] else None
        return LayerInStack(self.target, case, sizes, sequences[-1], below)


class LayerInStack:
    """A layer with its weights, and the layers below it.

    Parameters
    ----------
    target : KerasTarget
    case : CoreCase
        Of the highest stack in which the layer may be.
    sizes : Sizes
    sequences : bool
        Its `return_sequences`.
    below : LayerInStack or None
    """

    def __init__(self, target, case, sizes, sequences, below):
        self.target, self.case, self.below = target, case, below
        self.height = below.height + 1 if below else 0
        self.given = problem(case, sizes)
        units, weights = layer_units(case, sizes)[self.height], self.given.weights[self.height]
        self.layer = make_layer(target, case, units, sequences, cell_arguments(target, case))
        self.layer.build(self.given.x.shape[:2] + weights[0][0].shape[:1])
        self.layer.set_weights([array for cell in weights for array in cell])
        self._results = {}

    def __call__(self, name):
        """Return what the layer returns in a call of a case, by the call's name."""
        if name not in self._results:
            self._results[name] = self._call(name)
        return self._results[name]

    def _call(self, name):
        case, given, tensor = self.case, {}, self.target.tensors.make
        if name == "given":
            states = nest_states(case, self.given.states[self.height])
            given["initial_state"] = nest.map_structure(lambda s: tensor(s, case.dtype), states)
        if self.below:
            x = self.below(name)
            return self.layer(x[0] if case.return_state else x, **given)
        x = tensor(self.given.x, case.dtype)
        if case.mask_from == "masking":
            x = self.target.keras.layers.Masking(dtype=case.dtype)(x)
        if case.mask_from == "argument":
            given["mask"] = tensor(self.given.mask, "bool")
        return self.layer(x, **given)


class SymbolicShapes:
    """The shapes of functional models of unknown batch and steps.

    Models take the most time: a stack grows out of the one that is a layer lower, and cases that
    are alike share one.

    Parameters
    ----------
    target : KerasTarget
    """

    def __init__(self, target):
        self.target = target
        self._stack = functools.lru_cache(maxsize=None)(self._make_stack)
        self._shapes = functools.lru_cache(maxsize=None)(self._shapes_of_model)

    def cache_clear(self):
        """Forget the models that were made."""
        self._stack.cache_clear()
        self._shapes.cache_clear()

    def __call__(self, case, sizes):
        """Return the shapes of a case, nested as the results; of several answers, all."""
        depth = len(layer_units(case, sizes))
        found = {
            self._shapes(self.modelled(case, given), sizes, depth, case.return_sequences, given)
            for given in (False, True)
        }
        return Structures.any_of(found)

    def modelled(self, case, given):
        """Return the case whose model is made, of those with the same shapes.

        Any two values of its options and of `given`, whether there are initial states, meet in
        one of the models.
        """
        masked = case.mask != "none"
        kept = replace(
            case,
            stacking="cells" if case.stacking == "cells" else "one",
            return_sequences=False,
            go_backwards=case.return_state != masked,
            # A symbolic call sees whether there is a mask, not its values.
            mask="all_true" if masked else "none",
            mask_from=("argument", "masking")[case.return_state == given] if masked else None,
        )
        # Keras 3 has no `time_major`.
        return replace(kept, time_major=self.target.generation == "keras2" and given != masked)

    def _shapes_of_model(self, *arguments):
        """Make a model of a symbolic stack; return the shapes of all its layers' results."""
        inputs, results = self._stack(*arguments)
        outputs = nest.flatten(list(results))
        model = self.target.keras.Model(list(inputs), outputs)
        shapes = iter([Shape(plain_shape(output.shape)) for output in model.outputs])
        return Structures.of(*[structure(result, lambda leaf: next(shapes)) for result in results])

    def _make_stack(self, case, sizes, depth, sequences, given):
        """Stack `depth` layers on an Input; return all inputs, and the result of each layer."""
        keras, call = self.target.keras, {}
        if depth > 1:
            inputs, results = self._stack(case, sizes, depth - 1, True, given)
            x = results[-1][0] if case.return_state else results[-1]
        else:
            x = keras.Input((None, sizes.features), dtype=case.dtype)
            inputs, results = (x,), ()
            if case.mask_from == "argument":
                call["mask"] = keras.Input((None,), dtype="bool")
                inputs += (call["mask"],)
            if case.mask_from == "masking":
                x = keras.layers.Masking(dtype=case.dtype)(x)
        units = list(sizes.units[:2]) if case.stacking == "cells" else [sizes.units[depth - 1]]
        if given:
            state = [
                [keras.Input((u,), dtype=case.dtype) for _ in case.states_of_a_cell] for u in units
            ]
            call["initial_state"] = nest_states(case, state)
            inputs += tuple(nest.flatten(state))
        layer = make_layer(self.target, case, units, sequences, cell_arguments(self.target, case))
        return inputs, results + (layer(x, **call),)
