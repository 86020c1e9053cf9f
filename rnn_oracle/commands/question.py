"""A question about a recurrent layer, in a few words: which layer, which options, which mask."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..families.bidirectional.case import BidirectionalCase
from ..families.options.case import OptionCase
from ..reference.dialects import DIALECTS
from .errors import MisuseError
from .near import near

LAYERS = {"SimpleRNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}
BOTH = "Bidirectional"
MASKS = {
    "none": None,
    "all_true": [1, 1, 1, 1, 1],
    "right": [1, 1, 1, 0, 0],
    "left": [0, 0, 1, 1, 1],
    "holes": [1, 0, 1, 0, 1],
    "first": [0, 1, 1, 1, 1],
    "row": [0, 0, 0, 0, 0],
}
"""The masks of the cases, over the five steps of the example."""

FLAGS = ("return_sequences", "return_state", "go_backwards", "zero_output_for_mask", "unroll")
FLAGS += ("time_major", "stateful", "use_bias", "reset_after")
CHOICES = {
    "mask": list(MASKS),
    "initial_state": ["none", "argument"],
    "activation": OptionCase.axes["activation"],
    "recurrent_activation": OptionCase.axes["recurrent_activation"],
    "merge_mode": BidirectionalCase.axes["merge_mode"],
    "dialect": list(DIALECTS),
}
_DEFAULTS = {"return_sequences": True, "mask": "none", "initial_state": "none", "dialect": "keras3"}
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


class Question(NamedTuple):
    """What is asked.

    Attributes
    ----------
    layer : str
        The name of the layer, one of `LAYERS`.
    is_both : bool
        Whether `Bidirectional` is around it.
    dialect : str
    mask : str
        One of `MASKS`.
    has_initial_state : bool
    arguments : dict of str to object
        Those of the layer that are asked for, by Keras's names, and `merge_mode`.
    """

    layer: str
    is_both: bool
    dialect: str
    mask: str
    has_initial_state: bool
    arguments: dict[str, Any]

    def case(self):
        """Return the case of the crossed families that asks the same, None if there is none."""
        options = dict(self.arguments, cell=LAYERS[self.layer], mask=self.mask)
        defaults = DIALECTS[self.dialect].defaults
        if not options.pop("reset_after", defaults["reset_after"]) and self.layer == "GRU":
            options["cell"] = "gru_reset_before"
        if options.pop("stateful", False):
            options["stateful"] = "two_calls"
        if self.mask != "none":
            options["mask_from"] = "argument"
        if self.has_initial_state:
            options["initial_state"] = "argument"
        try:
            return (BidirectionalCase if self.is_both else OptionCase)(**options)
        except (TypeError, ValueError):  # an activation, or a mask, that the family does not cross
            return None


def parse(text):
    """Return the `Question` of a text such as ``"LSTM go_backwards mask=right"``.

    Parameters
    ----------
    text : str
        The name of a layer, perhaps after ``Bidirectional``, and options by Keras's names: a flag
        alone means True, others are followed by ``=`` and a value. Besides, `mask` is one of
        `MASKS`, `initial_state` none or argument, `dialect` a dialect.

    Raises
    ------
    MisuseError
        For a word that says nothing; it lists what there is.

    Examples
    --------
    >>> from rnn_oracle.commands.question import parse
    >>> asked = parse("gru go_backwards mask=left return_sequences=False")
    >>> asked.layer, asked.mask, asked.arguments["go_backwards"]
    ('GRU', 'left', True)
    """
    layers, found, is_both = [], dict(_DEFAULTS), False
    by_lower_case = {name.lower(): name for name in [*LAYERS, BOTH]}
    for word in text.replace("(", " ").replace(")", " ").replace(",", " ").split():
        name, _, value = word.partition("=")
        layer = by_lower_case.get(word.lower())
        if layer == BOTH:
            is_both = True
        elif layer:
            layers.append(layer)
        elif name in FLAGS:
            found[name] = _flag(name, value)
        elif name in CHOICES:
            found[name] = _choice(name, value)
        else:
            raise MisuseError(_unknown(word, name))
    if len(layers) != 1:
        names = ", ".join(LAYERS)
        raise MisuseError(f"expected one layer, of {names}, not {' and '.join(layers) or 'none'}")
    if "merge_mode" in found and not is_both:
        raise MisuseError(f"merge_mode is an argument of {BOTH}, which is not asked for")
    has_state = found.pop("initial_state") == "argument"
    return Question(layers[0], is_both, found.pop("dialect"), found.pop("mask"), has_state, found)


def _flag(name, value):
    if value and value.lower() not in _BOOLEANS:
        raise MisuseError(f"{name}={value}: expected True or False")
    return _BOOLEANS[value.lower()] if value else True


def _choice(name, value):
    found = {str(choice).lower(): choice for choice in CHOICES[name]}
    if value.lower() not in found:
        raise MisuseError(f"{name}={value}: expected one of {', '.join(found)}")
    return found[value.lower()]


def _unknown(word, name):
    there = [*LAYERS, BOTH, *FLAGS, *CHOICES]
    close = near(name, there)
    hint = f"did you mean {' or '.join(close)}?" if close else f"there is {', '.join(there)}"
    return f"{word!r} is no layer and no option; {hint}"
