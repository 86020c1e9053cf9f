"""Makes what is wrong with a live Keras layer, and tells how it was refused."""

import warnings

from ...arithmetic import nest
from ...families.case import EAGER, GRAPH
from ...families.refusals.attempt import attempt


def run(target, case, sizes):
    """Return the `Outcome` of a case of a refusal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return attempt(KerasSide(target), case)


class KerasSide:
    """Makes and calls Keras's layers, see `rnn_oracle.families.refusals.attempt.attempt`."""

    errors = (Exception,)  # whatever Keras raises is the finding

    def __init__(self, target):
        self.target, self.tensors, self.keras = target, target.tensors, target.keras
        self.layers = target.keras.layers

    @staticmethod
    def dtype(name):
        """Return the dtype to compute in."""
        return name

    @staticmethod
    def built(layer, shape):
        """Give a layer weights for inputs of that shape."""
        layer.build(shape)
        return layer

    @staticmethod
    def weights(layer, shape):
        """Return weights that fit a layer, and build it."""
        layer.build(shape)
        return layer.get_weights()

    def cell(self, call, state_size):
        """Return a cell of one's own with that method `call`."""
        return type("Own", (self.layers.Layer,), {"call": call, "state_size": state_size})()

    def chain(self, *layers):
        """Return a Sequential model."""
        return self.keras.Sequential(list(layers))

    @staticmethod
    def remade(layer, **changes):
        """Make a layer from another's configuration, some of it changed."""
        return type(layer).from_config(dict(layer.get_config(), **changes))

    def call(self, layer, mode, x, raw=False, **named):
        """Call a layer with arrays, as tensors unless they are `raw`."""
        named = {name: value for name, value in named.items() if value is not None}
        if not raw:
            x, named = self._tensors(x), {name: self._tensors(v) for name, v in named.items()}
        return self._run(mode, layer, x, named)

    def step(self, cell, mode, x, states):
        """Call a cell by hand."""
        return cell(self._tensors(x), self._tensors(states))

    def _run(self, mode, layer, x, named):
        if mode == EAGER:
            return layer(x, **named)
        names = list(named)
        if mode == GRAPH:
            function = self.tensors.compiled(
                lambda x, *values: layer(x, **dict(zip(names, values))), mode
            )
            return function(x, *named.values())
        symbolic = [nest.map_structure(self._input, value) for value in [x] + list(named.values())]
        result = layer(symbolic[0], **dict(zip(names, symbolic[1:])))
        model = self.keras.Model(nest.flatten(symbolic), nest.flatten(result))
        inputs = nest.flatten([x] + list(named.values()))
        if mode == "predict":
            return model.predict(list(map(self.tensors.array, inputs)), verbose=0)
        return model(inputs)

    def _input(self, value):
        """Return an input of any batch and steps; masks and ids have no axis but these."""
        dtype = self.tensors.dtype(value)
        unknown = 2 if len(value.shape) > 2 or "float" not in dtype else 1
        shape = [None] * min(unknown, len(value.shape)) + list(value.shape[unknown:])
        return self.keras.Input(batch_shape=shape, dtype=dtype)

    def _tensors(self, tree):
        return nest.map_structure(self.tensors.make, tree) if tree is not None else None
