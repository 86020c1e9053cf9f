"""Writes a recording: each distinct answer once, and no array that another recording lends."""

from ..families import registry
from .format import MANIFEST, answer_text, crc32
from .manifest import CASES, RECORDING, VERSIONS
from .writer import Binary, Table, answer, form_and_bytes, lines, named, sealed


class Shelf:
    """The arrays of the recordings that were written so far, which others may borrow.

    Attributes
    ----------
    places : dict of tuple to tuple
        The name of the recording and the offset in its file, by dtype, shape and bytes.
    files : dict of str to dict
        What a manifest says of that file, by the name of the recording.
    """

    def __init__(self):
        self.places, self.files = {}, {}


class RecordingWriter:
    """Gathers the answers of one recording.

    Parameters
    ----------
    name : str
        Of its folder.
    shelf : Shelf
        Where it borrows and lends arrays.
    """

    def __init__(self, name, shelf):
        self.name, self.shelf = name, shelf
        self.binary, self.owners = Binary(), Table()
        self.tables = {n: Table() for n in ("forms", "arrays", "layouts", "refusals")}
        self.indices = {}  # in the table of arrays, by dtype, shape and bytes

    def files(self, about, entries):
        """Return the bytes of every file in the recording's folder, and of those beside it.

        Parameters
        ----------
        about : dict
            The provenance.
        entries : list of Entry

        Returns
        -------
        own, beside : dict of str to bytes
            By name.
        """
        families = [[e for e in entries if e.case.family == name] for name in registry.IDS]
        lists = [_list_of_cases(family) for family in families if family]
        entries = [entry for family in families for entry in family]
        answers = self._answers(entries, about["dialect"])
        data, self.shelf.files[self.name] = self.binary.file("arrays")
        tables = {name: table.values for name, table in self.tables.items()}
        ids = [entry.case.id for entry in entries]
        manifest = {
            "format": RECORDING,
            "version": VERSIONS[RECORDING],
            "provenance": about,
            "cases": [{"file": "../" + f["file"], "sha256": f["sha256"]} for _, f in lists],
            "files": [self._file(owner) for owner in self.owners.values],
            **tables,
            "answers": [dict(a, crc32=crc32(answer_text(a, tables, ids))) for a in answers],
        }
        own = {MANIFEST: sealed(manifest, 2)}
        if self.name in self.owners.values:
            own[self.shelf.files[self.name]["file"]] = data
        return own, {fields["file"]: data for data, fields in lists}

    def _answers(self, entries, dialect):
        """Return each distinct answer with the indices of its cases."""
        distinct, cases = Table(), []
        for index, entry in enumerate(entries):
            number = distinct.index(answer(entry.answers[dialect], self.tables, self._array))
            if number == len(cases):
                cases.append([])
            cases[number].append(index)
        return [dict(found, cases=own) for found, own in zip(distinct.values, cases)]

    def _array(self, _, array):
        """Return the index of an array; put its bytes into the file if no recording has them."""
        form, data = form_and_bytes(array)
        key = form["dtype"], tuple(form["shape"]), data
        if key not in self.indices:
            if key not in self.shelf.places:
                self.shelf.places[key] = self.name, self.binary.add(data)
            owner, offset = self.shelf.places[key]
            row = [self.tables["forms"].index(form), self.owners.index(owner), offset, crc32(data)]
            self.indices[key] = self.tables["arrays"].index(row)
        return self.indices[key]

    def _file(self, owner):
        """Return what the manifest says of the file of arrays of a recording."""
        fields = self.shelf.files[owner]
        if owner == self.name:
            return fields
        return dict(fields, file=f"../{owner}/{fields['file']}")


def _plain(value):
    """Return a value as a manifest has it: whole numbers without a point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _list_of_cases(entries):
    """Return the file that lists the cases of one family, and what a manifest says of it."""
    first = entries[0].case
    value = {
        "format": CASES,
        "version": VERSIONS[CASES],
        "family": first.family,
        "options": list(first.options),
        "cases": [
            {"id": entry.case.id, "options": list(map(_plain, entry.case.options.values()))}
            for entry in entries
        ],
    }
    return named("cases." + first.family, "json", lines(value, 2))
