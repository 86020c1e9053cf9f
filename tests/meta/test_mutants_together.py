"""Many small wrong changes at once, ``python tests/meta/mutate.py keras3 --together``."""

import sys
from types import SimpleNamespace

import pytest

if sys.version_info < (3, 9):
    pytest.skip("the tool needs ast.unparse", allow_module_level=True)

import mutate
from mutants.live import Living
from mutants.search import CAUGHT, SURVIVED, Executed, Found
from mutants.suite import Judged
from mutants.together import meet
from mutants.worker import GoneError
from test_mutants import toy

__all__ = ["toy"]

NAMES = ["Toy.scale:call-bypassed:2", "Base.scale:constant:1", "Toy.idle:constant:2"]
ONE, OTHER, THIRD = NAMES


class Showing:
    """A suite of which each test fails with the same mutants, unless others hide them."""

    def __init__(self, found, shown, hidden_by, crashing):
        self.found, self.shown, self.hidden_by, self.crashing = found, shown, hidden_by, crashing
        self.groups = []

    def ask(self, method, test, whole, names=(), lines=False):
        self.groups.append(names)
        if not self.crashing.isdisjoint(names):
            raise GoneError("crashes")
        hidden = {name for name in names if self.hidden_by.get(name) in names}
        failed = self.shown & set(names) - hidden != set()
        passed = {line for name in set(names) - hidden for line in executed(self.found[name])}
        return Judged(failed, "output" * failed, None if failed else passed)


def executed(mutant):
    return frozenset((mutant.path, line) for line in mutant.lines)


@pytest.mark.parametrize(
    "hidden_by", [{}, {ONE: THIRD}, {ONE: OTHER, OTHER: THIRD}, {ONE: OTHER, OTHER: ONE}]
)
@pytest.mark.parametrize("shown", [set(), {ONE}, {OTHER}, {ONE, OTHER}, set(NAMES)])
@pytest.mark.parametrize("crashing", [set(), {THIRD}])
def test_those_that_a_test_shows_are_found(toy, shown, hidden_by, crashing):
    _, found = toy
    lines = frozenset().union(*(executed(found[name]) for name in NAMES))
    suite = Showing(found, shown, hidden_by, crashing)
    came, *more = meet(suite, [found[name] for name in NAMES], Executed({"a": lines}, {}).in_turn())
    assert more == [] and set(came) == set(NAMES)
    for name in NAMES:
        wanted = Found(SURVIVED, "", "1")
        if name in shown | crashing:
            wanted = Found(CAUGHT, "a", "crashes" if name in crashing else "output")
        assert came[name] == wanted
    assert suite.groups[0] == tuple(NAMES)


def test_what_a_test_has_shown_meets_no_other(toy):
    _, found = toy
    lines = {test: executed(found[ONE]) | executed(found[OTHER]) for test in "ab"}
    suite = Showing(found, {ONE}, {}, set())
    first, second = meet(suite, [found[ONE], found[OTHER]], Executed(lines, {}).in_turn())
    assert first[ONE].outcome == CAUGHT and first[OTHER] == Found(SURVIVED, "", "1")
    assert second == {OTHER: Found(SURVIVED, "", "2")}


def test_a_test_meets_those_alone_whose_lines_it_executes(toy):
    _, found = toy
    suite = Showing(found, set(NAMES), {}, set())
    (came,) = meet(
        suite, [found[n] for n in NAMES], Executed({"a": executed(found[THIRD])}, {}).in_turn()
    )
    assert set(came) == {THIRD}


def test_changes_of_one_statement_are_not_made_at_once(toy):
    _, found = toy
    same = [found["Toy.scale:call-bypassed:1"], found[ONE], found["Toy.scale:default-constant:1"]]
    suite = Showing(found, set(), {}, set())
    list(meet(suite, same, Executed({"a": executed(found[ONE])}, {}).in_turn()))
    assert suite.groups == [(same[0].name, same[2].name), (same[1].name,)]


def test_those_that_hide_each_other_part_for_good(toy):
    _, found = toy
    lines = {test: executed(found[ONE]) | executed(found[OTHER]) for test in "ab"}
    suite = Showing(found, set(), {ONE: OTHER}, set())
    list(meet(suite, [found[ONE], found[OTHER]], Executed(lines, {}).in_turn()))
    assert suite.groups == [(ONE, OTHER), (ONE,), (OTHER,), (ONE,)]


def test_what_was_stopped_goes_on(toy, tmp_path, monkeypatch):
    _, found = toy
    monkeypatch.setattr(mutate, "mutants", lambda target: found)
    monkeypatch.setattr(mutate.results, "judgements", lambda: [])
    known = {ONE: Found(SURVIVED, "", "1")}
    given = SimpleNamespace(target="toy", only="*", met=str(tmp_path / "met"))
    lines = {test: executed(found[ONE]) for test in "abc"}

    def met():
        suite = Showing(found, set(), {}, set())
        return len(list(mutate._all_tests(given, suite, Executed(lines, {}), known)))

    assert met() == 3 and met() == 0
    lines["d"] = lines["a"]
    assert met() == 1


def test_several_mutants_live_at_once(toy):
    module, found = toy
    several = [found[n] for n in (OTHER, "Toy.scale:default-constant:1", "Toy.scale:arithmetic:1")]
    with Living().broken(several):
        assert module.Toy().scale(1) == 11 * (1 - 3)
    assert module.Toy().scale(1) == 30
