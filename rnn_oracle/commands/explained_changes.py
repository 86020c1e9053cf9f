"""What sets two recordings apart, gathered by cause and explained by the rules and the ledger."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..families import registry
from ..families.expected import expected
from ..families.facts import outermost, without_containers
from ..families.outcome import VALUES
from ..families.refusals.case import RefusalCase
from ..verdict.changes import (
    DTYPE,
    MEANING,
    NUMBER,
    PRESENCE,
    ROUNDING,
    SHAPE,
    VERDICT,
    Change,
    changes,
    claimed_changes,
)
from ..verdict.compare import compare, tolerances
from ..verdict.judge import changed_by, has_few_digits, tolerance_between
from ..verdict.known_refusals import ledger_of
from ..verdict.ledger import matching
from ..verdict.patterns import patterns
from .parallel import spread
from .reach import reach, why_not


class Side(NamedTuple):
    """One of the two that are compared.

    Attributes
    ----------
    title : str
    name, dialect, version, release : str
        Those of the target, by which the ledger finds its entries; the last is of TensorFlow.
    real : bool
        False for the oracle.
    outcomes : dict of Case to Outcome
    """

    title: str
    name: str
    dialect: str
    version: str
    release: str
    real: bool
    outcomes: dict


class Difference(NamedTuple):
    """What differs in one respect in one case.

    Attributes
    ----------
    what : str
        The respect: ``"numbers"``, ``"verdict"``, a key of `RULES`, or the name of another fact.
    calls : tuple of str
        In which calls.
    case : Case
    change : Change
        The first.
    ledger : tuple of str
        Ids of the ledger's entries that explain it, or `TABLE`: both sides do what the rules and
        the ledger say of them, and the entry has its part in this.
    by_design : bool
        Whether both sides do what is said of them, and the rules of the two dialects differ in
        this.
    unclaimed : bool
        Whether it is numbers that have moved of which nothing is claimed (rule T5).
    message : str
        Of the error on the new side, if there is one.
    """

    what: str
    calls: tuple[str, ...]
    case: Any
    change: Change
    ledger: tuple[str, ...]
    by_design: bool
    unclaimed: bool
    message: str


class Group(NamedTuple):
    """All differences of one cause.

    what, calls, ledger, by_design, unclaimed
        As of each `Difference`.
    Attributes
    ----------
    verdicts : tuple of str
        The verdicts, or defaults, before and after; nothing where both have values.
    differences : list of Difference
    patterns : list of dict
        The cases, see `rnn_oracle.verdict.patterns`.
    rules : list of str
        Ids of the rules that are concerned.
    """

    what: Any
    calls: Any
    ledger: Any
    by_design: Any
    unclaimed: Any
    verdicts: tuple[str, ...]
    differences: list
    patterns: list
    rules: list[str]


class Comparison(NamedTuple):
    """All that sets two sides apart.

    Attributes
    ----------
    old, new : Side
    compared, same, reworded : int
        Number of cases; the last are those of the same that are refused in other words.
    reached : list of Reach
        What was compared, and what was not, by family.
    rounded : list of (Case, Change)
        What has moved by rounding alone.
    groups : list of Group
        The largest first.
    """

    old: Side
    new: Side
    compared: int
    same: int
    reworded: int
    reached: list
    rounded: list
    groups: list


RULES = {
    "container": ["D1"],
    "nesting": ["S1"],
    "symbolic shapes": ["H2"],
    "dtype": ["D6"],
    "number of states": ["S1"],
    "masks": ["M4"],
    "shape": ["H1"],
    "copies": ["T2"],
    "arrays": ["R2", "S1", "M4"],
}
DEFAULT = "default of "
TABLE = "refusals.json"
"""What stands for all entries about faults, which are rows of this table."""
_OF_ARRAYS = {NUMBER: "numbers", PRESENCE: "arrays", SHAPE: "shape", DTYPE: "dtype"}
_RESPECTS = {"shapes": "symbolic shapes", "states": "number of states", "mask": "masks"}
"""The respects in which arrays change, and in which facts do that are called otherwise."""
_CHUNK = 50


def compare_sides(old, new, cases=()):
    """Return the `Comparison` of two sides.

    Parameters
    ----------
    old, new : Side
    cases : list of Case
        Those that were asked for, beside the ones that a side has.
    """
    cases = list(dict.fromkeys([*old.outcomes, *new.outcomes, *cases]))
    reached = reach(old, new, cases)
    cases = [case for case in cases if why_not(old, new, case) is None]
    moved = [case for case in cases if changes(*_outcomes(old, new, case))]
    chunks = [
        (_part(old, some), _part(new, some), some)
        for some in (moved[i : i + _CHUNK] for i in range(0, len(moved), _CHUNK))
    ]
    run = map(_compare_chunk, chunks)
    if len(chunks) > 2:
        run = spread(_compare_chunk, chunks, [len(chunk[2]) for chunk in chunks], "comparing")
    rounded, found = [], []
    for some, others in run:
        rounded += some
        found += others
    same = set(cases) - set(moved)
    real = old.real and new.real
    reworded = sum(real and _message(old, case) != _message(new, case) for case in same)
    groups = _groups(found, cases)
    return Comparison(old, new, len(cases), len(same), reworded, reached, rounded, groups)


def _message(side, case):
    outcome = side.outcomes[case]
    return outcome.refusal.message if outcome.refusal else outcome.unsupported


def _outcomes(old, new, case):
    return [side.outcomes[case] for side in (old, new)]


def _part(side, cases):
    outcomes = {case: side.outcomes[case] for case in cases}
    return side._replace(outcomes=outcomes)


def _compare_chunk(chunk):
    """Return what has moved by rounding, and the differences, of some cases."""
    old, new, cases = chunk
    rounded, found = [], []
    for case in cases:
        claims = _Claims(old, new, case, ledger_of(case.family))
        moved = claims.changes()
        rounded += [(case, change) for change in moved if change.kind == ROUNDING]
        meant = [change for change in moved if change.kind == MEANING]
        found += claims.explain(meant) if meant else []
    return rounded, found


class _Claims:
    """What the rules and the ledger say of a case on either side."""

    def __init__(self, old, new, case, ledger):
        self.sides, self.case = (old, new), case
        self.demanded = {d: expected(case, d) for d in {old.dialect, new.dialect}}
        self.entries = [matching(ledger, side, case) if side.real else [] for side in self.sides]
        self.claimed = [
            changed_by(entries, self.demanded[side.dialect], side, case)
            for side, entries in zip(self.sides, self.entries)
        ]

    def changes(self, tolerance=None):
        """Return what has changed from the one to the other, beyond a tolerance if one is given."""
        old, new = self.sides
        claimed = self.claimed[0 if old.real else 1]
        usual = tolerance_between if old.real and new.real else tolerances
        return claimed_changes(
            old.outcomes[self.case],
            new.outcomes[self.case],
            lambda: claimed,
            tolerance or usual,
        )

    def hold(self):
        """Tell whether both sides do just what is claimed of them."""
        found = [
            compare(claimed, side.outcomes[self.case])
            for side, claimed in zip(self.sides, self.claimed)
            if side.real
        ]
        if has_few_digits(self.case):
            return not any(comparison.mismatches for comparison in found)
        return all(comparison.agrees for comparison in found)

    def unclaimed(self, respects):
        """Return those of some respects in which nothing is claimed of what has moved."""
        lenient = self.changes(lambda claimed: {n: 2 * a for n, a in claimed.allowed.items()})
        return set(respects) - set(_respects([c for c in lenient if c.kind == MEANING]))

    def explain(self, meant):
        """Return the differences of the case, one for each respect."""
        respects, holds = _respects(meant), self.hold()
        unclaimed = self.unclaimed(respects) if holds else set()
        refusal = self.sides[1].outcomes[self.case].refusal
        demanded = [self.demanded[side.dialect] for side in self.sides]
        designed = _respects(changes(*demanded))
        touched = {
            entry.id: _respects(changes(wanted, changed_by([entry], wanted, side, self.case)))
            for side, entries, wanted in zip(self.sides, self.entries, demanded)
            for entry in entries
        }
        return [
            Difference(
                what,
                tuple(calls),
                self.case,
                next(c for c in meant if what in dict(_respects_of(c))),
                self._named([n for n, where in touched.items() if holds and what in where]),
                holds and what in designed,
                what in unclaimed,
                refusal.message if refusal else "",
            )
            for what, calls in respects.items()
        ]

    def _named(self, ids):
        """Return how entries are named that explain a difference: those of faults all alike."""
        in_table = self.case.family == RefusalCase.family
        return (TABLE,) if ids and in_table else tuple(sorted(ids))


def _respects(found):
    """Return the calls in which each respect differs, by respect."""
    respects = {}
    for change in found:
        for what, call in _respects_of(change):
            respects.setdefault(what, {})[call] = True
    return {what: sorted(calls) for what, calls in respects.items()}


def _respects_of(change):
    """Return the respects in which a change is one, each with the call."""
    call, _, thing = change.name.partition("[")[0].partition(".")
    if change.about == VERDICT:
        return [("verdict", "")]
    if call == "defaults":
        return [(DEFAULT + thing, "")]
    respect = _OF_ARRAYS.get(change.about) or _RESPECTS.get(thing, thing)
    if thing not in ("nesting", "shapes"):
        return [(respect, call)]
    found = [respect] if without_containers(change.old) != without_containers(change.new) else []
    if not found or outermost(change.old) != outermost(change.new):
        found.append("container")
    return [(each, call) for each in found]


def _groups(found, cases):
    groups = {}
    for difference in found:
        key = difference[:2] + (difference.ledger, difference.by_design, difference.unclaimed)
        verdicts = ()
        if difference.what == "verdict" or difference.what.startswith(DEFAULT):
            verdicts = str(difference.change.old), str(difference.change.new)
        # A refusal by design has one cause, whatever came of the case before.
        cause = verdicts[1:] if difference.what == "verdict" and difference.by_design else verdicts
        groups.setdefault((key, cause, difference.case.family), []).append(difference)
    rules = {entry.id: entry.rule for family in registry.IDS for entry in ledger_of(family)}
    made = []
    for (key, verdicts, family), differences in groups.items():
        chosen = [difference.case for difference in differences]
        if len(verdicts) == 1:
            before = sorted({d.change.old for d in differences}, key=lambda old: old != VALUES)
            verdicts = (" or ".join(before),) + verdicts
        broken = [rules[name] for name in key[2] if name != TABLE]
        cited = broken or (["F1"] if key[0].startswith(DEFAULT) else RULES.get(key[0]))
        cited = characteristic(chosen, key[0]) if cited is None else cited
        alike = [case for case in cases if case.family == family]
        made.append(Group(*key, verdicts, differences, patterns(chosen, alike), cited))
    return sorted(made, key=lambda group: -len(group.differences))


def characteristic(chosen, what):
    """Return the rules that all chosen cases cite, and not all others of their family.

    Parameters
    ----------
    chosen : list of Case
        All of one family.
    what : str
        The respect in which they differ, see `Difference`.
    """
    wanted, family = set(chosen), chosen[0].family
    alike = registry.get(family).cases("tf1" if family == "tf1" else "keras3")
    others = [set(case.rules) for case in alike if case not in wanted]
    common = set.intersection(*[set(case.rules) for case in chosen])
    if others:
        common -= set.intersection(*others)
    if what == "verdict":  # no equation of a cell decides whether a case is refused
        common = {rule for rule in common if not rule.startswith("C")}
    return [rule for rule in chosen[0].rules if rule in common]
