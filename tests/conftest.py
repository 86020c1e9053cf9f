"""Tells which tests run on TensorFlow, and how pytest-xdist deals the tests out."""

import pytest


def pytest_collection_modifyitems(items):
    """Mark what runs on the TensorFlow that is installed, to be chosen with ``-m target``."""
    for item in items:
        if {"target", "tf1_target"} & set(item.fixturenames):
            item.add_marker("target")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Deal out long runs of tests, so that a worker shares what it has built.

    A worker that has nothing left to do takes from another.
    """
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None
