"""Layers of real sizes with their arguments, drawn by number: the same ones on every machine."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rnn_oracle.arithmetic import nest

KINDS = ("SimpleRNN", "LSTM", "GRU")
UNITS = (16, 32, 64, 128, 256, 512)
STEPS = (10, 30, 100, 300, 1000)
WEIGHTS = ("fresh", "trained-like")
MODES = ("eager", "function", "xla")
MOST = 4e9
"""How many products of weights a call has at most; larger settings have fewer sequences, and are
drawn anew where one sequence is too much."""


class Setting(NamedTuple):
    """What is drawn of a layer and its call.

    Attributes
    ----------
    number : int
    kind : str
    both : bool
        Whether it is in a `Bidirectional`.
    units, steps, features, batch : int
    weights : str
        As Keras makes them, or larger, with biases, as a trained layer may have.
    sequences, state, backwards, masked, started : bool
        Whether the layer returns its sequence, and its states, goes backwards, has a mask, and an
        initial state.
    """

    number: int
    kind: str
    both: bool
    units: int
    steps: int
    features: int
    batch: int
    weights: str
    sequences: bool
    state: bool
    backwards: bool
    masked: bool
    started: bool

    @property
    def options(self):
        """The options of the recurrent layer."""
        return {
            "return_sequences": self.sequences,
            "return_state": self.state,
            "go_backwards": self.backwards,
        }


def setting(number):
    """Return the `Setting` of a number."""
    random = np.random.RandomState(number)
    while True:
        drawn = _draw(number, random)
        if drawn is not None:
            return drawn


def _draw(number, random):
    kind, both = random.choice(KINDS), bool(random.rand() < 0.25)
    units, steps = int(random.choice(UNITS)), int(random.choice(STEPS))
    work = steps * units * units * {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}[kind] * (1 + both)
    batches = [batch for batch in (1, 4, 16, 64) if work * max(batch, 16) <= MOST]
    if not batches:
        return None
    flags = [bool(flag) for flag in random.rand(5) < (0.6, 0.4, 0.2 * (not both), 0.5, 0.4)]
    return Setting(
        number,
        str(kind),
        both,
        units,
        steps,
        int(random.choice([1, 8, 32, 128])),
        int(random.choice(batches)),
        str(random.choice(WEIGHTS)),
        *flags,
    )


class Live(NamedTuple):
    """A setting made real.

    Attributes
    ----------
    setting : Setting
    keras : module
        The API.
    layer : layer of Keras
    x : array of float32, shape (batch, steps, features)
    mask : array of bool, shape (batch, steps), or None
    states : list of arrays, or None
    """

    setting: Setting
    keras: Any
    layer: Any
    x: np.ndarray
    mask: np.ndarray | None
    states: list | None

    def call(self, layer=None, mode="eager", **changed):
        """Return what a layer returns, by default this one, as nested arrays of float32.

        Other arguments stand in the place of `x`, `mask` and `states`.
        """
        import tensorflow as tf

        layer = layer or self.layer
        given = dict({"x": self.x, "mask": self.mask, "states": self.states}, **changed)
        call = {"mask": given["mask"], "initial_state": given["states"]}
        tensors = {
            name: nest.map_structure(tf.constant, value)
            for name, value in call.items()
            if value is not None
        }
        run = layer if mode == "eager" else tf.function(layer, jit_compile=mode == "xla")
        return nest.map_structure(np.asarray, run(tf.constant(given["x"]), **tensors))

    def changed(self, weights=None, **options):
        """Return a layer as this one, with other weights or options."""
        made = make(self.setting, self.keras, **options)
        made.build(self.x.shape)
        made.set_weights(self.layer.get_weights() if weights is None else weights)
        return made


def make(drawn, keras, merge_mode="concat", **options):
    """Return a setting's layer, without weights; `options` stand in the place of its own."""
    inner = getattr(keras.layers, drawn.kind)(drawn.units, **dict(drawn.options, **options))
    if drawn.both:
        return keras.layers.Bidirectional(inner, merge_mode=merge_mode)
    return inner


def live(drawn, keras):
    """Make a setting real, with a Keras of either generation."""
    random = np.random.RandomState(drawn.number)
    keras.utils.set_random_seed(drawn.number)
    layer = make(drawn, keras)
    shape = (drawn.batch, drawn.steps, drawn.features)
    layer.build(shape)
    if drawn.weights != "fresh":
        layer.set_weights([_trained(drawn, w, random) for w in layer.get_weights()])
    x = random.standard_normal(shape) * random.choice([0.3, 1.0, 2.0])
    mask = None
    if drawn.masked:
        lengths = random.randint(1, drawn.steps + 1, drawn.batch)
        mask = np.arange(drawn.steps) < lengths[:, None]
        if random.rand() < 0.3:
            mask = mask & (random.rand(*mask.shape) < 0.8)
    states = None
    if drawn.started:
        count = (2 if drawn.kind == "LSTM" else 1) * (1 + drawn.both)
        states = [
            (0.5 * random.standard_normal((drawn.batch, drawn.units))).astype("float32")
            for _ in range(count)
        ]
    return Live(drawn, keras, layer, x.astype("float32"), mask, states)


def _trained(drawn, weight, random):
    """Make a fresh weight as large as training may leave it."""
    if weight.ndim == 2 and len(weight) == drawn.units:
        # A SimpleRNN of larger ones is chaotic: after some steps no number of it is known.
        largest = 1.0 if drawn.kind == "SimpleRNN" else 1.4
        weight = weight * random.uniform(0.6, largest, weight.shape[-1])
    elif weight.ndim == 2 and len(weight) == drawn.features:
        weight = weight * random.uniform(0.7, 2.0)
    else:
        weight = weight + 0.5 * random.standard_normal(weight.shape)
    return weight.astype("float32")
