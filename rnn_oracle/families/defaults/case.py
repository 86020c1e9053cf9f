"""A case of defaults: a layer that is given no more arguments than it must be."""

from ...reference.arguments import DEFAULTS
from ..axis import axis
from ..case import Case, case


@case
class DefaultsCase(Case):
    """What a layer is when it is given no more than it must be.

    Attributes
    ----------
    layer : str
        One of `rnn_oracle.reference.arguments.DEFAULTS`.
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
