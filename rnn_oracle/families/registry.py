"""The families of cases: each a class with options of its own."""

from .bidirectional.case import BidirectionalCase
from .cases import Case, Defaults
from .cells.case import CellCase
from .forms.case import FormsCase
from .options.case import OptionCase
from .own_cells.case import OwnCellCase
from .tf1.case import Tf1Case
from .training.case import TrainingCase

FAMILIES = {kind.family: kind for kind in (Case, Defaults, Tf1Case)}
"""By name, in the order in which a recording lists them.

Such a class is a frozen dataclass with a `family`, an `id`, the `sizes` of its arrays, the `axes`
of a table of such cases, and `options`: a dict of plain values from which ``kind(**options)`` makes
an equal case, raising TypeError or ValueError for impossible ones.
"""

_KINDS = (OptionCase, BidirectionalCase, CellCase, OwnCellCase, FormsCase, TrainingCase)
CROSSED = {kind.family: kind for kind in _KINDS}
"""Those whose axes are crossed by covering arrays; they are run, and not recorded."""

CROSSED_ON = {"keras2": ">=2.15", "keras3": ">=3.12"}
"""The versions of each target on which crossed cases were measured, and are judged."""
