"""Reads the vectors."""

from ..families.layers.case import CoreCase
from ..families.layers.problem import Problem
from .checked import (
    ArraysFile,
    array_at,
    case_of,
    file_bytes,
    item,
    of_cases,
    outcome,
    refuse_twice,
    require,
)
from .format import (
    FILE,
    GENERATIONS,
    MANIFEST,
    OPTIONS,
    TABLES,
    TOLERANCE,
    WEIGHTS,
    Entry,
    FixtureError,
    crc32_of_vector,
    located,
    sha256,
)

PER_CASE = TABLES + ("groups",)
"""What a manifest says about single cases."""


def entries(folder, manifest):
    """Return the entries of vectors by the id of the case, given their manifest."""
    found = {}
    with located(MANIFEST):
        refuse_twice([fields["name"] for fields in manifest["groups"]], "the group ")
    for fields in manifest["groups"]:
        for entry in _Group(folder, fields, manifest).entries():
            require(entry.case.id not in found, "{} is there twice", entry.case.id)
            found[entry.case.id] = entry
    return found


def changed(_, manifest):
    """Return the ids of the cases whose entries do not have their crc32."""
    return [
        case["id"]
        for group in manifest["groups"]
        for case in group["cases"]
        if not _has_crc32(case, group, manifest)
    ]


def _has_crc32(case, group, manifest):
    try:
        return crc32_of_vector(case, group, manifest) == case["crc32"]
    except IndexError:  # of something that is not there
        return False


class _Group:
    """The cases of one binary file."""

    def __init__(self, folder, fields, manifest):
        self.folder, self.fields, self.manifest = folder, fields, manifest
        self.file = fields["file"]
        self.arrays = []

    def entries(self):
        name = self.fields["name"]
        with located("group {}", name):
            plain = FILE.fullmatch(self.file) and self.file.startswith(name + ".")
            require(plain, "{!r} is no plain file name of this group", self.file)
            binary = ArraysFile(file_bytes(self.folder, self.file, self.fields["bytes"]))
        for index, record in enumerate(self.fields["arrays"]):
            try:
                self.arrays.append(self._array(record, binary))
            except FixtureError as error:
                where = f"array {index}, part {of_cases(self._users(index))}"
                raise FixtureError(f"{self.file}: {where}: {error}") from None
        require(
            sha256(binary.data) == self.fields["sha256"],
            "{}: its sha256 is not that of the manifest, though its arrays' are",
            self.file,
        )
        return [self._entry(case) for case in self.fields["cases"]]

    def _array(self, record, binary):
        """Return an array, after a look at its extent, checksum and tolerance."""
        array = array_at(binary, record, record["offset"])
        require(sha256(array.tobytes()) == record["sha256"], "its sha256 is another")
        if "tolerance" in record:
            with located("its tolerance"):
                tolerance = item(self.fields["arrays"], record["tolerance"], "array")
            require(
                tolerance["dtype"] == TOLERANCE
                and tolerance["shape"][1:] == record["shape"]
                and "tolerance" not in tolerance,
                "its tolerance is an array {} of {}",
                tolerance["shape"],
                tolerance["dtype"],
            )
        return array

    def _users(self, index):
        """Return the ids of the cases that an array belongs to."""
        records = self.fields["arrays"]
        wanted = {index} | {i for i, r in enumerate(records) if r.get("tolerance") == index}
        stacks = {
            number
            for number, stack in enumerate(self.fields["stacks"])
            if any(wanted & set(_indices(cell)) for layer in stack for cell in layer)
        }
        found = []
        for case in self.fields["cases"]:
            own = {case["x"], case.get("mask")}
            own.update(i for answer in case["answers"].values() for i in answer.get("arrays", []))
            if wanted & own or case["stack"] in stacks:
                found.append(case["id"])
        return found

    def _entry(self, case):
        answers, tolerances = {}, {}
        with located("{}: {}", self.file, case["id"]):
            dialects = sorted(case["answers"])
            wanted = ", ".join(GENERATIONS)
            require(
                dialects == GENERATIONS, "answers of {}, not of {}", ", ".join(dialects), wanted
            )
        for dialect, fields in case["answers"].items():
            with located("{}: {}, {}", self.file, case["id"], dialect):
                answers[dialect] = outcome(fields, self.manifest, self.arrays)
                tolerances.update(self._tolerances(answers[dialect], fields))
        with located("{}: {}", self.file, case["id"]):
            entry = Entry(
                self._case(case),
                item(self.manifest["rules"], case["rules"], "rules"),
                item(self.manifest["features"], case["features"], "features"),
                self._problem(case),
                answers,
                tolerances,
            )
            require(
                _has_crc32(case, self.fields, self.manifest),
                "was changed: its crc32 is not {}",
                case["crc32"],
            )
        return entry

    def _tolerances(self, answer, fields):
        records = [self.fields["arrays"][index] for index in fields.get("arrays", [])]
        return {
            name: self.arrays[record["tolerance"]]
            for name, record in zip(answer.arrays, records)
            if "tolerance" in record
        }

    def _case(self, case):
        names, values = [option["name"] for option in self.manifest["options"]], case["options"]
        require(len(names) == len(values), "{} options, not {}", len(values), len(names))
        for name, value in zip(names, values):
            require(
                any(type(value) is type(v) and value == v for v in OPTIONS.get(name, ())),
                "no case has {} = {!r}",
                name,
                value,
            )
        return case_of(CoreCase, dict(zip(names, values)), case["id"])

    def _problem(self, case):
        stack = item(self.fields["stacks"], case["stack"], "stack")
        weights = [[[self._at(c[n]) for n in WEIGHTS] for c in layer] for layer in stack]
        states = [[[self._at(i) for i in c["initial_state"]] for c in layer] for layer in stack]
        mask = self._at(case["mask"]) if "mask" in case else None
        return Problem(self._at(case["x"]), mask, weights, states)

    def _at(self, index):
        return item(self.arrays, index, "array")


def _indices(cell):
    """Return the indices of all arrays of a cell."""
    return [cell[name] for name in WEIGHTS] + cell["initial_state"]
