"""Tells which tests run on TensorFlow, and how pytest-xdist deals the tests out."""

import pytest

from rnn_oracle import covering
from rnn_oracle.dialects import generation
from rnn_oracle.families import CROSSED
from rnn_oracle.targets import installed

KERAS_CASE = "keras_case"
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
        pairs = [
            (target, case)
            for target in installed().values()
            if target.name != "tf1"
            for kind in CROSSED.values()
            for case in choose(kind, generation(target.dialect))
        ]
        ids = ["{}-{}".format(target.name, case.id) for target, case in pairs]
        metafunc.parametrize(KERAS_CASE, pairs, ids=ids)


def pytest_collection_modifyitems(items):
    """Mark what runs on the TensorFlow that is installed, to be chosen with ``-m target``."""
    for item in items:
        if {"target", "tf1_target", KERAS_CASE} & set(item.fixturenames):
            item.add_marker("target")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Deal out long runs of tests, so that a worker shares what it has built.

    A worker that has nothing left to do takes from another.
    """
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None
