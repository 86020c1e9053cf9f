"""Runs a function over chunks of work in processes of their own, behind a progress bar."""

from __future__ import annotations

import collections
import contextlib
import functools
import importlib.util
import multiprocessing
import multiprocessing.connection
import os
import pickle
import signal
import sys
import threading
import traceback
from typing import Any, NamedTuple

from ..targets.runtime import BrokenTargetError
from .warned import Warned, count_warnings


class LostError(RuntimeError):
    """Work without a result, since the process that did it ended: by a signal, or it crashed."""


def spread(function, chunks, sizes, title, processes=None, lost=None):
    """Yield ``function(chunk)`` for each chunk, in order.

    No process outlives this one, whatever ends it. What they are warned of is counted, and told in
    a line at the end.

    Parameters
    ----------
    function : callable
        At the top level of a module.
    chunks : list
    sizes : list of int
        How far each chunk moves the progress bar, which is shown on a terminal only, and where
        there is `rich`.
    title : str
        What the bar says.
    processes : int, optional
        By default one for each core.
    lost : list, optional
        To which the error is added for each chunk that has no result since its process ended or
        a target cannot be used; None is yielded in its place. The other chunks are worked on as
        long as a process is left.

    Raises
    ------
    LostError
        If a process ends before it gives its result and there is no `lost`.
    """
    found, warned = {}, Warned()
    with _team(function, workers(chunks, processes)) as team, bar(title, sum(sizes)) as advance:
        results = _results(team, chunks, warned)
        for index in range(len(chunks)):
            while index not in found:
                number, found[number] = next(results)
                advance(sizes[number])
            result, error = found.pop(index)
            if isinstance(error, (LostError, BrokenTargetError)) and lost is not None:
                lost.append(error)
            elif error is not None:
                raise error
            yield result
    if str(warned):
        print(f"{title}: {warned}", file=sys.stderr)


class _Member(NamedTuple):
    """A process that works, and this one's ends of its pipes."""

    process: Any
    work: Any
    life: Any

    def lost(self):
        """Wait for the end of the process; return the error that says how it came."""
        self.process.join()
        status = self.process.exitcode
        names = {-number: f"by {number.name}" for number in signal.Signals}
        how = names.get(status, f"with status {status}")
        return LostError(f"a process ended {how} before it gave its result")


@contextlib.contextmanager
def _team(function, count):
    """Start processes that wait for work, and end them."""
    # TensorFlow does not survive a fork.
    context = multiprocessing.get_context("spawn")
    members = []
    try:
        with _without_ctrl_c():
            for _ in range(count):
                members.append(_started(context, function))
        yield members
    finally:
        for member in members:
            member.process.kill()
        for member in members:
            member.process.join()


@contextlib.contextmanager
def _without_ctrl_c():
    """Hide Ctrl-C, which reaches all processes of a terminal, from those that are started inside.

    Here it comes afterwards.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    try:
        from multiprocessing.resource_tracker import ensure_running
    except ImportError:  # Python 3.7
        from multiprocessing.semaphore_tracker import ensure_running

    ensure_running()  # or the first start would, and undo what follows
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _started(context, function):
    work, works = context.Pipe()
    life, lives = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(function, works, life), daemon=True)
    process.start()
    works.close()
    life.close()
    return _Member(process, work, lives)


def _results(team, chunks, warned):
    """Yield the index of each chunk with its result and error, one of them None, as they come.

    What the processes were warned of is added to `warned`.
    """
    idle, busy, error = list(team), {}, None
    waiting = collections.deque(enumerate(chunks))
    while waiting or busy:
        while idle and waiting:
            member, (index, chunk) = idle.pop(), waiting.popleft()
            try:
                member.work.send(chunk)
            except OSError:  # it has ended with nothing in hand, and another takes the chunk
                error = member.lost()
                waiting.appendleft((index, chunk))
            else:
                busy[member.work] = member, index
        if not busy:  # no process is left
            yield waiting.popleft()[0], (None, error)
            continue
        for work in multiprocessing.connection.wait(list(busy)):
            member, index = busy.pop(work)
            try:
                (result, error, trace), told = work.recv()
            except (EOFError, OSError):
                result, error, trace = None, member.lost(), None
            else:
                idle.append(member)
                warned.add(told)
            if trace:
                error.__cause__ = RuntimeError("\n" + trace)
            yield index, (result, error)


def _serve(function, work, life):
    """Work until there is none left, in a process of the team."""
    # Where it is not hidden already; the process that started this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(life,), daemon=True).start()
    told = count_warnings()
    with contextlib.suppress(EOFError, OSError):
        while True:
            answer = _answer(function, work.recv())
            work.send((answer, told()))


def _answer(function, chunk):
    """Return result, error and traceback, as another process can read them."""
    try:
        return function(chunk), None, None
    except Exception as error:
        trace = traceback.format_exc()
        try:
            return None, pickle.loads(pickle.dumps(error)), trace
        except Exception:
            return None, RuntimeError(f"{type(error).__name__}: {error}"), trace


def _end_with(life):
    """End this process with the one that holds the other end of a pipe, and never writes to it."""
    with contextlib.suppress(EOFError, OSError):
        life.recv_bytes()
    os._exit(1)


@contextlib.contextmanager
def bar(title, total):
    """Show a progress bar on a terminal, where there is `rich`; give the function that moves it."""
    if not sys.stderr.isatty() or importlib.util.find_spec("rich") is None:
        yield lambda size: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        yield functools.partial(progress.advance, progress.add_task(title, total=total))


def workers(chunks, processes=None):
    """Return how many processes `spread` takes: no more than there are cores or chunks."""
    return min(processes or _cores(), len(chunks))


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
