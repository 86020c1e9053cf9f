"""Dumps that are stopped, killed, without room on the disk, or two at once."""

from __future__ import annotations

import errno
import functools
import os
import random
import signal
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from edits import tree
from helpers import StopError, fill_disk, made_up, stop_writing

from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Outcome, Refusal
from rnn_oracle.records import vectors
from rnn_oracle.records.disk import NEW, alone_in
from rnn_oracle.records.format import MANIFEST
from rnn_oracle.records.manifest import RECORDING, VECTORS
from rnn_oracle.records.reader import read
from rnn_oracle.records.store import store
from rnn_oracle.records.writer import replace

CASES = [
    CoreCase(cell, "one", sequences) for cell in ("gru", "lstm") for sequences in (True, False)
]
LENT = Outcome({"default.output": np.arange(6.0).reshape(2, 3)}, {})
OWN = Outcome({"default.output": np.ones((2, 3))}, {})
OUTCOMES = {
    # which of them the older recording has, and the newer one
    "tf2.9": dict(zip(CASES, [LENT, OWN, LENT, Outcome(unsupported="it is not there")])),
    "tf2.21": dict(zip(CASES, [LENT, LENT, Outcome(refusal=Refusal("call", "Error", "no")), OWN])),
}
KINDS = {"vectors": VECTORS, "recordings/tf2.9": RECORDING, "recordings/tf2.21": RECORDING}
STEPS = 24
"""About how many steps a dump takes, as `helpers.stop_writing` counts them."""

ENDED = "the dump had ended before"


@functools.lru_cache(maxsize=None)
def _files(some):
    return vectors.files([vectors.vector(case) for case in some])


def _dump(top, some):
    """Write vectors and two recordings of some cases, as the command does."""
    made = {
        name: made_up({case: outcomes[case] for case in some}, recording=name)
        for name, outcomes in OUTCOMES.items()
    }
    with alone_in(top):
        for folder in ("vectors", "recordings"):
            os.makedirs(os.path.join(top, folder), exist_ok=True)
        replace(os.path.join(top, "vectors"), _files(some))
        store(os.path.join(top, "recordings"), made)


@functools.lru_cache(maxsize=None)
def _undisturbed(some):
    """Return the files of a dump that nothing happens to, and how many seconds it takes."""
    with tempfile.TemporaryDirectory() as top:
        _files(some)
        started = time.monotonic()
        _dump(top, some)
        return tree(top), time.monotonic() - started


def _ids(top):
    """Return the ids in each fixture in a folder that has a manifest; all must be whole."""
    there = {name: kind for name, kind in KINDS.items() if Path(top, name, MANIFEST).exists()}
    return {name: set(read(os.path.join(top, name), kind).entries) for name, kind in there.items()}


def _assert_whole(top, old, new):
    """Assert that each fixture is the old one or the new one, and can be written once more."""
    found = _ids(top)
    for name in KINDS:
        versions = [{case.id for case in some} or None for some in (old, new)]
        assert found.get(name) in versions, (name, found.get(name))
    _dump(top, new)
    assert tree(top) == _undisturbed(new)[0]


def _drawn(number):
    """Return a generator of numbers, what was dumped before, often nothing, and what is now."""
    draw = random.Random(number)
    new, old = (tuple(draw.sample(CASES, draw.randint(1, len(CASES)))) for _ in range(2))
    return draw, draw.choice([(), old]), new


def _begun(top, old, new):
    """Write what was there before."""
    _undisturbed(new)
    if old:
        _dump(top, old)


def stopped(number):
    """Let an exception stop a dump between any two steps."""
    draw, old, new = _drawn(number)
    with tempfile.TemporaryDirectory() as top, pytest.MonkeyPatch.context() as patch:
        _begun(top, old, new)
        stop_writing(patch, draw.randrange(STEPS))
        how = "stopped: every fixture old or new and whole, and written once more in the same bytes"
        try:
            _dump(top, new)
            how = ENDED
        except StopError:
            pass
        patch.undo()
        _assert_whole(top, old, new)
    return how


def without_room(number):
    """Let the disk be full after any file."""
    draw, old, new = _drawn(number)
    with tempfile.TemporaryDirectory() as top, pytest.MonkeyPatch.context() as patch:
        _begun(top, old, new)
        fill_disk(patch, draw.randrange(STEPS // 3))
        how = "refused, naming the file: nothing half written, every fixture old or new and whole"
        try:
            _dump(top, new)
            how = ENDED
        except OSError as error:
            assert error.errno == errno.ENOSPC and error.filename.startswith(top), error
            assert not any(name.endswith(NEW) for name in tree(top))
        patch.undo()
        _assert_whole(top, old, new)
    return how


def _child(top, some, begin):
    """Start a process that dumps when `begin` returns; return its id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        begin()
        _dump(top, some)
        status = 0
    finally:
        os._exit(status)


def _ended(child):
    """Wait for a process; return its status, or the negative number of the signal that ended it."""
    _, status = os.waitpid(child, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def killed(number):
    """Let a signal that nothing catches end a dump at any time."""
    draw, old, new = _drawn(number)

    def begin():
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, draw.uniform(1e-4, _undisturbed(new)[1]))

    with tempfile.TemporaryDirectory() as top:
        _begun(top, old, new)
        status = _ended(_child(top, new, begin))
        assert status in (0, -signal.SIGALRM), status
        _assert_whole(top, old, new)
    if status:
        return "killed: every fixture old or new and whole, and written once more in the same bytes"
    return ENDED


def two_at_once(number):
    """Let two processes dump into one folder from the same moment on."""
    _, first, second = _drawn(number)
    both = [first or second[:1], second]
    with tempfile.TemporaryDirectory() as top:
        wanted = [_undisturbed(some)[0] for some in both]
        ready, go = os.pipe()

        def begin():
            os.close(go)
            os.read(ready, 1)  # until nobody can write there any more

        children = [_child(top, some, begin) for some in both]
        os.close(go)
        status = [_ended(child) for child in children]
        os.close(ready)
        assert status == [0, 0] and tree(top) in wanted, status
    return "both exit 0, and there is what one of them writes, whole"
