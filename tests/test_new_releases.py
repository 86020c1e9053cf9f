"""On a release that was never seen: findings in few lines, and tests of the suite itself quiet."""

import os

import pytest
from fakes import Small

import conftest

MANY = """
    import pytest
    from rnn_oracle.families.expected import expected
    from rnn_oracle.families.layers.case import CoreCase

    class Blind:
        name = dialect = "keras3"
        version = "3.99.0"
        seconds = 0.0

        def __repr__(self):
            return "keras3 (blind 3.99.0)"

        def load(self):
            pass

        def run(self, case, sizes):
            self.seconds += 1
            unmasked = expected(CoreCase(case.cell), "keras3", sizes)
            return expected(case, "keras3", sizes).changed(unmasked.arrays)

    @pytest.mark.parametrize("mask", ["left", "right", "holes"])
    @pytest.mark.parametrize("cell", ["gru", "lstm"])
    def test_a_case(cell, mask, judged):
        judged(Blind(), CoreCase(cell, mask=mask, mask_from="argument"))

    def test_that_is_wrong_itself():
        assert 1 == 2
    """


@pytest.fixture
def suite(pytester, monkeypatch, pytestconfig):
    """Return a function that runs a file of tests with the suite's plugins."""
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath), prepend=os.pathsep)

    def run(text, *options):
        pytester.makepyfile(test_new=text)
        plugins = ["-p", "rnn_oracle.plugin", "-p", "rnn_oracle.suite"]
        return pytester.runpytest_subprocess(*plugins, "-rfE", *options)

    return run


def test_divergences_of_one_cause_are_one_line(suite):
    done = suite(MANY)
    told = [line for line in done.stdout.lines if "DIVERGES" in line]
    assert done.ret == pytest.ExitCode.TESTS_FAILED and len(told) == 1
    done.stdout.fnmatch_lines(
        [
            "DIVERGES: 6 on keras3 (blind 3.99.0), as if the mask were ignored*; such as "
            "test_new.py::test_a_case?gru-left?: *",
            "*1 failed, 6 diverged*",
        ]
    )


def test_other_failures_are_shown_as_ever(suite):
    done = suite(MANY)
    done.stdout.fnmatch_lines(["*FAILURES*", "E * assert 1 == 2", "FAILED *::test_that_is_wrong*"])
    done.stdout.no_fnmatch_line("FAILED *::test_a_case*")


# Tests of the suite itself.


@pytest.mark.parametrize(
    "version, itself, is_excused",
    [("3.15.1", True, False), ("3.99.0", True, True), ("3.99.0", False, False)],
    ids=["measured", "new", "a-finding"],
)
def test_what_tests_the_suite_itself_is_excused_on_a_new_release(version, itself, is_excused):
    marks = {"target", "itself"} if itself else {"target"}
    assert conftest.is_excused(marks, [Small(version=version)]) == is_excused


def test_what_runs_on_no_release_is_not_excused():
    assert not conftest.is_excused({"itself"}, [Small(version="3.99.0")])
