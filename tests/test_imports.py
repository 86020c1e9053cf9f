"""What is imported when: no runtime before the first comparison."""

import subprocess
import sys

import pytest

import rnn_oracle

RUNTIMES = (
    "tensorflow",
    "keras",
    "tf_keras",
    "h5py",
    "pandas",
    "rich",
    "pytest",
    "cpuinfo",
    "jinja2",
)
PROGRAMS = {
    "package": "import rnn_oracle",
    "names": "from rnn_oracle import *",
    "checking": "import rnn_oracle.testing.checking",
    "commands": "import rnn_oracle.check, rnn_oracle.dump, rnn_oracle.diff, rnn_oracle.history, "
    "rnn_oracle.cover, rnn_oracle.cases, rnn_oracle.explain",
    "help": "from rnn_oracle.commands import one_command, program\n"
    "one_command.parser_of_all('rnn-oracle').format_help()",
    "fixtures": "from rnn_oracle.records import recordings, vectors",
    "targets": "from rnn_oracle.targets import installed; installed()",
    "plugin": "import rnn_oracle.plugin",
    "suite": "import rnn_oracle.suite",
    "collection": "import pytest; assert not pytest.main(['--collect-only', '-qq', 'tests'])",
}


@pytest.mark.parametrize("what", PROGRAMS)
def test_no_runtime_is_imported(what, pytestconfig):
    allowed = {"pytest"} if what in ("plugin", "suite", "collection") else set()
    allowed |= {"h5py"} if what == "collection" else set()  # tests write files of models with it
    refused = {"numpy"} if what in ("package", "plugin", "help") else set()
    program = PROGRAMS[what] + (
        f"\nimport sys\nprint(sorted(set({sorted(set(RUNTIMES) - allowed | refused)!r}) & "
        "set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=str(pytestconfig.rootpath),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stdout[-2000:]


def test_the_public_names():
    assert set(rnn_oracle.__all__) <= set(dir(rnn_oracle))
    for name in rnn_oracle.__all__:
        assert getattr(rnn_oracle, name).__name__ == name
    with pytest.raises(AttributeError, match="module 'rnn_oracle' has no attribute 'LSTN'"):
        rnn_oracle.LSTN  # noqa: B018
