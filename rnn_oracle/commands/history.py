"""`python -m rnn_oracle.history`: what changed from release to release, and why."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from ..families import registry
from ..records.format import default_folder
from ..records.manifest import RECORDING
from ..records.reader import read
from ..records.store import recordings_in
from ..verdict import known_refusals
from ..verdict.ledger import load
from .command_line import parser_of
from .errors import FORESEEN
from .history_rows import KEPT, NONE, UNEXPLAINED, differs
from .history_sections import sections
from .judged_recordings import judge_all, releases
from .output import console, printing, writable, write_output
from .parallel import bar
from .program import misuse
from .releases import families, runs, span
from .selection import EVERYTHING, add_choice, choice

INSTALL = "pip install rich packaging jinja2"
EXAMPLES = ("--only 'lstm.*'", "--family layers --markdown", "--html history.html")
TITLE = "Keras's recurrent layers by release"
_WIDTH, _LEFT = 140, 50
"""Of a table that is not for a terminal, and what of it is left for the rules and their words."""


class History(NamedTuple):
    """A table by release.

    Attributes
    ----------
    families : list of Family
        The columns.
    sections : list of Section
        The rows.
    lacking : list of str
        Of which releases some families of cases were not recorded.
    """

    families: list
    sections: list
    lacking: list[str]


def main(arguments=None, prog=None):
    """Run the command.

    Returns
    -------
    int
        0; 1 where something is not explained; 2 on misuse, and where a process ends or nothing can
        be written.
    """
    options = make_parser(prog).parse_args(arguments)
    if options.html not in (None, "-") and not writable(options.html):
        return misuse(options.prog, f"cannot write {options.html}")
    try:
        history = of_folder(options.fixtures, choice(options))
        if not history.families:
            return misuse(options.prog, _nothing(options))
        if options.html not in (None, "-"):
            write_output(options.html, _page(history))
        else:
            with printing():
                _print(history, options)
    except FORESEEN as error:
        return misuse(options.prog, error, INSTALL)
    return 1 if _unexplained(history) else 0


def _print(history, options):
    if options.html:
        # It says itself that it is UTF-8, whatever the terminal is.
        sys.stdout.buffer.write(_page(history).encode("utf-8"))
    elif options.markdown:
        print("\n".join(_markdown(history)))
    else:
        _print_tables(history)


def make_parser(prog=None):
    """Return the parser of the command line."""
    parser = parser_of("history", prog, EXAMPLES)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="write Markdown")
    form.add_argument(
        "--html",
        metavar="FILE",
        nargs="?",
        const="-",
        help="write a page for the browser, to the standard output without FILE",
    )
    add_choice(parser)
    parser.add_argument(
        "--fixtures", metavar="FOLDER", default=default_folder(), help="default: %(default)s"
    )
    return parser


def _nothing(options):
    names = recordings_in(_recorded(options.fixtures))
    if not names:
        return f"there are no recordings in {options.fixtures}"
    return f"no case of {', '.join(names)} matches {choice(options)}"


def _recorded(folder):
    return os.path.join(folder, "recordings")


def of_folder(folder, chosen=EVERYTHING):
    """Return the `History` of all recordings in a folder of fixtures."""
    found, names = [], recordings_in(_recorded(folder))
    with bar("reading", len(names)) as advance:
        for name in names:
            fixture = read(os.path.join(_recorded(folder), name), RECORDING)
            entries = {n: e for n, e in fixture.entries.items() if chosen.holds(e.case)}
            found += [fixture._replace(entries=entries)] * bool(entries)
            advance(1)
    return of_fixtures(found)


def of_fixtures(fixtures):
    """Return the `History` of some recordings."""
    return of_answers(fixtures, judge_all(fixtures))


def of_answers(fixtures, answered):
    """Return the `History` of some recordings of which `judge_all` has judged the answers."""
    grouped = families(releases(fixtures))
    columns = [column for family in grouped for column in family.columns]
    table = known_refusals.entries()
    return History(grouped, sections(answered, columns, load(), table), _lacking(fixtures))


def _lacking(fixtures):
    """Say which families of cases were recorded of some releases, and not of others."""
    own = {}
    for fixture in fixtures:
        about = fixture.about["provenance"]
        own[about["recording"], about["dialect"]] = {
            e.case.family for e in fixture.entries.values()
        }
    releases_without = {}
    for (name, dialect), there in own.items():
        missing = [
            family.id
            for family in registry.families()
            if family.id in set().union(*own.values()) - there and family.cases(dialect)
        ]
        releases_without.setdefault(tuple(missing), []).append(name)
    return [
        f"Not recorded of {', '.join(names)}: the cases of {', '.join(missing)}."
        for missing, names in releases_without.items()
        if missing
    ]


def _unexplained(history):
    rows = [row for section in history.sections for row in section.rows]
    return any(cell.kind == UNEXPLAINED for row in rows for cell in row.cells.values())


def _page(history):
    from .page import render

    return render(TITLE, history)


# In lines.


def _lines(section):
    """Split the rows of a section in those to be shown and those that are alike everywhere."""
    alike = [row for row in section.rows if _is_alike(row)]
    return [row for row in section.rows if row not in alike], alike


def _is_alike(row):
    """Tell whether a row says of all releases what goes without saying."""
    return row.id in row.rules and not differs(row) and _kinds(row) == {KEPT}


def _kinds(row):
    return {cell.kind for cell in row.cells.values()} - {NONE}


def _of_family(family, row):
    """Say what the releases of a family did, each run of them on a line."""
    found = runs(family.columns, row.cells, lambda cell: cell.text)
    if len(found) == 1:
        return [found[0][1].text]
    return [f"{span(columns)} {cell.text}" for columns, cell in found]


def _heading(family):
    versions = ", ".join(column.version for column in family.columns)
    return f"{family.short}: {family.module} in {versions}"


def _kept(alike):
    return f"kept by every release that was recorded: {', '.join(r.id for r in alike)}"


def _print_tables(history):
    from rich.table import Table

    terminal = console(_WIDTH, markup=False, highlight=False)
    for line in [*map(_heading, history.families), *history.lacking]:
        terminal.print(line)
    widest = max(10, (terminal.width - _LEFT) // len(history.families) - 3)
    for section in history.sections:
        rows, alike = _lines(section)
        print()
        table = Table(title=section.title, title_justify="left", show_lines=True, expand=True)
        table.add_column("rule")
        table.add_column("what", ratio=1)
        for family in history.families:
            table.add_column(family.short, max_width=widest)
        for row in rows:
            cells = ["\n".join(_of_family(family, row)) for family in history.families]
            table.add_row(" ".join(row.rules), row.title, *cells)
        if rows:
            terminal.print(table)
        if alike:
            terminal.print(_kept(alike))


def _markdown(history):
    yield f"# {TITLE}\n"
    for line in [*map(_heading, history.families), *history.lacking]:
        yield f"- {line}"
    heads = ["rule", "what"] + [family.short for family in history.families]
    for section in history.sections:
        rows, alike = _lines(section)
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
