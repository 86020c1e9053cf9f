"""Tells which tests run on TensorFlow, and how pytest-xdist deals the tests out."""

import gc

import pytest

from rnn_oracle.families import covering
from rnn_oracle.families.registry import crossed
from rnn_oracle.reference.dialects import generation
from rnn_oracle.testing.suite import targets_of
from rnn_oracle.verdict.ledger import covers, unmeasured

KERAS_CASE, NONE = "keras_case", "<0"
LEFT_OUT = pytest.param(
    None,
    id="none",
    marks=pytest.mark.skip(reason="no crossed case, or no release that they were measured on"),
)
CHOICES = {
    "core": lambda kind, dialect: [],
    "default": covering.cases,
    "full": covering.whole,
}


def pytest_generate_tests(metafunc):
    """Run a test that takes `keras_case` on every case of the crossed families on each Keras.

    The option --oracle-matrix tells which: none, those of the covering arrays, or all there are.
    """
    if KERAS_CASE in metafunc.fixturenames:
        choose = CHOICES[metafunc.config.getoption("--oracle-matrix")]
        found = [
            pytest.param((target, case), id=f"{target.name}-{case.id}")
            for target, family in _measured(metafunc.config)
            for case in choose(family.case, generation(target.dialect))
        ]
        metafunc.parametrize(KERAS_CASE, found or [LEFT_OUT])


def _measured(config):
    """Yield each Keras with each crossed family that was measured on it.

    A family that nothing runs there is an error now, not when its first case is judged.
    """
    for target in targets_of(config).values():
        for family in crossed():
            if covers(family.judged_on.get(target.generation, NONE), target.version):
                target.runner(family.id)
                yield target, family


def pytest_collection_modifyitems(config, items):
    """Mark what runs on the TensorFlow that is installed, to be chosen with ``-m target``.

    On a release that is newer than all that were measured, a test of this package itself may fail
    because Keras changed, which is no finding. With --oracle-matrix=core, leave out what does not
    go through the core matrix.
    """
    there = list(targets_of(config).values())
    for item in items:
        if {"target", "tf1_target", KERAS_CASE} & set(item.fixturenames):
            item.add_marker("target")
        if is_excused({mark.name for mark in item.iter_markers()}, _run_on(item, there)):
            item.add_marker(pytest.mark.xfail(reason="Keras is newer than any that was measured"))
    if config.getoption("--oracle-matrix") == "core":
        others = [item for item in items if item.get_closest_marker("core") is None]
        items[:] = [item for item in items if item.get_closest_marker("core") is not None]
        config.hook.pytest_deselected(items=others)


def _run_on(item, there):
    """Return the targets that a test runs on: its own, or all that are there."""
    callspec = getattr(item, "callspec", None)
    own = {"target", "tf1_target"} & set(callspec.params if callspec else ())
    return [callspec.params[name] for name in own] or there


def is_excused(marks, targets):
    """Tell whether a test may fail: one of this package itself, on a release never measured."""
    return {"target", "itself"} <= marks and any(map(unmeasured, filter(None, targets)))


def pytest_collection_finish():
    """Look for garbage less often, which among so many tests takes a twelfth of all time."""
    gc.freeze()
    gc.set_threshold(20000, 10, 10)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Deal out long runs of tests, so that a worker shares what it has built.

    A worker that has nothing left to do takes from another.
    """
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None
