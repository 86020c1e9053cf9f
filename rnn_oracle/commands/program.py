"""Runs a command as a program: it ends with a status that means what it says."""

import contextlib
import importlib
import os
import signal
import sys
import traceback


def misuse(command, message, install=""):
    """Say why a command cannot do what was asked for; return its exit status.

    What `install` installs is the advice where something cannot be imported.
    """
    if isinstance(message, ImportError) and install:
        message = f"{message}; install what is missing with\n\n    {install}"
    with contextlib.suppress(OSError):  # the status tells it too
        print(f"rnn_oracle.{command}: {message}", file=sys.stderr)
    return 2


def run(command):
    """Run a command by its name, and leave with its status, or 2 where it fails itself.

    Ctrl-C ends it as it ends a program that does not catch it, so that a loop of the shell ends
    too: the shell calls that status 130.
    """
    try:
        _open_what_is_closed()
        status = _status(command)
    except KeyboardInterrupt:
        misuse(command, "interrupted")
        status = 130
    except OSError as error:
        status = misuse(command, error)
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


def _status(command):
    # Only here: what takes long may be interrupted too.
    main = importlib.import_module(f"{__package__}.{command}").main
    try:
        return main()
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
