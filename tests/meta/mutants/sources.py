"""The source files of the installed Keras whose functions are changed, read and compiled anew."""

import ast
import contextlib
import copy
import fnmatch
import functools
import importlib.util
import os

from .operators import numbered

RNN = "layers/rnn/"
FILES = {
    "keras3": (
        "keras",
        [RNN + name for name in ("rnn.py", "simple_rnn.py", "lstm.py", "gru.py")]
        + [RNN + name for name in ("stacked_rnn_cells.py", "bidirectional.py")]
        + [RNN + name for name in ("time_distributed.py", "dropout_rnn_cell.py")]
        + ["backend/tensorflow/rnn.py", "layers/core/masking.py"]
        + ["layers/core/embedding.py:Embedding.compute_mask", "layers/core/embedding.py:*.call"],
    ),
    "keras2": (
        "tf_keras",
        [RNN + name for name in ("base_rnn.py", "simple_rnn.py", "lstm.py", "gru.py")]
        + [RNN + name for name in ("stacked_rnn_cells.py", "bidirectional.py")]
        + [RNN + name for name in ("time_distributed.py", "dropout_rnn_cell_mixin.py")]
        + [RNN + name for name in ("base_wrapper.py", "gru_lstm_utils.py", "rnn_utils.py")]
        + ["backend.py:rnn", "layers/core/masking.py"]
        + ["layers/core/embedding.py:Embedding.compute_mask", "layers/core/embedding.py:*.call"],
    ),
}
"""By the name of the target: the package, and the files in its folder src; of some only the
functions that match."""


class Mutant:
    """A function with one small wrong change.

    Attributes
    ----------
    name : str
        Target, file, function, operator and number, such as
        ``"keras3:layers/rnn/lstm.py:LSTMCell.call:arithmetic:1"``.
    path : str
        Of the source file.
    lines : range
        Those of the changed statement; a case that runs none of them cannot show the change.
    place : frozenset
        What no other change may touch that is made at the same time: the statement, or the default.
    function_name, first_line : str, int
        Of the function as Python counts it, by which it is found among the living.
    """

    def __init__(self, name, source, function, change):
        self.name, self.path, self.lines = name, source.path, change.lines
        self._source, self._function, self._change = source, function, change
        self.function_name = function.rpartition(".")[2]
        self.first_line = _first_line(source.functions[function][-1])
        default = self.default()
        where = change.lines if default is None else [f"default {default[0]}"]
        self.place = frozenset((source.path, function, spot) for spot in where)

    def default(self):
        """Return the position and the value of the default that is changed, or None."""
        if self._change.parent is not self._source.functions[self._function][-1].args:
            return None
        return self._change.index, ast.literal_eval(self._change.replacement)


@functools.lru_cache(maxsize=10000)
def code_of(changes):
    """Compile a function as it is with the changes of some mutants of it, a tuple of them."""
    with contextlib.ExitStack() as applied:
        for mutant in changes:
            applied.enter_context(_applied(mutant._change))
        return changes[0]._source.compile(changes[0]._function)


class Source:
    """A source file.

    Parameters
    ----------
    path : str

    Attributes
    ----------
    functions : dict of str to list of ast.AST
        By its qualified name, each function of the module or of a class, after its classes.
    """

    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as file:
            self.functions = dict(_functions(ast.parse(file.read()).body, []))
        self._of_class = {n for n, f in self.functions.items() if _knows_its_class(f[-1])}

    def compile(self, name):
        """Return the code of a function, compiled inside its classes, as `super` needs."""
        *classes, function = self.functions[name]
        body = [function]
        if name in self._of_class:
            # Where a change takes the last `super` away, the code must still have its cell.
            body = [_with_more(function, "if False: __class__")]
        for owner in reversed(classes):
            body = [ast.copy_location(_class(owner.name, body), owner)]
        code = compile(ast.Module(body, []), self.path, "exec", dont_inherit=True)
        for node in classes + [function]:
            code = next(c for c in code.co_consts if getattr(c, "co_name", None) == node.name)
        return code


def _knows_its_class(function):
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return not names.isdisjoint({"super", "__class__"})


def _with_more(function, text):
    """Return a copy of a function with more statements at its end."""
    longer = copy.copy(function)
    longer.body = function.body + [
        ast.copy_location(node, function.body[-1]) for node in ast.parse(text).body
    ]
    return longer


def _class(name, body):
    return ast.ClassDef(name=name, bases=[], keywords=[], body=body, decorator_list=[])


def _functions(body, classes):
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node.body, classes + [node])
        elif isinstance(node, ast.FunctionDef):
            name = ".".join(owner.name for owner in classes + [node])
            yield name, classes + [node]


def _first_line(function):
    return min([function.lineno] + [node.lineno for node in function.decorator_list])


@contextlib.contextmanager
def _applied(change):
    """Put the replacement in its place for a while."""
    _put(change, change.replacement)
    try:
        yield
    finally:
        _put(change, change.original)


def _put(change, node):
    if change.index is None:
        setattr(change.parent, change.field, node)
    else:
        getattr(change.parent, change.field)[change.index] = node


@functools.lru_cache(maxsize=None)
def mutants(target):
    """Return all mutants of the Keras that a target is, by name, without importing it."""
    package, files = FILES[target]
    folder = os.path.join(os.path.dirname(importlib.util.find_spec(package).origin), "src")
    found = {}
    for entry in files:
        file, _, wanted = entry.partition(":")
        source = Source(os.path.join(folder, *file.split("/")))
        for function in source.functions:
            if fnmatch.fnmatch(function, wanted or "*"):
                for label, change in numbered(source.functions[function][-1]).items():
                    name = ":".join([target, file, function, label])
                    found[name] = Mutant(name, source, function, change)
    return found
