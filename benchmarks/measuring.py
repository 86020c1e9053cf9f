"""Rounds of one call of each runtime, so that whatever else the machine does falls on all alike."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from dataclasses import asdict, dataclass
from typing import Any, Callable

import numpy as np

from .runtimes import BACKENDS, FLOOR, RUNTIMES, CannotRunError, needed, reference
from .settings import Setting, arrays, of_dict

FEWEST = 3
"""How many rounds there are at least."""

BURST = 0.002
"""For how many seconds a runtime runs in a round, if one call takes less."""

Call = Callable[[], "tuple[float, float]"]
"""Runs once, and returns the seconds that passed and those that processors worked."""


@dataclass(frozen=True)
class Times:
    """Seconds that one call takes.

    Parameters
    ----------
    median, fastest : float
        Over all rounds, of the time that passed.
    cpu : float
        The median of the time that the processors worked, which a busy machine changes less.
    rounds : int
        How many there were; a call that takes little time is made many times in one.
    """

    median: float
    fastest: float
    cpu: float
    rounds: int


def prepared(name: str, setting: Setting) -> Callable[[], Any]:
    """Return what runs a runtime once, which it has done, and computed what the reference does.

    Raises
    ------
    CannotRunError
        With the reason, also for other numbers than those of the reference.
    """
    given = arrays(setting)
    try:
        run = RUNTIMES[name](setting, given)
        found = run()
    except CannotRunError:
        raise
    except Exception as error:  # whatever a runtime of others raises
        first, *_ = str(error).splitlines() or [""]
        raise CannotRunError(f"{type(error).__name__}: {first[:80]}") from error
    if name != FLOOR:
        demanded = reference(setting, given)()
        # Masked sequences are compared at the states of which every runtime says the same.
        if not np.allclose(found, demanded, rtol=0, atol=1e-3):
            raise CannotRunError("computes other numbers")
    return run


def timed(run: Callable[[], Any], number: int = 1) -> tuple[float, float]:
    """Return the seconds that one call of several takes, and those that processors work."""
    cpu, begin = time.process_time(), time.perf_counter()
    for _ in range(number):
        run()
    return (time.perf_counter() - begin) / number, (time.process_time() - cpu) / number


def burst(run: Callable[[], Any]) -> Call:
    """Return what times a function that runs for `BURST` or once."""
    number = max(1, int(BURST / timed(run)[0]))
    return lambda: timed(run, number)


class Worker:
    """A process with another backend of Keras, which runs a runtime when it is told to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.measuring", name],
            env=dict(os.environ, KERAS_BACKEND=BACKENDS[name]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def _ask(self, question: Any) -> Any:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise CannotRunError("its process ended")
        return json.loads(answer)

    def prepare(self, setting: Setting) -> Call:
        """Return what times one call."""
        reason = self._ask(setting.asdict())
        if reason:
            raise CannotRunError(reason)
        return lambda: tuple(self._ask(None))  # type: ignore[return-value]

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def work(name: str) -> None:
    """Answer the questions of a `Worker`, a line each: a setting to prepare, or to run once."""
    answers, sys.stdout = sys.stdout, sys.stderr  # a runtime may print
    call: Call | None = None
    for line in sys.stdin:
        fields = json.loads(line)
        answer: Any = None
        if fields is None:
            assert call
            answer = call()
        else:
            limit_threads(fields["threads"])
            try:
                call = burst(prepared(name, of_dict(fields)))
            except CannotRunError as error:
                answer = str(error)
        print(json.dumps(answer), file=answers, flush=True)


def limit_threads(threads: int) -> None:
    """Let BLAS use so many threads from now on."""
    with contextlib.suppress(CannotRunError):
        needed("threadpoolctl").threadpool_limits(threads)


def measured(
    setting: Setting, names: list[str], seconds: float, workers: dict[str, Worker]
) -> dict[str, Any]:
    """Return the times of runtimes in a setting, and why others have none.

    Parameters
    ----------
    setting : Setting
    names : list of str
        Keys of `RUNTIMES`.
    seconds : float
        Of which each runtime has its share; one that has spent it stays out of later rounds.
    workers : dict
        By runtime; those that are missing are added.
    """
    limit_threads(setting.threads)
    calls: dict[str, Call] = {}
    cannot = {}
    for name in names:
        try:
            if name in BACKENDS:
                workers[name] = workers.get(name) or Worker(name)
                calls[name] = workers[name].prepare(setting)
            else:
                calls[name] = burst(prepared(name, setting))
        except CannotRunError as error:
            cannot[name] = str(error)
    samples: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    share = {name: seconds / max(1, len(calls)) for name in calls}
    while any(left > 0 or len(samples[name]) < FEWEST for name, left in share.items()):
        for name, call in calls.items():
            if share[name] > 0 or len(samples[name]) < FEWEST:
                begin = time.perf_counter()
                samples[name].append(call())
                share[name] -= time.perf_counter() - begin
    times = {name: asdict(_summed_up(each)) for name, each in samples.items()}
    return {"setting": setting.asdict(), "times": times, "cannot": cannot}


def _summed_up(samples: list[tuple[float, float]]) -> Times:
    passed, cpu = zip(*samples)
    return Times(statistics.median(passed), min(passed), statistics.median(cpu), len(samples))


def memory(setting: Setting) -> dict[str, Any]:
    """Return how many bytes a call of the reference takes at most, and those of its arrays."""
    given = arrays(setting)
    run = reference(setting, given)
    tracemalloc.start()
    try:
        run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    held = sum(array.nbytes for array in [given.x, *given.weights])
    return {"setting": setting.asdict(), "held": held, "peak": peak}


if __name__ == "__main__":
    work(sys.argv[1])
