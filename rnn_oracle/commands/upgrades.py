"""Writes the page of upgrades: what changed from each recording to the next, by family.

``python -m rnn_oracle.commands.upgrades FILE`` compares all that are neighbours, which takes some
minutes.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from typing import NamedTuple

from ..families import registry
from ..records.store import read_all
from .diff import cases_of, headline, recorded_side, sections
from .explained_changes import TABLE, compare_sides
from .history_rows import NOT_EXPLAINED
from .judged_recordings import releases
from .kept_table import markdown
from .output import write_output
from .program import run
from .releases import families
from .selection import add_fixtures

_PAGE = """# Upgrades

What changed in recurrent layers from each release that is recorded to the next, by family of
cases: of how many cases that were compared how many changed, but for rounding. {unexplained}
`python -m rnn_oracle.diff A B` tells more of each pair: which options, which rule, what to do, and
what was not compared. `python -m rnn_oracle.commands.upgrades docs/upgrades.md` writes this page.

{table}
{changes}"""


class Upgrade(NamedTuple):
    """What changed from one recording to the next.

    Attributes
    ----------
    old, new : str
        What the two are called, with the versions.
    compared, changed : dict of str to int
        How many cases, by family.
    headlines : list of str
        A line for each cause.
    """

    old: str
    new: str
    compared: dict
    changed: dict
    headlines: list

    @property
    def unexplained(self):
        """How many of the causes are none."""
        return sum(line.endswith(NOT_EXPLAINED) for line in self.headlines)


def neighbours(about):
    """Return which recordings follow each other, as pairs of names.

    Parameters
    ----------
    about : list of Release
    """
    lines = {}
    for family in families(about):
        lines.setdefault(family.line, []).extend(family.columns)
    # `tf_keras` goes on where Keras 2 ended in TensorFlow.
    last = [column for column in lines.get("tf", []) if column.target == "keras2"][-1:]
    lines["tf-legacy"] = last + lines.get("tf-legacy", [])
    return [
        (old.recording, new.recording)
        for line in lines.values()
        for old, new in zip(line, line[1:])
    ]


def upgrade(old, new):
    """Return the `Upgrade` from one fixture to another."""
    sides = [recorded_side(f.about["provenance"], f.entries.values()) for f in (old, new)]
    found = compare_sides(*sides)
    return Upgrade(
        *[side.title for side in sides],
        {one.family: one.compared for one in found.reached},
        dict(Counter(case.family for case in cases_of(found.groups))),
        [_line(section) for section in sections(found.groups)],
    )


def _line(section):
    """Return what differs for one cause, and the entries of the ledger that are the cause."""
    named = ", ".join(f"`{name}`" for name in section[0].ledger if name != TABLE)
    return f"{named}: {headline(section)}" if named else headline(section)


def page(upgrades):
    """Return the text of the page."""
    there = [name for name in registry.IDS if any(one.compared.get(name) for one in upgrades)]
    rows = [[one.old, one.new, *(_cell(one, name) for name in there)] for one in upgrades]
    changes = [f"\n## {one.old} to {one.new}\n\n{_list(one.headlines)}" for one in upgrades]
    count = sum(one.unexplained for one in upgrades)
    unexplained = f"{count} of the changes are not explained." if count else "All are explained."
    table = markdown(["from", "to", *there], rows)
    return _PAGE.format(unexplained=unexplained, table=table, changes="\n".join(changes)) + "\n"


def _list(headlines):
    return "\n".join(f"- {line}" for line in headlines) or "Nothing changed."


def _cell(one, family):
    compared = one.compared.get(family, 0)
    return f"{one.changed.get(family, 0)} of {compared}" if compared else ""


def main(arguments=None, prog=None):
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(prog, description=__doc__.partition("\n")[0])
    parser.add_argument("page", metavar="FILE")
    add_fixtures(parser)
    options = parser.parse_args(arguments)
    folder = os.path.join(options.fixtures, "recordings")
    fixtures = {fixture.about["provenance"]["recording"]: fixture for fixture in read_all(folder)}
    found = [
        upgrade(fixtures[old], fixtures[new])
        for old, new in neighbours(releases(fixtures.values()))
    ]
    write_output(options.page, page(found))
    return int(any(one.unexplained for one in found))


if __name__ == "__main__":
    run("upgrades")
