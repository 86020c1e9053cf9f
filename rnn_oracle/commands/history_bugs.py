"""Rows about bugs by release: the entries of the ledger, and the errors that are due."""

from __future__ import annotations

from collections import Counter

from ..families.outcome import VALUES
from ..families.refusals.case import RefusalCase
from ..families.refusals.faults import FAULTS
from ..targets.registry import BESIDE
from ..verdict.deviations import deviation
from ..verdict.entry import ABOUT, FAMILY, RECORDED, TENSORFLOW, VERSIONS
from ..verdict.judge import DIVERGES, KNOWN
from ..verdict.ledger import fits, patterns_on
from ..verdict.patterns import as_text
from .history_rows import (
    BROKEN,
    KEPT,
    NOT_EXPLAINED,
    NOTHING,
    STATED,
    UNEXPLAINED,
    VALUE,
    Cell,
    of_cases,
    verdict,
)


def known(recorded, ledger):
    """Return a row for each entry of the ledger that speaks of a Keras.

    Parameters
    ----------
    recorded : Recorded
    ledger : list of Entry
    """
    return [_known(recorded, entry, ledger) for entry in ledger if entry.target not in BESIDE]


def is_seen(row):
    """Tell whether a recording shows a bug."""
    return any(cell.kind in (BROKEN, UNEXPLAINED) for cell in row.cells.values())


def _known(recorded, entry, ledger):
    meant = {column.recording for column in recorded.columns if column.target == entry.target}
    families = dict.fromkeys(pattern.get(FAMILY, RECORDED) for pattern in entry.cases)
    chosen = [
        a
        for family in families
        for a in recorded.of_family.get(family, [])
        if meant & set(a.answers) and any(fits(p, a.case) for p in entry.cases)
    ]
    others = {other.id for other in ledger if other.rule == entry.rule} - {entry.id}
    details = [
        ("Harm", entry.harm),
        ("Returned instead", _first_line(deviation(next(iter(families)), entry.instead))),
        ("Stated", f"of {entry.target} {entry.versions}, by the entry `{entry.id}` of the ledger"),
        ("Mended in", entry.mended or "no release yet"),
    ]
    cells = recorded.cells(chosen, lambda *about: _seen(entry, others, *about))
    where = [_stated(pattern) for pattern in entry.cases]
    return recorded.row(
        entry.id, entry.title, [entry.rule], cells, chosen, details, where, entry.links
    )


def _first_line(function):
    return function.__doc__.strip().partition("\n")[0]


def _stated(pattern):
    """Write down which cases an entry names, and in which versions where not in all."""
    options = {name: values for name, values in pattern.items() if name not in ABOUT}
    bounds = {VERSIONS: pattern.get(VERSIONS), "TensorFlow": pattern.get(TENSORFLOW)}
    words = [as_text(options) or "every case"]
    words += [f"{name} {bound}" for name, bound in bounds.items() if bound]
    return f"{pattern.get(FAMILY, RECORDED)}: {', '.join(words)}"


def _seen(entry, others, column, given):
    """Return the field that says in how many cases an entry was seen, or that it is only stated."""
    holding = patterns_on(entry, column.release)
    if not given:
        return _only_stated(f"of {entry.target} {entry.versions}") if holding else NOTHING
    cell = verdict(given, {entry.id}, others)
    if cell.kind != KEPT:
        return cell
    named = [a for a, _ in given if any(fits(pattern, a.case) for pattern in holding)]
    return Cell(VALUE, "not seen", f"though it is stated {of_cases(named)}") if named else cell


def _only_stated(of_what):
    return Cell(STATED, "stated", f"{of_what}; no such case was recorded")


def faults(recorded, table):
    """Return a row for each fault that some release does not refuse as it is due.

    Parameters
    ----------
    recorded : Recorded
    table : list of Entry
        As `rnn_oracle.verdict.known_refusals.entries` returns them.
    """
    entries, chosen = {}, {}
    for entry in table:
        for fault in entry.cases[0]["fault"]:
            entries.setdefault(fault, []).append(entry)
    for a in recorded.of_family.get(RefusalCase.family, []):
        chosen.setdefault(a.case.fault, []).append(a)
    rows = [
        _fault(recorded, fault, entries.get(fault, []), chosen.get(fault, [])) for fault in FAULTS
    ]
    return [row for row in rows if any(map(_is_wrong, row.cells.values()))]


def _is_wrong(cell):
    return cell.kind in (BROKEN, UNEXPLAINED, STATED)


def about_faults(rows):
    """Say what the section of the faults holds, and how many faults it does not."""
    return (
        "What is wrong in a call or a constructor, where it passes or ends with another error "
        f"than the rules demand: {len(rows)} of {len(FAULTS)} faults, by the table `refusals.json` "
        "beside the ledger. The others are refused as is due by every release that was recorded."
    )


def _fault(recorded, name, entries, chosen):
    fault = FAULTS[name]
    due = {texts["verdict"] for a in chosen for texts in a.demanded.values()}
    details = [
        ("Due", ", ".join(sorted(due)) or "an error"),
        ("In words", fault.message.replace("\\", "")),
    ] + [("Harm", harm) for harm in dict.fromkeys(entry.harm for entry in entries)]
    title = f"The fault `{name}` of {', '.join(fault.layers)} does not end with the error due."
    cells = recorded.cells(chosen, lambda *about: _answered(entries, *about))
    about = [fault.rules[0]], cells, chosen[:1], details
    return recorded.row("fault-" + name, title, *about, where=[])


def _answered(entries, column, given):
    """Return the field that says how a fault was answered."""
    if not given:
        stated = any(patterns_on(entry, column.release) for entry in entries)
        return _only_stated("by the table") if stated else NOTHING
    wrong = [(a, _in_words(g)) for a, g in given if g.verdict in (KNOWN, DIVERGES)]
    if not wrong:
        return Cell(KEPT, "as due", "")
    counts = Counter(word for _, word in wrong)
    text = ", ".join(f"{word} {count}" for word, count in counts.items()) + f" of {len(given)}"
    kind = BROKEN
    if any(g.verdict == DIVERGES for _, g in given):
        kind, text = UNEXPLAINED, f"{text}, {NOT_EXPLAINED}"
    return Cell(kind, text, "", frozenset((a.case.id, word) for a, word in wrong))


def _in_words(answer):
    word = answer.texts["verdict"]
    return "passes" if word == VALUES else word
