"""How a layer without arguments is made, and what of it is compared, on either side."""

from ..facts import Default
from ..outcome import Outcome
from .case import DEFAULTS


def plain_layer(case, homes, **arguments):
    """Make the layer of a case with no more arguments than it must be given.

    Parameters
    ----------
    case : DefaultsCase
    homes : sequence of modules
        Where the classes are.
    arguments : dict
        For the innermost layer or cell.
    """

    def find(name):
        return next(getattr(home, name) for home in homes if hasattr(home, name))

    inside = {"RNN": "SimpleRNNCell", "Bidirectional": "SimpleRNN"}.get(case.layer)
    if inside is None:
        return find(case.layer)(2, **arguments)
    return find(case.layer)(find(inside)(2, **arguments))


def defaults(case, find):
    """Return the `Outcome` of a layer that was given no more arguments than it must be.

    Parameters
    ----------
    case : DefaultsCase
    find : callable
        ``find(name, otherwise)`` is the value of an argument, or `otherwise` if it has none.
    """
    found = {name: find(name, "no argument") for name in DEFAULTS[case.layer]}
    return Outcome(facts={f"defaults.{name}": Default.of(value) for name, value in found.items()})
