"""Breaks the functions that are loaded, without loading anything anew, and mends them."""

import contextlib
import gc
import types

from .sources import code_of


class Living:
    """The functions of Keras in this process. Make it when all of Keras is loaded."""

    def __init__(self):
        self._functions = {}
        for thing in gc.get_objects():
            if isinstance(thing, types.FunctionType):
                self._functions.setdefault(_key(thing.__code__), []).append(thing)

    def of(self, mutant):
        """Return the functions that a mutant stands for, however they are decorated.

        Raises
        ------
        KeyError
            Where nobody has imported the module.
        """
        return self._functions[mutant.path, mutant.function_name, mutant.first_line]

    @contextlib.contextmanager
    def broken(self, mutants):
        """Let the functions be as all the mutants are, and then as they were."""
        changed = {}
        for mutant in mutants:
            for function in self.of(mutant):
                changed.setdefault(function, []).append(mutant)
        kept = [(f, f.__code__, f.__defaults__, f.__kwdefaults__) for f in changed]
        try:
            for function, changes in changed.items():
                function.__code__ = code_of(tuple(changes))
                for default in filter(None, (mutant.default() for mutant in changes)):
                    function.__defaults__ = _replaced(function.__defaults__, *default)
            yield
        finally:
            for function, code, defaults, named in kept:
                function.__code__, function.__defaults__ = code, defaults
                function.__kwdefaults__ = named


def _key(code):
    return code.co_filename, code.co_name, code.co_firstlineno


def _replaced(values, index, value):
    return values[:index] + (value,) + values[index + 1 :]
