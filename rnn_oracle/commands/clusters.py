"""Gathers divergences by cause, across cells, stacks, masks and families."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..testing.causes import parting, respect
from ..verdict.judge import DIVERGES
from ..verdict.ledger import load
from ..verdict.patterns import patterns
from .explained_changes import RULES, characteristic


class Cluster(NamedTuple):
    """Divergences of one cause.

    Attributes
    ----------
    target : str
        The target's name.
    what : str
        What would explain all that was returned, ``"as if ..."``; else in what the cases part.
    cause : Cause or None
        None where nothing explains them.
    verdicts : list of Verdict
    rules : list of str
        Ids of the rules that are concerned.
    patterns : dict of str to list of dict
        The cases by their family, see `rnn_oracle.verdict.patterns`.
    """

    target: str
    what: str
    cause: Any
    verdicts: list
    rules: list[str]
    patterns: dict

    @property
    def families(self):
        """How many cases each family has in it, the largest first."""
        counts = dict.fromkeys(self.patterns, 0)
        for verdict in self.verdicts:
            counts[verdict.case.family] += 1
        return dict(sorted(counts.items(), key=lambda pair: -pair[1]))

    @property
    def beside(self):
        """In how many of the cases each entry of the ledger shows no more, by its id."""
        counts = {}
        for verdict in self.verdicts:
            cause = next((c for c in verdict.causes if c.text == self.cause.text), None)
            for name in cause.beside if cause else ():
                counts[name] = counts.get(name, 0) + 1
        return counts if self.cause else {}

    @property
    def example(self):
        """The first verdict, of the core matrix if there is one, which has a script."""
        return next((v for v in self.verdicts if v.case.family == "layers"), self.verdicts[0])


def clusters(verdicts):
    """Return the divergences among all verdicts of a run as a list of `Cluster`, the largest first.

    Where several causes explain a case, it goes to the one that explains most cases.
    """
    found = []
    for name in dict.fromkeys(verdict.target for verdict in verdicts):
        judged = [verdict for verdict in verdicts if verdict.target == name]
        left = [verdict for verdict in judged if verdict.verdict == DIVERGES]
        while left:
            cause, those = _largest(left)
            left = [verdict for verdict in left if verdict not in those]
            found.append(_cluster(name, cause, those, judged))
    return sorted(found, key=lambda cluster: -len(cluster.verdicts))


def _largest(verdicts):
    """Return the cause that explains most, None if nothing explains any, and what it explains."""
    explained = {}
    for verdict in verdicts:
        for cause in verdict.causes:
            explained.setdefault(cause.text, (cause, []))[1].append(verdict)
    if explained:
        return max(explained.values(), key=lambda pair: len(pair[1]))
    alike = {}
    for verdict in verdicts:
        alike.setdefault(parting(verdict), []).append(verdict)
    return None, max(alike.values(), key=len)


def _cluster(name, cause, verdicts, judged):
    what = parting(verdicts[0]) if cause is None else f"as if {cause.text}"
    made = {}
    for family in dict.fromkeys(verdict.case.family for verdict in verdicts):
        chosen = [verdict.case for verdict in verdicts if verdict.case.family == family]
        alike = [verdict.case for verdict in judged if verdict.case.family == family]
        made[family] = patterns(chosen, alike)
    return Cluster(name, what, cause, verdicts, _rules(cause, verdicts), made)


def _rules(cause, verdicts):
    """Return the rules that entries of the ledger say that such a cause breaks, or cases cite."""
    named = cause.beside if cause and not cause.instead else ()
    known = [e.rule for e in load() if cause and (e.instead in cause.instead or e.id in named)]
    if known:
        return list(dict.fromkeys(known))
    respects = dict.fromkeys(respect(m) for verdict in verdicts[:1] for m in verdict.mismatches)
    listed = [rule for name in respects for rule in RULES.get(name, [])]
    if listed and "numbers" not in respects:
        return list(dict.fromkeys(listed))
    family = verdicts[0].case.family
    of_family = [v.case for v in verdicts if v.case.family == family]
    return characteristic(of_family, "verdict" if "verdict" in respects else "numbers")
