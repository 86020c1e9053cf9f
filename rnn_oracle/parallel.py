"""Runs a function over chunks of work in processes of their own, behind a progress bar."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor


def spread(function, chunks, sizes, title, processes=None):
    """Yield ``function(chunk)`` for each chunk, in order.

    Parameters
    ----------
    function : callable
        At the top level of a module.
    chunks : list
    sizes : list of int
        How far each chunk moves the progress bar, which is shown on a terminal only.
    title : str
        What the bar says.
    processes : int, optional
        By default one for each core.
    """
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    # TensorFlow does not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(processes or cores(), len(chunks)), mp_context=context
    ) as pool, Progress(console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task(title, total=sum(sizes))
        for size, result in zip(sizes, pool.map(function, chunks)):
            yield result
            progress.advance(bar, size)


def cores():
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
