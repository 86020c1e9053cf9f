"""Reads a recording: files of arrays, its own and lent ones, and each distinct answer once."""

import contextlib
import functools
import os

from ..families import registry
from ..reference.dialects import DIALECTS
from .checked import (
    ArraysFile,
    Entries,
    array_at,
    case_of,
    check_form,
    check_sha256,
    file_bytes,
    item,
    of_cases,
    outcome,
    refuse_twice,
    require,
)
from .format import (
    ARRAYS_FILE,
    CASES_FILE,
    MANIFEST,
    Entry,
    FixtureError,
    answer_text,
    crc32,
    located,
)
from .manifest import CASES, parse

PER_CASE = ("cases", "files", "forms", "arrays", "layouts", "refusals", "answers")
"""What a manifest says about single cases."""


def entries(folder, manifest):
    """Return the entries of a recording by the id of the case, given its manifest."""
    return _Recording(folder, manifest).entries()


def changed(folder, manifest):
    """Yield which answers do not have their crc32, as far as their cases can be told."""
    return _Recording(folder, manifest).changed()


class _Recording:
    def __init__(self, folder, manifest):
        self.folder, self.manifest, self.sums = folder, manifest, Entries()
        dialect = manifest["provenance"]["dialect"]
        require(
            dialect in DIALECTS or dialect == "tf1", "{}: unknown dialect {!r}", MANIFEST, dialect
        )
        with located(MANIFEST):
            for what in ("cases", "files"):
                refuse_twice([fields["file"] for fields in manifest[what]], "the file ")
        listed = [one for fields in manifest["cases"] for one in self._cases(fields)]
        self.ids = [id for id, _ in listed]
        refuse_twice(self.ids, "")
        self.cases = dict(listed)

    def entries(self):
        """Return the entries in the order of the cases."""
        files = [self._file(fields) for fields in self.manifest["files"]]
        arrays = [self._array(i, row, files) for i, row in enumerate(self.manifest["arrays"])]
        for fields, binary in zip(self.manifest["files"], files):
            with self._needing(fields["file"]):
                check_sha256(fields, binary.data)
        for number, form in enumerate(self.manifest["forms"]):
            with located("{}: form {}", MANIFEST, number):
                check_form(form)
        outcomes = {}
        for number, fields in enumerate(self.manifest["answers"]):
            self._answer(number, fields, arrays, outcomes)
        missing = [name for index, name in enumerate(self.ids) if index not in outcomes]
        require(not missing, "{}: there is no answer {}", MANIFEST, of_cases(missing))
        dialect = self.manifest["provenance"]["dialect"]
        return {
            id: Entry(case, None, None, None, {dialect: outcomes[index]}, {})
            for index, (id, case) in enumerate(self.cases.items())
        }

    def changed(self):
        """Yield which answers do not have their crc32."""
        for number, fields in enumerate(self.manifest["answers"]):
            if not self._has_crc32(fields):
                yield self._named(number)

    def _named(self, number):
        """Call an answer by its number and cases."""
        own = self.manifest["answers"][number]["cases"]
        ids = [self.ids[index] for index in own if 0 <= index < len(self.ids)]
        return f"answer {number}, {of_cases(ids)}"

    def _has_crc32(self, fields):
        return self.sums.has_crc32(fields, answer_text, self.manifest, self.ids)

    def _cases(self, fields):
        """Return the cases of one family with their ids."""
        name = fields["file"]
        plain = name.startswith("../") and CASES_FILE.fullmatch(name[3:])
        require(plain, "{}: {!r} is no name of a list of cases", MANIFEST, name)
        with self._needing(name):
            data = file_bytes(self.folder, name)
            check_sha256(fields, data)
        with located("{}", name):
            return _cases_in(data)

    def _file(self, fields):
        """Return a file of arrays."""
        name = fields["file"]
        plain = ARRAYS_FILE.fullmatch(name)
        require(plain, "{}: {!r} is no name of a file of arrays", MANIFEST, name)
        with self._needing(name):
            return ArraysFile(file_bytes(self.folder, name, fields["bytes"]))

    @contextlib.contextmanager
    def _needing(self, name):
        """Say of a file that lies outside the folder who needs it, and what to do."""
        try:
            yield
        except FixtureError as error:
            outside = os.path.dirname(name)
            if not outside:
                raise
            own = self.manifest["provenance"]["recording"]
            owner = "" if outside == ".." else " of " + os.path.basename(outside)
            raise FixtureError(
                f"{error}; the recording {own} needs this file{owner}: put it back as it "
                f"was, or remove {own} "
                "and dump it again"
            ) from None

    def _array(self, index, row, files):
        """Return an array, after a look at its extent and checksum."""
        form, number, begin, checksum = row
        try:
            binary = item(files, number, "file")
            fields = item(self.manifest["forms"], form, "form")
            return array_at(binary, fields, begin, crc32, checksum)
        except FixtureError as error:
            users = [
                i
                for fields in self.manifest["answers"]
                for i in fields["cases"]
                if index in fields.get("arrays", [])
            ]
            ids = [self.ids[i] for i in sorted(users) if 0 <= i < len(self.ids)]
            where = f"array {index}, part {of_cases(ids)}: {error}"
            if not (0 <= form < len(self.manifest["forms"]) and 0 <= number < len(files)):
                raise FixtureError(f"{MANIFEST}: {where}") from None
            name = self.manifest["files"][number]["file"]
            with self._needing(name):
                raise FixtureError(f"{name} and {MANIFEST} do not match: {where}") from None

    def _answer(self, number, fields, arrays, outcomes):
        """Put the outcome that an answer stands for where those of its cases belong."""
        with located("{}: answer {}", MANIFEST, number):
            ids = [item(self.ids, index, "case") for index in fields["cases"]]
        with located("{}: {}", MANIFEST, self._named(number)):
            found = outcome(fields, self.manifest, arrays)
            require(self._has_crc32(fields), "was changed: its crc32 is not {}", fields["crc32"])
            for index, name in zip(fields["cases"], ids):
                require(index not in outcomes, "{} has another answer too", name)
                outcomes[index] = found


@functools.lru_cache(maxsize=64)
def _cases_in(data):
    """Return the ids and cases that a file lists; most recordings share some twenty such files."""
    found = parse(data, CASES, "the list of cases")
    kinds = {family.id: family.case for family in registry.families()}
    require(found["family"] in kinds, "unknown family {!r} of cases", found["family"])
    kind, names, cases = kinds[found["family"]], found["options"], []
    for fields in found["cases"]:
        with located("{}", fields["id"]):
            values = fields["options"]
            require(len(values) == len(names), "{} options, not {}", len(values), len(names))
            case = case_of(kind, dict(zip(names, values)), fields["id"])
            cases.append((fields["id"], case))
    return tuple(cases)
