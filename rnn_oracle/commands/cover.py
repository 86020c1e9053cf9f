"""`python -m rnn_oracle.cover`: let the covering arrays grow, and write the table of pairs."""

import itertools
import json
import os

from ..families import covering, registry
from ..families.fixtures import checkout
from ..reference.dialects import DIALECTS
from .command_line import parser_of
from .errors import FORESEEN
from .output import printing, write_output
from .program import misuse

TABLE = os.path.join("docs", "pairs.md")
GENERATIONS = sorted({dialect.generation for dialect in DIALECTS.values()})
EXAMPLES = ("--check", "--family options", "--check --json")
STOP = """\
Nothing is written: a case keeps its id for life, and stays in the suite. To make the arrays
without these cases: {prog} --rebuild --family ID"""


def main(arguments=None, prog=None):
    """Run the command.

    Returns
    -------
    int
        0; 1 where ``--check`` finds a stale file; 2 on misuse, without a clone of the repository,
        and where nothing is written since a case would be lost.
    """
    options = make_parser(prog).parse_args(arguments)
    if checkout() is None:
        return misuse(
            options.prog, "it grows the arrays of a clone of the repository, and this is not in one"
        )
    arrays = list(itertools.product(_kinds(options.family), GENERATIONS))
    try:
        status, found = (_check if options.check else _write)(arrays, options)
        with printing():
            print(json.dumps(found, indent=1) if options.json else "\n".join(_lines(found)))
    except FORESEEN as error:
        return misuse(options.prog, error)
    if status == 2:
        misuse(options.prog, STOP.format(prog=options.prog))
    return status


def make_parser(prog=None):
    """Return the parser of the command line."""
    parser = parser_of("cover", prog, EXAMPLES)
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--table", action="store_true", help=f"write {TABLE} alone")
    action.add_argument(
        "--check", action="store_true", help="write nothing; fail if growing would change a file"
    )
    action.add_argument(
        "--rebuild", action="store_true", help="make the arrays from nothing; cases are lost"
    )
    parser.add_argument(
        "--family",
        choices=[family.id for family in registry.crossed()],
        help="of this family alone",
    )
    parser.add_argument("--json", action="store_true", help="write JSON: what came of each file")
    return parser


def _kinds(name=None):
    """Return the classes of the cases of one family, or of all that are crossed."""
    families = [registry.get(name)] if name else registry.crossed()
    return [family.case for family in families]


def _lines(found):
    """Yield what was found as lines."""
    for one in found:
        yield from (f"{one['file']}: {words}" for words in one["says"])
        yield from (f"  lost: {name}" for name in one.get("lost", ()))
    if not found:
        yield "All is as growing makes it."


def _write(arrays, options):
    """Write what is asked for; return the status, and what became of each array."""
    if options.rebuild:
        found = [_rebuilt(*array) for array in arrays]
    elif options.table:
        found = []
    else:
        losses = list(filter(None, (_losses(*array) for array in arrays)))
        if losses:
            return 2, losses
        found = [_grown(*array) for array in arrays]
    write_output(TABLE, table())
    return 0, [*found, {"file": TABLE, "says": ["written"]}]


def _grown(kind, dialect):
    """Append to an array the cases that it lacks."""
    before = len(covering.stored(kind, dialect).cases)
    some = covering.grown(kind, dialect)
    write(kind, dialect, some)
    words = f"{len(some)} cases, {len(some) - before} of them new"
    return {"file": covering.path_of(kind, dialect), "says": [words]}


def write(kind, dialect, some):
    """Keep these cases as the covering array of a family in a dialect."""
    path = covering.path_of(kind, dialect)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write_output(path, covering.text(kind, some))
    covering.cases.cache_clear()


def _losses(kind, dialect):
    """Return which cases growing would lose, and why; None if it loses none."""
    lost = covering.lost(kind, dialect)
    words = [f"would lose {name}: {reason}" for name, reason in lost.items()]
    return {"file": covering.path_of(kind, dialect), "says": words} if words else None


def _rebuilt(kind, dialect):
    """Make an array from nothing, and tell the ids that are lost."""
    before = covering.stored(kind, dialect).cases
    some = covering.rebuilt(kind, dialect)
    write(kind, dialect, some)
    stay = {case.id for case in some}.intersection(before)
    words = f"{len(before)} cases before, {len(some)} now; "
    words += f"{len(stay)} stay, {len(before) - len(stay)} are lost"
    lost = [name for name in before if name not in stay]
    return {"file": covering.path_of(kind, dialect), "says": [words], "lost": lost}


def _check(arrays, _):
    """Return 1 if a file is stale, else 0, and what of each that is."""
    found = list(filter(None, (_losses(*array) or _lacks(*array) for array in arrays)))
    if not found and not covering.holds(TABLE, table()):
        found = [{"file": TABLE, "says": ["is not that of the cases"]}]
    return int(bool(found)), found


def _lacks(kind, dialect):
    """Return what growing would change in an array that loses nothing; None if nothing."""
    path = covering.path_of(kind, dialect)
    some = [kind(**options) for options in covering.stored(kind, dialect).cases.values()]
    words = [f"no case has {options}" for options in covering.missing(kind, dialect, some)]
    if not covering.holds(path, covering.text(kind, some)):
        words.append(f"is not written for the axes of {kind.__name__}")
    return {"file": path, "says": words} if words else None


def table():
    """Return the table of pairs in Markdown: how many stand in a case, of how many legal ones."""
    lines = ["# Pairs of options, and the cases in which they occur", ""]
    for kind, dialect in itertools.product(_kinds(), GENERATIONS):
        lines += _family(kind, dialect)
    return "\n".join(lines + _apart()) + "\n"


def _apart():
    """Tell which options no family crosses."""
    families = {}
    for kind in _kinds():
        for axis in kind.axes:
            families.setdefault(axis, set()).add(kind.family)
    lines = ["## Options of different families", ""]
    lines += ["A family that has one of these has the other at its default, or not at all:", ""]
    for axis in families:
        others = [other for other in families if not families[axis] & families[other]]
        if others:
            lines.append(f"- {axis}: {', '.join(others)}")
    return lines


def _family(kind, dialect):
    cases = covering.cases(kind, dialect)
    axes = list(kind.axes)
    lines = [f"## {kind.family} in {dialect}: {len(cases)} cases", ""]
    if len(kind.triples) > 2:
        found, all_of_them = 0, 0
        for group in itertools.combinations(kind.triples, 3):
            found += len(covering.covered(group, cases))
            all_of_them += len(covering.legal(kind, dialect, group))
        lines += [
            f"All triples of {', '.join(kind.triples)}: {found} of {all_of_them}.",
            "",
        ]
    lines.append("| pairs | " + " | ".join(axes[:-1]) + " |")
    lines.append("|---" * len(axes) + "|")
    for i, axis in enumerate(axes[1:], 1):
        cells = [_tally(kind, dialect, (other, axis), cases) for other in axes[:i]]
        lines.append(f"| {axis} | " + " | ".join(cells) + " |")
    reasons = sorted({constraint.reason for constraint in kind.constraints_of(dialect)})
    return lines + ["", "Left out:", ""] + ["- " + reason for reason in reasons] + [""]


def _tally(kind, dialect, pair, cases):
    found, legal = covering.covered(pair, cases), covering.legal(kind, dialect, pair)
    return f"{len(found & legal)}/{len(legal)}"
