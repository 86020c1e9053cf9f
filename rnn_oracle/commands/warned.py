"""Counts warnings in place of showing them: of what Keras says in each of some thousand calls."""

from __future__ import annotations

import collections
import textwrap
import warnings
from typing import NamedTuple

_LONGEST = 200


class Kind(NamedTuple):
    """Warnings of one category, from one line of code.

    Attributes
    ----------
    category : str
    path : str
    line : int
    """

    category: str
    path: str
    line: int


class Warned:
    """How often there was a warning of each kind, and the text of the first of each.

    Attributes
    ----------
    counts : Counter of Kind
    texts : dict of Kind to str
    """

    def __init__(self):
        self.counts, self.texts = collections.Counter(), {}

    def add(self, other):
        """Add what another one has counted."""
        self.counts.update(other.counts)
        for kind, text in other.texts.items():
            self.texts.setdefault(kind, text)

    def __str__(self):
        """Say it in a line; nothing where there was no warning."""
        if not self.counts:
            return ""
        (kind, most), total = self.counts.most_common(1)[0], sum(self.counts.values())
        text = textwrap.shorten(
            f"{kind.category}: {self.texts[kind]}", _LONGEST, placeholder=" ..."
        )
        kinds = "one kind" if len(self.counts) == 1 else f"{len(self.counts)} kinds"
        often = "" if len(self.counts) == 1 else f"the most frequent, {most} times: "
        return f"{total} warnings of {kinds}, {often}{text}"


def count_warnings():
    """Count all that would be shown in this process from now on; return the function that tells.

    It returns what was counted since it was called before, a `Warned`.
    """
    since = [Warned()]

    def count(message, category, filename, lineno, file=None, line=None):
        kind = Kind(category.__name__, filename, lineno)
        since[0].counts[kind] += 1
        since[0].texts.setdefault(kind, str(message))

    def told():
        counted, since[0] = since[0], Warned()
        return counted

    warnings.simplefilter("always", UserWarning)
    warnings.showwarning = count
    return told
