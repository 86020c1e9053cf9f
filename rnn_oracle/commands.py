"""What the command lines have in common."""

import fnmatch
import sys

from .matrix import core


def add_only(parser):
    """Add the option that chooses cases by their ids."""
    parser.add_argument(
        "--only",
        metavar="PATTERN",
        default="*",
        help="the cases whose id matches, such as 'lstm.*' (default: all)",
    )


def selected(pattern):
    """Return the cases of the core matrix whose id matches."""
    return [case for case in core() if fnmatch.fnmatch(case.id, pattern)]


def misuse(command, message):
    """Say what was wrong with a call of a command; return its exit status."""
    print("rnn_oracle.{}: {}".format(command, message), file=sys.stderr)
    return 2
