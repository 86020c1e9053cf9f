"""`python -m rnn_oracle.cover`: write the covering arrays, and the table of the pairs in them."""

import argparse
import itertools
import os

from ..families import covering, registry
from ..reference.dialects import DIALECTS

TABLE = os.path.join("docs", "pairs.md")
GENERATIONS = sorted({dialect.generation for dialect in DIALECTS.values()})


def main(arguments=None):
    """Run the command; return 0."""
    parser = argparse.ArgumentParser(prog="python -m rnn_oracle.cover", description=__doc__)
    parser.add_argument("--table", action="store_true", help=f"write {TABLE} alone")
    parser.add_argument(
        "--family",
        choices=[family.id for family in registry.crossed()],
        help="of this family alone",
    )
    options = parser.parse_args(arguments)
    kinds = [registry.get(options.family).case] if options.family else _kinds()
    if not options.table:
        for kind, dialect in itertools.product(kinds, GENERATIONS):
            covering.write(kind, dialect)
            print(f"{covering.path_of(kind, dialect)}: {_count(kind, dialect)} cases")
    with open(TABLE, "w", encoding="utf-8") as file:
        file.write(table())
    return 0


def _kinds():
    return [family.case for family in registry.crossed()]


def _count(kind, dialect):
    return len(covering.cases(kind, dialect))


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
            lines.append("- {}: {}".format(axis, ", ".join(others)))
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
            "All triples of {}: {} of {}.".format(", ".join(kind.triples), found, all_of_them),
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
