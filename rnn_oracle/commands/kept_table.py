"""A table of releases that is kept in a file, row by row, and what commands do with such tables."""

import json
import os

from ..families.fixtures import folder_to_write
from ..records.store import in_order_of_releases


def add_out(parser, name):
    """Add the option for the file of a table, by default the one of that name in the repository."""
    parser.add_argument(
        "--out",
        metavar="FILE",
        default=os.path.join(folder_to_write(), name),
        help="default: %(default)s",
    )


def add_page(parser):
    """Add the option for a page of the docs that shows a table."""
    parser.add_argument("--page", metavar="FILE", help="a page of the docs to write the table to")


def read_table(path):
    """Return the table of a file, empty where there is none."""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="ascii") as file:
        return json.load(file)


def text_of(table):
    """Return the text of the file of a table."""
    names = in_order_of_releases(table)
    return json.dumps({name: table[name] for name in names}, indent=1) + "\n"


def markdown(heads, rows):
    """Return a table of words as Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
