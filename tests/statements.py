"""How a range of releases is read out of a sentence, and compared with what shows it."""

import functools
import os
import re
from typing import NamedTuple

from helpers import FIXTURES

import rnn_oracle
from rnn_oracle.commands import judge_releases, measure
from rnn_oracle.commands.kept_table import read_table
from rnn_oracle.families.spec import without_links
from rnn_oracle.targets.measurements import MEASUREMENTS
from rnn_oracle.verdict.ledger import covers, load

PACKAGE = os.path.dirname(rnn_oracle.__file__)
TABLE = read_table(os.path.join(FIXTURES, judge_releases.NAME))
MEASURED = read_table(os.path.join(FIXTURES, measure.NAME))
LEDGER = {entry.id: entry for entry in load()}

RELEASE = re.compile(r"(?<![\w.-])\d+\.\d+(?:\.\d+)?(?![\w-])|(?<=TensorFlow )[12]\b(?!\.\d)")
"""A release, in a text without links, or another number with a point."""

RANGE = re.compile(
    r"\b(?P<how>before|up to|from|in) (?P<what>TensorFlow|Keras) (?P<first>[\d.]*\d)"
    r"(?: to (?P<last>[\d.]*\d)| on\b)?",
    re.IGNORECASE,
)


class Statement(NamedTuple):
    """Words that stand once in a text, with one range of releases, or none: in all of them.

    Attributes
    ----------
    words : str
    shown : tuple of str
        What holds in these releases and in no other: ids of entries of the ledger, and names of
        measurements.
    """

    words: str
    shown: tuple


def text_of(path):
    """Return a text on one line, without headings, tables, links and what a program prints."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"^```.*?^```$", "", file.read(), flags=re.MULTILINE | re.DOTALL)
    lines = [line for line in text.splitlines() if not line.startswith(("#", "|"))]
    return " ".join(without_links("\n".join(lines)).split())


def specifier(found):
    """Return the versions that a match of `RANGE` speaks of, such as ``">=2.4,<2.9"``."""
    first, last = found["first"], found["last"]
    how = found["how"].lower()
    if how == "before":
        return "<" + first
    if how == "up to":
        return _up_to(first)
    if how == "in":
        return f">={first}," + _up_to(first)
    return f">={first}" + ("," + _up_to(last) if last else "")


def _up_to(version):
    """Take a release of fewer than three numbers for all that begin with it."""
    numbers = [int(number) for number in version.split(".")]
    if len(numbers) > 2:
        return "<=" + version
    return "<" + ".".join(map(str, numbers[:-1] + [numbers[-1] + 1]))


@functools.lru_cache(maxsize=None)
def showing(name, what):
    """Return whether an entry or a measurement shows in each version of TensorFlow or Keras."""
    if name in LEDGER:
        entry = LEDGER[name]
        rows = [
            row for row in [*TABLE.values(), *MEASURED.values()] if row["target"] == entry.target
        ]
        return {_version(row, what): covers(entry.versions, row["version"]) for row in rows}
    assert any(name in named for named in MEASUREMENTS.values()), name
    rows = [row for row in MEASURED.values() if name in row["holds"]]
    return {_version(row, what): row["holds"][name] for row in rows}


def _version(row, what):
    return row["tensorflow" if what == "TensorFlow" else "version"]


def contradictions(statement):
    """Return what shows something else than a statement says, and where."""
    found = RANGE.search(statement.words)
    what = found["what"] if found else "Keras"
    said = specifier(found) if found else ""
    return [
        (name, version)
        for name in statement.shown
        for version, shows in showing(name, what).items()
        if shows != covers(said, version)
    ]


def moved(statement):
    """Yield the statement with each release in its range moved to the one before and after."""
    found = RANGE.search(statement.words)
    versions = {v for name in statement.shown for v in showing(name, found["what"])}
    for end in ("first", "last"):
        if found[end]:
            for other in _neighbours(found[end], versions):
                before, after = found.start(end), found.end(end)
                words = statement.words[:before] + other + statement.words[after:]
                yield statement._replace(words=words)


def _neighbours(release, versions):
    """Return the releases before and after one, in as many numbers as it has."""
    length = len(release.split("."))
    known = sorted({tuple(int(n) for n in v.split(".")[:length]) for v in versions})
    place = known.index(tuple(map(int, release.split("."))))
    around = known[max(place - 1, 0) : place] + known[place + 1 : place + 2]
    return [".".join(map(str, numbers)) for numbers in around]
