"""One thing that is wrong, and what sound layers and calls are made of."""

from __future__ import annotations

from typing import Callable, NamedTuple

from ..numbers import numbers

LAYERS = ("SimpleRNN", "LSTM", "GRU")
CELLS = ("SimpleRNNCell", "LSTMCell", "GRUCell")
GATED = ("LSTM", "GRU")
EAGER = ("eager",)
CALLS = ("eager", "function", "model")
BOTH = ("keras3", "keras2")

BATCH, STEPS, FEATURES, UNITS = 2, 5, 3, 4
SHAPE = (BATCH, STEPS, FEATURES)


class Fault(NamedTuple):
    """One thing that is wrong.

    Attributes
    ----------
    rules : tuple of str
        Ids of the rules that tell what must be done.
    message : str
        What the oracle says of it, as a regular expression.
    layers, modes : tuple of str
        The values that the options of a `RefusalCase` may have.
    generations : tuple of str
        Those of Keras in which it can be made.
    make : callable
        ``make(side, layer)`` makes the layer, with weights where it will be called.
    use : callable
        ``use(side, made, case)`` does something with it.
    """

    rules: tuple[str, ...]
    message: str
    layers: tuple[str, ...]
    modes: tuple[str, ...]
    generations: tuple[str, ...]
    make: Callable
    use: Callable


def telling(*shape, dtype="float32"):
    """Return seeded numbers of that shape."""
    return numbers("refusals", shape, 0.2, 1.2).astype(dtype)


X = telling(*SHAPE)


def sound(side, layer, **arguments):
    """Return a layer of that class, without weights; arguments may be wrong."""
    layers = side.layers
    if layer == "RNN":
        return layers.RNN([layers.LSTMCell(UNITS), layers.GRUCell(UNITS + 2)], **arguments)
    if layer == "Bidirectional":
        return layers.Bidirectional(layers.GRU(UNITS, **arguments))
    return getattr(layers, layer)(**dict({"units": UNITS}, **arguments))


def made(**arguments):
    """Make a layer with these arguments."""
    return lambda side, layer: sound(side, layer, **arguments)


def built(**arguments):
    """Make a layer with these arguments, and give it weights."""

    def make(side, layer):
        cell = layer.endswith("Cell")
        return side.built(sound(side, layer, **arguments), (BATCH, FEATURES) if cell else SHAPE)

    return make


def call(**wrong):
    """Call a layer once; an argument may be a function of the case."""

    def use(side, layer, case):
        given = {"x": X}
        given.update({n: v(case) if callable(v) else v for n, v in wrong.items()})
        side.call(layer, case.mode, **given)

    return use


def fault(message, *rules, **more):
    """Return a `Fault` of SimpleRNN, LSTM and GRU, seen eagerly in both generations."""
    values = dict(layers=LAYERS, modes=EAGER, generations=BOTH, make=built(), use=call())
    return Fault(rules, message, **dict(values, **more))
