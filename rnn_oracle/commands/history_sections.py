"""The sections of a table by release: bugs, what differs by design, and the rules."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..families.refusals.case import RefusalCase
from ..families.spec import first_sentence, rules, without_links
from ..verdict.judge import DIVERGES
from . import history_bugs, history_design
from .history_rows import Recorded, verdict

UNEXPLAINED, SEEN = "Not explained", "Bugs that were recorded"
FIRST = (UNEXPLAINED, SEEN)
"""Titles of the sections that are told where not all are asked for."""


class Section(NamedTuple):
    title: Any
    about: Any
    rows: Any


def sections(answered, columns, ledger, table):
    """Return the sections that have rows.

    Parameters
    ----------
    answered : list of Answered
    columns : list of Column
    ledger : list of Entry
    table : list of Entry
        Those about faults.
    """
    recorded, texts = Recorded(answered, columns), rules()
    bugs = history_bugs.known(recorded, ledger)
    seen = [row for row in bugs if history_bugs.is_seen(row)]
    faults = history_bugs.faults(recorded, table)
    designed = history_design.designed(recorded, texts)
    shown = {rule for row in designed for rule in row.rules}
    kept, about_rules = _rules(recorded, texts, ledger + table)
    found = [
        Section(
            UNEXPLAINED,
            "Answers that are neither what the rules demand nor what the ledger says: something "
            "is wrong with one of the three.",
            _unexplained(recorded, ledger + table),
        ),
        Section(
            SEEN,
            "Entries of the ledger: which releases were seen to break a rule, and in how many of "
            "the cases that were recorded. What an entry states of a release of which no such case "
            "was recorded is told apart.",
            seen,
        ),
        Section(
            "Bugs that are only stated",
            "Entries of the ledger that no recording shows: they were measured otherwise.",
            [row for row in bugs if row not in seen],
        ),
        Section("Errors that are due", history_bugs.about_faults(faults), faults),
        Section(
            "Different by design",
            "What the dialects do differently on purpose, as it was recorded.",
            designed,
        ),
        Section(
            "Defaults",
            "Arguments whose default is not the same in all releases, as it was recorded.",
            history_design.defaults(recorded, texts),
        ),
        Section(
            "Different by design, but only stated",
            "Rules that name a dialect, though no recorded case shows the difference.",
            history_design.stated(recorded, texts, shown),
        ),
        Section("Rules", about_rules, kept),
    ]
    return [section for section in found if section.rows]


def _unexplained(recorded, entries):
    """Return a row for each set of respects in which nothing explains an answer."""
    groups = {}
    for a in recorded.answered:
        for recording, answer in a.answers.items():
            if answer.verdict == DIVERGES:
                groups.setdefault(_parted(answer), {}).setdefault(recording, []).append(a)
    ids = {entry.id for entry in entries}
    return [
        _not_explained(recorded, f"unexplained-{number}", parted, diverging, ids)
        for number, (parted, diverging) in enumerate(sorted(groups.items()), 1)
    ]


def _not_explained(recorded, name, parted, diverging, ids):
    chosen = list({a.case.id: a for some in diverging.values() for a in some}.values())

    def cell(column, given):
        others = [(a, g) for a, g in given if g.verdict != DIVERGES or _parted(g) == parted]
        return verdict(others, ids)

    recordings = {}
    for recording, some in diverging.items():
        detail = f"{some[0].case.id}: {some[0].answers[recording].detail}"
        recordings.setdefault(detail, []).append(recording)
    details = [(", ".join(names), detail) for detail, names in recordings.items()]
    title = f"Nothing explains what was answered: {', '.join(parted)}."
    return recorded.row(name, title, [], recorded.cells(chosen, cell), chosen, details)


def _parted(answer):
    """Return in what respects an answer is not explained."""
    return answer.parted or (answer.detail,)


def _rules(recorded, texts, entries):
    """Return a row for each rule that a recorded case cites, and words on the others."""
    citing = {}
    for a in recorded.answered:
        for rule in a.case.rules:
            citing.setdefault(rule, []).append(a)
    uncited = [rule for rule in texts if rule not in citing]
    about = (
        "Every rule that a recorded case cites: kept in all of these cases, or broken. No "
        f"recorded case cites {', '.join(uncited) or 'any other'}."
    )
    cited = [rule for rule in texts if rule in citing]
    return [_rule(recorded, rule, citing[rule], entries) for rule in cited], about


def _rule(recorded, rule, chosen, entries):
    breaking = {entry.id for entry in entries if entry.rule == rule}
    seen = {name for a in chosen for answer in a.answers.values() for name in answer.entries}
    names = dict.fromkeys(_named(entry) for entry in entries if entry.id in breaking & seen)
    cells = recorded.cells(chosen, lambda column, given: verdict(given, breaking))
    title = without_links(first_sentence(rule))
    details = [("Broken by", ", ".join(names))] if names else []
    return recorded.row(rule, title, [rule], cells, chosen, details, where=[])


def _named(entry):
    """Return how an entry is called that was seen to break a rule: those of faults by the fault."""
    pattern = entry.cases[0]
    if pattern.get("family") != RefusalCase.family:
        return f"`{entry.id}`"
    return f"the fault `{pattern['fault'][0]}`"
