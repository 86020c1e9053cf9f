"""Rows about what the dialects do differently on purpose: recorded, defaults, and only stated."""

from __future__ import annotations

import collections

from ..families.defaults.case import DefaultsCase
from ..families.refusals.case import RefusalCase
from ..families.spec import sentence_with
from ..reference.dialects import DIALECTS
from .history_rows import NOTHING, STATED, Cell, Row, value_of

_DIALECTS = [f"`{name}`" for name in DIALECTS]
_SAYS = collections.defaultdict(lambda: "what they return", verdict="what they refuse")
_OF_CONTAINERS = {"container": "D1", "inner container": "D2"}
_AT_MOST = 5


def designed(recorded, texts):
    """Return a row for each respect in which the rules demand other things by the dialect.

    Parameters
    ----------
    recorded : Recorded
    texts : dict of str to str
        The rules by their ids.
    """
    groups = {}
    for a in recorded.answered:
        if _is_table(a):
            continue
        for respect in _respects(a.demanded.values()):
            wanted = {d: each[respect] for d, each in a.demanded.items() if respect in each}
            if len(set(wanted.values())) > 1:
                cause = [rule for rule in _dialectal(texts) if rule in a.case.rules]
                cause = cause[:1] if a.case.family == RefusalCase.family else []
                cause = a.case.family, *cause
                groups.setdefault((respect, tuple(sorted(wanted.items())), cause), []).append(a)
    rows = [
        _designed(recorded, texts, f"design-{number}", respect, chosen)
        for number, ((respect, *_), chosen) in enumerate(groups.items(), 1)
    ]
    return _distinguished(rows)


def _designed(recorded, texts, name, respect, chosen):
    cited = _naming(recorded, texts, respect, chosen)
    title = _of_dialects(cited[0]) if cited else f"The dialects differ in {_SAYS[respect]}."
    cells = recorded.cells(chosen, value_of(respect))
    return recorded.row(name, title, cited, cells, chosen, [("What differs", respect)])


def _naming(recorded, texts, respect, chosen):
    """Return the rules that name a dialect and speak of just the chosen cases.

    All of them cite such a rule, and not too many others of their family do; the rules of a fault
    are its own.
    """
    family = chosen[0].case.family
    common = set.intersection(*[set(a.case.rules) for a in chosen])
    named = [rule for rule in _dialectal(texts) if rule in common]
    if _OF_CONTAINERS.get(respect) in named:
        return [_OF_CONTAINERS[respect]]
    if family == RefusalCase.family:
        return named
    citing = {rule: sum(rule in a.case.rules for a in recorded.of_family[family]) for rule in named}
    fewest = min(list(citing.values()) + [_AT_MOST * len(chosen)])
    return [rule for rule in named if citing[rule] <= fewest]


def _dialectal(texts):
    """Return the rules that name a generation of Keras."""
    return [r for r, text in texts.items() if any(dialect in text for dialect in _DIALECTS)]


def _distinguished(rows):
    """Add to the titles of rows that share one of which cases they speak."""
    titles = [row.title for row in rows]
    return [
        row._replace(title=f"{row.title} Where {'; or '.join(row.where)}.")
        if titles.count(row.title) > 1
        else row
        for row in rows
    ]


def defaults(recorded, texts):
    """Return a row for each argument that has had several values, with all layers alike."""
    groups = {}
    for a in filter(_is_table, recorded.answered):
        for respect in _respects(answer.texts for answer in a.answers.values()):
            cells = recorded.cells([a], value_of(respect))
            texts_of_cells = {c.text for c in cells.values() if c.is_recorded}
            if len(texts_of_cells) > 1:
                key = respect, tuple((name, cell.text) for name, cell in cells.items())
                groups.setdefault(key, []).append(a)
    return [_default(recorded, texts, respect, chosen) for (respect, _), chosen in groups.items()]


def _default(recorded, texts, respect, chosen):
    layers = [a.case.layer for a in chosen]
    title = f"The default of `{respect}` of {', '.join(layers)} is another."
    name = "-".join(["default", respect] + [layer.lower() for layer in layers])
    cited = [rule for rule in chosen[0].case.rules if f"`{respect}" in texts[rule]]
    return recorded.row(name, title, cited, recorded.cells(chosen, value_of(respect)), chosen)


def stated(recorded, texts, shown):
    """Return a row for each rule that names a dialect and that no recording shows."""
    cells = {column.recording: _generation(column.dialect) for column in recorded.columns}
    return [
        Row("stated-" + rule, _of_dialects(rule), [rule], cells, [], [], [], [])
        for rule in _dialectal(texts)
        if rule not in shown
    ]


def _of_dialects(rule):
    """Return what a rule says of the dialects, in a sentence."""
    return sentence_with(rule, _DIALECTS)


def _generation(dialect):
    if dialect not in DIALECTS:
        return NOTHING
    return Cell(STATED, f"as {DIALECTS[dialect].generation}", "by the rule alone")


def _is_table(answered):
    """Tell whether the answers to a case are a table of facts."""
    return answered.case.family == DefaultsCase.family


def _respects(texts):
    """Return the respects in which any of several outcomes, as texts, says something, in order."""
    return list(dict.fromkeys(respect for each in texts for respect in each))
