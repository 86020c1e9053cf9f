"""`python -m rnn_oracle.history`: what changed from release to release, and why."""

from __future__ import annotations

import json
import os
import sys
from typing import NamedTuple

from ..families import registry
from ..records.manifest import RECORDING
from ..records.reader import read
from ..records.store import recordings_in
from ..verdict import known_refusals
from ..verdict.ledger import load
from .command_line import parser_of
from .errors import FORESEEN
from .history_rows import UNEXPLAINED
from .history_sections import sections
from .history_text import as_json, lines, markdown
from .judged_recordings import judge_all, releases
from .output import printing, writable, write_output
from .parallel import bar
from .program import misuse
from .releases import families
from .selection import EVERYTHING, add_choice, add_fixtures, choice, no_recordings

INSTALL = "pip install packaging jinja2"
EXAMPLES = ("--only 'lstm.*'", "--family layers --tables", "--html history.html")
TITLE = "Keras's recurrent layers by release"


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
    elif options.json:
        print(json.dumps(as_json(history), indent=1, allow_nan=False))
    elif options.markdown:
        print("\n".join(markdown(TITLE, history)))
    else:
        print("\n".join(lines(history, options.tables)))


def make_parser(prog=None):
    """Return the parser of the command line."""
    parser = parser_of("history", prog, EXAMPLES)
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--tables",
        action="store_true",
        help="print all sections, not only what is not explained and bugs that were recorded",
    )
    form.add_argument("--markdown", action="store_true", help="write all sections in Markdown")
    form.add_argument("--json", action="store_true", help="write all sections in JSON")
    form.add_argument(
        "--html",
        metavar="FILE",
        nargs="?",
        const="-",
        help="write all sections as a page for the browser, to the standard output without FILE",
    )
    add_choice(parser)
    add_fixtures(parser)
    return parser


def _nothing(options):
    names = recordings_in(_recorded(options.fixtures))
    if not names:
        return no_recordings(options.fixtures)
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
