"""Targets that are given a whole Keras model: converters, with what runs the converted model."""

import functools
from dataclasses import replace

from ..arithmetic import nest
from ..families.layers.problem import problem
from ..families.outcome import Outcome
from ..families.stacks.observation import state_names
from .keras.stacks import Stack
from .layer_level import REASONS
from .numbers_target import NumbersTarget
from .runtime import usable


class ModelTarget(NumbersTarget):
    """A converter, which is given a functional Keras model that is built from a case.

    Parameters
    ----------
    made_by : KerasTarget
        What makes the models, on TensorFlow. What the ledger says of it holds of its models too.

    Attributes
    ----------
    needs : tuple of str
        The modules that it needs.
    """

    needs: tuple = ()

    def __init__(self, made_by):
        self.made_by, self.dialect = made_by, made_by.dialect
        if made_by.generation != "keras3":
            self.name = f"{self.name}-{made_by.generation}"
        self._converted = functools.lru_cache(maxsize=64)(self._make)

    def __repr__(self):
        made_by = self.made_by
        return f"{self.name} ({self.module} {self.version}, {made_by.module} {made_by.version})"

    def convert(self, function, specs):
        """Convert a function of TensorFlow, which calls a Keras model.

        Parameters
        ----------
        function : tf.function
        specs : list of tf.TensorSpec
            Of its inputs, with their names and with shapes that are known.

        Returns
        -------
        callable
            ``run(feeds)`` takes arrays by the names of the inputs, and returns the outputs of the
            model in order.
        """
        raise NotImplementedError

    def load(self):
        """Import Keras, and what converts its models.

        Raises
        ------
        BrokenTargetError
            If something of it cannot be used.
        """
        self.made_by.load()
        with usable(self):
            self.import_needed()

    def import_needed(self):
        """Import what converts models, and what runs them."""
        raise NotImplementedError

    def lacking(self, case):
        """Return what of a case it cannot do, in words."""
        words = []
        if case.stacking.endswith("without_sequences"):
            words.append(f"refusal ({REASONS['refusal']})")
        if case.time_major and self.generation == "keras3":
            words.append("time_major (nor has Keras 3)")
        return words

    def prepared(self, case, sizes):
        """Return what runs the converted model of each call."""
        # Which steps a mask has is no part of a model, so that cases share one.
        seen = case if case.mask == "none" else replace(case, mask="all_true")
        return [self._converted(seen, sizes, i) for i, _ in enumerate(case.calls)]

    def answered(self, case, sizes, prepared):
        """Return the `Outcome` of a case."""
        given, arrays = problem(case, sizes), {}
        for run, call in zip(prepared, given.in_calls(case).calls):
            feeds = [call.x] + ([given.mask] if case.mask_from == "argument" else [])
            feeds += nest.flatten(call.states or [])
            found = run({name_of(i): array for i, array in enumerate(feeds)})
            names = ["output"] + (state_names(case) if case.return_state else [])
            arrays.update((f"{call.name}.{name}", a) for name, a in zip(names, found))
        return Outcome(arrays, told=case.calls)

    def _make(self, case, sizes, index):
        """Return what runs the converted model of a call, by its number."""
        tf, given = self.made_by.tf, problem(case, sizes).in_calls(case)
        model = model_of(Stack(self.made_by, case, sizes, given), given.calls[index])
        specs = [
            tf.TensorSpec(
                [known or size for known, size in zip(tensor.shape, self._sizes(case, sizes, i))],
                tensor.dtype,
                name=name_of(i),
            )
            for i, tensor in enumerate(model.inputs)
        ]

        @functools.partial(tf.function, input_signature=specs, autograph=False)
        def function(*inputs):
            return model(list(inputs) if len(inputs) > 1 else inputs[0])

        return self.convert(function, specs)

    @staticmethod
    def _sizes(case, sizes, number):
        """Return the first sizes of an input: the input itself, and a mask, have steps."""
        if number > (case.mask_from == "argument"):
            return sizes.batch, None
        return (sizes.steps, sizes.batch, None) if case.time_major else (*sizes[:2], None)


def model_of(stack, call):
    """Return a functional model that puts out the output of a stack, and all states it returns."""
    model = stack.model(call)
    layers = stack.by_layer(list(range(len(model.outputs))))
    chosen = layers[-1:]
    if stack.case.return_state:
        chosen = layers[-1][:1] + [number for layer in layers for number in layer[1:]]
    return stack.target.keras.Model(model.inputs, [model.outputs[number] for number in chosen])


def name_of(number):
    """Return the name of an input of a converted model."""
    return f"input_{number}"
