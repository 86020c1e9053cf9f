"""What came of breaking Keras: each change is shown by a test, or judged."""

import collections
import sys

import pytest

if sys.version_info < (3, 9):
    pytest.skip("the tool needs ast.unparse", allow_module_level=True)

from mutants import results
from mutants.results import NOTHING, OUTCOMES, Judgement, Results, is_number, judge, judgements
from mutants.search import CAUGHT, COMPARISON, NOT_RUN, SURVIVED, Found

MEASURED = ("keras3", "keras2")
"""The targets of which results are kept."""

FOUND = {
    "keras3:rnn.py:f:constant:1": Found(CAUGHT, "test_core[a]", "default.output"),
    "keras3:rnn.py:f:constant:2": Found(CAUGHT, "test_core[a]", "ValueError at call"),
    "keras3:rnn.py:f:constant:3": Found(CAUGHT, "test_core[b]", COMPARISON),
    "keras3:rnn.py:f:constant:4": Found(CAUGHT, "test_core[b]", "keras.errors.SomeError"),
    "keras3:rnn.py:f:constant:5": Found(CAUGHT, "test_configs.py::test[a]", COMPARISON),
    "keras3:rnn.py:f:constant:6": Found(CAUGHT, "test_core[defaults.gru]", COMPARISON),
    "keras3:rnn.py:f:name:1": Found(SURVIVED, "", "12"),
    "keras3:rnn.py:g:name:1": Found(NOT_RUN, "", "0"),
}


@pytest.fixture(scope="module", params=MEASURED)
def kept(request):
    return results.read(results.path_of(request.param))


def test_there_is_no_hole(kept):
    _, holes, _ = judge(kept.found, judgements())
    assert kept.version and holes == []


def test_the_tests_that_showed_something_are_there(kept, pytestconfig):
    """Their functions are; to find all their parameters one would have to collect the suite."""
    shown = {tuple(one.test.partition("[")[0].split("::")) for one in kept.found.values()} - {("",)}
    assert shown
    for path, *_, name in shown:
        text = (pytestconfig.rootpath / path).read_text(encoding="utf-8")
        assert f"def {name}(" in text, (path, name)


@pytest.mark.parametrize("name", MEASURED)
def test_the_cases_that_showed_something_are_there(name):
    """Where a test has no parameters but the target and a case."""
    kept = results.read(results.path_of(name))
    assert results.lost_cases(kept, name) == []
    assert set(results.CASES) <= {one.test.partition("[")[0] for one in kept.found.values()}


@pytest.mark.parametrize("test", results.CASES)
def test_a_case_that_there_is_no_more_is_lost(test):
    case = results.CASES[test]("keras3")[0].id
    gone = f"{test}[keras3-former.{case}]"
    cited = [f"{test}[keras3-{case}]", gone, f"tests/test_other.py::test[keras3-former.{case}]"]
    found = {name: Found(CAUGHT, name, COMPARISON) for name in cited}
    assert results.lost_cases(Results("3.15.1", 5, found), "keras3") == [gone]


def test_wrong_numbers_are_many():
    found = [results.read(results.path_of(target)).found for target in MEASURED]
    assert sum(is_number(one) for each in found for one in each.values()) >= 200


def test_each_judgement_is_of_mutants_that_no_test_shows():
    judged = judgements()
    found = collections.ChainMap(*[results.read(results.path_of(t)).found for t in MEASURED])
    assert judge(found, judged)[2] == []
    assert {judgement.outcome for judgement in judged} <= set(OUTCOMES)
    patterns = collections.Counter(p for judgement in judged for p in judgement.mutants)
    assert max(patterns.values()) == 1


def test_results_are_read_as_they_were_written(tmp_path):
    path = str(tmp_path / "mutants.json")
    assert results.read(path) == Results("", 0, {})
    results.write(Results("3.15.1", 5, FOUND), path)
    assert results.read(path) == Results("3.15.1", 5, FOUND)


def test_what_nobody_has_judged_is_a_hole():
    why = Judgement(NOTHING, "The same again.", ["*:f:name:*", "*:f:constant:1"])
    known, holes, stale = judge(FOUND, [why])
    assert known == {"keras3:rnn.py:f:name:1": why}
    assert holes == ["keras3:rnn.py:g:name:1"]
    assert stale == ["*:f:constant:1"]


def test_summary():
    why = Judgement(NOTHING, "The same again.", ["*:f:name:*"])
    told = results.summary("keras3", Results("3.15.1", 5, FOUND), [why])
    assert told == (
        "keras3 3.15.1: 8 changes, one in 5, 6 caught, 2 of them by a wrong number, shape or mask, "
        "1 changes nothing, 0 cannot run here, 1 holes"
    )
