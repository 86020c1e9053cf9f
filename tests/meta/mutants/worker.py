"""Calls an object that lives in a process of its own, which may crash or hang."""

import multiprocessing

SECONDS = 120
"""How long a call may take; the slowest test takes a few seconds on an idle machine."""


class GoneError(Exception):
    """The process did not answer: it crashed, or it hangs."""


class Worker:
    """An object in a process of its own, which is started anew after it is `GoneError`.

    Parameters
    ----------
    serve : callable
        At the top level of a module; ``serve(pipe, *arguments)`` makes the object and gives it
        to `answer`.
    arguments : tuple
    seconds : float
        How long a call may take.
    """

    def __init__(self, serve, *arguments, seconds=SECONDS):
        self._serve, self._arguments, self._seconds = serve, arguments, seconds
        self._process = None

    def ask(self, method, *arguments):
        """Call a method of the object.

        Raises
        ------
        GoneError
            With ``"hangs"`` or ``"crashes"``.
        """
        if self._process is None:
            self._start()
        self._pipe.send((method, arguments))
        return self._answer(self._seconds)

    def _start(self):
        # TensorFlow does not survive a fork.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        given = (theirs,) + self._arguments
        self._process = context.Process(target=self._serve, args=given, daemon=True)
        self._process.start()
        theirs.close()
        self._answer(2 * SECONDS)

    def _answer(self, seconds):
        if not self._pipe.poll(seconds):
            self.end()
            raise GoneError("hangs")
        try:
            return self._pipe.recv()
        except EOFError:
            self.end()
            raise GoneError("crashes") from None

    def end(self):
        """End the process; the next call starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None


def answer(pipe, thing):
    """Say that all is ready, then call the methods of a thing that are asked for, for ever."""
    pipe.send(None)
    while True:
        method, arguments = pipe.recv()
        pipe.send(getattr(thing, method)(*arguments))
