"""The registry of families: each by its id, which is the name of its folder."""

import functools

from .family import find_part

IDS = (
    "layers",
    "defaults",
    "tf1",
    "options",
    "bidirectional",
    "cells",
    "own_cells",
    "forms",
    "training",
    "refusals",
    "files",
)
"""In the order in which recordings and reports list them."""


def get(name):
    """Return the `rnn_oracle.families.family.Family` of an id.

    Raises
    ------
    ValueError
        If there is no such family.
    MissingPartError
        If its folder has no module `family` that defines ``FAMILY``.
    """
    if name not in IDS:
        raise ValueError(f"there is no family {name!r}, only {', '.join(IDS)}")
    return find_part(f"{__package__}.{name}.family", "FAMILY", name).FAMILY


@functools.lru_cache(maxsize=None)
def families():
    """Return all families, as a tuple."""
    return tuple(map(get, IDS))


def crossed():
    """Return the families whose axes are crossed by covering arrays, as a list."""
    return [family for family in families() if family.is_crossed]


def cases(dialect, *names):
    """Return the cases of families in a dialect, by their ids, in the order of recordings.

    Without a name, those of all families.
    """
    return [case for name in names or IDS for case in get(name).cases(dialect)]
