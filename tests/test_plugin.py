"""The plugins in other projects: how they load, what they offer, and what they leave alone."""

import os
import re
import sys
import xml.etree.ElementTree as ElementTree
from types import SimpleNamespace

import pytest
from helpers import needs

from rnn_oracle.testing.suite import effort

pytestmark = pytest.mark.itself

HEAVY = ("numpy", "tensorflow", "keras", "tf_keras", "packaging.specifiers")


@pytest.fixture
def project(pytester, monkeypatch, pytestconfig):
    """Another project, in an environment in which this package can be imported."""
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath), prepend=os.pathsep)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return pytester


def entry_point(pytestconfig):
    """Return the name and the module by which pytest finds the plugin."""
    text = (pytestconfig.rootpath / "pyproject.toml").read_text(encoding="utf-8")
    (found,) = re.findall(r'\[project.entry-points.pytest11\]\n"(.+)" = "(.+)"\n', text)
    return found


@pytest.fixture
def installed_project(project, pytestconfig):
    """The same where this package is installed: pip writes its entry points into such a file."""
    name, module = entry_point(pytestconfig)
    about = project.mkdir("site").joinpath("rnn_oracle-0.1.0.dist-info")
    about.mkdir()
    about.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: rnn-oracle\nVersion: 0\n")
    about.joinpath("entry_points.txt").write_text(f"[pytest11]\n{name} = {module}\n")
    os.environ["PYTHONPATH"] += os.pathsep + str(about.parent)
    return project


WAYS = {
    "entry-point": ("installed_project", [], ""),
    "option": ("project", ["-p", "rnn_oracle.plugin"], ""),
    "conftest": ("project", [], "pytest_plugins = ['rnn_oracle.plugin']"),
    "all": (
        "installed_project",
        ["-p", "rnn_oracle.plugin"],
        "pytest_plugins = ['rnn_oracle.plugin']",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_plugin_loads_and_costs_and_disturbs_nothing(way, request):
    fixture, options, conftest = WAYS[way]
    project = request.getfixturevalue(fixture)
    project.makeconftest(conftest)
    project.makepyfile(
        """
        import sys
        import pytest

        @pytest.fixture(params=["mine", "too"])
        def target(request):
            return request.param

        @pytest.fixture
        def judged():
            return 1

        def test_my_own_fixtures(target, judged):
            assert target in ("mine", "too") and judged == 1

        def test_what_is_offered(oracle_check, pytestconfig):
            assert callable(oracle_check)
            assert pytestconfig.getoption("--oracle-matrix") == "default"

        def test_what_is_imported():
            assert not set({!r}) & set(sys.modules)
        """.replace("{!r}", repr(HEAVY))
    )
    done = project.runpytest_subprocess(*options)
    done.assert_outcomes(passed=4)
    done.stdout.no_fnmatch_line("*TensorFlow*")
    done.stdout.no_fnmatch_line("*warning*")


def test_the_options_are_in_the_help(project):
    done = project.runpytest_subprocess("-p", "rnn_oracle.plugin", "--help")
    done.stdout.fnmatch_lines(["rnn_oracle, *", "*--oracle-matrix={core,default,full}*"])


# What a project has of its own.

OPTION = "def pytest_addoption(parser):\n    parser.addoption('--oracle-matrix', {})\n"
OPTIONS = {
    "value": ("default='mine'", ["--oracle-matrix", "other"], "other"),
    "choice": ("choices=['mine']", ["--oracle-matrix=mine"], "mine"),
    "flag": ("action='store_true'", ["--oracle-matrix"], True),
    "default": ("default='mine'", [], "mine"),
}


@pytest.mark.parametrize(
    "way, where, how",
    [(way, where, "value") for way in WAYS for where in ("conftest", "plugin", "entry-point")]
    + [("entry-point", "conftest", how) for how in ("choice", "flag", "default")],
)
def test_an_option_of_ones_own(way, where, how, request):
    fixture, options, conftest = WAYS[way]
    project = request.getfixturevalue(fixture)
    settings, arguments, value = OPTIONS[how]
    text = OPTION.format(settings)
    if where == "conftest":
        conftest += "\n" + text
    else:
        project.makepyfile(own_plugin=text)
        options = (["-p", "own_plugin"] if where == "plugin" else []) + options
    if where == "entry-point":
        about = project.mkdir("own_plugin-0.dist-info")
        about.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: own\nVersion: 0\n")
        about.joinpath("entry_points.txt").write_text("[pytest11]\nown_plugin = own_plugin\n")
    os.environ["PYTHONPATH"] += os.pathsep + str(project.path)
    project.makeconftest(conftest)
    project.makepyfile(
        f"""
        def test_mine(pytestconfig, oracle_check):
            assert pytestconfig.getoption("--oracle-matrix") == {value!r}
        """
    )
    project.runpytest_subprocess(*options, *arguments).assert_outcomes(passed=1)


CONFTESTS = {
    "found-late": ("sub", OPTION.format("default='mine'"), [], "--oracle-matrix", "mine"),
    "same-dest": (
        ".",
        "def pytest_addoption(parser):\n"
        "    parser.addoption('--mine', dest='oracle_matrix', default='mine')\n",
        [],
        "oracle_matrix",
        "mine",
    ),
    "required": (
        ".",
        "def pytest_addoption(parser):\n    parser.addoption('--mine', required=True)\n",
        ["--mine=1", "--oracle-matrix=core"],
        "--oracle-matrix",
        "core",
    ),
    "same-group": (
        ".",
        "def pytest_addoption(parser):\n"
        "    parser.getgroup('rnn_oracle').addoption('--mine', default='mine')\n",
        [],
        "--mine",
        "mine",
    ),
}


@pytest.mark.parametrize("which", CONFTESTS)
def test_options_of_ones_own_beside(which, installed_project):
    folder, conftest, arguments, name, value = CONFTESTS[which]
    package = installed_project.path / folder
    package.mkdir(exist_ok=True)
    (package / "conftest.py").write_text(conftest)
    (package / "test_mine.py").write_text(
        f"def test_mine(pytestconfig, oracle_check):\n"
        f"    assert pytestconfig.getoption({name!r}) == {value!r}\n"
    )
    installed_project.runpytest_subprocess(*arguments).assert_outcomes(passed=1)


@pytest.mark.parametrize("folder", [".", "tests"], ids=["at-once", "with-the-tests"])
def test_a_package_of_ones_own_is_found(folder, installed_project, pytestconfig, monkeypatch):
    # This package itself may be installed here too, as it was before.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    package = installed_project.path / folder / "rnn_oracle"
    package.mkdir(parents=True)
    package.joinpath("__init__.py").write_text("MINE = 1\n")
    text = "from rnn_oracle import MINE\n\ndef test_mine():\n    assert MINE"
    (package.parent / "test_mine.py").write_text(text)
    done = installed_project.runpytest_subprocess("-p", entry_point(pytestconfig)[0])
    done.assert_outcomes(passed=1)
    done.stdout.no_fnmatch_line("*warning*")


@pytest.mark.parametrize("name", ["rnn_oracle", "pytest_rnn_oracle"])
def test_it_can_be_blocked(name, installed_project):
    installed_project.makepyfile("def test_mine(oracle_check):\n    pass")
    done = installed_project.runpytest_subprocess("-p", "no:" + name)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*fixture 'oracle_check' not found"])
    done = installed_project.runpytest_subprocess("-p", "no:" + name, "--oracle-matrix=core")
    assert done.ret == pytest.ExitCode.USAGE_ERROR


# What is refused.


def test_an_unknown_matrix_is_refused(project):
    done = project.runpytest_subprocess("-p", "rnn_oracle.plugin", "--oracle-matrix=half")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*--oracle-matrix*invalid choice: 'half'*"])


SUITE = """
    import numpy as np
    import pytest
    from rnn_oracle.families.layers.case import CoreCase as Case
    from rnn_oracle.families.expected import expected

    class Small:
        name = dialect = "keras3"
        version = "3.15.1"
        seconds = 0.0

        def __repr__(self):
            return "keras3 (small 3.15.1)"

        def load(self):
            pass

        def run(self, case, sizes):
            self.seconds += 2.5
            outcome = expected(case, "keras3", sizes, bounded=False)
            if case.cell == "lstm":
                outcome.arrays["given.h1"] = outcome.arrays["given.h1"] + 1
            return outcome

    SMALL = Small()

    @pytest.mark.parametrize("cell", ["gru", "lstm"])
    def test_a_case(cell, judged):
        judged(SMALL, Case(cell, return_state=True))

    def test_a_known_divergence(judged, monkeypatch):
        monkeypatch.setattr(SMALL, "version", "3.15.1")
        with pytest.raises(AssertionError, match="the ledger says"):
            judged(SMALL, Case("gru", "one", mask="left", mask_from="masking"))

    def test_that_is_no_case():
        pass
    """


def run_suite(project, *options):
    project.makeconftest("pytest_plugins = ['rnn_oracle.plugin', 'rnn_oracle.suite']")
    project.makepyfile(test_suite=SUITE)
    return project.runpytest_subprocess("--junitxml=report.xml", *options)


def properties(project):
    """Return the properties of each test in the report, by its name."""
    tests = ElementTree.parse(str(project.path / "report.xml")).iter("testcase")
    return {
        test.get("name"): {p.get("name"): p.get("value") for p in test.iter("property")}
        for test in tests
    }


def test_the_report_says_what_came_of_a_case(project):
    done = run_suite(project)
    done.assert_outcomes(passed=3)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    told = properties(project)
    right, wrong = told["test_a_case[gru]"], told["test_a_case[lstm]"]
    assert right["oracle.case"] == "gru.one.last.state.batch_major.forwards.nomask"
    assert right["oracle.target"] == "keras3 (small 3.15.1)"
    assert '"return_state": true' in right["oracle.options"]
    assert right["oracle.verdict"] == "agree" and wrong["oracle.verdict"] == "DIVERGES"
    assert float(right["oracle.error_over_allowed"]) == 0
    assert float(wrong["oracle.error_over_allowed"]) > 1
    assert float(right["oracle.seconds_inside"]) == 2.5
    assert ("oracle.seconds_importing" in right) != ("oracle.seconds_importing" in wrong)
    assert told["test_that_is_no_case"] == {}
    done.stdout.fnmatch_lines(
        [
            "largest observed error / allowed error: * of 3 (test_suite.py::test_a_case?lstm?)",
            "rnn_oracle: 3 cases judged in * s of work, 7.5 s of it inside the runtimes: *",
            "DIVERGES: 1 on keras3 (small 3.15.1), other numbers; "
            "such as test_suite.py::test_a_case?lstm?: given.h1*: expected *",
            "*3 passed*1 diverged*",
        ]
    )
    done.stdout.no_fnmatch_line("*FAILURES*")


@needs("xdist")
def test_the_effort_of_several_processes_adds_up(project):
    done = run_suite(project, "-n", "2")
    done.stdout.fnmatch_lines(["rnn_oracle: 3 cases judged in *, 7.5 s of it inside the runtimes*"])


def report(nodeid, duration, **record):
    named = {"oracle." + name: value for name, value in record.items()}
    return SimpleNamespace(nodeid=nodeid, duration=duration, user_properties=list(named.items()))


def test_effort_counts_all_of_a_test_but_the_import():
    first = dict(case="a", seconds_inside=3.0, seconds_importing=10.0)
    second = dict(case="b", seconds_inside=4.0)
    reports = [
        report("first", 0.5),
        report("second", 0.25),
        report("other", 7.0),
        report("first", 14.0, **first),
        report("first", 0.5, **first),
        report("second", 5.0, **second),
        report("other", 9.0),
    ]
    assert effort(reports) == (2, 10.25, 7.0)
    assert effort(reports[2:3]) == (0, 0.0, 0)


PROJECT = """
    import importlib
    import numpy as np
    import pytest

    keras = importlib.import_module(MODULE)
    X = np.random.RandomState(0).uniform(-1, 1, (2, 5, 3)).astype("float32")

    class Swapped(keras.layers.LSTM):
        def get_weights(self):
            blocks = [np.split(w, 4, axis=-1) for w in super().get_weights()]
            return [np.concatenate([f, i, g, o], axis=-1) for i, f, g, o in blocks]

    def test_right(oracle_check):
        output, state = oracle_check(keras.layers.GRU(4, return_state=True), X)
        assert (output == state).all()

    def test_wrong(oracle_check):
        oracle_check(Swapped(4, unit_forget_bias=True), X)

    def test_unknown(oracle_check):
        oracle_check(keras.layers.Conv2D(2, 1), X[:, None])
    """


class Runtime:
    """Keras, and all that a run of pytest in this process imports of it.

    Such a run forgets what it has imported, and TensorFlow cannot be imported twice.
    """

    def __init__(self, target):
        self.module = target.load().__name__
        self.modules = {}

    def pytest_unconfigure(self):
        self.modules = dict(sys.modules)
        del self.modules["test_mine"]


@pytest.fixture
def runtime(target):
    runtime = Runtime(target)
    yield runtime
    for name, module in runtime.modules.items():
        sys.modules.setdefault(name, module)


# The runtime stands before the project, so that it is torn down after it.
def test_a_check_of_ones_own_layers(target, runtime, project):
    project.makepyfile(test_mine=PROJECT.replace("MODULE", repr(runtime.module)))
    done = project.runpytest_inprocess(
        "-p", "rnn_oracle.plugin", "--junitxml=report.xml", plugins=[runtime]
    )
    done.assert_outcomes(passed=1, failed=2)
    done.stdout.fnmatch_lines(
        [
            "*def test_wrong(oracle_check):",
            ">*oracle_check(Swapped(4, unit_forget_bias=True), X)",
            f"E * (Swapped of {target.dialect}, float32) does not do what the rules demand",
            "E *result * first parts at * expected * got * allowed * off * error / allowed",
            "E *output * row 0, unit 0 * 8 of 8 * up to *",
            "E *as if gates i and f were swapped",
            "E *cannot copy *Conv2D: it knows *",
        ]
    )
    done.stdout.no_fnmatch_line("*pytest.fail*")
    done.stdout.no_fnmatch_line("rnn_oracle: *")
    assert list(properties(project)) == ["test_right", "test_wrong", "test_unknown"]
