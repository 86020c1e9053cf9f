"""What the command lines have in common."""

import fnmatch
import sys

from ..families import registry
from ..families.layers.matrix import BLOCK

ALL = "*"


def add_only(parser):
    """Add the option that chooses cases by their ids."""
    parser.add_argument(
        "--only",
        metavar="PATTERN",
        default=ALL,
        help="the cases whose id matches, such as 'lstm.*' (default: all)",
    )


def selected(pattern, dialect="keras3"):
    """Return the cases of a dialect whose id matches."""
    return [case for case in registry.recorded_cases(dialect) if fnmatch.fnmatch(case.id, pattern)]


def selected_for(targets, pattern):
    """Return the targets that have cases whose id matches, and these cases, both by name."""
    found = {name: selected(pattern, target.dialect) for name, target in targets.items()}
    cases = {name: chosen for name, chosen in found.items() if chosen}
    return {name: targets[name] for name in cases}, cases


def blocks(cases):
    """Cut cases into lists for one process each, such that a target can share what it builds."""
    return [cases[i : i + BLOCK] for i in range(0, len(cases), BLOCK)]


def misuse(command, message):
    """Say what was wrong with a call of a command; return its exit status."""
    print(f"rnn_oracle.{command}: {message}", file=sys.stderr)
    return 2
