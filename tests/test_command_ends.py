"""How a command ends as a program: by Ctrl-C, by a fault of its own, with a closed stream."""

import os
import signal
import subprocess
import sys

import pytest

SCRIPT = """
import os, signal, sys, threading, types
from rnn_oracle.commands import program
from rnn_oracle.commands.parallel import spread

def wait(chunk):
    print(os.getpid(), flush=True)
    threading.Event().wait()

def interrupted(*_):
    list(spread(wait, [1, 2], [1, 1], "waiting", 2))

def faulty(*_):
    return {}["no such key"]

def full(*_):
    raise OSError(28, "No space left on device", "some.json")

def late(*_):
    raise KeyboardInterrupt

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the background has it ignored
    command = types.ModuleType("rnn_oracle.commands.invented")
    command.main = globals()[sys.argv[1]]
    sys.modules[command.__name__] = command
    program.run("invented")
"""


@pytest.fixture
def start(tmp_path):
    """Return a function that starts an invented command in a session of its own."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)

    def start(name):
        return subprocess.Popen(
            [sys.executable, str(script), name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return start


def test_ctrl_c_is_told_in_a_line_and_ends_all_processes(start):
    command = start("interrupted")
    workers = [int(command.stdout.readline()) for _ in range(2)]
    os.killpg(command.pid, signal.SIGINT)  # as a terminal does
    _, told = command.communicate(timeout=60)
    assert (command.returncode, told) == (-signal.SIGINT, "script.py: interrupted\n")
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


@pytest.mark.parametrize(
    "name, status, told",
    [
        ("late", -signal.SIGINT, "script.py: interrupted\n"),
        ("full", 2, "script.py: [Errno 28] No space left on device: 'some.json'\n"),
    ],
)
def test_what_ends_a_command(name, status, told, start):
    command = start(name)
    assert (command.communicate()[1], command.returncode) == (told, status)


def test_a_fault_of_its_own_is_no_divergence(start):
    command = start("faulty")
    told = command.communicate()[1]
    assert command.returncode == 2 and told.endswith("KeyError: 'no such key'\n")


def run(words, folder, root):
    environment = dict(os.environ, PYTHONPATH=str(root), PYTHONIOENCODING="ascii")
    environment.pop("PYTHONUNBUFFERED", None)
    words = words.replace("python", sys.executable)
    done = subprocess.run(
        ["bash", "-c", words], cwd=str(folder), env=environment, capture_output=True
    )
    return done.returncode, done.stderr.decode()


FULL = "[Errno 28] No space left on device: 'the standard output'\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
@pytest.mark.parametrize(
    "words, status, told",
    [
        ("python -m rnn_oracle.cases --family defaults >&-", 0, ""),
        ("python -m rnn_oracle.cases --rule X9 2>&-", 2, ""),
        ("python -m rnn_oracle.cases --rule X9 2>/dev/full", 2, ""),
        ("python -m rnn_oracle.cases --help | true; exit ${PIPESTATUS[0]}", 0, ""),
        ("python -m rnn_oracle.cases --help >/dev/full", 2, "python -m rnn_oracle.cases: " + FULL),
        ("python -m rnn_oracle.dump --vectors --only 'gru.one.last.*' --out $'\\u2014'", 0, ""),
        ("python -m rnn_oracle.dump --vectors --only 'gru.one.l*' --out o <&- >&- 2>&-", 0, ""),
    ],
    ids=["no-output", "no-errors", "full", "help-unread", "help-full", "no-ascii", "no-streams"],
)
def test_a_stream_that_takes_nothing(words, status, told, tmp_path, pytestconfig):
    assert run(words, tmp_path, pytestconfig.rootpath) == (status, told)


def test_a_page_is_utf_8_whatever_the_terminal_is(tmp_path, pytestconfig):
    pytest.importorskip("jinja2")
    words = "python -m rnn_oracle.history --html --only 'gru.one.last.nostate.*.nomask' > page"
    status, told = run(words, tmp_path, pytestconfig.rootpath)
    assert status in (0, 1) and told == ""
    assert not (tmp_path / "page").read_text(encoding="utf-8").isascii()
