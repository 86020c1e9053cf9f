"""What the command lines have in common: above all, how they choose cases."""

from __future__ import annotations

import fnmatch
import os
from dataclasses import fields
from typing import Callable, NamedTuple

from ..families import registry
from ..families.citations import WITHOUT_CASES
from ..families.layers.matrix import BLOCK
from ..families.spec import rules
from ..records.format import default_folder
from ..reference.dialects import DIALECTS as OF_KERAS
from ..reference.dialects import generation
from ..targets.registry import BESIDE
from .errors import SelectionError
from .near import near

ALL = "*"
DIALECTS = tuple(OF_KERAS) + ("tf1",)
"""All dialects in which a family may have cases."""


class Selector(NamedTuple):
    """One condition that a case must fulfil.

    Attributes
    ----------
    text : str
        As it stands on the command line.
    holds : callable
        ``holds(case, dialect)`` tells whether a case of a dialect fulfils it.
    """

    text: str
    holds: Callable


class Choice(NamedTuple):
    """Which cases of a recording, or of vectors, a command is about.

    Attributes
    ----------
    only : str
        A pattern of their ids.
    families : tuple of str
        Their families; empty for all.
    """

    only: str = ALL
    families: tuple = ()

    @property
    def is_all(self):
        return self == EVERYTHING

    def holds(self, case):
        """Tell whether a case is one of them."""
        is_of_family = not self.families or case.family in self.families
        return is_of_family and fnmatch.fnmatch(case.id, self.only)

    def cases(self, dialect="keras3"):
        """Return those of a dialect."""
        return list(filter(self.holds, registry.cases(dialect)))

    def cases_for(self, targets):
        """Return the targets that have such cases, and these, both by name."""
        found = {name: self.cases(target.dialect) for name, target in targets.items()}
        cases = {name: chosen for name, chosen in found.items() if chosen}
        return {name: targets[name] for name in cases}, cases

    def __str__(self):
        words = [f"--only {self.only!r}"] if self.only != ALL else []
        return " ".join(words + [f"--family {name}" for name in self.families])


EVERYTHING = Choice()


def add_choice(parser):
    """Add the options that make a `Choice`."""
    parser.add_argument(
        "--only",
        metavar="PATTERN",
        default=ALL,
        help="the cases whose id matches, such as 'lstm.*' (default: all)",
    )
    parser.add_argument(
        "--family",
        metavar="ID",
        action="append",
        default=[],
        choices=registry.IDS,
        help=f"the cases of a family: {', '.join(registry.IDS)}; repeated, those of any",
    )


def add_fixtures(parser):
    """Add the folder of the fixtures, by default that of this package."""
    parser.add_argument(
        "--fixtures",
        metavar="FOLDER",
        default=default_folder(),
        help="the folder `fixtures` of a clone, an sdist or a wheel; default: %(default)s",
    )


def no_recordings(folder):
    """Return what to say where a folder of fixtures has no recordings."""
    return (
        f"there are no recordings in {folder}; name another folder by --fixtures: "
        "a clone, an sdist and a wheel of this package have one"
    )


def add_folders(parser):
    """Add folders of recordings, by default that of the repository."""
    parser.add_argument(
        "folders",
        metavar="FOLDER",
        nargs="*",
        default=[os.path.join(default_folder(), "recordings")],
        help="default: %(default)s",
    )


def choice(options):
    """Return the `Choice` that a parser with `add_choice` has read."""
    return Choice(options.only, tuple(options.family))


def add_selectors(parser):
    """Add the options that choose cases of all families, see `Selection`."""
    group = parser.add_argument_group(
        "selectors", "All must hold; without any, all cases are chosen. Each may be repeated."
    )
    group.add_argument(
        "--rule",
        metavar="ID",
        action="append",
        default=[],
        help="the cases that cite a rule of SPEC.md, such as M3; repeated, those that cite all",
    )
    group.add_argument(
        "--family",
        metavar="ID",
        action="append",
        default=[],
        help=f"the cases of a family: {', '.join(registry.IDS)}; repeated, those of any",
    ).completer = lambda **_: registry.IDS  # asked by argcomplete: there are no choices
    group.add_argument(
        "--where",
        metavar="OPTION=VALUE[,VALUE]",
        action="append",
        default=[],
        help="the cases whose option has one of the values; repeated, those where all hold",
    )
    group.add_argument(
        "--only",
        metavar="PATTERN",
        action="append",
        default=[],
        help="the cases whose id matches, such as 'lstm.*', or is one that `check --json` writes; "
        "repeated, those of any",
    )


class Selection:
    """The cases that the selectors of a command line choose, of all families.

    Parameters
    ----------
    options : argparse.Namespace
        What a parser with `add_selectors` has read.

    Attributes
    ----------
    selectors : list of Selector
    reasons : dict of str to str
        By each rule that was asked for and that no case cites: why none does.

    Raises
    ------
    SelectionError
        For a family, a rule, an option or a value that does not exist; it says which do.
    """

    def __init__(self, options):
        self._only = options.only
        # The rules of a case take the longest to find, and come last.
        self.selectors = [_family(options.family)] if options.family else []
        self.selectors += [_where(text) for text in options.where]
        self.selectors += [_ids(options.only)] if options.only else []
        self.selectors += [_rule(name) for name in options.rule]
        self.reasons = {rule: WITHOUT_CASES[rule] for rule in options.rule if rule in WITHOUT_CASES}

    def cases(self, dialect):
        """Return the cases of all families in a dialect that are chosen, in a fixed order."""
        return _fulfilling(self.selectors, registry.cases(dialect), dialect)

    def nothing(self, dialects=DIALECTS):
        """Return what to say where no case of these dialects is chosen: why, or what is near."""
        if self.reasons:
            return "\n".join(map(_reason_in_words, self.reasons.items()))
        chosen_by = " ".join(selector.text for selector in self.selectors)
        within = "" if set(dialects) == set(DIALECTS) else f" in {', '.join(dialects)}"
        lines = [f"no case{within} matches {chosen_by}"]
        if not _matches(self._only, dialects):
            found = [id for pattern in self._only for id in _near_ids(pattern, dialects)]
            lines += ["  near it: " + id for id in dict.fromkeys(found)]
        return "\n".join(lines + self._almost(dialects))

    def _almost(self, dialects):
        """Say how many cases there would be in other dialects, and without each selector."""
        found = {"in other dialects": _count(self.selectors, DIALECTS)}
        for selector in self.selectors if len(self.selectors) > 1 else []:
            others = [one for one in self.selectors if one is not selector]
            found[f"without {selector.text}"] = _count(others, dialects)
        return [f"  {where}: {in_words(count)}" for where, count in found.items() if count]


def _count(selectors, dialects):
    return len(
        {
            case.id
            for dialect in dialects
            for case in _fulfilling(selectors, registry.cases(dialect), dialect)
        }
    )


def in_words(count):
    """Return a number of cases in words."""
    return "1 case" if count == 1 else f"{count} cases"


def _reason_in_words(item):
    rule, reason = item
    return f"no case cites {rule}: {reason}"


def _fulfilling(selectors, cases, dialect):
    return [case for case in cases if all(one.holds(case, dialect) for one in selectors)]


def _rule(name):
    known = rules()
    if name not in known:
        raise SelectionError(f"--rule {name}: SPEC.md has no such rule, only {', '.join(known)}")
    return Selector(f"--rule {name}", lambda case, dialect: name in case.rules)


def _family(names):
    for name in names:
        if name not in registry.IDS:
            there = ", ".join(registry.IDS)
            raise SelectionError(f"--family {name}: there is no such family, only {there}")
    text = " ".join(f"--family {name}" for name in names)
    return Selector(text, lambda case, dialect: case.family in names)


def _where(text):
    name, equals, words = text.partition("=")
    if not equals:
        raise SelectionError(f"--where {text}: expected OPTION=VALUE, such as mask=left")
    known = _values_by_option()
    if name not in known:
        raise SelectionError(
            f"--where {text}: no family has an option {name}, only {', '.join(sorted(known))}"
        )
    wanted = words.split(",")
    for word in wanted:
        if not any(means(word, value) for value in known[name]):
            there = ", ".join(dict.fromkeys(map(str, known[name])))
            raise SelectionError(f"--where {text}: {name} is never {word!r}, only {there}")

    def holds(case, dialect):
        options = case.options
        return name in options and any(means(word, options[name]) for word in wanted)

    return Selector(f"--where {text}", holds)


def _values_by_option():
    """Return the values of each option in any family, as a dict of lists."""
    found = {}
    for family in registry.families():
        for name, values in values_of(family).items():
            found.setdefault(name, []).extend(values)
    return found


def values_of(family):
    """Return the values of each option of a family, which are those of its cases without axes."""
    if family.case.axes:
        return family.case.axes
    cases = [case for dialect in DIALECTS for case in family.cases(dialect)]
    return {
        field.name: tuple(dict.fromkeys(getattr(case, field.name) for case in cases))
        for field in fields(family.case)
    }


def means(word, value):
    """Tell whether a word of a command line stands for a value of an option."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(word) == value
        except ValueError:
            return False
    return word.lower() == str(value).lower()


def _ids(patterns):
    text = " ".join(f"--only {pattern!r}" for pattern in patterns)
    return Selector(
        text, lambda case, dialect: any(_fits(case.id, one, dialect) for one in patterns)
    )


def _fits(id, pattern, dialect):
    """Tell whether a pattern fits an id, or what `check --json` makes of it in a dialect."""
    target, _, rest = pattern.partition(".")
    return fnmatch.fnmatchcase(id, pattern) or (
        _is_of(target, dialect) and fnmatch.fnmatchcase(id, rest)
    )


def _is_of(target, dialect):
    """Tell whether a target of this name may be judged by a dialect: not Keras alone is."""
    own = generation(dialect)
    is_backend = own == "keras3" and target.startswith("keras-")
    return target == own or is_backend or BESIDE.get(target) == own


def _matches(patterns, dialects):
    return any(
        _fits(case.id, pattern, dialect)
        for dialect in dialects
        for case in registry.cases(dialect)
        for pattern in patterns
    )


def _near_ids(pattern, dialects):
    target, _, rest = pattern.partition(".")
    if target != "tf1" and any(_is_of(target, dialect) for dialect in dialects):
        pattern = rest
    ids = [case.id for dialect in dialects for case in registry.cases(dialect)]
    return near(pattern, list(dict.fromkeys(ids)))


def blocks(cases, size=BLOCK):
    """Cut cases into lists for one process each, such that a target can share what it builds."""
    return [cases[i : i + size] for i in range(0, len(cases), size)]
