"""Files on a disk that is full, beside those of others, and with another writer at work."""

import errno
import functools
import os
import subprocess
import sys

import pytest
from helpers import StopError, fill_disk, stop_writing

from rnn_oracle.records import disk
from rnn_oracle.records.format import MANIFEST

BINARY, OTHER = "gru.01234567.bin", "gru.89abcdef.bin"
OLD = {BINARY: b"old", MANIFEST: b'{"groups": [{"file": "gru.01234567.bin"}]}'}
NEW = {OTHER: b"new", MANIFEST: b'{"groups": [{"file": "gru.89abcdef.bin"}]}'}


def exchange(folder, files):
    disk.exchange(str(folder), files, [""])


def tree(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def small_disk(monkeypatch):
    """Return a function that lets the disk be full after that many files."""

    return functools.partial(fill_disk, monkeypatch)


@pytest.mark.parametrize("count", range(3))
def test_a_full_disk_is_told_with_the_path_and_changes_nothing(count, tmp_path, small_disk):
    exchange(tmp_path, OLD)
    small_disk(count)
    with pytest.raises(OSError, match="No space left on device") as caught:
        exchange(tmp_path, NEW)
    path = str(tmp_path / ([disk.UNFINISHED] + list(NEW))[count])
    assert caught.value.filename == path and path in str(caught.value)
    assert tree(tmp_path) == OLD


def test_a_file_that_could_not_be_written_stays_as_it_was(tmp_path, small_disk):
    path = tmp_path / "verdicts.json"
    path.write_bytes(b"old")
    small_disk(0)
    with pytest.raises(OSError, match="verdicts.json"):
        disk.write(str(path), b"new")
    assert tree(tmp_path) == {"verdicts.json": b"old"}


# The files of others.


@pytest.mark.parametrize(
    "name",
    [OTHER, OTHER + disk.NEW, MANIFEST + ".new", ".unfinished", "cases.layers.01234567.json"],
)
def test_what_only_looks_like_ours_stays(name, tmp_path):
    exchange(tmp_path, OLD)
    (tmp_path / name).write_bytes(b"mine")
    exchange(tmp_path, {MANIFEST: b"{}"})
    assert tree(tmp_path) == {name: b"mine", MANIFEST: b"{}"}


@pytest.mark.parametrize(
    "manifest",
    [
        b'{"file": "../mine.01234567.bin"}',
        b'{"file": "notes.txt"}',
        b'{"file": "manifest.json"}',
        b'{"file": "/gru.01234567.bin"}',
    ],
)
def test_a_manifest_that_names_what_is_not_ours_removes_nothing(manifest, tmp_path):
    folder = tmp_path / "vectors"
    folder.mkdir()
    for path in (tmp_path / "mine.01234567.bin", folder / "notes.txt"):
        path.write_bytes(b"mine")
    (folder / MANIFEST).write_bytes(manifest)
    exchange(folder, NEW)
    assert tree(folder) == dict(NEW, **{"notes.txt": b"mine"})
    assert (tmp_path / "mine.01234567.bin").exists()


def test_what_a_damaged_manifest_names_is_removed(tmp_path):
    exchange(tmp_path, OLD)
    (tmp_path / MANIFEST).write_bytes(OLD[MANIFEST][:-1])
    exchange(tmp_path, NEW)
    assert tree(tmp_path) == NEW


@pytest.mark.parametrize("moment", range(8))
def test_what_a_stopped_writer_left_is_removed(moment, tmp_path, monkeypatch):
    stop_writing(monkeypatch, moment)
    with pytest.raises(StopError):
        exchange(tmp_path, OLD)
        exchange(tmp_path, NEW)
    monkeypatch.undo()
    exchange(tmp_path, {MANIFEST: b"{}"})
    assert tree(tmp_path) == {MANIFEST: b"{}"}


def test_a_full_disk_does_not_let_it_be_forgotten(tmp_path, monkeypatch, small_disk):
    stop_writing(monkeypatch, 4)  # before the manifest
    with pytest.raises(StopError):
        exchange(tmp_path, OLD)
    monkeypatch.undo()
    small_disk(1)
    with pytest.raises(OSError, match=OTHER):
        exchange(tmp_path, NEW)
    monkeypatch.undo()
    exchange(tmp_path, {MANIFEST: b"{}"})
    assert tree(tmp_path) == {MANIFEST: b"{}"}


# Two writers.

WAITING = """
import sys
from rnn_oracle.records.disk import alone_in
print("asks", flush=True)
with alone_in(sys.argv[1]):
    print("is in", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def other_writer(tmp_path):
    """Return a function that starts a process that asks for the lock of a folder."""
    started = []

    def start():
        arguments = [sys.executable, "-c", WAITING, str(tmp_path)]
        process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout.readline() == "asks\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.skipif(disk.fcntl is None, reason="there is no flock here")
@pytest.mark.parametrize(
    "ended", [lambda p: p.communicate("\n"), lambda p: p.kill()], ids=["by-itself", "killed"]
)
def test_a_writer_waits_until_another_has_ended(ended, tmp_path, other_writer):
    first = other_writer()
    assert first.stdout.readline() == "is in\n"
    with pytest.raises(BlockingIOError):
        descriptor = os.open(str(tmp_path), os.O_RDONLY)
        try:
            disk.fcntl.flock(descriptor, disk.fcntl.LOCK_EX | disk.fcntl.LOCK_NB)
        finally:
            os.close(descriptor)
    second = other_writer()
    ended(first)
    assert second.stdout.readline() == "is in\n"
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("missing", ["module", "lock"])
def test_where_there_is_no_lock_nothing_is_kept_out(missing, tmp_path, monkeypatch):
    class NoLocks:
        LOCK_EX = 2

        def flock(self, *_):
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(disk, "fcntl", NoLocks() if missing == "lock" else None)
    with disk.alone_in(str(tmp_path)), disk.alone_in(str(tmp_path)):
        assert tree(tmp_path) == {}
