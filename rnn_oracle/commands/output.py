"""What commands write for those who call them: on the standard output, and into files."""

import contextlib
import os
import sys


@contextlib.contextmanager
def printing():
    """Print inside, and make sure that it arrives.

    Who reads, such as head, may have read enough and be gone, which is no failure.

    Raises
    ------
    OSError
        If the standard output takes no more, as on a full disk.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _give_up()
    except OSError as error:
        _give_up()
        raise OSError(error.errno, error.strerror, "the standard output") from None


def console(width, **options):
    """Return a `rich` console: as wide as the terminal, or as it says where there is none."""
    from rich.console import Console

    class Printing(Console):
        def on_broken_pipe(self):
            raise  # to `printing`: rich would leave with status 1

    # A pipe has no width of its own, and a table must not be folded for it.
    return Printing(width=None if sys.stdout.isatty() else width, **options)


def _give_up():
    """Let go of what is not printed yet, which would be tried again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_output(path, text):
    """Write a text into a file that the caller has named: whole, or what was there stays.

    Raises
    ------
    OSError
        It names the file.
    """
    # Only here: it needs NumPy, for which nobody waits who asks for help.
    from ..records.disk import write

    if _is_special(path):
        # A device or a pipe, in the place of which no file can be put.
        try:
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise OSError(error.errno, error.strerror, path) from None
    else:
        # Two calls may write at once, and the caller may have a file that ends in .new.
        write(os.path.realpath(path), text.encode("utf-8"), f".{os.getpid()}.new")


def writable(path):
    """Tell whether `write_output` can write there, as far as can be told before."""
    if not os.path.basename(path):
        return False
    if _is_special(path):
        return os.access(path, os.W_OK) and not os.path.isdir(path)
    path = os.path.realpath(path)
    there = [os.path.dirname(path)] + [path] * os.path.exists(path)
    return all(os.access(one, os.W_OK) for one in there)


def _is_special(path):
    return os.path.exists(path) and not os.path.isfile(path)
