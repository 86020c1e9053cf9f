"""Runs a function over chunks of work in processes of their own, behind a progress bar."""

import contextlib
import functools
import importlib.util
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor


def spread(function, chunks, sizes, title, processes=None):
    """Yield ``function(chunk)`` for each chunk, in order.

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
    """
    # TensorFlow does not survive a fork.
    context = multiprocessing.get_context("spawn")
    count = workers(chunks, processes)
    with ProcessPoolExecutor(count, mp_context=context) as pool, _bar(title, sum(sizes)) as advance:
        for size, result in zip(sizes, pool.map(function, chunks)):
            yield result
            advance(size)


@contextlib.contextmanager
def _bar(title, total):
    """Show a progress bar on a terminal; give the function that moves it."""
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
