"""Work in several processes: the results in order, and a bar for those who look on."""

import io
import multiprocessing
import os
import signal
import subprocess
import sys
import warnings

import pytest
from helpers import needs

from rnn_oracle.commands.parallel import LostError, spread
from rnn_oracle.targets.runtime import BrokenTargetError

CHUNKS = [[1, 2, 3], [], [4]]


class Terminal(io.StringIO):
    def isatty(self):
        return True


@needs("rich")
@pytest.mark.parametrize("stream, shown", [(Terminal, True), (io.StringIO, False)])
def test_a_bar_is_shown_on_a_terminal(stream, shown, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stream())
    monkeypatch.setenv("TERM", "xterm")
    assert list(spread(len, CHUNKS, [3, 0, 1], "dumping", 2)) == [3, 0, 1]
    assert ("dumping" in sys.stderr.getvalue()) == shown


def test_without_rich_there_is_no_bar(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert list(spread(len, CHUNKS, [3, 0, 1], "dumping", 1)) == [3, 0, 1]
    assert sys.stderr.getvalue() == ""


def test_an_error_in_a_process_is_raised_here():
    with pytest.raises(TypeError, match="len"):
        list(spread(len, [1], [1], "dumping", 1))


class OddError(Exception):
    def __init__(self, what, where):
        super().__init__(what)


def refuse(chunk):
    raise OddError("no", "here")


def test_an_error_that_cannot_travel_is_told_all_the_same():
    with pytest.raises(RuntimeError, match="OddError: no"):
        list(spread(refuse, [1], [1], "dumping", 1))


# What processes are warned of.


def warn(chunk):
    for number in range(chunk):
        warnings.warn(f"layer {number} has\nno mask", stacklevel=1)
    if chunk > 2:
        warnings.warn("and another", FutureWarning, stacklevel=1)
    return chunk


@pytest.mark.parametrize(
    "chunks, told",
    [
        ([0, 0], ""),
        ([1, 2], "judging: 3 warnings of one kind, UserWarning: layer 0 has no mask\n"),
        (
            [2, 3, 1],
            "judging: 7 warnings of 2 kinds, the most frequent, 6 times: "
            "UserWarning: layer 0 has no mask\n",
        ),
    ],
    ids=["none", "one-kind", "two-kinds"],
)
def test_warnings_are_counted(chunks, told, capfd):
    assert list(spread(warn, chunks, [1] * len(chunks), "judging", 2)) == chunks
    assert capfd.readouterr() == ("", told)


# A process that ends.

ENDS = {
    "killed": (lambda: os.kill(os.getpid(), signal.SIGKILL), "by SIGKILL"),
    "aborted": (os.abort, "by SIGABRT"),
    "left": (lambda: os._exit(3), "with status 3"),
    "exited": (lambda: sys.exit(4), "with status 4"),
}


def end_in_the_middle(chunk):
    number, end = chunk
    if number == 1:
        ENDS[end][0]()
    return number


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("processes, expected", [(2, [0, None, 2, 3]), (1, [0, None, None, None])])
def test_a_process_that_ends_costs_what_it_had_in_hand(processes, expected, end):
    chunks, lost = [(number, end) for number in range(4)], []
    assert list(spread(end_in_the_middle, chunks, [1] * 4, "dumping", processes, lost)) == expected
    assert len(lost) == expected.count(None)
    assert {str(error) for error in lost} == {
        f"a process ended {ENDS[end][1]} before it gave its result"
    }


def test_work_that_is_lost_is_an_error():
    results = spread(end_in_the_middle, [(0, "killed"), (1, "killed")], [1, 1], "dumping", 1)
    assert next(results) == 0
    with pytest.raises(LostError, match="ended by SIGKILL"):
        next(results)


def process(chunk):
    return os.getpid()


def test_an_idle_process_that_is_killed_costs_nothing():
    lost = []
    results = spread(process, list(range(6)), [1] * 6, "dumping", 2, lost)
    first = next(results)  # and it has no other chunk yet
    (idle,) = [child for child in multiprocessing.active_children() if child.pid == first]
    idle.kill()
    idle.join()
    rest = list(results)
    assert lost == [] and len(rest) == 5 and first not in rest[1:]


def hidden(chunk):
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_ctrl_c_is_hidden_from_a_process_from_the_start():
    assert list(spread(hidden, [1], [1], "dumping", 1)) == [True]
    assert not hidden(1)


def cannot_be_used(chunk):
    raise BrokenTargetError("no room")


def test_what_cannot_be_used_any_more_costs_nothing_else():
    lost = []
    assert list(spread(cannot_be_used, [1, 2], [1, 1], "dumping", 1, lost)) == [None, None]
    assert [str(error) for error in lost] == ["no room"] * 2


WAITING = """
import os, signal, threading
from rnn_oracle.commands.parallel import spread

def wait(chunk):
    print(os.getpid(), flush=True)
    threading.Event().wait()

if __name__ == "__main__":
    # Who runs the tests in the background has these ignored.
    for name in ("SIGHUP", "SIGQUIT", "SIGTERM"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    list(spread(wait, [1, 2], [1, 1], "waiting", 2))
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGKILL"])
def test_no_process_outlives_the_one_that_started_it(name, tmp_path):
    script = tmp_path / "waiting.py"
    script.write_text(WAITING)
    parent = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    workers = [int(parent.stdout.readline()) for _ in range(2)]
    try:
        parent.send_signal(getattr(signal, name))
        parent.communicate(timeout=60)  # all who could print have ended
    except subprocess.TimeoutExpired:
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        raise
