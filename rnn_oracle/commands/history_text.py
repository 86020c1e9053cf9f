"""A table by release in words: as text of 80 columns, as Markdown, and as JSON."""

from __future__ import annotations

import textwrap

from .history_rows import KEPT, NONE, differs
from .history_sections import FIRST
from .releases import runs, span

_WIDTH = 80
_MORE = "--tables prints all of them, --markdown, --html and --json write them."


def lines(history, is_whole=False):
    """Yield the lines of a text: how many rows each section has, then the rows.

    Parameters
    ----------
    history : History
    is_whole : bool, optional
        Whether all sections are told, not only those that come `FIRST`.
    """
    for about in _about(history):
        yield from _wrapped("", about, 4)
    yield ""
    for section in history.sections:
        yield f"{len(section.rows):>5}  {section.title}"
    told = [section for section in history.sections if is_whole or section.title in FIRST]
    for section in told:
        yield f"\n{section.title}\n"
        rows, alike = _split(section)
        for row in rows:
            yield from _row(row, history.families)
        if alike:
            yield from _wrapped("", _kept(alike), 4)
    if len(told) < len(history.sections):
        yield f"\n{_MORE}"


def _row(row, families):
    """Yield what a row says, then what each family of releases did."""
    yield from _wrapped(" ".join([*row.rules, ""]), row.title, 4)
    for family in families:
        yield from _wrapped(f"    {family.short}: ", "; ".join(_of_family(family, row)), 8)


def _wrapped(first, text, indent):
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=" " * indent)


def _split(section):
    """Split the rows of a section in those to be shown and those that are alike everywhere."""
    alike = [row for row in section.rows if _is_alike(row)]
    return [row for row in section.rows if row not in alike], alike


def _is_alike(row):
    """Tell whether a row says of all releases what goes without saying."""
    return row.id in row.rules and not differs(row) and _kinds(row) == {KEPT}


def _kinds(row):
    return {cell.kind for cell in row.cells.values()} - {NONE}


def _of_family(family, row):
    """Say what the releases of a family did, each run of them by itself."""
    found = runs(family.columns, row.cells, lambda cell: cell.text)
    if len(found) == 1:
        return [found[0][1].text]
    return [f"{span(columns)} {cell.text}" for columns, cell in found]


def _about(history):
    """Return a line for each family of releases, and what was not recorded of which."""
    return [*map(_heading, history.families), *history.lacking]


def _heading(family):
    versions = ", ".join(column.version for column in family.columns)
    return f"{family.short}: {family.module} in {versions}"


def _kept(alike):
    return f"kept by every release that was recorded: {', '.join(r.id for r in alike)}"


def markdown(title, history):
    """Yield the lines of all sections as tables of Markdown."""
    yield f"# {title}\n"
    for line in _about(history):
        yield f"- {line}"
    heads = ["rule", "what"] + [family.short for family in history.families]
    for section in history.sections:
        rows, alike = _split(section)
        yield f"\n## {section.title}\n\n{section.about}\n"
        if rows:
            yield _piped(heads)
            yield _piped(["---"] * len(heads))
        for row in rows:
            cells = ["<br>".join(_of_family(family, row)) for family in history.families]
            yield _piped([" ".join(row.rules), row.title] + cells)
        if alike:
            yield "{}{}".format("\n" * bool(rows), _kept(alike))


def _piped(words):
    return "| {} |".format(" | ".join(word.replace("|", "\\|") for word in words))


def as_json(history):
    """Return all sections as plain data."""
    return {
        "families": [
            {
                "name": family.short,
                "module": family.module,
                "dialect": family.dialect,
                "recordings": [column.recording for column in family.columns],
            }
            for family in history.families
        ],
        "lacking": history.lacking,
        "sections": [
            dict(section._asdict(), rows=list(map(_row_as_json, section.rows)))
            for section in history.sections
        ],
    }


def _row_as_json(row):
    cells = {
        name: {"kind": cell.kind, "text": cell.text, "note": cell.note}
        for name, cell in row.cells.items()
    }
    return dict(row._asdict(), cells=cells, details=dict(row.details))
