"""Nested structures: lists, tuples and dicts of arrays, shapes or sizes, walked in order."""


def is_nested(tree):
    """Tell whether `tree` is a list, a tuple or a dict, as against a leaf."""
    return isinstance(tree, (list, tuple, dict))


def branches(tree):
    """Return the branches of `tree` in order, as a list; those of a dict by their sorted keys."""
    return [tree[key] for key in sorted(tree)] if isinstance(tree, dict) else list(tree)


def as_list(tree):
    """Return the branches of a list or a tuple, or in a list what is none."""
    return list(tree) if isinstance(tree, (list, tuple)) else [tree]


def flatten(tree):
    """Return the leaves of `tree` in order, as a list."""
    if not is_nested(tree):
        return [tree]
    return [leaf for branch in branches(tree) for leaf in flatten(branch)]


def same_structure(tree, other):
    """Tell whether two trees branch alike, lists and tuples counting as the same."""
    if not is_nested(tree) or not is_nested(other):
        return is_nested(tree) == is_nested(other)
    keys = [sorted(both) if isinstance(both, dict) else len(both) for both in (tree, other)]
    return keys[0] == keys[1] and all(map(same_structure, branches(tree), branches(other)))


def map_structure(function, tree, *others):
    """Apply `function` leaf by leaf over trees of one structure; the first gives the containers."""
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


def pack(tree, leaves):
    """Return a tree of the structure of `tree` with other leaves, given in order."""
    leaves = iter(leaves)
    return map_structure(lambda leaf: next(leaves), tree)


def unstack(tree):
    """Return a tree for each index of the leaves' first axis, as a list."""
    length = flatten(tree)[0].shape[0]
    return [map_structure(lambda leaf, i=i: leaf[i], tree) for i in range(length)]


def describe(tree, leaf=lambda value: "*"):
    """Write a structure down: ``(*, [*, *])`` is a tuple of a leaf and a list of two.

    A dict has its keys, ``{x: *, y: *}``; a namedtuple keeps its name and those of its fields:
    ``LSTMStateTuple(c=*, h=*)``.
    """
    if not is_nested(tree):
        return leaf(tree)
    below = [describe(branch, leaf) for branch in branches(tree)]
    if isinstance(tree, dict):
        return "{" + ", ".join(map("{}: {}".format, sorted(tree), below)) + "}"
    if hasattr(tree, "_fields"):
        named = map("{}={}".format, tree._fields, below)
        return "{}({})".format(type(tree).__name__, ", ".join(named))
    inside = ", ".join(below)
    if isinstance(tree, list):
        return "[" + inside + "]"
    return "(" + inside + ("," if len(tree) == 1 else "") + ")"


def without_containers(described):
    """Return what `describe` wrote without telling lists from tuples."""
    return described.replace("[", "(").replace("]", ")").replace(",)", ")")
