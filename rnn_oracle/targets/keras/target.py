"""The target `tf.keras`, of either generation: builds real layers and reports what they do."""

import functools
import importlib
import time
from dataclasses import replace

from ...arithmetic import nest
from ...families.cases import CELLS
from ...families.outcome import Outcome, defaults, in_phases, observe
from ...families.problems import (
    SIZES,
    layer_units,
    nest_states,
    plain_layer,
    problem,
    sequences_of_layers,
)
from ...reference.dialects import generation
from ..runtime import masks_of, minor, plain_shape, tensorflow
from . import bidirectional, forms, options, own_cells, refusals, training
from . import cells as by_hand
from .missing_features import lacking

_RUN = {
    "bidirectional": bidirectional.run,
    "cells": by_hand.run,
    "forms": forms.run,
    "options": options.run,
    "own_cells": own_cells.run,
    "refusals": refusals.run,
    "training": training.run,
}
"""What runs a case of a crossed family: ``run(target, case, sizes)`` returns its `Outcome`."""


class KerasTarget:
    """One generation of Keras as it is installed. Imports it at the first use.

    Parameters
    ----------
    dialect : str
        A name in `rnn_oracle.reference.dialects.DIALECTS`.
    module : str
        Where the API is found: ``"tensorflow.keras"``, ``"tf_keras"`` or ``"keras"``.
    version : str
        Of that Keras; of TensorFlow where it is part of it.
    release : str, optional
        Of TensorFlow; asked of TensorFlow itself if it is not given.

    Attributes
    ----------
    name : str
        The generation, by which the ledger knows it: ``"keras3"`` or ``"keras2"``.
    seconds : float
        How long all calls of `run` have been inside Keras.
    """

    def __init__(self, dialect, module, version, release=None):
        self.name, self.dialect = generation(dialect), dialect
        self.module = module
        self.version = version
        self._release = release
        self.seconds = 0.0
        self._symbolic = functools.lru_cache(maxsize=None)(self._symbolic_stack)
        self._model = functools.lru_cache(maxsize=None)(self._model_shapes)

    def __repr__(self):
        return f"{self.name} ({self.module} {self.version})"

    @property
    def release(self):
        """The release of TensorFlow, asked of TensorFlow itself if it was not given."""
        return self._release or self.tf.__version__

    @property
    def recording(self):
        """The name of this target's recording, such as ``"tf2.21-legacy"`` or ``"keras3.12"``."""
        if self.module == "keras":
            return "keras" + minor(self.version)
        kind = "-legacy" if self.module == "tf_keras" else ""
        return "tf" + minor(self.release) + kind

    def load(self):
        """Import the runtime, which takes seconds the first time."""
        return self.keras

    @property
    def tf(self):
        return tensorflow()

    @property
    def keras(self):
        """The API module, such as `tf.keras`."""
        tf = self.tf
        return (
            tf.keras if self.module == "tensorflow.keras" else importlib.import_module(self.module)
        )

    def build(self, case, sizes=SIZES):
        """Return the case's layers, from the bottom up, without weights."""
        sequences = sequences_of_layers(case)
        return [self._layer(case, *pair) for pair in zip(layer_units(case, sizes), sequences)]

    def _layer(self, case, units, sequences):
        name, arguments = CELLS[case.cell]
        arguments = dict(arguments, dtype=case.dtype)
        options = dict(
            return_sequences=sequences,
            return_state=case.return_state,
            go_backwards=case.go_backwards,
        )
        if case.time_major:
            options["time_major"] = True
        layers = self.keras.layers
        if case.stacking == "cells":
            cell_class = getattr(layers, name + "Cell")
            return layers.RNN([cell_class(u, **arguments) for u in units], **options)
        return getattr(layers, name)(units[0], **dict(arguments, **options))

    def run(self, case, sizes=None):
        """Return the `Outcome` of a case on this Keras."""
        self.load()
        started = time.perf_counter()
        try:
            if case.family in _RUN:
                reason = lacking(self, case)
                if reason:
                    return Outcome(unsupported=reason)
                return _RUN[case.family](self, case, sizes or case.sizes)
            return getattr(self, "_of_" + case.family)(case, sizes or case.sizes)
        finally:
            self.seconds += time.perf_counter() - started

    def _of_defaults(self, case, sizes):
        layer = plain_layer(case, [self.keras.layers])
        config = layer.get_config()

        def find(name, otherwise):
            # Keras 2 leaves zero_output_for_mask out of the configuration while it is off.
            return config.get(name, getattr(layer, name, otherwise))

        return defaults(case, find)

    def _of_layers(self, case, sizes):
        given = problem(case, sizes)
        return in_phases(
            lambda: self._layers(case, sizes, given),
            lambda layers: self._answer(case, sizes, given, layers),
        )

    def _layers(self, case, sizes, given):
        """Return the case's layers, from the bottom up, with their weights."""
        layers = self.build(case, sizes)
        self._set_weights(layers, given)
        return layers

    def _answer(self, case, sizes, given, layers):
        arrays, facts = self._call("default", case, layers, given, None)
        more, words = self._call("given", case, layers, given, given.states)
        try:
            facts["symbolic.shapes"] = self._symbolic_shapes(case, sizes)
        except Exception as error:  # whatever Keras raises is the finding
            facts["symbolic.shapes"] = Outcome.refused("call", error).verdict
        return Outcome(dict(arrays, **more), dict(facts, **words))

    def _set_weights(self, layers, given):
        features = given.x.shape[-1]
        for layer, weights in zip(layers, given.weights):
            layer.build((None, None, features))
            layer.set_weights([w for cell in weights for w in cell])
            features = weights[-1][1].shape[0]

    def _call(self, call, case, layers, given, states):
        tf = self.tf
        x, results = tf.constant(given.x), []
        if case.mask_from == "masking":
            x = self.keras.layers.Masking(dtype=case.dtype)(x)
        for i, layer in enumerate(layers):
            arguments = {}
            if i == 0 and case.mask_from == "argument":
                arguments["mask"] = tf.constant(given.mask)
            if states is not None:
                state = nest.map_structure(tf.constant, states[i])
                arguments["initial_state"] = nest_states(case, state)
            results.append(layer(x, **arguments))
            x = results[-1][0] if case.return_state else results[-1]
        return observe(call, case, results, masks_of(results[-1]), lambda leaf: leaf.numpy())

    def _symbolic_shapes(self, case, sizes):
        """Return the shapes that functional models of unknown batch and steps tell."""
        units = layer_units(case, sizes)
        seen = replace(
            case,
            # A symbolic call sees whether there is a mask, not its values.
            mask="none" if case.mask == "none" else "all_true",
            stacking="cells" if case.stacking == "cells" else "one",
            return_sequences=False,
            # Models take the most time: one direction of the two, and both with all other values.
            go_backwards=case.return_state != case.time_major,
        )
        told = {
            self._model(seen, sizes, len(units), case.return_sequences, given)
            for given in (False, True)
        }
        return " or ".join(sorted(told))

    def _model_shapes(self, *arguments):
        """Make a model of a symbolic stack; return the shapes of all its layers' results."""
        inputs, results = self._symbolic(*arguments)
        outputs = nest.flatten(list(results))
        model = self.keras.Model(list(inputs), outputs)
        shapes = iter([str(plain_shape(output.shape)) for output in model.outputs])
        return "; ".join(nest.describe(result, lambda leaf: next(shapes)) for result in results)

    def _symbolic_stack(self, case, sizes, depth, sequences, given):
        """Stack `depth` layers on an Input; return all inputs, and the result of each layer.

        Cached, so that a stack grows out of the one that is a layer lower.
        """
        keras, call = self.keras, {}
        if depth > 1:
            inputs, results = self._symbolic(case, sizes, depth - 1, True, given)
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
        return inputs, results + (self._layer(case, units, sequences)(x, **call),)
