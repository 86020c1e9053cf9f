"""The covering arrays: what they are said to cover, they do. No TensorFlow."""

import itertools

import pytest

from rnn_oracle import covering
from rnn_oracle.cover import GENERATIONS, TABLE, table
from rnn_oracle.families import CROSSED

EACH = [
    pytest.param(kind, dialect, id="{}-{}".format(kind.family, dialect))
    for kind, dialect in itertools.product(CROSSED.values(), GENERATIONS)
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


@pytest.mark.parametrize("kind", CROSSED.values(), ids=list(CROSSED))
def test_the_defaults_are_the_first_values(kind):
    assert kind().options == {axis: values[0] for axis, values in kind.axes.items()}


@pytest.mark.parametrize("kind", CROSSED.values(), ids=list(CROSSED))
def test_an_axis_without_its_pairs_is_told(kind, monkeypatch):
    covering.cases.cache_clear()
    monkeypatch.setattr(kind, "axes", dict(kind.axes, another=(False, True)))
    with pytest.raises(ValueError, match="has other axes than .*: another; write it anew with"):
        covering.cases(kind, GENERATIONS[0])


def test_the_table_is_that_of_the_cases(pytestconfig):
    assert (pytestconfig.rootpath / TABLE).read_text(encoding="utf-8") == table()
