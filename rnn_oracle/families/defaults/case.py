"""A case of defaults: a layer that is given no more arguments than it must be."""

from ..axis import axis
from ..case import Case, case

_CELL = ["activation", "use_bias", "dropout", "recurrent_dropout"]
_RECURRENT = [
    "return_sequences",
    "return_state",
    "go_backwards",
    "stateful",
    "unroll",
    "zero_output_for_mask",
]
DEFAULTS = {
    "SimpleRNN": _CELL + _RECURRENT,
    "LSTM": _CELL + ["recurrent_activation", "unit_forget_bias"] + _RECURRENT,
    "GRU": _CELL + ["recurrent_activation", "reset_after"] + _RECURRENT,
    "RNN": _RECURRENT,
    "Bidirectional": ["merge_mode"],
}
"""The arguments of each layer whose defaults decide what it returns."""


@case
class DefaultsCase(Case):
    """What a layer is when it is given no more than it must be.

    Attributes
    ----------
    layer : str
        One of `DEFAULTS`.
    """

    layer: str = axis(*DEFAULTS)

    family, always = "defaults", "F1"

    @property
    def id(self):
        """A readable name, for ever the same."""
        return f"defaults.{self.layer.lower()}"

    @property
    def features(self):
        """What a runtime must have to run this case, as words to select by."""
        return ["defaults", self.layer]
