"""The pytest plugin for everyone's tests: the fixture `oracle_check`, and options.

pytest loads it in every project of an environment that has this package. So it imports nothing
but pytest, and all its names begin with `oracle`.
"""

import pytest

MATRICES = ("core", "default", "full")


def pytest_addoption(parser):
    """Offer the options of the command line."""
    group = parser.getgroup("rnn_oracle", "rnn_oracle, the recurrent layers of Keras by the rules")
    group.addoption(
        "--oracle-matrix",
        choices=MATRICES,
        default="default",
        help="which cases of the conformance suite to run: those of the core options alone, "
        "what runs by default, or all that there are",
    )


@pytest.fixture(scope="session")
def oracle_check():
    """Return a function that fails a test where a Keras layer does not do what the rules demand.

    It is `rnn_oracle.testing.checking.check` and takes what that takes; it returns what the rules
    demand, as NumPy arrays nested as the result of the layer. It fails too where numbers could not
    be judged, as after hundreds of steps in a layer that lets small errors grow, unless it is given
    `allow_unjudged=True`.
    """

    def oracle_check(
        layer, x, mask=None, initial_state=None, training=None, *, allow_unjudged=False
    ):
        __tracebackhide__ = True
        from .checking import check

        report = check(layer, x, mask, initial_state, training)
        if report.mismatches or (report.unjudged and not allow_unjudged):
            pytest.fail(str(report))
        return report.demanded

    return oracle_check
