"""The covering arrays: what they are said to cover, they do. No TensorFlow."""

import importlib.util
import itertools
import json
import os
import subprocess
import sys

import pytest

from rnn_oracle.commands import cover
from rnn_oracle.commands.cover import GENERATIONS, TABLE, table
from rnn_oracle.families import covering
from rnn_oracle.families.axis import axis
from rnn_oracle.families.case import Crossed, case
from rnn_oracle.families.constraint import unless
from rnn_oracle.families.registry import crossed

KINDS = [family.case for family in crossed()]
EACH = [
    pytest.param(kind, dialect, id=f"{kind.family}-{dialect}")
    for kind, dialect in itertools.product(KINDS, GENERATIONS)
]


@pytest.mark.parametrize("kind, dialect", EACH)
def test_every_legal_combination_occurs(kind, dialect):
    cases = covering.cases(kind, dialect)
    for group in covering.groups(kind):
        missing = covering.legal(kind, dialect, group) - covering.covered(group, cases)
        assert not missing, (group, sorted(missing, key=str)[:3])


@pytest.mark.parametrize("kind, dialect", EACH)
def test_what_must_stand_together_does(kind, dialect):
    each = [case.options.items() for case in covering.cases(kind, dialect)]
    for preset in covering.presets(kind, dialect):
        assert any(preset.items() <= options for options in each), preset


@pytest.mark.parametrize("kind, dialect", EACH)
def test_an_id_that_was_ever_in_the_suite_stays(kind, dialect):
    """The files are the record: no id in them is ever removed but by --rebuild."""
    assert covering.lost(kind, dialect) == {}
    ids = list(covering.stored(kind, dialect).cases)
    assert ids == [case.id for case in covering.cases(kind, dialect)]


@pytest.mark.parametrize("kind, dialect", EACH)
def test_every_case_is_legal_and_has_an_id_of_its_own(kind, dialect):
    cases = covering.cases(kind, dialect)
    assert [case.forbidden(dialect) for case in cases] == [None] * len(cases)
    assert len({case.id for case in cases}) == len(cases)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.family)
def test_the_defaults_are_the_first_values(kind):
    assert kind().options == {axis: values[0] for axis, values in kind.axes.items()}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.family)
def test_an_axis_without_its_pairs_is_told(kind, monkeypatch):
    covering.cases.cache_clear()
    monkeypatch.setattr(kind, "axes", dict(kind.axes, another=(False, True)))
    with pytest.raises(ValueError, match="has other axes than .*: another; let it grow with"):
        covering.cases(kind, GENERATIONS[0])


def test_the_table_is_that_of_the_cases(pytestconfig):
    assert (pytestconfig.rootpath / TABLE).read_text(encoding="utf-8") == table()


@case
class Toy(Crossed):
    """A family in which `shape` and `color` are tied, and `size` stands apart."""

    shape: str = axis("round", "flat")
    color: str = axis("red", "green", "blue")
    size: int = axis(1, 2, only={2: "keras2"})

    family = "toy"
    constraints = {
        "all": [unless(lambda *pair: pair == ("flat", "red"), ("shape", "color"), "no flat red")]
    }


def test_what_may_not_be_crossed_is_told_with_its_reason():
    assert Toy("flat", "red").forbidden("keras3") == "no flat red"
    assert Toy(size=2).forbidden("keras3") == "size = 2 exists in keras2 only"
    assert Toy(size=2).forbidden("keras2") is None
    with pytest.raises(ValueError, match="color='black' is not one of"):
        Toy(color="black")


def test_legal_combinations_leave_out_what_no_case_has():
    assert covering.legal(Toy, "keras3", ("color", "size")) == {
        (color, 1) for color in ("red", "green", "blue")
    }
    assert ("flat", "red") not in covering.legal(Toy, "keras2", ("shape", "color"))
    assert not covering.completable(Toy, "keras2", {"shape": "flat", "color": "red"})


@pytest.mark.parametrize("dialect, count", [("keras2", 10), ("keras3", 5)])
def test_the_whole_product(dialect, count):
    cases = list(covering.product(Toy, dialect))
    assert len(set(cases)) == len(cases) == count
    assert not any(case.forbidden(dialect) for case in cases)


@pytest.mark.parametrize("kind, dialect", EACH)
def test_the_whole_has_all_of_the_covering_array_and_more(kind, dialect):
    least = covering.cases(kind, dialect)
    some = list(itertools.islice(covering.whole(kind, dialect), len(least) + 20))
    assert some[: len(least)] == least and len(some) > len(least)
    assert len(set(some)) == len(some)
    assert not any(case.forbidden(dialect) for case in some)


def test_an_id_tells_what_is_not_the_default():
    assert (Toy().id, Toy("flat", "blue", 2).id) == ("toy.round", "toy.flat.color-blue.size-2")


@case
class WithAxis(Toy):
    weight: str = axis("light", "heavy")


@case
class WithValue(Toy):
    color: str = axis("red", "white", "green", "blue")


@case
class WithOrder(Toy):
    color: str = axis("red", "blue", "green")


@case
class WithTriples(Toy):
    triples = ("shape", "color", "size")


@case
class WithPresets(Toy):
    presets = (
        {"shape": "round", "color": "green", "size": 2},
        {"shape": "flat", "color": "green", "size": 2},
        {"shape": "flat", "color": "red"},
    )


@case
class WithLaxity(Toy):
    constraints = {}


@case
class WithoutBlue(Toy):
    color: str = axis("red", "green")


@case
class WithoutSize(Crossed):
    shape: str = axis("round", "flat")
    color: str = axis("red", "green", "blue")

    family, constraints = "toy", Toy.constraints


@case
class WithOtherDefault(Toy):
    color: str = axis("green", "red", "blue")


@case
class WithOtherWord(Toy):
    color: str = axis("red", "green", "blue", words={"blue": "azure"})


@case
class WithConstraint(Toy):
    constraints = {
        "all": Toy.constraints["all"]
        + [unless(lambda *pair: pair == ("blue", 2), ("color", "size"), "blue is small")]
    }


BEFORE = [
    Toy("flat", "green", 2),
    Toy(),
    Toy(size=2),
    Toy(color="blue", size=2),
    Toy(color="green"),
    Toy("flat", "blue"),
]
"""All pairs that keras2 has, in an order that no rebuilding makes."""

needs_covertable = pytest.mark.skipif(
    importlib.util.find_spec("covertable") is None, reason="there is no covertable here"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Keep the arrays of toys in a folder of their own: at first, `BEFORE`."""
    monkeypatch.setattr(covering, "FOLDER", str(tmp_path))
    monkeypatch.setattr(cover, "TABLE", str(tmp_path / "pairs.md"))
    monkeypatch.setattr(cover, "GENERATIONS", ["keras2"])
    monkeypatch.setattr(cover, "checkout", lambda: str(tmp_path))
    cover.write(Toy, "keras2", BEFORE)
    return tmp_path


@pytest.fixture
def run(folder, monkeypatch):
    """Return a function that runs the command on a family in place of all."""

    def run(kind, *arguments):
        monkeypatch.setattr(cover, "_kinds", lambda name=None: [kind])
        return cover.main(list(arguments))

    return run


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@needs_covertable
@pytest.mark.parametrize(
    "kind, appended",
    [
        (Toy, 0),
        (WithAxis, 3),
        (WithValue, 2),
        (WithOrder, 0),
        (WithTriples, 4),
        (WithPresets, 1),
        (WithLaxity, 1),
    ],
)
def test_an_array_grows_by_the_cases_that_it_lacks(kind, appended, folder, run):
    before = covering.path_of(Toy, "keras2")
    with open(before, encoding="ascii") as file:
        lines = file.read().partition('"cases"')[2].splitlines()
    assert run(kind) == 0
    cases = covering.cases(kind, "keras2")
    assert [case.id for case in cases[: len(BEFORE)]] == [case.id for case in BEFORE]
    assert len(set(cases)) == len(cases) == len(BEFORE) + appended
    assert covering.missing(kind, "keras2", cases) == []
    assert not any(case.forbidden("keras2") for case in cases)
    with open(before, encoding="ascii") as file:
        after = file.read().partition('"cases"')[2].splitlines()
    assert [line.rstrip(",") for line in after[: len(BEFORE) + 1]] == [
        line.rstrip(",") for line in lines[:-1]
    ]


@needs_covertable
def test_a_family_without_a_file_grows_from_nothing(folder, run):
    os.remove(covering.path_of(Toy, "keras2"))
    with pytest.raises(ValueError, match="has other axes than Toy: color, shape, size"):
        covering.cases(Toy, "keras2")
    assert run(Toy, "--check") == 1
    assert run(Toy) == run(Toy, "--check") == 0
    assert covering.missing(Toy, "keras2", covering.cases(Toy, "keras2")) == []


@pytest.mark.parametrize(
    "kind, ids, reason",
    [
        (WithoutBlue, ["toy.round.color-blue.size-2", "toy.flat.color-blue"], "never 'blue'"),
        (
            WithoutSize,
            ["toy.flat.color-green.size-2", "toy.round.size-2", "toy.round.color-blue.size-2"],
            "WithoutSize has no axis size",
        ),
        (WithConstraint, ["toy.round.color-blue.size-2"], "blue is small"),
        (
            WithOtherDefault,
            ["toy.flat.color-green.size-2", "toy.round", "toy.round.size-2"]
            + ["toy.round.color-green"],
            "its id has become toy.",
        ),
        (
            WithOtherWord,
            ["toy.round.color-blue.size-2", "toy.flat.color-blue"],
            "its id has become toy.",
        ),
    ],
)
def test_a_case_that_would_be_lost_stops_the_command(kind, ids, reason, folder, run, capsys):
    before = contents(folder)
    assert run(kind) == 2
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert "Nothing is written" in told.err
    assert [line.split("would lose ")[1].partition(": ")[0] for line in lines] == ids
    assert all(reason in line for line in lines)
    assert run(kind, "--check") == 1
    assert contents(folder) == before


@needs_covertable
def test_rebuilding_tells_what_is_lost(folder, run, capsys):
    before = list(covering.product(Toy, "keras2"))
    cover.write(Toy, "keras2", before)
    assert run(WithoutBlue, "--rebuild") == 0
    after = {case.id for case in covering.cases(WithoutBlue, "keras2")}
    lost = [case.id for case in before if case.id not in after]
    said, *lines, written = capsys.readouterr().out.splitlines()
    assert written.endswith("pairs.md: written")
    assert f"10 cases before, {len(after)} now; {10 - len(lost)} stay, {len(lost)} are lost" in said
    assert lines == [f"  lost: {name}" for name in lost] and len(lost) >= 4
    assert covering.missing(WithoutBlue, "keras2", covering.cases(WithoutBlue, "keras2")) == []
    assert run(WithoutBlue, "--check") == 0


def test_an_array_that_lacks_something_or_is_of_other_axes_fails_the_check(folder, run, capsys):
    assert run(Toy, "--table") == run(Toy, "--check") == 0
    before = contents(folder)
    assert run(WithAxis, "--check") == run(WithOrder, "--check") == run(WithPresets, "--check") == 1
    assert contents(folder) == before
    said = capsys.readouterr().out
    assert "no case has {'shape': 'flat', 'weight': 'heavy'}" in said
    assert "is not written for the axes of WithOrder" in said
    assert "no case has {'shape': 'round', 'color': 'green', 'size': 2}" in said


def test_a_stale_table_fails_the_check(folder, run, capsys):
    assert run(Toy, "--check") == 1
    assert run(Toy, "--table") == run(Toy, "--check") == 0
    (folder / "pairs.md").write_text("none", encoding="utf-8")
    assert run(Toy, "--check") == 1
    assert (folder / "pairs.md").read_text(encoding="utf-8") == "none"
    assert "pairs.md: is not that of the cases" in capsys.readouterr().out


def test_json(folder, run, capsys):
    assert run(Toy, "--check", "--json") == 1
    (stale,) = json.loads(capsys.readouterr().out)
    assert stale == {"file": cover.TABLE, "says": ["is not that of the cases"]}
    assert run(Toy, "--table", "--json") == 0
    assert json.loads(capsys.readouterr().out) == [{"file": cover.TABLE, "says": ["written"]}]


def test_what_is_installed_has_nothing_to_grow(monkeypatch, capsys):
    monkeypatch.setattr(cover, "checkout", lambda: None)
    assert cover.main(["--check"]) == 2
    assert "a clone of the repository" in capsys.readouterr().err


def test_an_action_is_one_alone(run, capsys):
    with pytest.raises(SystemExit):
        run(Toy, "--check", "--rebuild")
    assert "not allowed with argument" in capsys.readouterr().err


@pytest.mark.parametrize("matrix", ["core", "default"])
def test_the_option_chooses_what_is_run(pytestconfig, matrix):
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("there is no TensorFlow here")
    listed = subprocess.check_output(
        [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider"]
        + ["--oracle-matrix=" + matrix]
        + [f"tests/test_{name}.py" for name in ("core", "crossed", "nest")],
        cwd=str(pytestconfig.rootpath),
    ).decode()
    found = {name for name in ("core", "crossed", "nest") if f"test_{name}.py::" in listed}
    assert found == ({"core"} if matrix == "core" else {"core", "crossed", "nest"})
