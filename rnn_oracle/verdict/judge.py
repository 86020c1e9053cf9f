"""The verdict on a case: run both sides, compare, and look the rest up in the ledger."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..arithmetic.error_bounds import UNIT_ROUNDOFF
from ..families import registry
from ..families.expected import expected
from .compare import compare, tolerances
from .deviations import deviation_of
from .ledger import matching, states

AGREE, KNOWN, DIVERGES, UNSUPPORTED = "agree", "known divergence", "DIVERGES", "unsupported"
PARTLY, UNJUDGED = "partly judged", "not judged"
"""What agrees where it was judged, with numbers of which nothing is claimed (rule T5), and that of
which nothing is claimed at all. Either is a failure where digits are not few, see `passes`."""


class Verdict(NamedTuple):
    """What came of a case.

    Attributes
    ----------
    target : str
        The target's name.
    case : Case
    verdict : str
        One of `AGREE`, `KNOWN`, `PARTLY`, `UNJUDGED`, `DIVERGES` and `UNSUPPORTED`.
    worst : float
        The largest error over what was allowed, see `rnn_oracle.verdict.compare`.
    detail : str
        Empty for agreement; the ledger's entries, the mismatches or the reason otherwise.
    mismatches : list of Mismatch
        Those that nothing explains.
    entries : list of Entry
        Those of the ledger that explain a known divergence.
    unjudged : dict of str to int
        Of how many numbers nothing is claimed, by the name of the array.
    numbers : int
        How many numbers were compared, these included.
    causes : tuple of Cause
        What would explain a divergence, where that was looked for; see `rnn_oracle.testing.causes`.
    lacks : tuple of str
        What the target says that it cannot do, where it does not support the case.
    """

    target: str
    case: Any
    verdict: str
    worst: float
    detail: str
    mismatches: list
    entries: list
    unjudged: dict[str, int] = {}
    numbers: int = 0
    causes: tuple = ()
    lacks: tuple = ()


def judge(target, case, ledger, sizes=None):
    """Run a case on a target and judge it.

    A known divergence must return just what its ledger entries claim, and each entry that
    speaks of the case must be needed: one that no longer holds diverges too.

    Parameters
    ----------
    target : target
    case : Case
    ledger : list of Entry
    sizes : Sizes, optional

    Raises
    ------
    ValueError
        For an entry that speaks of the case and names a deviation that does not exist; see
        `rnn_oracle.verdict.deviations.check`.
    """
    sizes = sizes or case.sizes
    actual = target.run(case, sizes)
    return judge_answer(actual, matching(ledger, target, case), Claims(target, case, sizes))


def judge_answer(actual, entries, claims):
    """Judge an answer that a target has given; see `judge`.

    Parameters
    ----------
    actual : Outcome
    entries : list of Entry
        Those of the ledger that speak of the case on this target.
    claims : Claims
        Of the case on this target, or on another of the same dialect.
    """
    about = claims.target.name, claims.case
    if actual.unsupported:
        found = Verdict(*about, UNSUPPORTED, 0.0, actual.unsupported, [], [])
        return found._replace(lacks=actual.lacks)
    comparison = compare(claims.of(entries), actual)
    entries = _speaking(entries, claims, actual.told)
    if comparison.mismatches:
        detail = "; ".join(mismatch.detail for mismatch in comparison.mismatches)
        if entries:
            detail += "; not what the ledger says: " + ", ".join(e.id for e in entries)
        return Verdict(*about, DIVERGES, comparison.worst, detail, comparison.mismatches, [])
    for entry in entries:
        others = [e for e in entries if e is not entry]
        if not compare(claims.of(others), actual).mismatches:
            rest = ", ".join(other.id for other in others)
            found = (
                f"changes nothing beside {rest}" if rest else "does not hold: the rules are kept"
            )
            detail = f"the ledger entry {entry.id} {found}"
            return Verdict(*about, DIVERGES, comparison.worst, detail, [], [])
    kept = [f"{entry.id}: breaks {entry.rule}" for entry in entries]
    detail = "; ".join(kept + [comparison.unjudged_in_words] * bool(comparison.unjudged))
    word = _judged(comparison, KNOWN if entries else AGREE)
    counts = comparison.unjudged, comparison.numbers
    return Verdict(*about, word, comparison.worst, detail, [], entries, *counts)


def passes(verdict):
    """Tell whether a verdict is no failure.

    Crossed cases may have what a release lacks, files may be newer than it, and a target may say
    what it cannot do. Cases in float16 and bfloat16 may have numbers of which nothing can be
    claimed; in float32 and float64 all cases are such that all are judged.
    """
    if verdict.verdict == UNSUPPORTED:
        return bool(verdict.lacks) or registry.get(verdict.case.family).may_lack
    if verdict.verdict in (PARTLY, UNJUDGED):
        return has_few_digits(verdict.case)
    return verdict.verdict in (AGREE, KNOWN)


def has_few_digits(case):
    """Tell whether a case is one of those that may have numbers of which nothing is claimed."""
    dtype = getattr(case, "computes_in", "float32")
    return UNIT_ROUNDOFF[dtype] > UNIT_ROUNDOFF["float32"]


def _judged(comparison, word):
    """Return the verdict where nothing differs: a number that was not judged is no agreement."""
    unjudged = sum(comparison.unjudged.values())
    if unjudged and unjudged == comparison.numbers:
        return UNJUDGED
    return PARTLY if unjudged and word == AGREE else word


def _speaking(entries, claims, told):
    """Leave out the entries that change nothing, of those that need not change each case.

    The other options of a crossed case may undo what an entry speaks of: a mask of one step masks
    nothing. What is known of a Keras may not be seen in the numbers of a model that was converted.
    Of two that say the same the last one stays.
    """
    needed = list(entries)
    if registry.get(claims.case.family).is_crossed:
        doubtful = entries
    else:
        made_by = getattr(claims.target, "made_by", None)
        doubtful = [entry for entry in entries if made_by and states(entry, made_by)]

    def claimed(those):
        return claims.of(those) if told is None else claims.of(those).numbers_of(told)

    for entry in doubtful:
        others = [e for e in needed if e is not entry]
        if not compare(claimed(others), claimed(entries)).mismatches:
            needed = others
    return needed


class Claims:
    """What the rules and the ledger say of a case in a dialect, each claim worked out once.

    Parameters
    ----------
    target : target
    case : Case
    sizes : Sizes, optional
    others : tuple of Claims
        Of the case in other dialects. How far a number may be off is what takes longest to work
        out; where all numbers are those of another dialect, to the bit, so are their equations.
    """

    def __init__(self, target, case, sizes=None, others=()):
        self.target, self.case, self.sizes = target, case, sizes or case.sizes
        self._others, self._made = others, {}

    def of(self, entries=()):
        """Return what the rules demand, changed by what these entries say is returned instead."""
        key = tuple(entry.id for entry in entries)
        if key not in self._made:
            self._made[key] = self._make(entries)
        return self._made[key]

    def _make(self, entries):
        if not entries:
            return self._demanded()
        before = self.of(entries[:-1])
        return changed_by(entries[-1:], before, self.target, self.case, self.sizes)

    def _demanded(self):
        about = self.case, self.target.dialect, self.sizes
        if self._others:
            demanded = expected(*about, bounded=False)
            for other in self._others:
                if same_bits(demanded, other.of()):
                    return demanded.changed(allowed=other.of().allowed)
        return expected(*about)


def same_bits(one, other):
    """Tell whether two outcomes have the same numbers, of the same precision, to the bit."""
    return (
        one.precision == other.precision
        and set(one.arrays) == set(other.arrays)
        and all(_bits(array) == _bits(other.arrays[name]) for name, array in one.arrays.items())
    )


def _bits(array):
    return array.dtype, array.shape, array.tobytes()


def tolerance_between(claimed):
    """Return how far apart two right results may be that are each off by what is allowed."""
    return {name: 2 * allowed for name, allowed in tolerances(claimed).items()}


def changed_by(entries, outcome, target, case, sizes=None):
    """Return what the rules demand, changed by what the ledger says is returned instead."""
    for entry in entries:
        deviate = deviation_of(entry, case.family)
        outcome = deviate(case, target.dialect, sizes or case.sizes, outcome)
    return outcome
