"""The house: rooms, doors, families in folders of their own, files that a sitting can read."""

import doctest
import importlib
import pathlib

import pytest

import rnn_oracle
from rnn_oracle.families import family as family_module
from rnn_oracle.families import registry
from rnn_oracle.families.family import PARTS, MissingPartError, find_part
from rnn_oracle.reference.dialects import DIALECTS

PACKAGE = pathlib.Path(rnn_oracle.__file__).parent
ROOMS = {
    "arithmetic",
    "commands",
    "families",
    "models",
    "records",
    "reference",
    "targets",
    "testing",
    "verdict",
}
LONGEST = 400
RUNNERS = {"keras2": "rnn_oracle.targets.keras", "keras3": "rnn_oracle.targets.keras"}
"""By target: the package with a module for each family that is judged on it."""

MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py"
)


def test_few_modules_lie_in_no_room():
    doors = {path.stem for path in PACKAGE.glob("*.py")}
    assert len(doors) <= 13
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == ROOMS


@pytest.mark.parametrize(
    "door", sorted({path.name for path in PACKAGE.glob("*.py")} - {"__init__.py"})
)
def test_a_door_is_a_few_lines(door):
    text = (PACKAGE / door).read_text(encoding="utf-8")
    assert text.count("\n") <= 40 and "def " not in text


@pytest.mark.parametrize(
    "folder", ["rnn_oracle", "tests", "benchmarks", "website", "readers", ".ci"]
)
def test_a_sitting_can_read_every_file(folder, pytestconfig):
    where = PACKAGE if folder == PACKAGE.name else pytestconfig.rootpath / folder
    files = [
        path
        for path in sorted(where.rglob("*"))
        if path.suffix in (".py", ".mjs", "") and path.is_file() and "__pycache__" not in path.parts
    ]
    lines = {str(path): path.read_text(encoding="utf-8").count("\n") for path in files}
    assert files and {path: count for path, count in lines.items() if count > LONGEST} == {}


@pytest.mark.parametrize("name", sorted(set(MODULES) - {"rnn_oracle.models.conversion"}))
def test_the_examples_of_a_module_hold(name):
    """That of `from_keras` needs a Keras, see tests/test_signatures.py."""
    assert not doctest.testmod(importlib.import_module(name)).failed


@pytest.mark.parametrize("family", registry.families(), ids=lambda family: family.id)
def test_a_family_is_one_folder_with_all_its_parts(family):
    folder = PACKAGE / "families" / family.id
    assert (folder / "case.py").is_file() and family.case.family == family.id
    for part, attribute in PARTS.items():
        assert hasattr(family.part(part), attribute)
    for target in family.judged_on:
        if target in RUNNERS:
            assert callable(find_part(f"{RUNNERS[target]}.{family.id}", "run", family.id).run)


def test_every_folder_of_a_family_is_listed():
    folders = {path.parent.name for path in PACKAGE.glob("families/*/family.py")}
    assert folders == set(registry.IDS)


@pytest.mark.parametrize("family", registry.families(), ids=lambda family: family.id)
def test_ids_begin_with_the_name_of_the_family(family):
    """Those of the core matrix are older than the families."""
    cases = {case for dialect in [*DIALECTS, "tf1"] for case in family.cases(dialect)}
    begins = {case.id.partition(".")[0] for case in cases}
    assert begins == (set(family.case.axes["cell"]) if family.id == "layers" else {family.id})


def test_an_unknown_family_is_told_with_those_that_there_are():
    with pytest.raises(ValueError, match="no family 'both_ways', only layers, .*bidirectional"):
        registry.get("both_ways")


def test_a_part_that_is_missing_is_named():
    options = registry.get("options")
    with pytest.raises(MissingPartError, match=r"no module rnn_oracle\.\S+\.expected, which must"):
        options._replace(id="nowhere").part("expected")
    with pytest.raises(MissingPartError, match="a part of the family options, defines no answer"):
        find_part("rnn_oracle.families.options.expected", "answer", "options")


def test_a_part_that_cannot_be_imported_is_no_missing_part(tmp_path, monkeypatch):
    (tmp_path / "broken_part.py").write_text("import nothing_of_that_name\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="nothing_of_that_name"):
        family_module.find_part("broken_part", "run", "options")
