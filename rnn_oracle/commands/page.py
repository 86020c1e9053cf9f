"""The table by release as one page for the browser, which asks no other host for anything."""

from __future__ import annotations

from typing import NamedTuple

from ..families.spec import chapters, first_sentence, rules
from .history_rows import UNEXPLAINED, VALUE, Cell, differs
from .releases import runs, span
from .templates import environment

TEMPLATE = "history.html"


class Segment(NamedTuple):
    """Releases of a family that follow each other and do the same in a row.

    Attributes
    ----------
    columns : list of Column
    cell : Cell
        Of the first.
    behaviour : int
        A number for each behaviour of the row, from 1; 0 for what was not recorded.
    shade : int
        A number for each value of the row, from 1; 0 for what is no value.
    begins : bool
        Whether it is the first of its family.
    """

    columns: list
    cell: Cell
    behaviour: int
    shade: int
    begins: bool


def render(title, history):
    """Return the page.

    Parameters
    ----------
    title : str
    history : History
    """
    made = environment()
    made.filters.update(span=span, first_sentence=first_sentence)
    made.tests["differing"] = differs
    columns = [column for family in history.families for column in family.columns]
    rows = [row for section in history.sections for row in section.rows]
    return made.get_template(TEMPLATE).render(
        title=title,
        families=history.families,
        columns=columns,
        sections=history.sections,
        chapters=_chapters(rows),
        rules=rules(),
        told={row.id for row in rows},
        segments=lambda row: _segments(history.families, row),
        notes=lambda row: _notes(history.families, row),
        lacking=history.lacking,
        alarming=any(row.cells[c.recording].kind == UNEXPLAINED for row in rows for c in columns),
    )


def _chapters(rows):
    """Return the heading of each letter that the rules of some row begin with."""
    used = {rule[0] for row in rows for rule in row.rules}
    return {letter: heading for letter, heading in chapters().items() if letter in used}


def _segments(families, row):
    behaviours, shades, found = {}, {}, []
    for family in families:
        for columns, cell in runs(family.columns, row.cells, lambda cell: cell.behaviour):
            number = _number(behaviours, cell.behaviour) if cell.is_recorded else 0
            shade = _number(shades, cell.behaviour) if cell.kind == VALUE else 0
            found.append(Segment(columns, cell, number, shade, columns[0] is family.columns[0]))
    return found


def _number(known, key):
    return known.setdefault(key, len(known) + 1)


def _notes(families, row):
    """Return what was recorded of the releases and in how many cases, for each family of them.

    Fields that differ in nothing but which cases they speak of say so.
    """
    found = []
    for family in families:
        did, before = [], None
        for columns, cell in runs(family.columns, row.cells, lambda cell: cell):
            if before is not None and before[:3] == cell[:3]:
                cell = cell._replace(note=f"{cell.note}, not the same as before")
            before = cell
            if cell.is_recorded and cell.note:
                did.append((columns, cell))
        if did:
            found.append((family, did))
    return found
