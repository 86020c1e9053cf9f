"""The pytest plugin: tests that ask for `target` run on each installed Keras."""

import functools

import pytest

from .targets import INSTALL, installed

WORST = "rnn_oracle: error / allowed"
LEFT_OUT = "no TensorFlow here, so nothing was compared with it; install it with: " + INSTALL


def pytest_generate_tests(metafunc):
    """Run a test that takes `target` on every target that is installed, or skip it."""
    if "target" in metafunc.fixturenames:
        targets = [pytest.param(target, id=name) for name, target in _targets().items()]
        skipped = pytest.param(None, id="keras", marks=pytest.mark.skip(reason=LEFT_OUT))
        metafunc.parametrize("target", targets or [skipped], scope="session")


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
    if not _targets():
        terminalreporter.write_line(LEFT_OUT)
