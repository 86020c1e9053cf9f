"""A row of a table by release, and the fields of it that are made of what was recorded."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from ..families.outcome import VALUES
from ..verdict.judge import AGREE, DIVERGES, KNOWN, PARTLY, UNJUDGED
from ..verdict.patterns import as_text, patterns


class Row(NamedTuple):
    """One behaviour.

    Attributes
    ----------
    id : str
        Unique among all rows; letters, digits, dots, hyphens and underscores.
    title : str
        A sentence.
    rules : list of str
        Ids of the rules that are concerned.
    cells : dict of str to Cell
        By the name of the recording; every release has one.
    details : list of (str, str)
        What there is to say besides: term and description.
    where : list of str
        Which cases are meant, by their options; nothing where that goes without saying.
    examples : list of str
        Ids of some of these cases.
    links : list of str
    """

    id: str
    title: str
    rules: list[str]
    cells: dict
    details: list
    where: list[str]
    examples: list[str]
    links: list[str]


class Cell(NamedTuple):
    """What one release did.

    Attributes
    ----------
    kind : str
        One of `KEPT`, `BROKEN`, `UNEXPLAINED`, `VALUE`, `STATED` and `NONE`.
    text : str
        In a word or two.
    note : str
        In how many cases, or why not; nothing where the text says it.
    cases : frozenset
        Which cases are not as the rules demand, or have which value: two fields with the same
        words are alike where these are.
    """

    kind: str
    text: str
    note: str
    cases: frozenset = frozenset()

    @property
    def is_recorded(self):
        """Whether a recording shows this: what is only stated is no difference."""
        return self.kind not in (STATED, NONE)

    @property
    def behaviour(self):
        """What two releases have in common that do the same."""
        return self.kind, self.text, self.cases


KEPT, BROKEN, UNEXPLAINED, VALUE = "kept", "broken", "unexplained", "value"
STATED, NONE = "stated", "none"
NOT_EXPLAINED, NOT_RECORDED = "NOT EXPLAINED", "not recorded"
NOTHING = Cell(NONE, NOT_RECORDED, "no such case was recorded")
_EXAMPLES, _PATTERNS = 2, 6


def differs(row):
    """Tell whether two releases were recorded that do not do the same."""
    return len({cell.behaviour for cell in row.cells.values() if cell.is_recorded}) > 1


class Recorded:
    """What was recorded, judged, and the rows that are made of it.

    Parameters
    ----------
    answered : list of Answered
    columns : list of Column
    """

    def __init__(self, answered, columns):
        self.answered, self.columns = answered, columns
        self.of_family = {}
        for a in answered:
            self.of_family.setdefault(a.case.family, []).append(a)

    def row(self, name, title, cited, cells, chosen, details=(), where=None, links=()):
        """Return a row about the chosen cases."""
        where = self.where(chosen) if where is None else where
        examples = [a.case.id for a in chosen[:_EXAMPLES]]
        return Row(name, title, cited, cells, list(details), where, examples, list(links))

    def cells(self, chosen, cell):
        """Return a field for each release.

        Parameters
        ----------
        chosen : list of Answered
        cell : callable
            ``cell(column, given)`` makes a `Cell` of the cases that the release has, with its
            answers: a list of (Answered, Answer).
        """
        found = {}
        for column in self.columns:
            name = column.recording
            given = [(a, a.answers[name]) for a in chosen if name in a.answers]
            found[name] = cell(column, given)
        return found

    def where(self, chosen):
        """Say which cases are chosen by their options."""
        found, own = [], {}
        for a in chosen:
            own.setdefault(a.case.family, []).append(a.case)
        for family, cases in own.items():
            everything = [a.case for a in self.of_family[family]]
            if len(cases) == len(everything):
                found.append(f"{family}: every case")
                continue
            words = [f"{family}: {as_text(p)}" for p in patterns(cases, everything)]
            more = len(words) - _PATTERNS
            found += words[:_PATTERNS] + [f"{family}: {more} more combinations"] * (more > 0)
        return found


def verdict(given, breaking, otherwise=frozenset()):
    """Return the field that says how a rule fared in some answers.

    Parameters
    ----------
    given : list of (Answered, Answer)
    breaking : set of str
        Ids of the entries of the ledger that are meant.
    otherwise : set of str
        Ids of other entries that break the same rule.
    """
    if not given:
        return NOTHING
    found = {"broken": [], "otherwise": [], NOT_EXPLAINED: []}
    for a, answer in given:
        if answer.verdict == DIVERGES:
            found[NOT_EXPLAINED].append(a.case.id)
        elif answer.verdict == KNOWN and not breaking.isdisjoint(answer.entries):
            found["broken"].append(a.case.id)
        elif answer.verdict == KNOWN and not otherwise.isdisjoint(answer.entries):
            found["otherwise"].append(a.case.id)
    words = [f"{word} {len(ids)}" for word, ids in found.items() if ids]
    if words:
        kind = UNEXPLAINED if found[NOT_EXPLAINED] else BROKEN
        pairs = frozenset((word, name) for word, ids in found.items() for name in ids)
        return Cell(kind, ", ".join(words), of_cases(given), pairs)
    return _kept([answer for _, answer in given])


def _kept(answers):
    """Return the field for answers of which none breaks anything."""
    vacuous = sum(answer.verdict in (PARTLY, UNJUDGED) for answer in answers)
    if vacuous:
        return Cell(VALUE, f"not judged in full {vacuous}", f"of {len(answers)} cases")
    agreeing = [answer for answer in answers if answer.verdict in (AGREE, KNOWN)]
    if not agreeing:
        return Cell(VALUE, "unsupported", answers[0].detail)
    note = in_cases(agreeing)
    if all(answer.texts["verdict"] != VALUES for answer in agreeing):
        return Cell(KEPT, "refused", f"{note}, as the rules demand")
    return Cell(KEPT, "kept", note)


def value_of(respect):
    """Return the function that makes a field of what some answers say in a respect."""

    def cell(column, given):
        if not given:
            return NOTHING
        # What the ledger knows of stands elsewhere.
        plain = [(a, g) for a, g in given if not _is_known(a, g, column, respect)]
        if not plain:
            return Cell(BROKEN, "a bug", f"in {in_cases(given)}, of the known divergences")
        counts = Counter(g.in_short(respect) for _, g in plain)
        words = [f"{word} {count}" if len(counts) > 1 else word for word, count in counts.items()]
        pairs = frozenset((a.case.id, g.in_short(respect)) for a, g in plain)
        if any(g.is_unexplained(respect) for _, g in plain):
            return Cell(UNEXPLAINED, ", ".join(words + [NOT_EXPLAINED]), in_cases(given), pairs)
        return Cell(VALUE, ", ".join(words), in_cases(given), pairs)

    return cell


def _is_known(answered, answer, column, respect):
    """Tell whether an answer is a known divergence in a respect."""
    wanted = answered.demanded[column.dialect]
    return answer.verdict == KNOWN and answer.texts.get(respect) != wanted.get(respect)


def in_cases(some):
    return "1 case" if len(some) == 1 else f"{len(some)} cases"


def of_cases(some):
    return f"of {in_cases(some)} recorded"
