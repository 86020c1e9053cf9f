"""`python -m rnn_oracle.cover`: let the covering arrays grow, and write the table of pairs."""

import argparse
import itertools
import os

from ..families import covering, registry
from ..reference.dialects import DIALECTS
from .output import write_output

TABLE = os.path.join("docs", "pairs.md")
GENERATIONS = sorted({dialect.generation for dialect in DIALECTS.values()})
STOP = """\
Nothing is written: a case keeps its id for life, and stays in the suite. To make the arrays
without these cases: python -m rnn_oracle.cover --rebuild --family ID"""


def main(arguments=None):
    """Run the command; return 1 if a case would be lost or a file is stale, else 0."""
    parser = argparse.ArgumentParser(prog="python -m rnn_oracle.cover", description=__doc__)
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
    options = parser.parse_args(arguments)
    arrays = list(itertools.product(_kinds(options.family), GENERATIONS))
    if options.check:
        return _check(arrays)
    if options.rebuild:
        _rebuild(arrays)
    elif not options.table and not _grow(arrays):
        return 1
    write_output(TABLE, table())
    return 0


def _kinds(name=None):
    """Return the classes of the cases of one family, or of all that are crossed."""
    families = [registry.get(name)] if name else registry.crossed()
    return [family.case for family in families]


def _grow(arrays):
    """Append to each array the cases that it lacks; tell whether that loses none."""
    losses = [_losses(*array) for array in arrays]
    if any(losses):
        print("\n".join(itertools.chain(*losses)))
        print(STOP)
        return False
    for array in arrays:
        before = len(covering.stored(*array).cases)
        some = covering.grown(*array)
        write(*array, some)
        print(f"{covering.path_of(*array)}: {len(some)} cases, {len(some) - before} of them new")
    return True


def write(kind, dialect, some):
    """Keep these cases as the covering array of a family in a dialect."""
    path = covering.path_of(kind, dialect)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write_output(path, covering.text(kind, some))
    covering.cases.cache_clear()


def _losses(kind, dialect):
    path = covering.path_of(kind, dialect)
    lost = covering.lost(kind, dialect)
    return [f"{path}: would lose {name}: {reason}" for name, reason in lost.items()]


def _rebuild(arrays):
    """Make each array from nothing, and print the ids that are lost."""
    for array in arrays:
        before = covering.stored(*array).cases
        some = covering.rebuilt(*array)
        write(*array, some)
        stay = {case.id for case in some}.intersection(before)
        print(f"{covering.path_of(*array)}: {len(before)} cases before, {len(some)} now;", end=" ")
        print(f"{len(stay)} stay, {len(before) - len(stay)} are lost")
        print("".join(f"  lost: {name}\n" for name in before if name not in stay), end="")


def _check(arrays):
    """Print what is stale; return 1 if anything is, else 0."""
    found = [line for array in arrays for line in _losses(*array) or _lacks(*array)]
    if not found:
        found = [] if covering.holds(TABLE, table()) else [f"{TABLE}: is not that of the cases"]
    print("\n".join(found or ["All is as growing makes it."]))
    return 1 if found else 0


def _lacks(kind, dialect):
    """Return what growing would change in an array that loses nothing, as lines."""
    path = covering.path_of(kind, dialect)
    some = [kind(**options) for options in covering.stored(kind, dialect).cases.values()]
    lines = [f"{path}: no case has {options}" for options in covering.missing(kind, dialect, some)]
    if not covering.holds(path, covering.text(kind, some)):
        lines.append(f"{path}: is not written for the axes of {kind.__name__}")
    return lines


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
