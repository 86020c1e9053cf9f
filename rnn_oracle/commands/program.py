"""Runs a command as a program: it ends with a status that means what it says."""

import contextlib
import importlib
import os
import re
import signal
import sys
import traceback

EXTRAS = {"packaging": "commands", "rich": "commands", "cpuinfo": "commands", "jinja2": "html"}
"""Which extra of this package brings a module."""


def misuse(prog, message, install=""):
    """Say why a command cannot do what was asked for; return its exit status.

    Parameters
    ----------
    prog : str
        The name under which the command was called.
    message : str or Exception
    install : str, optional
        What installs what is missing, as advice where something cannot be imported.

    Returns
    -------
    int
    """
    if isinstance(message, ImportError) and install:
        extra = EXTRAS.get(message.name)
        message = f"{message}; install what is missing with\n\n    {install}"
        if extra:
            message += f"\n\nor this package with its extra: rnn-oracle[{extra}]"
    with contextlib.suppress(OSError):  # the status tells it too
        print(f"{prog}: {message}", file=sys.stderr)
    return 2


def called_as():
    """Return the name under which this program was called, as one would type it."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    if spec is None:  # a script
        return os.path.basename(sys.argv[0])
    return "python -m " + re.sub(r"\.__main__$", "", spec.name)


def run(command, prog=None, arguments=None):
    """Run a command by its name, and leave with its status, or 2 where it fails itself.

    Ctrl-C ends it as it ends a program that does not catch it, so that a loop of the shell ends
    too: the shell calls that status 130.

    Parameters
    ----------
    command : str
        The name of its module.
    prog : str, optional
        The name under which it was called; by default that of this program.
    arguments : list of str, optional
        By default those of this program.
    """
    prog = prog or called_as()
    try:
        _open_what_is_closed()
        status = _status(command, arguments, prog)
    except KeyboardInterrupt:
        misuse(prog, "interrupted")
        status = 130
    except OSError as error:
        status = misuse(prog, error)
    except Exception:
        # Python would leave with 1, which says that something diverges or has changed.
        with contextlib.suppress(OSError):
            traceback.print_exc()
        status = 2
    # Not before the exception is forgotten: what it holds ends the processes that were started.
    if status == 130 and os.name == "posix":
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    try:
        sys.stderr.flush()
    except OSError:  # Python would try again, and leave with a status of its own
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    sys.exit(status)


def _status(command, arguments, prog):
    # Only here: what takes long may be interrupted too.
    main = importlib.import_module(f"{__package__}.{command}").main
    try:
        return main(arguments, prog)
    except SystemExit as stop:  # of the parser, which may have printed its help
        from .output import printing

        with printing():
            pass
        return stop.code


def _open_what_is_closed():
    """Let output go nowhere where the caller has closed the stream, as ``>&-`` does.

    A file or pipe that is opened later would get its number, and what is printed past Python.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            os.set_inheritable(number, True)
            stream = os.fdopen(number, "w" if number else "r", closefd=False)
            setattr(sys, name, stream)
    # A name of a file may hold what the encoding of the terminal lacks.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
