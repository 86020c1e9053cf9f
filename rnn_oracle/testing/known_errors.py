"""Looks up an error that Keras raises in a call that the rules allow among the known ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..arithmetic import nest
from ..families.case import EAGER
from ..families.outcome import Outcome
from ..reference.bidirectional import Bidirectional
from ..reference.cells import GRUCell, LSTMCell, SimpleRNNCell, weighted_cells
from ..verdict.deviations import is_answer
from ..verdict.ledger import load, matching

_CELLS = {SimpleRNNCell: "simple_rnn", LSTMCell: "lstm", GRUCell: "gru"}


class LiveCase(NamedTuple):
    """A call of a person's own layer, told as a case of a family is: only what is known of it.

    Attributes
    ----------
    family : str
    options : dict
    """

    family: str
    options: dict


def known_errors(layer_call, policy, error, target):
    """Return the entries of the ledger that say that a call like this one raises such an error.

    Parameters
    ----------
    layer_call : LayerCall
    policy : str
    error : Exception
        What Keras raised.
    target : KerasTarget
        The Keras that raised it.

    Returns
    -------
    list of Entry
    """
    raised = Outcome.refused("call", error).raised
    entries = [e for e in load() if is_answer(e.instead) and e.instead == str(raised)]
    cases = [case for call in layer_call.of_links() for case in _cases(call, policy)]
    return [entry for entry in entries if any(matching([entry], target, c) for c in cases)]


def _cases(layer_call, policy):
    """Return the call of a recurrent layer as cases; none for another layer."""
    layer = layer_call.layer
    is_both = isinstance(layer, Bidirectional)
    side = layer.forward_layer if is_both else layer
    inner = weighted_cells(getattr(side, "cell", None))
    if not inner or type(inner[0]) not in _CELLS:
        return []
    options = dict(_of_layer(side, inner), **_of_call(layer_call), dtype=policy)
    if is_both:
        options.update(merge_mode=str(layer.merge_mode).lower(), inner=options.pop("stacking"))
    return [LiveCase("bidirectional" if is_both else "options", options)]


def _of_layer(layer, cells):
    name = _CELLS[type(cells[0])]
    if not getattr(cells[0], "reset_after", True):
        name += "_reset_before"
    config = cells[0].get_config()
    return {
        "cell": name,
        "stacking": "one" if len(cells) == 1 else "cells",
        "return_sequences": layer.return_sequences,
        "return_state": layer.return_state,
        "go_backwards": layer.go_backwards,
        "stateful": "reset_between" if layer.stateful else "no",
        "unroll": layer.unroll,
        "zero_output_for_mask": layer.zero_output_for_mask,
        "time_major": layer.time_major,
        "use_bias": config["use_bias"],
        "implementation": 2,
        # Rates of a case, which stand for all.
        "dropout": 0.25 if config["dropout"] else 0.0,
        "recurrent_dropout": 0.5 if config["recurrent_dropout"] else 0.0,
    }


def _of_call(layer_call):
    batch, steps = nest.flatten(layer_call.x)[0].shape[:2]
    mask = layer_call.mask
    source = "masking" if layer_call.attached else "argument"
    return {
        "mode": EAGER,
        "training": None,
        "initial_state": "none" if layer_call.initial_state is None else "argument",
        "mask": "none" if mask is None else _kind(mask),
        "mask_from": None if mask is None else source,
        # A case has few sizes, which stand for all larger ones.
        "batch": batch if batch < 2 else 4,
        "steps": steps if steps < 3 else 6,
    }


def _kind(mask):
    """Name the shape of a mask as the cases do."""
    if mask.all():
        return "all_true"
    if not mask.any(axis=-1).all():
        return "row"
    rises = np.diff(mask.astype(int), axis=-1)
    if not (rises > 0).any():
        return "right"
    return "left" if not (rises < 0).any() else "holes"
