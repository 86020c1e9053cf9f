"""A program that answers lines with lines: started, asked within a time, and ended."""

import contextlib
import os
import queue
import shlex
import signal
import subprocess
import threading

from ..layer_level import AnswerError
from ..runtime import BrokenTargetError

LONGEST = 2**26
"""How long an answer may be, in bytes."""

_TOLD = 300


class ProgramEndedError(Exception):
    """The program has ended, with no answer."""


class Process:
    """A program that runs, with a thread that reads its answers, and one for what else it says.

    Parameters
    ----------
    command : str
        As for a shell, which it is not given to.

    Raises
    ------
    BrokenTargetError
        If it cannot be started.
    """

    def __init__(self, command):
        try:
            words = shlex.split(command)
            self._child = subprocess.Popen(
                words or [""],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise BrokenTargetError(f"cannot start {command!r}: {error}") from None
        self._answers, self._last = queue.Queue(), b""
        self._reading = [self._thread(self._read), self._thread(self._listen)]

    def ask(self, line, seconds):
        """Give the program a line, and return the line that it answers.

        Raises
        ------
        TimeoutError, ProgramEndedError, AnswerError
            Where it does not answer in time, ends, or answers too much. It is ended then.
        """
        # It may read nothing while its pipe is full.
        self._thread(self._write, line)
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            self.end()
            raise TimeoutError(f"no answer within {seconds:g} s") from None
        if not answer:
            raise ProgramEndedError(self._how_it_ended())
        if not answer.endswith(b"\n"):
            self.end()
            raise AnswerError(f"an answer is longer than {LONGEST} bytes, or has no end of line")
        return answer

    def end(self):
        """End the program, and what it has started."""
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
        else:
            self._child.kill()
        self._child.wait()

    def _how_it_ended(self):
        self.end()
        for thread in self._reading:
            thread.join()
        status = self._child.returncode
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        told = self._last.decode("utf-8", "replace").strip()[-_TOLD:]
        return f"it ended with {how}" + (f": {told}" if told else "")

    def _thread(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        thread.start()
        return thread

    def _write(self, line):
        with contextlib.suppress(OSError, ValueError):  # it has ended, which the answer tells
            self._child.stdin.write(line)
            self._child.stdin.flush()

    def _read(self):
        answer = True
        while answer:
            answer = self._child.stdout.readline(LONGEST)
            self._answers.put(answer)

    def _listen(self):
        """Keep the last line that the program says beside its answers."""
        for line in iter(lambda: self._child.stderr.readline(LONGEST), b""):
            self._last = line if line.strip() else self._last
