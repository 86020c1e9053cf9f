"""The verdict on a case: run both sides, compare, and look the rest up in the ledger."""

from collections import namedtuple

from .compare import compare
from .deviations import DEVIATIONS
from .ledger import matching
from .oracle import expected
from .problems import SIZES

AGREE, KNOWN, DIVERGES, UNSUPPORTED = "agree", "known divergence", "DIVERGES", "unsupported"

Verdict = namedtuple("Verdict", "target case verdict worst detail mismatches")
Verdict.__doc__ = """What came of a case.

target : str
    The target's name.
case : Case
verdict : str
    One of `AGREE`, `KNOWN`, `DIVERGES` and `UNSUPPORTED`.
worst : float
    The largest error over what was allowed, see `rnn_oracle.compare`.
detail : str
    Empty for agreement; the ledger's entries, the mismatches or the reason otherwise.
mismatches : list of Mismatch
    Those that nothing explains.
"""


def judge(target, case, ledger, sizes=SIZES):
    """Run a case on a target and judge it.

    A known divergence must return just what its ledger entries claim, and each entry that
    speaks of the case must be needed: one that no longer holds diverges too.

    Parameters
    ----------
    target : target
    case : Case
    ledger : list of Entry
    sizes : Sizes, optional
    """
    actual = target.run(case, sizes)
    if actual.unsupported:
        return Verdict(target.name, case, UNSUPPORTED, 0.0, actual.unsupported, [])
    entries = matching(ledger, target, case)
    demanded = expected(case, target.dialect, sizes)
    comparison = compare(changed_by(entries, demanded, target, case, sizes), actual)
    if comparison.mismatches:
        detail = "; ".join(mismatch.detail for mismatch in comparison.mismatches)
        if entries:
            detail += "; not what the ledger says: " + ", ".join(e.id for e in entries)
        return Verdict(target.name, case, DIVERGES, comparison.worst, detail, comparison.mismatches)
    for entry in entries:
        others = changed_by([e for e in entries if e is not entry], demanded, target, case, sizes)
        if not compare(others, actual).mismatches:
            detail = "the ledger entry {} does not hold: the rules are kept".format(entry.id)
            return Verdict(target.name, case, DIVERGES, comparison.worst, detail, [])
    detail = "; ".join("{}: breaks {}".format(entry.id, entry.rule) for entry in entries)
    verdict = KNOWN if entries else AGREE
    return Verdict(target.name, case, verdict, comparison.worst, detail, [])


def apart(claimed):
    """Return how far apart two right results may be that are each off by what is allowed."""
    return {name: 2 * allowed for name, allowed in claimed.allowed.items()}


def changed_by(entries, outcome, target, case, sizes=SIZES):
    """Return what the rules demand, changed by what the ledger says is returned instead."""
    for entry in entries:
        outcome = DEVIATIONS[entry.instead](case, target.dialect, sizes, outcome)
    return outcome
