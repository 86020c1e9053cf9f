"""What changed between two outcomes, and whether it is rounding or meaning."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .compare import compare_copies, ratios

ROUNDING, MEANING = "rounding", "meaning"


VERDICT, FACT, PRESENCE, SHAPE, DTYPE = "verdict", "fact", "presence", "shape", "dtype"
NUMBER, ELEMENT, COPIES = "number", "element", "copies"
"""What may change: the verdict, a fact, whether an array is there, its shape or dtype, a number of
it, an element that is no float, and whether numbers are copies of each other."""


class Form(NamedTuple):
    """The dtype and shape of an array."""

    dtype: np.dtype
    shape: tuple

    def __str__(self):
        return f"{self.dtype} {self.shape}"


class Change(NamedTuple):
    """One thing that is not what it was.

    Attributes
    ----------
    name : str
        Of the array or fact; ``"verdict"`` where one side has values and the other has not.
    about : str
        What has changed: `VERDICT`, `FACT` and so on.
    kind : str
        `ROUNDING` or `MEANING`.
    old, new : str, fact, Form or number
        What the two sides have: verdicts, facts (None without one), ``"there"`` or ``"missing"``,
        a `Form`, or numbers.
    ulps : int or None
        How far apart these two are, in units in the last place; None where they are no numbers.
    share : float or None
        Their difference over how far apart they may be, the largest of the array; infinite where
        they may not differ.
    """

    name: str
    about: str
    kind: str
    old: Any
    new: Any
    ulps: int | None
    share: float | None


def changes(old, new, tolerance=None):
    """Return the list of `Change` between two outcomes.

    Parameters
    ----------
    old, new : Outcome or None
        None for an answer that is not there.
    tolerance : callable, optional
        Returns how far two numbers may differ, a dict of arrays by name; it is called where
        numbers differ at all. Any difference is of meaning without it.
    """
    verdicts = ["not there" if side is None else side.verdict for side in (old, new)]
    if verdicts[0] != verdicts[1]:
        return [_meaning("verdict", VERDICT, *verdicts)]
    found = [
        _meaning(name, FACT, old.facts.get(name), new.facts.get(name))
        for name in sorted(set(old.facts) | set(new.facts))
        if old.facts.get(name) != new.facts.get(name)
    ]
    moved = [
        name
        for name in sorted(set(old.arrays) | set(new.arrays))
        if not _same_bytes(old.arrays.get(name), new.arrays.get(name))
    ]
    allowed = tolerance() if moved and tolerance else {}
    for name in moved:
        found.append(_moved(name, old.arrays.get(name), new.arrays.get(name), allowed.get(name)))
    return found


def claimed_changes(old, new, claimed, tolerance):
    """Return the changes between two outcomes of which the same is claimed.

    Parameters
    ----------
    old, new : Outcome
    claimed : callable
        Returns the `Outcome` that the rules demand, with what the ledger says; it is called where
        the two differ at all.
    tolerance : callable
        Returns how far numbers may differ, given what is claimed.

    Returns
    -------
    list of Change
        As of `changes`. Numbers that must be copies of each other, and were, but are not any more
        (rule T2), have changed in meaning even where each has moved by rounding alone.
    """
    if not changes(old, new):
        return []
    demanded = claimed()
    found = changes(old, new, lambda: tolerance(demanded))
    if all(change.kind == ROUNDING for change in found):
        broken = compare_copies(demanded, new)
        if broken and not compare_copies(demanded, old):
            name = f"{broken[0].name.partition('.')[0]}.copies"
            found.append(_meaning(name, COPIES, broken[0].expected, broken[0].actual))
    return found


def _meaning(name, about, old, new):
    return Change(name, about, MEANING, old, new, None, None)


def _same_bytes(old, new):
    if old is None or new is None:
        return old is new
    return old.shape == new.shape and old.dtype == new.dtype and old.tobytes() == new.tobytes()


def _moved(name, old, new, allowed):
    if old is None or new is None:
        there = ["missing" if array is None else "there" for array in (old, new)]
        return _meaning(name, PRESENCE, *there)
    if old.shape != new.shape or old.dtype != new.dtype:
        about = SHAPE if old.dtype == new.dtype else DTYPE
        return _meaning(name, about, *[Form(array.dtype, array.shape) for array in (old, new)])
    if old.dtype.kind != "f":
        where = tuple(np.argwhere(old != new)[0])
        return _meaning(_element(name, where), ELEMENT, old[where], new[where])
    if allowed is None or allowed.shape != old.shape:
        allowed = np.zeros(old.shape)
    share = ratios(old.astype(np.float64), new.astype(np.float64), allowed)
    worst = np.unravel_index(np.argmax(share), share.shape)
    return Change(
        _element(name, worst),
        NUMBER,
        ROUNDING if share[worst] <= 1 else MEANING,
        old[worst],
        new[worst],
        ulps(old[worst], new[worst]),
        float(share[worst]),
    )


def _element(name, where):
    return f"{name}[{', '.join(map(str, where))}]"


def ulps(old, new):
    """Return the distance of two floats of one dtype in units in the last place; None for NaN."""
    return None if np.isnan(old) or np.isnan(new) else abs(_number(old) - _number(new))


def _number(value):
    """Number the floats of a dtype in their order, both zeros alike."""
    bits = int(value.view(f"i{value.dtype.itemsize}"))
    return bits if bits >= 0 else -(2 ** (8 * value.dtype.itemsize - 1)) - bits


def describe(change):
    """Write a change down for a person."""
    # A number of NumPy has other digits in `format`.
    text = f"{change.name}: {change.old!s} -> {change.new!s}"
    if change.share is None:
        return text
    ulps = "" if change.ulps is None else f"{change.ulps} ULP, "
    return f"{text}, moved by {ulps}{change.share:.3g} of the tolerance"


def as_json(change):
    """Return a change as plain data."""
    is_finite = change.share is not None and np.isfinite(change.share)
    return {
        "name": change.name,
        "kind": change.kind,
        "old": str(change.old),
        "new": str(change.new),
        "ulps": change.ulps,
        "share": change.share if is_finite else None,
    }


def in_short(rounded):
    """Say in a line how far numbers have moved by rounding; nothing where none has."""
    if not rounded:
        return []
    worst = max(rounded, key=lambda change: change.share)
    return [
        f"{len(rounded)} arrays moved by rounding alone, the worst by {worst.ulps} ULP, "
        f"{worst.share:.3f} of the tolerance"
    ]
