"""The pytest plugin for everyone's tests: the fixture `oracle_check`, and options.

pytest loads it in every project of an environment that has this package, and a project may have a
package `rnn_oracle` of its own, or options by these names. So it lies outside of the package, of
which it imports nothing before the fixture is called; all its names begin with `oracle`; and
``-p no:rnn_oracle`` blocks it, as its own name is that with `pytest_` before it.
"""

import os

import pytest

MATRIX, TARGET = "--oracle-matrix", "--oracle-target"
OPTIONS = {
    MATRIX: dict(
        dest="rnn_oracle_matrix",
        choices=("core", "default", "full"),
        default="default",
        help="which cases of the conformance suite to run: those of the core options alone, "
        "what runs by default, or all that there are",
    ),
    TARGET: dict(
        dest="rnn_oracle_target",
        metavar="NAME",
        action="append",
        default=[],
        help="run the conformance suite on this target in place of what is found, such as "
        "keras-jax; may be repeated",
    ),
}
GROUP = "the options of pytest_rnn_oracle"
"""A name that no other plugin gives, as all may add to a group."""


def pytest_addoption(parser, pluginmanager):
    """Offer the options, where it was a conftest.py that asked for this plugin."""
    names = [getattr(plugin, "__file__", None) or "" for plugin in pluginmanager.get_plugins()]
    if any(os.path.basename(name) == "conftest.py" for name in names):
        _offer(parser)


@pytest.hookimpl(hookwrapper=True)
def pytest_load_initial_conftests(parser):
    """Offer the options when all others are there; no conftest.py that is read later sees this."""
    yield
    _offer(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session):
    """Let go of the names, as all is read: a conftest.py among the tests may want them.

    pytest has no way to say so. What was read stays, in a place of our own.
    """
    parser = session.config._parser
    parser.getgroup(GROUP).options.clear()
    there = getattr(getattr(parser, "optparser", None), "_option_string_actions", {})
    for name, about in OPTIONS.items():
        if name in there and there[name].dest == about["dest"]:
            del there[name]


def _offer(parser):
    """Offer the options of the command line, but those by a name that another plugin has given."""
    group = parser.getgroup(GROUP, "rnn_oracle, the recurrent layers of Keras by the rules")
    for name, about in OPTIONS.items():
        if not _is_taken(parser, name):
            group.addoption(name, **about)


def _is_taken(parser, option):
    try:
        return option not in parser.parse_known_and_unknown_args([option])[1]
    except pytest.UsageError as error:  # it wants a value, or another one has to be given
        return option in str(error)


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
        from rnn_oracle.testing.checking import check

        report = check(layer, x, mask, initial_state, training)
        if report.mismatches or (report.unjudged and not allow_unjudged):
            pytest.fail(str(report))
        return report.demanded

    return oracle_check
