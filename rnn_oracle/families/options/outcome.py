"""What of a call's answer can be seen in the way in which a case is run."""

from ..outcome import without_masks
from .case import LAYER_MODES


def seen_in_mode(case, arrays, facts):
    """Return the arrays and facts of a call, as `observe` names them, that the mode lets see.

    A functional model returns all its outputs in one flat list, and no masks.
    """
    return (arrays, facts) if case.mode in LAYER_MODES else numbers_only(arrays, facts)


def numbers_only(arrays, facts):
    """Return the arrays and facts that say nothing of masks and nesting."""
    dtypes = {name: fact for name, fact in facts.items() if name.endswith(".dtype")}
    return without_masks(arrays), dtypes
