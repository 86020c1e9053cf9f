"""The covering arrays: what they are said to cover, they do. No TensorFlow."""

import importlib.util
import itertools
import subprocess
import sys

import pytest

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
    with pytest.raises(ValueError, match="has other axes than .*: another; write it anew with"):
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


@pytest.mark.skipif(
    importlib.util.find_spec("covertable") is None, reason="there is no covertable here"
)
def test_an_array_is_made_anew_with_all_pairs(tmp_path, monkeypatch):
    monkeypatch.setattr(covering, "FOLDER", str(tmp_path))
    covering.write(Toy, "keras2")
    cases = covering.cases(Toy, "keras2")
    for group in covering.groups(Toy):
        assert covering.covered(group, cases) == covering.legal(Toy, "keras2", group)


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
