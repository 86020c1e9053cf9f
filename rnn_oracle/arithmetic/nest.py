"""Nested structures: lists, tuples and dicts of arrays, shapes or sizes, walked in order."""

from __future__ import annotations

from typing import Any, Callable, Iterable


def is_nested(tree: Any) -> bool:
    """Tell whether `tree` is a list, a tuple or a dict, as against a leaf."""
    return isinstance(tree, (list, tuple, dict))


def branches(tree: Any) -> list[Any]:
    """Return the branches of `tree` in order, as a list; those of a dict by their sorted keys."""
    return [tree[key] for key in sorted(tree)] if isinstance(tree, dict) else list(tree)


def as_list(tree: Any) -> list[Any]:
    """Return the branches of a list or a tuple, or in a list what is none."""
    return list(tree) if isinstance(tree, (list, tuple)) else [tree]


def flatten(tree: Any) -> list[Any]:
    """Return the leaves of `tree` in order, as a list.

    Examples
    --------
    >>> from rnn_oracle.arithmetic.nest import flatten
    >>> flatten([1, (2, {"b": 4, "a": 3})])
    [1, 2, 3, 4]
    """
    if not is_nested(tree):
        return [tree]
    return [leaf for branch in branches(tree) for leaf in flatten(branch)]


def same_structure(tree: Any, other: Any) -> bool:
    """Tell whether two trees branch alike, lists and tuples counting as the same."""
    if not is_nested(tree) or not is_nested(other):
        return is_nested(tree) == is_nested(other)
    keys = [sorted(both) if isinstance(both, dict) else len(both) for both in (tree, other)]
    return keys[0] == keys[1] and all(map(same_structure, branches(tree), branches(other)))


def map_structure(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """Apply `function` leaf by leaf over trees of one structure; the first gives the containers.

    Examples
    --------
    >>> from rnn_oracle.arithmetic.nest import map_structure
    >>> map_structure(lambda x, y: x + y, [1, (2, 3)], [10, [20, 30]])
    [11, (22, 33)]
    """
    if not is_nested(tree):
        return function(tree, *others)
    mapped = [
        map_structure(function, *below) for below in zip(branches(tree), *map(branches, others))
    ]
    if isinstance(tree, dict):
        return dict(zip(sorted(tree), mapped))
    if hasattr(tree, "_fields"):
        return type(tree)(*mapped)
    return tuple(mapped) if isinstance(tree, tuple) else mapped


def pack(tree: Any, leaves: Iterable[Any]) -> Any:
    """Return a tree of the structure of `tree` with other leaves, given in order."""
    leaves = iter(leaves)
    return map_structure(lambda leaf: next(leaves), tree)


def unstack(tree: Any) -> list[Any]:
    """Return a tree for each index of the leaves' first axis, as a list."""
    length = flatten(tree)[0].shape[0]
    if not is_nested(tree):
        return [tree[i] for i in range(length)]
    return [map_structure(lambda leaf, i=i: leaf[i], tree) for i in range(length)]


def describe(tree: Any, leaf: Callable[[Any], str] = lambda value: "*") -> str:
    """Write a structure down: ``(*, [*, *])`` is a tuple of a leaf and a list of two.

    A dict has its keys, ``{x: *, y: *}``; a namedtuple keeps its name and those of its fields:
    ``LSTMStateTuple(c=*, h=*)``.

    Examples
    --------
    >>> from rnn_oracle.arithmetic.nest import describe
    >>> describe(([1, 2], {"a": 3}), leaf=str)
    '([1, 2], {a: 3})'
    """
    if not is_nested(tree):
        return leaf(tree)
    below = [describe(branch, leaf) for branch in branches(tree)]
    if isinstance(tree, dict):
        entries = ", ".join(f"{key}: {value}" for key, value in zip(sorted(tree), below))
        return "{" + entries + "}"
    if hasattr(tree, "_fields"):
        named = ", ".join(f"{name}={value}" for name, value in zip(tree._fields, below))
        return f"{type(tree).__name__}({named})"
    inside = ", ".join(below)
    if isinstance(tree, list):
        return "[" + inside + "]"
    return "(" + inside + ("," if len(tree) == 1 else "") + ")"
