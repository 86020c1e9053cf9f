"""The command `rnn-oracle`: what it says of the others, how it runs them, how shells complete."""

import importlib
import os
import shlex
import subprocess
import sys

import pytest

import rnn_oracle
from rnn_oracle.commands import one_command
from rnn_oracle.commands.command_line import SUMMARIES
from rnn_oracle.commands.question import parse
from rnn_oracle.commands.selection import Selection, choice


@pytest.fixture
def started(monkeypatch):
    """Return a function that runs the script with these words; it returns the exit status."""

    def start(*words, name="/usr/bin/rnn-oracle"):
        monkeypatch.setattr(sys, "argv", [name, *words])
        monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
        with pytest.raises(SystemExit) as stop:
            one_command.start()
        return stop.value.code

    return start


def test_help_lists_the_commands(started, capsys):
    assert started("--help") == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    for command, summary in SUMMARIES.items():
        assert any(line.startswith(command) and line.endswith(summary) for line in lines)
    assert max(map(len, lines)) <= 80


def test_version(started, capsys):
    assert started("--version") == 0
    assert capsys.readouterr().out == f"rnn-oracle {rnn_oracle.__version__}\n"


@pytest.mark.parametrize(
    "words, told",
    [
        ([], "rnn-oracle: expected a command; the commands are check, explain, "),
        (["chek"], "rnn-oracle: 'chek' is no command; did you mean check? the commands are "),
        (["nonsense"], "rnn-oracle: 'nonsense' is no command; the commands are check, "),
        (["--bogus"], "rnn-oracle: error: unrecognized arguments: --bogus\n"),
        (["--bogus", "check"], "rnn-oracle: error: unrecognized arguments: --bogus\n"),
        (["cases", "--rule", "X9"], "rnn-oracle cases: --rule X9: SPEC.md has no such rule"),
        (["diff", "tf2.21"], "rnn-oracle diff: error: the following arguments are required: B\n"),
    ],
    ids=["none", "near", "nothing-near", "option", "option-before", "command", "arguments"],
)
def test_misuse(words, told, started, capsys):
    assert started(*words) == 2
    printed = capsys.readouterr()
    assert told in printed.err and printed.out == ""


def test_a_command_is_run(started, capsys):
    assert started("cases", "--only", "defaults.rnn") == 0
    assert capsys.readouterr().out.startswith("defaults.rnn  layer=RNN  ")


def test_the_name_is_that_under_which_it_was_called():
    done = subprocess.run([sys.executable, "-m", "rnn_oracle"], stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("python -m rnn_oracle: expected a command; ")


@pytest.mark.parametrize("command", SUMMARIES)
def test_the_help_of_a_command_has_examples(command):
    module = importlib.import_module(f"rnn_oracle.commands.{command}")
    assert 2 <= len(module.EXAMPLES) <= 3
    parser = module.make_parser(f"rnn-oracle {command}")
    printed = parser.format_help()
    for example in module.EXAMPLES:
        assert f"\n  rnn-oracle {command} {example}\n" in printed
        options = parser.parse_args(shlex.split(example))
        if command in ("cases", "check"):
            assert any(map(Selection(options).cases, ("keras3", "keras2")))
        elif command == "explain":
            parse(" ".join(options.question))
        elif command != "cover":
            assert choice(options).cases()
    assert module.make_parser().prog == f"python -m rnn_oracle.{command}"


# Completion, as https://kislyuk.github.io/argcomplete describes it.


@pytest.mark.parametrize(
    "line, wanted",
    [
        ("rnn-oracle d", {"diff", "dump"}),
        ("rnn-oracle cases --family o", {"options", "own_cells"}),
    ],
    ids=["commands", "options"],
)
def test_completion(line, wanted, tmp_path):
    pytest.importorskip("argcomplete")
    asked = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "COMP_LINE": line}
    asked.update(COMP_POINT=str(len(line)), _ARGCOMPLETE_STDOUT_FILENAME=str(tmp_path / "found"))
    program = "from rnn_oracle.__main__ import start; start()"
    done = subprocess.run([sys.executable, "-c", program], env=dict(os.environ, **asked))
    assert done.returncode == 0
    assert set((tmp_path / "found").read_text().split()) == wanted


def test_completion_without_its_library(started, monkeypatch, capsys):
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    assert started() == 1
    assert capsys.readouterr() == ("", "")
