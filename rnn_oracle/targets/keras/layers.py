"""Runs the cases of the core matrix on Keras."""

import functools
from dataclasses import replace

from ...arithmetic import nest
from ...families.facts import Raised, Shape, Structures, structure
from ...families.layers.problem import problem
from ...families.outcome import Outcome, in_phases
from ...families.stacks.problem import layer_units, nest_states
from ..runtime import plain_shape
from .stacks import Stack, calls, cell_arguments, make_layer


def run(target, case, sizes):
    """Return the `Outcome` of a case on Keras."""
    given = problem(case, sizes).in_calls(case)

    def call(stack):
        arrays, facts = calls(target, case, given, stack)
        try:
            facts["symbolic.shapes"] = target.symbolic_shapes(case, sizes)
        except Exception as error:  # whatever Keras raises is the finding
            facts["symbolic.shapes"] = Raised(type(error).__name__, "call")
        return Outcome(arrays, facts)

    return in_phases(lambda: Stack(target, case, sizes, given), call)


class SymbolicShapes:
    """The shapes of functional models of unknown batch and steps.

    Models take the most time: a stack grows out of the one that is a layer lower, and cases whose
    models are the same share them.

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
        seen = replace(
            case,
            # A symbolic call sees whether there is a mask, not its values.
            mask="none" if case.mask == "none" else "all_true",
            stacking="cells" if case.stacking == "cells" else "one",
            return_sequences=False,
            # One direction of the two, and both with all other values.
            go_backwards=case.return_state != case.time_major,
        )
        depth = len(layer_units(case, sizes))
        found = {
            self._shapes(seen, sizes, depth, case.return_sequences, given)
            for given in (False, True)
        }
        return Structures.any_of(found)

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
