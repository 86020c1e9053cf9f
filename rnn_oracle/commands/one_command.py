"""The command `rnn-oracle`: all commands by one name, of which it imports the one that is meant."""

import argparse
import importlib
import os
import sys

from .. import __version__
from .command_line import SUMMARIES
from .near import near
from .program import called_as, misuse, run

NAME = "rnn-oracle"


def start():
    """Run the command that the command line names, and leave with its status."""
    prog = called_as()
    if "_ARGCOMPLETE" in os.environ:
        _complete(prog)
    name, words = "".join(sys.argv[1:2]), sys.argv[2:]
    if name in SUMMARIES:
        run(name, f"{prog} {name}", words)
    run("one_command", prog, sys.argv[1:])


def main(arguments, prog):
    """Answer where no command is named: with help, with the version, or with what there is.

    Returns
    -------
    int
        2, as nothing can be done.
    """
    there = f"the commands are {', '.join(SUMMARIES)}; see {prog} --help"
    if not arguments:
        return misuse(prog, f"expected a command; {there}")
    name = arguments[0]
    if not name.startswith("-"):
        close = near(name, list(SUMMARIES))
        hint = f"did you mean {' or '.join(close)}? " if close else ""
        return misuse(prog, f"{name!r} is no command; {hint}{there}")
    parser_of_all(prog).parse_args(arguments)
    return misuse(prog, f"expected the command before its options; {there}")


def parser_of_all(prog, named=None):
    """Return the parser of all commands, which knows the arguments of the one that is named."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="The recurrent layers of Keras, by the rules.",
        epilog=f"{prog} COMMAND --help tells of each, with examples.",
    )
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, summary in SUMMARIES.items():
        own = [_module(name).make_parser()] if name == named else []
        commands.add_parser(name, help=summary, parents=own, add_help=not own)
    return parser


def _module(name):
    return importlib.import_module(f"{__package__}.{name}")


def _complete(prog):
    """Tell the shell how its command line may go on, and leave, where there is `argcomplete`."""
    try:
        import argcomplete
    except ImportError:
        sys.exit(1)
    line = os.environ["COMP_LINE"][: int(os.environ["COMP_POINT"])]
    named = [word for word in line.split() if word in SUMMARIES]
    argcomplete.autocomplete(parser_of_all(prog, *named[:1]))
