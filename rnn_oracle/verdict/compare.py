"""The comparison of two outcomes: numbers within what is allowed, the rest exactly (rule T3)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..arithmetic.claims import claims_nothing

_NONE = np.zeros(0, bool)


class Mismatch(NamedTuple):
    """One thing that differs.

    Attributes
    ----------
    name : str
        Of the array or fact, such as ``"given.h1"``; ``"verdict"`` where one side gives values
        and the other does not.
    expected, actual : str, fact, Raised or number
        What the two sides have: a verdict or an error, facts (None without one), numbers, or
        whether an array is there and what shape it has, in words.
    detail : str
        A sentence for a person.
    """

    name: str
    expected: Any
    actual: Any
    detail: str


class Comparison(NamedTuple):
    """The result of `compare`.

    Attributes
    ----------
    mismatches : list of Mismatch
    worst : float
        The largest error over what was allowed, of the numbers that were judged; infinite for a
        wrong number that is exact by rule, 0 where no numbers were compared.
    unjudged : dict of str to int
        By the name of an array, of how many numbers nothing, or next to nothing, is claimed (rule
        T5).
    numbers : int
        How many numbers there are in all.
    """

    mismatches: list
    worst: float
    unjudged: dict[str, int] = {}
    numbers: int = 0

    @property
    def agrees(self):
        """Whether nothing differs, and all numbers were judged."""
        return not self.mismatches and not self.unjudged

    @property
    def unjudged_in_words(self):
        """Say how many numbers could not be judged, and where; nothing if all were."""
        return could_not_judge(self.unjudged, self.numbers)


def could_not_judge(unjudged, numbers):
    """Say of how many numbers nothing is claimed, and where they are; "" if there are none."""
    if not unjudged:
        return ""
    places = ", ".join(f"{count} of {name}" for name, count in unjudged.items())
    return f"could not judge {sum(unjudged.values())} of {numbers} numbers: {places}"


def share_not_judged(counts):
    """Say of what share of the numbers of several cases nothing is claimed.

    Parameters
    ----------
    counts : list of (int, int)
        Of each case, how many numbers were not judged, of how many.
    """
    unjudged, numbers = (sum(each) for each in zip(*counts)) if counts else (0, 0)
    cases = sum(bool(not_judged) for not_judged, _ in counts)
    share = 100 * unjudged / max(numbers, 1)
    return f"numbers not judged: {unjudged} of {numbers} ({share:.2f} %), in {cases} cases"


def compare(expected, actual, copies=True):
    """Compare what the oracle expects with what a target did.

    Numbers may be off by `expected.allowed`; where that is next to anything, they are counted
    apart, and what is within it is no agreement (rule T5). What the oracle returns in two places,
    as when a state is the last output or a masked step repeats the one before, must be the same to
    the bit in both (rule T2).

    Parameters
    ----------
    expected, actual : Outcome
    copies : bool
        Whether what is the same to the oracle must be the same to the bit: not where weights
        or inputs may be alike, and their numbers with them.

    Returns
    -------
    Comparison
    """
    if actual.told is not None:
        expected = expected.numbers_of(actual.told)
    if expected.refusal or actual.refusal:
        return Comparison(_compare_refusals(expected, actual), 0.0)
    mismatches = [
        _mismatch(name, expected.facts.get(name), actual.facts.get(name))
        for name in sorted(set(expected.facts) | set(actual.facts))
        if expected.facts.get(name) != actual.facts.get(name)
    ]
    worst, numbers, unjudged = 0.0, 0, {}
    for name in sorted(set(expected.arrays) | set(actual.arrays)):
        found, ratio, vacuous = _compare_array(name, expected, actual)
        mismatches += found
        worst = max(worst, ratio)
        numbers += expected.arrays.get(name, vacuous).size
        if vacuous.any():
            unjudged[name] = int(vacuous.sum())
    if copies and not actual.is_by_xla and not mismatches:
        mismatches = compare_copies(expected, actual)
    return Comparison(mismatches, worst, unjudged, numbers)


def tolerances(outcome):
    """Return how far each number may be off, by name; not at all where nothing is claimed of it.

    A number that has moved is then told, as nothing says that it may.
    """
    return {
        name: np.where(_vacuous(outcome, name), 0.0, allowed)
        for name, allowed in outcome.allowed.items()
    }


def _vacuous(outcome, name):
    """Tell of which numbers of an array nothing, or next to nothing, is claimed."""
    numbers, allowed = outcome.arrays[name], outcome.allowed.get(name)
    if allowed is None:  # exact
        return np.zeros(numbers.shape, bool)
    return claims_nothing(numbers, allowed, outcome.precision)


def _compare_refusals(expected, actual):
    if expected.verdict == actual.verdict:
        return []
    message = (actual.refusal or expected.refusal).message
    sides = [outcome.raised or outcome.verdict for outcome in (expected, actual)]
    return [_mismatch("verdict", *sides, message)]


def _mismatch(name, expected, actual, more=""):
    sentence = f"{name}: expected {expected}, got {actual}"
    return Mismatch(name, expected, actual, sentence + (f" ({more})" * bool(more)))


def _compare_array(name, expected, actual):
    if name not in expected.arrays or name not in actual.arrays:
        sides = ["there" if name in side.arrays else "missing" for side in (expected, actual)]
        return [_mismatch(name, *sides)], 0.0, _NONE
    want, have = expected.arrays[name], actual.arrays[name]
    if want.shape != have.shape:
        return [_mismatch(name, f"shape {want.shape}", f"shape {have.shape}")], 0.0, _NONE
    if want.size == 0:
        return [], 0.0, _NONE
    allowed = expected.allowed.get(name, np.zeros(want.shape))
    ratio = ratios(np.asarray(want, np.float64), np.asarray(have, np.float64), allowed)
    vacuous = _vacuous(expected, name)
    worst = np.unravel_index(np.argmax(ratio), ratio.shape)
    if ratio[worst] <= 1:
        return [], float(np.max(ratio, initial=0.0, where=~vacuous)), vacuous
    where = f"{name}[{', '.join(map(str, worst))}]"
    count = int(np.sum(ratio > 1))
    more = (
        f"{ratio[worst]:.3g} times the allowed {allowed[worst]:.2g}; {count} of {ratio.size} "
        "numbers are off"
    )
    found = _mismatch(where, want[worst], have[worst], more)
    return [found._replace(name=name)], float(ratio[worst]), vacuous


def ratios(want, have, allowed):
    """Return error over allowance, infinite where NaN differs.

    It is 0 where both are equal, NaN included, and where the allowance is infinite.
    """
    same = (want == have) | (np.isnan(want) & np.isnan(have)) | ~np.isfinite(allowed)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(same, 0.0, np.abs(want - have) / allowed)
    return np.where(np.isnan(ratio), np.inf, ratio)


def compare_copies(expected, actual):
    """Return a mismatch unless bits are equal wherever the oracle's own numbers are (rule T2).

    Only within a sequence: two that are alike may each be rounded in a way of its own. Numbers that
    may be off by different amounts are no copies of each other, but met by chance.
    """
    names = sorted(name for name, array in expected.arrays.items() if array.dtype.kind == "f")
    if not names or expected.batch_axis is None:
        return []
    want = np.concatenate([expected.arrays[name].ravel() for name in names])
    if not want.size:
        return []
    have = np.concatenate([actual.arrays[name].ravel() for name in names])
    rows = np.concatenate([_rows(expected.arrays[name], expected.batch_axis) for name in names])
    off_by = np.concatenate([_allowed(expected, name) for name in names])
    keyed = np.stack([rows, want + 0.0, off_by])  # both zeros alike
    _, first, group = np.unique(keyed, axis=1, return_index=True, return_inverse=True)
    source = first[group.ravel()]
    differ = (have != have[source]) & ~(np.isnan(have) & np.isnan(have[source]))
    off = np.flatnonzero(differ & np.isfinite(off_by))
    if not off.size:
        return []
    ends = np.cumsum([expected.arrays[name].size for name in names])
    owner = names[int(np.searchsorted(ends, off[0], side="right"))]
    found = _mismatch(owner, have[source[off[0]]], have[off[0]], "a copy that is not the same bits")
    return [found]


def _allowed(expected, name):
    """Return how far each number of an array may be off, laid out flat."""
    return expected.allowed.get(name, np.zeros(expected.arrays[name].shape)).ravel()


def _rows(array, batch_axis):
    """Return for each number of an array, laid out flat, to which sequence it belongs."""
    axis = batch_axis if array.ndim > 2 else 0
    shape = [-1 if i == axis else 1 for i in range(array.ndim)]
    return np.broadcast_to(np.arange(array.shape[axis]).reshape(shape), array.shape).ravel()
