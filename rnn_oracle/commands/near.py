"""Ids of cases that are near to one that does not exist."""

import difflib
import fnmatch
import re

COUNT = 3
"""How many are told."""
_ELSEWHERE = 0.75
"""What a word counts that stands at another place than in the pattern."""


def near(pattern, ids):
    """Return the few ids that are most like one that does not exist, or like a pattern.

    Those of a pattern are the ids in which most of its words are found, or words like them, best at
    the same place.

    Parameters
    ----------
    pattern : str
        An id, or a pattern of them with ``*``, ``?`` or ``[``.
    ids : list of str
    """
    if not re.search(r"[*?[]", pattern):
        return difflib.get_close_matches(pattern, ids, COUNT)
    there = {part for id in ids for part in id.split(".")}
    likeness = [
        (place, _likeness(word, there))
        for place, word in enumerate(pattern.split("."))
        if word.strip("*?")
    ]
    found = {id: _score(id.split("."), likeness) for id in ids}
    best = sorted(ids, key=lambda id: (-found[id], len(id)))[:COUNT]
    return [id for id in best if found[id] > 0]


def _score(parts, likeness):
    return sum(
        max(like[part] * (1.0 if i == place else _ELSEWHERE) for i, part in enumerate(parts))
        for place, like in likeness
    )


def _likeness(word, there):
    """Return for each part of an id how much a word of a pattern is like it: from 0 to 1."""
    close = difflib.get_close_matches(word, there, COUNT)
    like = {part: difflib.SequenceMatcher(None, part, word).ratio() for part in close}
    return {part: 1.0 if fnmatch.fnmatchcase(part, word) else like.get(part, 0.0) for part in there}
