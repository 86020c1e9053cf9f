"""Facts: what is compared of an outcome beside its numbers, as values; `str` of one is its text.

Code works with the values. Text is for a person and for files; `parse` reads what is in a file.
"""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass, replace
from typing import Any, Callable, NamedTuple

from ..arithmetic import nest

LIST, TUPLE, DICT, SEQUENCE = "list", "tuple", "dict", "sequence"
"""Kinds of containers; a sequence is a list or a tuple where that makes no difference."""

ANY = "*"
"""A leaf of which nothing but its place is compared."""

_BRACKETS = {LIST: "[]", TUPLE: "()", DICT: "{}", SEQUENCE: "()"}


@dataclass(frozen=True)
class Container:
    """A list, tuple, dict or namedtuple of a nested structure.

    Attributes
    ----------
    kind : str
        `LIST`, `TUPLE`, `DICT` or `SEQUENCE`, or the name of a namedtuple.
    branches : tuple
        Each a container or a leaf: `ANY`, a `Shape`, a `MaskRows` or None, or a number.
    names : tuple of str
        The keys of a dict, or the fields of a namedtuple.
    """

    kind: str
    branches: tuple
    names: tuple = ()

    def __str__(self):
        opening, closing = _BRACKETS.get(self.kind, (self.kind + "(", ")"))
        link = ": " if self.kind == DICT else "="
        named = [name + link for name in self.names] or [""] * len(self.branches)
        inside = ", ".join(f"{name}{branch}" for name, branch in zip(named, self.branches))
        is_pair = self.kind == TUPLE and len(self.branches) == 1
        return opening + inside + "," * is_pair + closing


@dataclass(frozen=True)
class Shape:
    """A shape: int, or None where a length is unknown."""

    sizes: tuple

    def __str__(self):
        return str(self.sizes)


@dataclass(frozen=True)
class MaskRows:
    """The values of a mask, row by row, as tuples of bool."""

    rows: tuple

    def __str__(self):
        return "/".join("".join("1" if value else "0" for value in row) for row in self.rows)


@dataclass(frozen=True)
class Structures:
    """How several results are nested: usually those of the layers of a stack, from the bottom up.

    Attributes
    ----------
    answers : tuple of tuple
        The structures of all results; several times where a runtime gives several answers.
    """

    answers: tuple

    @classmethod
    def of(cls, *results):
        """Return the structures of some results."""
        return cls((results,))

    @classmethod
    def any_of(cls, found):
        """Return several answers as one fact."""
        return cls(tuple(sorted((a for each in found for a in each.answers), key=_text_of_answer)))

    @property
    def results(self):
        """The structures of all results in all answers."""
        return [result for answer in self.answers for result in answer]

    def map(self, function):
        """Return the structures of all results, changed by a function."""
        return Structures(tuple(tuple(map(function, answer)) for answer in self.answers))

    def __str__(self):
        return " or ".join(map(_text_of_answer, self.answers))


def _text_of_answer(results):
    return "; ".join(map(str, results))


@dataclass(frozen=True)
class Raised:
    """An error, in place of what was asked for.

    Attributes
    ----------
    type : str
    phase : str or None
        ``"build"`` or ``"call"``; None where it is not compared.
    """

    type: str
    phase: str | None = None

    def __str__(self):
        return self.type if self.phase is None else f"{self.type} at {self.phase}"

    @classmethod
    def parse(cls, text):
        """Return the error that is written as ``"ValueError at call"``, or by its type alone."""
        found = _RAISED.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is no error")
        return cls(*found.groups())


@dataclass(frozen=True)
class Dtypes:
    """The dtypes of all arrays of a result, in order."""

    names: tuple

    def replaced(self, name):
        """Return the dtypes, with that name for those of floating point."""
        return Dtypes(tuple(name if "float" in each else each for each in self.names))

    def __str__(self):
        return " ".join(self.names)


@dataclass(frozen=True)
class AttachedMasks:
    """Whether a mask is attached to each array of a result, in order, as bool."""

    attached: tuple

    def detached(self):
        """Return the same without any mask."""
        return AttachedMasks((False,) * len(self.attached))

    def __str__(self):
        return " ".join("mask" if there else "None" for there in self.attached)


@dataclass(frozen=True)
class Biases:
    """The biases of a new layer: the distinct values of each gate, one gate after the other."""

    values: tuple

    def __str__(self):
        return " ".join(f"{value:g}" for value in self.values)


@dataclass(frozen=True, eq=False)
class Default:
    """The default of an argument: None, a bool, a number or a str; False and 0 are not equal."""

    value: Any

    @classmethod
    def of(cls, value):
        """Return the default of that value; of anything but plain values, its text counts."""
        return cls(value if value is None or isinstance(value, (bool, int, float)) else str(value))

    def _key(self):
        return type(self.value), self.value

    def __eq__(self, other):
        return isinstance(other, Default) and self._key() == other._key()

    def __hash__(self):
        return hash(self._key())

    def __str__(self):
        return str(self.value)


# Made of what a layer returns.


def structure(tree, leaf=lambda value: ANY):
    """Return the structure of nested arrays, shapes or numbers.

    Parameters
    ----------
    tree : nested list, tuple, dict or namedtuple
    leaf : callable, optional
        Turns a leaf into one of those of `Container.branches`; `ANY` by default.
    """
    if not nest.is_nested(tree):
        return leaf(tree)
    branches = tuple(structure(branch, leaf) for branch in nest.branches(tree))
    if isinstance(tree, dict):
        return Container(DICT, branches, tuple(sorted(tree)))
    if hasattr(tree, "_fields"):
        return Container(type(tree).__name__, branches, tree._fields)
    return Container(LIST if isinstance(tree, list) else TUPLE, branches)


def structure_of_shapes(tree):
    """Return the structure of each `Shape` in a nested one."""
    return structure(tree, leaf=lambda shape: shape)


def dtypes(arrays):
    """Return the `Dtypes` of some arrays."""
    return Dtypes(tuple(array.dtype.name for array in arrays))


# Changed and compared.


def leaves_in_lists(tree, begin=1):
    """Return a structure with each leaf of its container in a list of one, from some branch on."""
    if not isinstance(tree, Container):
        return tree
    wrapped = [b if isinstance(b, Container) else Container(LIST, (b,)) for b in tree.branches]
    return replace(tree, branches=tree.branches[:begin] + tuple(wrapped[begin:]))


def without_containers(fact):
    """Return a fact without telling lists from tuples in its structures, if it has any."""
    return fact.map(_as_sequences) if isinstance(fact, Structures) else fact


def _as_sequences(tree):
    if not isinstance(tree, Container):
        return tree
    kind = SEQUENCE if tree.kind in (LIST, TUPLE) else tree.kind
    return replace(tree, kind=kind, branches=tuple(map(_as_sequences, tree.branches)))


def container_kinds(fact, level):
    """Return the kinds of the containers at a level of all structures, from 0 for the outermost.

    Returns
    -------
    list of str
        Each once, in the order in which they occur; a namedtuple counts as a tuple.
    """
    found = fact.results if isinstance(fact, Structures) else []
    for _ in range(level):
        found = [b for tree in found if isinstance(tree, Container) for b in tree.branches]
    kinds = [tree.kind for tree in found if isinstance(tree, Container)]
    return list(dict.fromkeys(kind if kind in (LIST, DICT) else TUPLE for kind in kinds))


def outermost(fact):
    """Return the kind of the first structure's container, `ANY` for a leaf, None without one."""
    if not isinstance(fact, Structures):
        return None
    first = fact.results[0]
    return first.kind if isinstance(first, Container) else ANY


# Read from text.


class _Leaf(NamedTuple):
    """How the leaves of a structure are written, and what makes one of its text."""

    pattern: Any
    read: Callable


_RAISED = re.compile(r"(?!None$)([A-Z]\w*)(?: at (build|call))?")
_OPENING = re.compile(r"\[|\{|([A-Za-z_]\w*)?\(")
_NAME = re.compile(r"(?:([A-Za-z_]\w*)(?:=|: ))?")
_SEPARATOR = re.compile(",? ?")
_KINDS = {"[": LIST, "{": DICT, "(": TUPLE}


def _shape(text):
    return Shape(tuple(None if n == "None" else int(n) for n in re.findall(r"None|\d+", text)))


def _mask_rows(text):
    rows = [tuple(value == "1" for value in row) for row in text.split("/")]
    return None if text == "None" else MaskRows(tuple(rows))


_ANY = _Leaf(re.compile(r"\*"), str)
_SHAPE = _Leaf(re.compile(r"\((?:(?:None|\d+)(?:, (?:None|\d+))*,?)?\)"), _shape)
_MASK = _Leaf(re.compile("None|[01]+(?:/[01]+)*"), _mask_rows)
_NUMBER = _Leaf(re.compile(r"\d+"), int)


def _structures(leaf, text):
    if _RAISED.fullmatch(text):
        return Raised.parse(text)
    answers = [answer.split("; ") for answer in text.split(" or ")]
    return Structures(tuple(tuple(_whole(t, leaf) for t in answer) for answer in answers))


def _whole(text, leaf):
    found, end = _structure_at(text, 0, leaf)
    if end != len(text):
        raise ValueError(f"there is more after {text[:end]!r}")
    return found


def _structure_at(text, begin, leaf):
    """Return the structure that begins there in a text, and where it ends."""
    found = leaf.pattern.match(text, begin)
    if found:
        return leaf.read(found.group()), found.end()
    opening = _OPENING.match(text, begin)
    if not opening:
        raise ValueError(f"{text[begin:]!r} is no structure")
    kind = opening.group(1) or _KINDS[opening.group()]
    closing = _BRACKETS.get(kind, "()")[1]
    branches, names, end = [], [], opening.end()
    while not text.startswith(closing, end):
        name = _NAME.match(text, end)
        branch, end = _structure_at(text, name.end(), leaf)
        names += filter(None, name.groups())
        branches.append(branch)
        end = _SEPARATOR.match(text, end).end()
    if len(names) != (0 if kind in (LIST, TUPLE) else len(branches)):
        raise ValueError(f"{text[begin:end]!r} has {len(names)} names")
    return Container(kind, tuple(branches), tuple(names)), end + 1


def _masks(text):
    return AttachedMasks(tuple(word == "mask" for word in text.split(" ")))


def _default(text):
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return Default(text)
    return Default.of(value if str(value) == text else text)


_READERS = {
    "nesting": functools.partial(_structures, _ANY),
    "shapes": functools.partial(_structures, _SHAPE),
    "compute_output_shape": functools.partial(_structures, _SHAPE),
    "compute_mask": functools.partial(_structures, _MASK),
    "lengths": functools.partial(_structures, _NUMBER),
    "dtype": lambda text: Dtypes(tuple(text.split())),
    "states": int,
    "masks": _masks,
    "biases": lambda text: Biases(tuple(map(float, text.split()))),
}
"""What reads a fact, by the second part of its name."""

NAME = re.compile(rf"defaults\.[a-z0-9_]+|[a-z0-9_]+\.({'|'.join(_READERS)})")
"""What a fact is called."""


@functools.lru_cache(maxsize=None)
def parse(name, text):
    """Return the fact of that name, such as ``"default.nesting"``, that is written so.

    Raises
    ------
    ValueError
        For a text that is not just what `str` of a fact is, and a name that no fact has.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"there is no fact {name!r}")
    read = _default if name.startswith("defaults.") else _READERS[name.partition(".")[2]]
    try:
        found = read(text)
        as_written = str(found) == text
    except (ValueError, RecursionError, MemoryError):
        as_written = False
    if not as_written:
        raise ValueError(f"{name} cannot be {text!r:.60}")
    return found
