"""Reads a fixture of either kind."""

from __future__ import annotations

from typing import NamedTuple

from . import recording_reader, vector_reader
from .format import located
from .manifest import RECORDING, VECTORS, load


class Fixture(NamedTuple):
    """A fixture that was read and found whole.

    Attributes
    ----------
    folder : str
    about : dict
        What the manifest says about all cases: ``"format"``, ``"provenance"`` and so on.
    entries : dict of str to Entry
        By the id of the case. Cases of a recording that were answered alike have one `Outcome`.
    """

    folder: str
    about: dict
    entries: dict


_READERS = {VECTORS: vector_reader, RECORDING: recording_reader}


def read(folder, kind):
    """Read a fixture and check all of it.

    Parameters
    ----------
    folder : str
    kind : str
        `VECTORS` or `RECORDING` of `rnn_oracle.records.manifest`.

    Returns
    -------
    Fixture

    Raises
    ------
    FixtureError
        For a fixture that is missing, cut off, changed, of another kind or version; it names
        the file, and the case and array where the fault lies in one.
    """
    reader = _READERS[kind]
    manifest = load(folder, kind, reader.changed)
    with located("{}", folder):
        entries = reader.entries(folder, manifest)
    about = {name: value for name, value in manifest.items() if name not in reader.PER_CASE}
    return Fixture(folder, about, entries)
