"""Work in several processes: the results in order, and a bar for those who look on."""

import io
import sys

import pytest
from helpers import needs

from rnn_oracle.commands.parallel import spread

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
