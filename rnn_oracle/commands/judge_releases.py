"""Writes the table of releases: how each fared by family, and what of the ledger it showed.

``python -m rnn_oracle.commands.judge_releases [FOLDER ...]`` judges all recordings in each folder,
by default those of the repository. Of releases that are in none of them, what was found before
stays.
"""

from __future__ import annotations

import argparse
from collections import Counter

from ..families import registry
from ..records.store import in_order_of_releases, read_all
from ..verdict.judge import AGREE, KNOWN, PARTLY, UNJUDGED, UNSUPPORTED
from ..verdict.ledger import load, matching, states
from .judged_recordings import judge_all, releases
from .kept_table import add_out, add_page, markdown, read_table, text_of
from .output import write_output
from .program import run
from .selection import add_folders

NAME = "releases.json"
_WORDS = {
    AGREE: "agree",
    KNOWN: "known",
    PARTLY: "partly judged",
    UNJUDGED: "not judged",
    UNSUPPORTED: "not there",
}
_PAGE = """# Releases

How each release fared in every family of cases: how many agree with the rules, how many are known
divergences, as the ledger says, and how many ask for what the release does not have. Of `tf2.9` and
the like, whose recordings are not kept, this table is what is left. `python -m
rnn_oracle.commands.judge_releases` makes it of recordings.

{table}
"""


def judged(fixtures, answered):
    """Return what came of each of several recordings, as plain values by its name.

    By each entry of the ledger: how many cases showed it; hidden are those of which no case can
    be shown there.

    Parameters
    ----------
    fixtures : list of Fixture
    answered : list of Answered
        Of `rnn_oracle.commands.judged_recordings.judge_all`.
    """
    found = {}
    for release in releases(fixtures):
        answers = [
            (one.case.family, one.answers[release.recording])
            for one in answered
            if release.recording in one.answers
        ]
        verdicts = {
            family: dict(Counter(answer.verdict for name, answer in answers if name == family))
            for family in registry.IDS
        }
        entries = Counter(entry for _, answer in answers for entry in answer.entries)
        found[release.recording] = {
            "target": release.name,
            "dialect": release.dialect,
            "module": release.module,
            "version": release.version,
            "tensorflow": release.release,
            "families": {family: counts for family, counts in verdicts.items() if counts},
            "entries": dict(sorted(entries.items())),
            "hidden": [
                entry.id
                for entry in load()
                if states(entry, release)
                and entry.id not in entries
                and _is_hidden(entry, release, answered)
            ],
        }
    return found


def _is_hidden(entry, release, answered):
    """Tell whether no case can show an entry in a release.

    The release has not what they ask for, or something else is wrong with them first.
    """
    return not any(
        one.answers[release.recording].verdict == AGREE
        for one in answered
        if release.recording in one.answers and matching([entry], release, one.case)
    )


def page(table):
    """Return the text of the page of a table."""
    there = [f for f in registry.IDS if any(f in row["families"] for row in table.values())]
    rows = []
    for name in in_order_of_releases(table):
        row = table[name]
        cells = [counts_in_words(row["families"].get(family, {})) for family in there]
        rows.append([name, f"{row['module']} {row['version']}", row["tensorflow"], *cells])
    return _PAGE.format(table=markdown(["release", "Keras", "TensorFlow", *there], rows))


def counts_in_words(counts):
    """Return how many cases came out how, in words: ``"25 agree, 3 known"``."""
    return ", ".join(f"{count} {_WORDS.get(word, word)}" for word, count in sorted(counts.items()))


def main(arguments=None, prog=None):
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(prog, description=__doc__.partition("\n")[0])
    add_folders(parser)
    add_out(parser, NAME)
    add_page(parser)
    options = parser.parse_args(arguments)
    fixtures = [fixture for folder in options.folders for fixture in read_all(folder)]
    table = dict(read_table(options.out), **judged(fixtures, judge_all(fixtures)))
    write_output(options.out, text_of(table))
    if options.page:
        write_output(options.page, page(table))
    return 0


if __name__ == "__main__":
    run("judge_releases")
