"""Nested structures: lists and tuples of arrays, shapes or sizes, walked in order."""


def is_nested(tree):
    """Tell whether `tree` is a list or a tuple, as against a leaf."""
    return isinstance(tree, (list, tuple))


def flatten(tree):
    """Return the leaves of `tree` in order, as a list."""
    if not is_nested(tree):
        return [tree]
    return [leaf for branch in tree for leaf in flatten(branch)]


def same_structure(tree, other):
    """Tell whether two trees branch alike, lists and tuples counting as the same."""
    if not is_nested(tree) or not is_nested(other):
        return is_nested(tree) == is_nested(other)
    return len(tree) == len(other) and all(map(same_structure, tree, other))


def map_structure(function, tree, *others):
    """Apply `function` leaf by leaf over trees of one structure; the first gives the containers."""
    if not is_nested(tree):
        return function(tree, *others)
    mapped = [map_structure(function, *branches) for branches in zip(tree, *others)]
    if hasattr(tree, "_fields"):
        return type(tree)(*mapped)
    return tuple(mapped) if isinstance(tree, tuple) else mapped


def describe(tree, leaf=lambda value: "*"):
    """Write a structure down: ``(*, [*, *])`` is a tuple of a leaf and a list of two.

    A namedtuple keeps its name and those of its fields: ``LSTMStateTuple(c=*, h=*)``.
    """
    if not is_nested(tree):
        return leaf(tree)
    branches = [describe(branch, leaf) for branch in tree]
    if hasattr(tree, "_fields"):
        named = map("{}={}".format, tree._fields, branches)
        return "{}({})".format(type(tree).__name__, ", ".join(named))
    inside = ", ".join(branches)
    if isinstance(tree, list):
        return "[" + inside + "]"
    return "(" + inside + ("," if len(tree) == 1 else "") + ")"


def without_containers(described):
    """Return what `describe` wrote without telling lists from tuples."""
    return described.replace("[", "(").replace("]", ")").replace(",)", ")")
