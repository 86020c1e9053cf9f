"""Puts files on a disk: each whole or not at all, and one writer of a folder at a time."""

import contextlib
import os
import posixpath
import re

from .format import CASES_FILE, FILE, MANIFEST, compact

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None

NEW = ".rnn_oracle.new"
"""What the name of a file ends in that is not whole yet, and no one else's."""

UNFINISHED = ".rnn_oracle.unfinished"
"""The file that lists what a writer that was stopped may have left in a folder."""

_FILE_FIELD = re.compile(rb'"file":\s*"([^"\\]+)"')
_OURS = re.compile(
    rf"([^./\\][^/\\]*/)?({FILE.pattern}|{re.escape(MANIFEST)})|{CASES_FILE.pattern}"
)


def exchange(folder, files, fixtures):
    """Put files into a folder, and remove those that its manifests have named before.

    No other file is removed, whatever it is called, but what an earlier call has left that was
    stopped.

    Parameters
    ----------
    folder : str
    files : dict of str to bytes
        By the path in the folder, all manifests last.
    fixtures : list of str
        The folders in it that have manifests; an empty name stands for the folder itself.

    Raises
    ------
    OSError
        It names the file that could not be written. Unless a manifest was exchanged, all is as it
        was.
    """
    notes = os.path.join(folder, UNFINISHED)
    left = _listed(notes)
    old = left.union(*[_named(folder, name) for name in fixtures])
    there = {path for path in files if os.path.exists(os.path.join(folder, path))}
    put(notes, compact(sorted(old.union(files))).encode("ascii"))
    done = set()
    try:
        for path, data in files.items():
            put(os.path.join(folder, path), data)
            done.add(path)
    except OSError:
        if not any(os.path.basename(path) == MANIFEST for path in done):
            _remove(folder, done - there)
            if not left:
                os.remove(notes)
        raise
    _remove(folder, {path for path in old - set(files) if os.path.basename(path) != MANIFEST})
    _remove(folder, {path + NEW for path in left.union(files)})
    os.remove(notes)


def _named(folder, fixture):
    """Return the paths of what a manifest names, even one that is damaged."""
    path = os.path.join(folder, fixture, MANIFEST)
    if not os.path.isfile(path):
        return set()
    with open(path, "rb") as file:
        names = [name.decode("utf-8", "replace") for name in _FILE_FIELD.findall(file.read())]
    return _ours(posixpath.normpath(posixpath.join(fixture, name)) for name in names)


def _listed(notes):
    """Return the paths that a writer has noted down that was stopped."""
    if not os.path.isfile(notes):
        return set()
    with open(notes, "rb") as file:
        return _ours(re.findall(r'"([^"]+)"', file.read().decode("ascii", "replace")))


def _ours(paths):
    """Leave out all paths that no manifest of ours could name, as one that was edited may."""
    return {path for path in paths if _OURS.fullmatch(path)}


def _remove(folder, paths):
    for path in sorted(paths):
        if os.path.isfile(os.path.join(folder, path)):
            os.remove(os.path.join(folder, path))


def put(path, data):
    """Write a file in one step, unless it is there with these bytes."""
    if os.path.isfile(path):
        with open(path, "rb") as file:
            if file.read() == data:
                return
    os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
    write(path, data)


def write(path, data, ending=NEW):
    """Write a file in one step: whole, or what was there stays.

    Parameters
    ----------
    path : str
    data : bytes
    ending : str, optional
        What the name ends in until all is written.

    Raises
    ------
    OSError
        It names the file; nothing is left of what was written.
    """
    try:
        with open(path + ending, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(path + ending, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(path + ending)
        if not isinstance(error, OSError):
            raise
        raise OSError(error.errno, error.strerror, path) from None


@contextlib.contextmanager
def alone_in(folder):
    """Wait until no other process is in here for a folder, and keep others out until the end.

    It holds however a process ends, and leaves no file. Windows and some file systems, such as NFS,
    have no such lock, and there nothing keeps two processes apart.
    """
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
