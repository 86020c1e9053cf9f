"""What would explain that a case diverges: the guesses of `oracle_check`, and the ledger's entries.

A release that was never seen does many things otherwise for a few causes. Each is looked for in the
cases one by one; where a case has been explained, the next is asked for the same first.
"""

from __future__ import annotations

import collections
import functools
from typing import Callable, NamedTuple

import numpy as np

from ..families import registry
from ..families.stacks.deviations import of_changed_layers
from ..families.stacks.reference import set_weights
from ..verdict.compare import compare
from ..verdict.judge import DIVERGES, Claims, judge_answer
from ..verdict.ledger import fits, matching, speaks_of
from .explaining import NEAR, TINY
from .hypotheses.hypothesis import hypotheses, masks_that_end
from .layer_call import LayerCall

TRIES = 3
"""So many cases that part in the same things are asked for all guesses, if none explains any."""


class Cause(NamedTuple):
    """What would explain all that a target returned in a case.

    Attributes
    ----------
    text : str
        Goes on after "as if".
    instead : tuple of str
        The deviations of `rnn_oracle.verdict.deviations` that say the same.
    beside : tuple of str
        The ids of the entries of the ledger that speak of the case and change nothing then.
    """

    text: str
    instead: tuple[str, ...]
    beside: tuple[str, ...]


def judge_and_explain(target, case, ledger):
    """Judge a case as `rnn_oracle.verdict.judge.judge` does; say what would explain a divergence.

    Parameters
    ----------
    target : target
    case : Case
    ledger : list of Entry

    Returns
    -------
    Verdict
    """
    actual, claims = target.run(case, case.sizes), Claims(target, case)
    entries = matching(ledger, target, case)
    verdict = judge_answer(actual, entries, claims)
    if verdict.verdict != DIVERGES:
        return verdict
    causes = explainer(target.name).causes(verdict, actual, entries, claims, ledger)
    return verdict._replace(causes=causes)


def parting(verdict):
    """Say in what a case parts from what is expected of it: the same words for cases alike."""
    if not verdict.mismatches:
        return verdict.detail
    first = verdict.mismatches[0]
    if first.name == "verdict":
        return f"{first.expected} is due, and there is {first.actual}"
    return "other " + ", ".join(sorted({respect(m) for m in verdict.mismatches}))


def respect(mismatch):
    """Name the respect in which something differs, whatever the call and the array."""
    thing = mismatch.name.partition(".")[2] or mismatch.name
    if thing in ("verdict", "masks", "nesting", "shapes", "dtype", "states"):
        return {"shapes": "symbolic shapes", "states": "number of states"}.get(thing, thing)
    if thing == "mask":
        return "masks"
    is_number = not isinstance(mismatch.expected, str) and hasattr(mismatch.expected, "dtype")
    return "numbers" if is_number else thing


@functools.lru_cache(maxsize=None)
def explainer(name):
    """Return the `Explainer` for a target, which remembers what it has met in this process."""
    return Explainer()


class _Candidate(NamedTuple):
    """A cause, and ``outcome(bounded)``, what would then be returned."""

    cause: Cause
    outcome: Callable


class Explainer:
    """Finds the causes of divergences on one target, and remembers those that it has met."""

    def __init__(self):
        self._met = {}
        self._in_vain = collections.Counter()

    def causes(self, verdict, actual, entries, claims, ledger):
        """Return what would explain a case that diverges, a tuple of `Cause`; empty if nothing.

        Parameters
        ----------
        verdict : Verdict
        actual : Outcome
            What the target returned.
        entries : list of Entry
            Those of the ledger that speak of the case on the target.
        claims : Claims
            Of the case on the target.
        ledger : list of Entry
            All of them.
        """
        explains = functools.partial(_explains, actual)
        found = [one.cause for one in _without_entries(entries, claims) if explains(one)]
        if not found:
            found = self._guessed(verdict, explains, list(_candidates(entries, claims, ledger)))
        least = min((len(cause.beside) for cause in found), default=0)
        return tuple({cause.text: cause for cause in found if len(cause.beside) == least}.values())

    def _guessed(self, verdict, explains, candidates):
        """Return the causes that explain it: those that were met before, else all that do."""
        found = [one.cause for one in candidates if one.cause.text in self._met and explains(one)]
        kind = verdict.case.family, tuple(mismatch.name for mismatch in verdict.mismatches)
        if not found and self._in_vain[kind] < TRIES:
            others = (one for one in candidates if one.cause.text not in self._met)
            found = [one.cause for one in others if explains(one)]
            self._in_vain[kind] += not found
        self._met.update((cause.text, True) for cause in found)
        return found


def _without_entries(entries, claims):
    """Yield that some of the entries that speak of a case hold no more."""
    for kept in _subsets(entries)[1:]:
        beside = _others(entries, kept)
        text = f"nothing were left of the known divergence {' and '.join(beside)}"
        yield _Candidate(Cause(text, (), beside), functools.partial(_claimed, claims, kept))


def _candidates(entries, claims, ledger):
    """Yield what may be wrong with a case, while all its entries hold, or some hold no more."""
    case, target = claims.case, claims.target
    absent = [
        entry
        for entry in ledger
        if speaks_of(entry, target)
        and entry not in entries
        and any(fits(pattern, case) for pattern in entry.cases)
    ]
    for kept in _subsets(entries):
        beside = _others(entries, kept)
        for entry in absent:
            text = f"the known divergence {entry.id} were there"
            cause = Cause(text, (entry.instead,), beside)
            yield _Candidate(cause, functools.partial(_claimed, claims, [*kept, entry]))
        yield from _guesses(claims, kept, beside)


def _others(entries, kept):
    return tuple(entry.id for entry in entries if entry not in kept)


def _subsets(entries):
    """Return the entries, then all but each of them, then none; nothing twice."""
    found = [list(entries)] + [[e for e in entries if e is not left] for left in entries]
    return found + [[]] * (len(entries) > 1)


def _claimed(claims, entries, bounded):
    return claims.of(entries)


class _Layers:
    """The layers of a case, called one upon the other, as `hypotheses` looks at them."""

    def __init__(self, layers):
        self.layers = layers


def _guesses(claims, kept, beside):
    """Yield the guesses of `oracle_check` about the layers of a case, if it is one of stacks."""
    case, base = claims.case, claims.of(kept)
    stack = getattr(registry.get(case.family).part("deviations"), "STACK", None)
    if stack is None or base.refusal:
        return
    about = case, claims.target.dialect, claims.sizes
    given, layers = stack.problem(case, claims.sizes), stack.build(*about)
    set_weights(layers, given)
    asked = _called(case, given, layers)
    for hypothesis in [masks_that_end(asked), *hypotheses(asked)]:
        change = functools.partial(_changed, hypothesis, asked)
        outcome = functools.partial(of_changed_layers, stack, change, *about, base)
        yield _Candidate(Cause(hypothesis.text, hypothesis.instead, beside), outcome)


def _called(case, given, layers):
    """Return the call of the layers, whose names are those of their classes, whatever the cell."""
    states = [call.states[0] for call in given.calls if call.states is not None]
    return LayerCall(
        layer=_Layers(layers),
        dtype=case.computes_in,
        x=None,
        mask=given.mask,
        initial_state=states[0] if states else None,
        attached=case.mask_from != "argument",
    )


def _changed(hypothesis, asked, layers):
    return hypothesis.change(asked._replace(layer=_Layers(layers))).layer.layers


def _explains(actual, candidate):
    """Tell whether a candidate explains all: roughly at first, which rules out nearly all."""
    try:
        with np.errstate(all="ignore"):
            if not _is_near(candidate.outcome(bounded=False), actual):
                return False
            return not compare(candidate.outcome(bounded=True), actual).mismatches
    except Exception:  # a guess that does not fit the layers of the case explains nothing
        return False


def _is_near(outcome, actual):
    if outcome.refusal or actual.refusal:
        return outcome.verdict == actual.verdict
    if outcome.facts != actual.facts or set(outcome.arrays) != set(actual.arrays):
        return False
    return all(_are_near(want, actual.arrays[name]) for name, want in outcome.arrays.items())


def _are_near(want, have):
    if want.shape != have.shape:
        return False
    want, have = np.asarray(want, np.float64), np.asarray(have, np.float64)
    largest = np.max(np.abs(have), where=np.isfinite(have), initial=0.0)
    near = np.abs(want - have) <= TINY + NEAR * largest
    return bool((near | (want == have) | (np.isnan(want) & np.isnan(have))).all())
