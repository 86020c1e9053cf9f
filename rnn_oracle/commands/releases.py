"""The columns of a table by release: which stand together, and in which order."""

from __future__ import annotations

import itertools
import re
from typing import Any, NamedTuple


class Family(NamedTuple):
    """Releases that follow each other.

    Parameters
    ----------
    line : str
        What the names of the recordings have in common, such as ``"tf-legacy"``.
    module, dialect : str
        Of the newest.
    columns : list of Column
        From the oldest to the newest.
    """

    line: str
    module: str
    dialect: str
    columns: list

    @property
    def title(self):
        return f"{self.module} ({self.dialect})"

    @property
    def short(self):
        return f"{self.line} {self.dialect}".strip()


class Column(NamedTuple):
    """A release.

    Attributes
    ----------
    version : str
        The number in its name.
    release : Release
    """

    version: str
    release: Any

    @property
    def recording(self):
        """Its name, such as ``"tf2.21-legacy"``."""
        return self.release.recording

    @property
    def target(self):
        """The ledger's name for what was recorded."""
        return self.release.name

    @property
    def dialect(self):
        """The dialect by which it is judged."""
        return self.release.dialect

    @property
    def title(self):
        """The name, with the module and its version."""
        return f"{self.recording} ({self.release.module} {self.release.version})"


def families(releases):
    """Gather releases in families.

    Parameters
    ----------
    releases : list of Release

    Returns
    -------
    list of Family
        First TensorFlow's own Keras, then Keras by itself, then what stands beside them.
    """
    found = []
    for _, members in itertools.groupby(sorted(releases, key=_place), key=_family):
        members = list(members)
        newest = members[-1]
        columns = [Column(_version(release), release) for release in members]
        found.append(Family(_line(newest), newest.module, newest.dialect, columns))
    return found


def _version(release):
    """Return the number in the name of a recording, or all of a name without one.

    A nightly stands in the line of the releases, each by a number of its own.
    """
    found = re.search(r"\d+(\.\d+)*(-nightly)?", release.recording)
    return found.group() if found else release.recording


def _line(release):
    return release.recording.replace(_version(release), "", 1)


def _place(release):
    line = _line(release)
    number = [int(digits) for digits in re.findall(r"\d+", _version(release))]
    return "-" in line, line != "tf", line, number


def _family(release):
    return _line(release), release.dialect


def runs(columns, cells, key):
    """Gather releases that follow each other and are alike.

    Parameters
    ----------
    columns : list of Column
        Of one family.
    cells : dict of str to Cell
        By the name of the recording.
    key : callable
        What must be equal of two cells.

    Returns
    -------
    list of (list of Column, Cell)
    """
    groups = itertools.groupby(columns, key=lambda column: key(cells[column.recording]))
    found = [list(group) for _, group in groups]
    return [(group, cells[group[0].recording]) for group in found]


def span(columns):
    """Name releases that follow each other: ``2.1-2.15``."""
    ends = [columns[0].version, columns[-1].version]
    return "-".join(ends[: len(columns)])
