"""A case of a refusal: one thing that is wrong with one layer, called in one way."""

import itertools
from dataclasses import dataclass

from ..case import Case
from .faults import FAULTS


@dataclass(frozen=True)
class RefusalCase(Case):
    """One thing that is wrong.

    Attributes
    ----------
    fault : str
        A name in `rnn_oracle.families.refusals.faults.FAULTS`.
    layer : str
        The class of the layer or cell that is made.
    mode : str
        How it is called: ``"eager"``, in a ``"function"`` of TensorFlow, in a functional
        ``"model"``, or by its ``"predict"``.
    """

    fault: str
    layer: str
    mode: str

    family = "refusals"

    def __post_init__(self):
        fault = FAULTS.get(self.fault)
        if fault is None:
            raise ValueError(f"there is no fault {self.fault!r}")
        if self.layer not in fault.layers or self.mode not in fault.modes:
            raise ValueError(f"no case of {self.fault} has {self.layer} and {self.mode}")

    @property
    def id(self):
        """A readable name for ever the same."""
        return ".".join(["refusals", self.layer.lower(), self.fault, self.mode])

    @property
    def rules(self):
        """Ids of the rules that tell what must be refused."""
        return FAULTS[self.fault].rules


def cases(generation):
    """Return all cases of a generation of Keras, ``"keras3"`` or ``"keras2"``: the whole product.

    A fault that can be made in one generation only is left out of the other.
    """
    return [
        RefusalCase(name, layer, mode)
        for name, fault in FAULTS.items()
        for layer, mode in itertools.product(fault.layers, fault.modes)
        if generation in fault.generations
    ]
