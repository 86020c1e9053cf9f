"""`python -m rnn_oracle.cases`: list the cases, by rule, family, options or id."""

from __future__ import annotations

import json
import sys
from typing import Any, NamedTuple

from ..families import registry
from .command_line import parser_of
from .errors import FORESEEN
from .output import printing
from .program import misuse
from .selection import DIALECTS, Selection, add_selectors

EXAMPLES = (
    "--rule M3",
    "--family options --where mask=left --where stateful=two_calls",
    "--only 'gru.one.last.*' --json",
)


class Listed(NamedTuple):
    """A case, once, with the dialects that have it.

    Attributes
    ----------
    case : Case
    dialects : list of str
    """

    case: Any
    dialects: list[str]


def main(arguments=None, prog=None):
    """Run the command.

    Returns
    -------
    int
        0 where cases are listed, or the reason is told why no case cites a rule; 2 on misuse, and
        where no case has all that was asked for.
    """
    options = make_parser(prog).parse_args(arguments)
    dialects = [options.dialect] if options.dialect else DIALECTS
    try:
        selection = Selection(options)
        listed = find(selection, dialects)
        with printing():
            _print(listed, options.json)
            if not listed:
                _tell(selection, dialects, options)
    except FORESEEN as error:
        return misuse(options.prog, error)
    return 0 if listed or selection.reasons else 2


def _tell(selection, dialects, options):
    """Say why nothing is listed; the reason for a rule is what was asked for."""
    words = selection.nothing(dialects)
    if selection.reasons:
        print(words, file=sys.stderr if options.json else sys.stdout)
    else:
        misuse(options.prog, words)


def make_parser(prog=None):
    """Return the parser of the command line."""
    parser = parser_of("cases", prog, EXAMPLES)
    add_selectors(parser)
    parser.add_argument(
        "--dialect", choices=DIALECTS, help="the cases of a dialect (default: of all)"
    )
    parser.add_argument("--json", action="store_true", help="write JSON, with the rules of each")
    return parser


def find(selection, dialects=DIALECTS):
    """Return the cases that a selection chooses, each once, as a list of `Listed`."""
    found = {}
    for dialect in dialects:
        for case in selection.cases(dialect):
            found.setdefault(case.id, Listed(case, [])).dialects.append(dialect)
    return sorted(found.values(), key=lambda one: registry.IDS.index(one.case.family))


def _print(listed, as_json):
    if as_json:
        rows = ",\n".join(json.dumps(_as_json(*one), allow_nan=False) for one in listed)
        print(f"[\n{rows}\n]" if rows else "[]")
    else:
        for one in listed:
            print(line(*one))


def _as_json(case, dialects):
    return {
        "id": case.id,
        "family": case.family,
        "dialects": dialects,
        "options": case.options,
        "rules": list(case.rules),
    }


def line(case, dialects):
    """Return a case on one line: its id, what it is made of, and the dialects that have it."""
    options = " ".join(f"{name}={value}" for name, value in _telling(case).items())
    return f"{case.id}  {options}  [{' '.join(dialects)}]"


def _telling(case):
    """Return the options that tell a case: in a crossed family, the first and no defaults."""
    options = case.options
    if not registry.get(case.family).is_crossed:
        return options
    first = next(iter(case.axes))
    return {
        name: value
        for name, value in options.items()
        if name == first or value != case.axes[name][0]
    }
