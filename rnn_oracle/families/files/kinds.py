"""The small models that every release saves, in words that Keras and the reference share."""

from __future__ import annotations

from typing import Callable, NamedTuple

import numpy as np

from ..case import SIZES
from ..numbers import mask_of_kind, numbers

IDS = 7
"""How many rows the table of an `Embedding` has."""


class Kind(NamedTuple):
    """A model.

    Attributes
    ----------
    layers : callable
        ``layers(classes)`` makes the layers from the bottom up, of classes by Keras's names.
    rules : str
        Ids of the rules that decide what it computes, with blanks between.
    wiring : str
        ``"chain"``, a Sequential model; ``"graph"``, the same chain as a functional model; or
        ``"states"``, a functional model of two recurrent layers on an input each, of which the
        second begins with the final states of the first.
    widths : tuple of int
        How many features each layer takes.
    given : str
        What the input is: ``"numbers"``, ``"padded"`` with steps of zeros, or ``"ids"``.
    calls : tuple of str
        What it is called for, one after the other: a stateful model twice.
    """

    layers: Callable
    rules: str
    wiring: str = "chain"
    widths: tuple[int, ...] = (SIZES.features,)
    given: str = "numbers"
    calls: tuple[str, ...] = ("first",)

    @property
    def is_stateful(self):
        """Whether its states stay from call to call, so that its batch size is fixed."""
        return len(self.calls) > 1


def _masked(of):
    return [of.Masking(), of.LSTM(4, return_sequences=True), of.GRU(3)]


def _own_gates(of, **arguments):
    return of.GRU(4, activation="tanh", recurrent_activation="sigmoid", **arguments)


KINDS = {
    "simple_rnn": Kind(lambda of: [of.SimpleRNN(4)], "C1"),
    "lstm": Kind(lambda of: [of.LSTM(4)], "C2 F1"),
    "lstm_hard_sigmoid": Kind(
        lambda of: [of.LSTM(4, recurrent_activation="hard_sigmoid")], "C2 A2"
    ),
    "gru": Kind(lambda of: [of.GRU(4)], "F1"),
    "gru_reset_after": Kind(lambda of: [_own_gates(of, reset_after=True)], "C4"),
    "gru_reset_before": Kind(lambda of: [_own_gates(of, reset_after=False)], "C5"),
    "stateful": Kind(
        lambda of: [_own_gates(of, reset_after=True, stateful=True)],
        "C4 S4",
        calls=("first", "second"),
    ),
    "bidirectional": Kind(
        lambda of: [of.Bidirectional(of.LSTM(3, return_sequences=True))], "B1 B4"
    ),
    "cells": Kind(lambda of: [of.RNN([of.LSTMCell(4), of.GRUCell(3)])], "C6"),
    "masking": Kind(_masked, "L2 M1 M6", widths=(3, 3, 4), given="padded"),
    "masking_graph": Kind(_masked, "L2 M1 M6", wiring="graph", widths=(3, 3, 4), given="padded"),
    "embedding": Kind(
        lambda of: [of.Embedding(IDS, 3, mask_zero=True), of.LSTM(4)],
        "L1 M1 M6",
        widths=(1, 3),
        given="ids",
    ),
    "time_distributed": Kind(
        lambda of: [of.LSTM(4, return_sequences=True), of.TimeDistributed(of.Dense(2))],
        "L3 L8",
        widths=(3, 4),
    ),
    "encoder_decoder": Kind(
        lambda of: [of.LSTM(4, return_state=True), of.LSTM(4, return_sequences=True)],
        "R1 S1",
        wiring="states",
        widths=(3, 3),
    ),
}
"""The models by name. Of arguments whose default was ever another, `lstm`, `gru`, `cells` and all
that wraps a layer or stands on one have the default of the release that saves them."""


def weights(kind, shapes):
    """Return the weights of a model of that name: telling numbers of these shapes, in order."""
    return [
        numbers(f"files.{kind}.{index}", tuple(shape), 0.1, 0.6)
        for index, shape in enumerate(shapes)
    ]


def inputs(kind):
    """Return what a model is called with, call by call: an array, or a list of two."""
    about = KINDS[kind]
    if about.wiring == "states":
        return [[_input(kind, about, call, end) for end in "xy"] for call in about.calls]
    return [_input(kind, about, call, "x") for call in about.calls]


def _input(kind, about, call, name):
    shape = (SIZES.batch, SIZES.steps)
    mask = mask_of_kind("right") if call == "first" else mask_of_kind("left")
    if about.given == "ids":
        ids = 1 + np.arange(SIZES.batch * SIZES.steps).reshape(shape) * 5 % (IDS - 1)
        return (ids * mask).astype("int32")
    x = numbers(f"files.{kind}.{call}.{name}", shape + (SIZES.features,), 0.2, 1.2)
    if about.given == "padded":
        x = x * mask[:, :, None]
    return x.astype("float32")
