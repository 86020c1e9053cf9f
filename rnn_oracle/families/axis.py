"""An axis: all that is said of one option of a family, in one line of the family's case."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, NamedTuple


class Values(NamedTuple):
    """The values of an axis in one family, as `axis` puts them into the field of a case.

    Attributes
    ----------
    values : tuple
        The default first.
    rules : dict of value to tuple of str
        Ids of the rules that a value brings in.
    only : dict of value to str
        The generation that alone has a value: ``"keras2"`` or ``"keras3"``.
    words : dict of value to str
        What stands for a value in an id; by default the value itself.
    """

    values: tuple
    rules: dict
    only: dict
    words: dict

    def word(self, value):
        """Return what stands for a value in an id."""
        if value in self.words:
            return self.words[value]
        return re.sub("[^a-z0-9_]", "_", str(value).lower())


class Axis:
    """An axis that several families have: the rules of its values are written once.

    Parameters
    ----------
    rules : dict of value to str, optional
        Ids of the rules that a value brings in, with blanks between.
    only : dict of value to str, optional
        The generation of Keras that alone has a value.

    Examples
    --------
    >>> TIME_MAJOR = Axis(rules={True: "D3"}, only={True: "keras2"})
    >>> TIME_MAJOR.of(False, True).default
    False
    """

    def __init__(self, rules=None, only=None):
        self._rules = {value: tuple(ids.split()) for value, ids in (rules or {}).items()}
        self._only = only or {}

    def of(self, default, *others, words=None) -> Any:
        """Return the field of a case with these values of the axis.

        Parameters
        ----------
        default, *others
            The values; all are plain.
        words : dict of value to str, optional
            What stands for a value in an id.
        """
        values = (default,) + others
        rules = {value: self._rules[value] for value in values if value in self._rules}
        only = {value: self._only[value] for value in values if value in self._only}
        about = Values(values, rules, only, words or {})
        return dataclasses.field(default=default, metadata={"axis": about})


def axis(default, *others, rules=None, only=None, words=None) -> Any:
    """Return the field of a case for an axis that one family alone has; see `Axis`."""
    return Axis(rules, only).of(default, *others, words=words)


class Combination(NamedTuple):
    """Rules that are brought in by values of several axes together.

    Attributes
    ----------
    rules : tuple of str
    where : dict of str to tuple
        The values by the name of the option, which need not be an axis of each family.
    """

    rules: tuple[str, ...]
    where: dict

    def holds(self, case):
        """Tell whether a case has one of the values of each option."""
        return all(getattr(case, name) in values for name, values in self.where.items())


def together(rules, **where):
    """Return a `Combination`: ids of rules with blanks between, and the values by option."""
    return Combination(tuple(rules.split()), where)
