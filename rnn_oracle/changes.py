"""What changed between two outcomes, and whether it is rounding or meaning."""

from collections import namedtuple

import numpy as np

ROUNDING, MEANING = "rounding", "meaning"

Change = namedtuple("Change", "name kind old new ulps share")
Change.__doc__ = """One thing that is not what it was.

name : str
    Of the array or fact; ``"verdict"`` where one side has values and the other has not.
kind : str
    `ROUNDING` or `MEANING`.
old, new : str
    What the two say, in short.
ulps : int or None
    The largest distance between two numbers, in units in the last place; None where the two
    cannot be compared as numbers.
share : float or None
    The largest difference over how far apart the numbers may be; infinite where they may not
    differ.
"""


def changes(old, new, apart=None):
    """Return the list of `Change` between two outcomes.

    Parameters
    ----------
    old, new : Outcome
    apart : callable, optional
        Returns how far apart two numbers may be, a dict of arrays by name; it is called where
        numbers differ at all. Any difference is of meaning without it.
    """
    if _verdict(old) != _verdict(new):
        return [_meaning("verdict", _verdict(old), _verdict(new))]
    found = [
        _meaning(name, old.facts.get(name), new.facts.get(name))
        for name in sorted(set(old.facts) | set(new.facts))
        if old.facts.get(name) != new.facts.get(name)
    ]
    moved = [
        name
        for name in sorted(set(old.arrays) | set(new.arrays))
        if not _same_bytes(old.arrays.get(name), new.arrays.get(name))
    ]
    allowed = apart() if moved and apart else {}
    for name in moved:
        found.append(_moved(name, old.arrays.get(name), new.arrays.get(name), allowed.get(name)))
    return found


def _verdict(outcome):
    if outcome.unsupported:
        return "unsupported"
    if outcome.refusal:
        return "{} at {}".format(outcome.refusal.type, outcome.refusal.phase)
    return "values"


def _meaning(name, old, new):
    return Change(name, MEANING, str(old), str(new), None, None)


def _same_bytes(old, new):
    if old is None or new is None:
        return old is new
    return old.shape == new.shape and old.dtype == new.dtype and old.tobytes() == new.tobytes()


def _moved(name, old, new, allowed):
    if old is None or new is None:
        return _meaning(name, *["missing" if array is None else "there" for array in (old, new)])
    if old.shape != new.shape or old.dtype != new.dtype:
        return _meaning(name, *["{} {}".format(array.dtype, array.shape) for array in (old, new)])
    if old.dtype.kind != "f":
        return _meaning(name, old.tolist(), new.tolist())
    share = _share(old.astype(np.float64), new.astype(np.float64), allowed)
    worst = np.unravel_index(np.argmax(share), share.shape)
    kind = ROUNDING if share[worst] <= 1 else MEANING
    return Change(name, kind, str(old[worst]), str(new[worst]), ulps(old, new), float(share[worst]))


def _share(old, new, allowed):
    if allowed is None or allowed.shape != old.shape:
        allowed = np.zeros(old.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.abs(old - new) / allowed
    share = np.where((old == new) | (np.isnan(old) & np.isnan(new)), 0.0, share)
    return np.where(np.isnan(share), np.inf, share)


def ulps(old, new):
    """Return the largest distance between floats of one dtype, in units in the last place."""
    distance = [abs(a - b) for a, b in zip(_ordered(old), _ordered(new))]
    return max(distance, default=0)


def _ordered(array):
    """Number the floats of a dtype in their order, both zeros alike, as Python's integers."""
    bits = np.ascontiguousarray(array).view("i{}".format(array.dtype.itemsize)).ravel()
    smallest = np.iinfo(bits.dtype).min
    return [int(b) if b >= 0 else int(smallest) - int(b) for b in bits]


def describe(change):
    """Write a change down for a person."""
    if change.ulps is None:
        return "{}: {} -> {}".format(change.name, change.old, change.new)
    return "{}: {} -> {}, moved by {} ULP, {:.3g} of the tolerance".format(
        change.name, change.old, change.new, change.ulps, change.share
    )
