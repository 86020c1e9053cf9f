"""Reads the vectors."""

import contextlib

from ..arithmetic.error_bounds import UNIT_ROUNDOFF
from ..families.layers.case import CoreCase
from ..families.layers.problem import Problem
from .checked import (
    ArraysFile,
    Entries,
    array_at,
    case_of,
    check_sha256,
    file_bytes,
    item,
    of_cases,
    outcome,
    refuse_twice,
    require,
)
from .format import (
    FEATURES,
    FILE,
    GENERATIONS,
    MANIFEST,
    OPTIONS,
    PLANES,
    TABLES,
    TOLERANCE,
    WEIGHTS,
    Entry,
    FixtureError,
    located,
    sha256,
    vector_text,
)

PER_CASE = TABLES + ("groups",)
"""What a manifest says about single cases."""


def entries(folder, manifest):
    """Return the entries of vectors by the id of the case, given their manifest."""
    groups, ids = manifest["groups"], []
    with located(MANIFEST):
        _check_head(manifest)
        refuse_twice([fields["name"] for fields in groups], "the group ")
        ids += [case["id"] for fields in groups for case in fields["cases"]]
        refuse_twice(ids, "")
    sums = Entries()
    found = [e for fields in groups for e in _Group(folder, fields, manifest, sums).entries()]
    return dict(zip(ids, found))


def _check_head(manifest):
    """Raise FixtureError where what holds for all cases does not mean what the page says."""
    wanted = {"planes": PLANES, "unit_roundoff": UNIT_ROUNDOFF}
    for name, values in manifest["tolerances"].items():
        require(values == wanted[name], "tolerances.{} must be {}", name, wanted[name])
    for word in (word for words in manifest["features"] for word in words):
        require(word in FEATURES, "there is no feature {!r}", word)
    refuse_twice([option["name"] for option in manifest["options"]], "the option ")


def changed(_, manifest):
    """Yield the ids of the cases whose entries do not have their crc32."""
    sums = Entries()
    for group in manifest["groups"]:
        for case in group["cases"]:
            if not sums.has_crc32(case, vector_text, group, manifest):
                yield case["id"]


class _Group:
    """The cases of one binary file."""

    def __init__(self, folder, fields, manifest, sums):
        self.folder, self.fields, self.manifest, self.sums = folder, fields, manifest, sums
        self.file = fields["file"]
        self.arrays = []

    def entries(self):
        name = self.fields["name"]
        with located("{}: group {}", MANIFEST, name):
            plain = FILE.fullmatch(self.file) and self.file.startswith(name + ".")
            require(plain, "{!r} is no plain file name of this group", self.file)
        with located("group {}", name):
            binary = ArraysFile(file_bytes(self.folder, self.file, self.fields["bytes"]))
        for index, record in enumerate(self.fields["arrays"]):
            with located("{} and {} do not match", self.file, MANIFEST), self._naming(index):
                found = array_at(binary, record, record["offset"], sha256, record["sha256"])
                self.arrays.append(found)
        check_sha256(self.fields, binary.data)
        with located("{}: group {}", MANIFEST, name):
            for index, record in enumerate(self.fields["arrays"]):
                with self._naming(index):
                    self._check_tolerance(record)
            for stack in self.fields["stacks"]:
                for index in _indices(stack):
                    self._at(index)
        return [self._entry(case) for case in self.fields["cases"]]

    @contextlib.contextmanager
    def _naming(self, index):
        """Say which array it is in which the fault lies that is found inside, and whose."""
        try:
            yield
        except FixtureError as error:
            users = of_cases(self._users(index))
            raise FixtureError(f"array {index}, part {users}: {error}") from None

    def _check_tolerance(self, record):
        if "tolerance" not in record:
            return
        with located("its tolerance"):
            tolerance = item(self.fields["arrays"], record["tolerance"], "array")
        shape = tolerance["shape"]
        require(
            tolerance["dtype"] == TOLERANCE
            and shape[1:] == record["shape"]
            and shape[0] > max(PLANES.values())
            and "tolerance" not in tolerance,
            "its tolerance is an array {} of {}",
            shape,
            tolerance["dtype"],
        )

    def _users(self, index):
        """Return the ids of the cases that an array belongs to."""
        records = self.fields["arrays"]
        wanted = {index} | {i for i, r in enumerate(records) if r.get("tolerance") == index}
        stacks = {
            number
            for number, stack in enumerate(self.fields["stacks"])
            if wanted & set(_indices(stack))
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
        with located("{}: {}", MANIFEST, case["id"]):
            dialects = sorted(case["answers"])
            wanted = ", ".join(GENERATIONS)
            require(
                dialects == GENERATIONS, "answers of {}, not of {}", ", ".join(dialects), wanted
            )
        for dialect, fields in case["answers"].items():
            with located("{}: {}, {}", MANIFEST, case["id"], dialect):
                answers[dialect] = outcome(fields, self.manifest, self.arrays)
                tolerances.update(self._tolerances(answers[dialect], fields))
        with located("{}: {}", MANIFEST, case["id"]):
            entry = Entry(
                self._case(case),
                item(self.manifest["rules"], case["rules"], "rules"),
                item(self.manifest["features"], case["features"], "features"),
                self._problem(case),
                answers,
                tolerances,
            )
            require(
                self.sums.has_crc32(case, vector_text, self.fields, self.manifest),
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
        options, values = self.manifest["options"], case["options"]
        require(len(options) == len(values), "{} options, not {}", len(values), len(options))
        for option, value in zip(options, values):
            name = option["name"]
            for known in (option["values"], OPTIONS.get(name, ())):
                is_known = any(type(value) is type(v) and value == v for v in known)
                require(is_known, "no case has {} = {!r}", name, value)
        names = [option["name"] for option in options]
        return case_of(CoreCase, dict(zip(names, values)), case["id"])

    def _problem(self, case):
        stack = item(self.fields["stacks"], case["stack"], "stack")
        weights = [[[self._at(c[n]) for n in WEIGHTS] for c in layer] for layer in stack]
        states = [[[self._at(i) for i in c["initial_state"]] for c in layer] for layer in stack]
        mask = self._at(case["mask"]) if "mask" in case else None
        return Problem(self._at(case["x"]), mask, weights, states)

    def _at(self, index):
        return item(self.arrays, index, "array")


def _indices(stack):
    """Return the indices of all arrays of a stack."""
    cells = [cell for layer in stack for cell in layer]
    return [i for c in cells for i in [c[name] for name in WEIGHTS] + c["initial_state"]]
