"""What came of a dump: what was written, or with `--check` what has moved; as lines and as JSON."""

from __future__ import annotations

import os
from typing import NamedTuple

from ..records import vectors
from ..records.check import head_changes, recording_changes, vector_changes
from ..verdict.changes import MEANING, ROUNDING, describe, in_short
from ..verdict.changes import as_json as change_as_json


class Written(NamedTuple):
    """A fixture that was written."""

    folder: str
    cases: int
    bytes: int


class Damaged(NamedTuple):
    """A fixture that cannot be read, and why."""

    damage: str


class Compared(NamedTuple):
    """A fixture that was compared with what would be written.

    Attributes
    ----------
    folder : str
    cases : int
        How many would be written.
    moved : list of (str, Change)
        By the id of the case: what is not what it was.
    gone : list of str
        Ids of those that are no cases any more.
    head : list of (str, str, str)
        What is said of all cases: its name, and both values.
    provenance : list of (str, str, str)
        The same of where it was recorded, which is no change.
    has_other_bytes : bool
        Whether nothing has moved, but files would differ.
    """

    folder: str
    cases: int
    moved: list
    gone: list
    head: list
    provenance: list
    has_other_bytes: bool

    @property
    def changes(self):
        """What has moved in meaning, each with the id of its case."""
        return [(name, change) for name, change in self.moved if change.kind == MEANING]

    @property
    def rounded(self):
        """The changes by rounding alone."""
        return [change for _, change in self.moved if change.kind == ROUNDING]

    @property
    def count(self):
        """How many things have changed."""
        return len(self.changes) + len(self.gone) + len(self.head)


def compare_vectors(fixture, entries, chosen):
    """Compare the chosen cases of vectors with those that would be written."""
    found = _compared(fixture, entries, vector_changes, chosen)._replace(head=head_changes(fixture))
    if found.count or not chosen.is_all:
        return found
    return found._replace(has_other_bytes=not _on_disk(fixture.folder, vectors.files(entries)))


def compare_recording(fixture, about, entries, chosen):
    """Compare the chosen cases of a recording with those that would be written."""
    old = fixture.about["provenance"]
    names = [name for name in sorted(about) if name in old and old[name] != about[name]]
    found = _compared(fixture, entries, recording_changes, chosen)
    return found._replace(provenance=[(n, str(old[n]), str(about[n])) for n in names])


def _compared(fixture, entries, compare, chosen):
    moved = [(case.id, one) for case, some in compare(fixture, entries) for one in some]
    there = {entry.case.id for entry in fixture.entries.values() if chosen.holds(entry.case)}
    gone = sorted(there - {entry.case.id for entry in entries})
    return Compared(fixture.folder, len(entries), moved, gone, [], [], False)


def _on_disk(folder, files):
    """Tell whether a folder holds just these bytes."""
    for name, data in files.items():
        path = os.path.join(folder, name)
        if not os.path.isfile(path):
            return False
        with open(path, "rb") as file:
            if file.read() != data:
                return False
    return True


def status_of(result):
    """Return the exit status that a result stands for."""
    if isinstance(result, Compared):
        return int(result.count > 0 or result.has_other_bytes)
    return int(isinstance(result, Damaged))


def lines(result):
    """Yield what a person is told of a result."""
    if isinstance(result, Written):
        yield f"{result.folder}: {result.cases} cases, {result.bytes:,} bytes"
    elif isinstance(result, Damaged):
        yield result.damage
    else:
        yield from _of_compared(result)


def _of_compared(result):
    folder = result.folder
    for name, old, new in result.provenance:
        yield f"{folder}: recorded with {name} {old}, now {new}"
    for name, change in result.changes:
        yield f"{folder}: {name}: {describe(change)}"
    for name in result.gone:
        yield f"{folder}: {name}: there is no such case any more"
    for name, old, new in result.head:
        yield f"{folder}: the {name} of all cases: {old} -> {new}"
    if result.has_other_bytes:
        yield f"{folder}: the same vectors would be written in other bytes"
    words = [f"{result.cases} cases, {result.count or 'no'} changes"]
    yield f"{folder}: {', '.join(words + in_short(result.rounded))}"


def as_json(result):
    """Return a result as plain data."""
    if not isinstance(result, Compared):
        return result._asdict()
    moved = [dict(change_as_json(change), id=name) for name, change in result.moved]
    return dict(result._asdict(), moved=moved)
