"""The pytest plugin: tests that ask for `target` run on each installed Keras."""

import functools

import pytest

from .ledger import unmeasured
from .targets import INSTALL, installed

WORST = "rnn_oracle: error / allowed"
LEFT_OUT = "no TensorFlow here, so nothing was compared with it; install it with: " + INSTALL

NO_CELLS = "there is no TensorFlow here, or one from 2.16 on without tf_keras"


def pytest_generate_tests(metafunc):
    """Run a test that takes `target` on every Keras that is installed, or skip it.

    A test that takes `tf1_target` likewise runs on the cells of TensorFlow 1.
    """
    for fixture, without in (("target", LEFT_OUT), ("tf1_target", NO_CELLS)):
        if fixture in metafunc.fixturenames:
            found = {n: t for n, t in _targets().items() if (n == "tf1") == (fixture != "target")}
            targets = [pytest.param(target, id=name) for name, target in found.items()]
            skipped = pytest.param(None, id="none", marks=pytest.mark.skip(reason=without))
            metafunc.parametrize(fixture, targets or [skipped], scope="session")


@functools.lru_cache(maxsize=None)
def _targets():
    return installed()


@pytest.fixture
def record_worst(record_property):
    """Return a function that notes the largest error over the allowed error of a test."""
    return functools.partial(record_property, WORST)


def pytest_terminal_summary(terminalreporter):
    """Print the largest observed error over the allowed one, and what was left out."""
    ratios = [
        (value, report.nodeid)
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
        if name == WORST
    ]
    if ratios:
        worst, nodeid = max(ratios)
        terminalreporter.write_line(
            "largest observed error / allowed error: {:.3f} of {} ({})".format(
                worst, len(ratios), nodeid
            )
        )
        for words in filter(None, map(unmeasured, _targets().values())):
            terminalreporter.write_line(words)
    if not _targets():
        terminalreporter.write_line(LEFT_OUT)
