"""The ledger of known divergences: which cases, in which versions, against which rule, how."""

import json
import os
from collections import namedtuple

from .cases import Case
from .deviations import DEVIATIONS

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ledger.json")

Entry = namedtuple("Entry", "id title target versions cases rule instead harm links mended")
Entry.__doc__ = """One known divergence, of one cause.

id : str
title : str
    What happens, in a sentence.
target : str
    The name of a target, such as ``"keras3"``.
versions : str
    Of the target, as a version specifier: ``">=3.0,<3.4"``.
cases : list of dict
    Patterns: a case matches where, in one of them, each option has one of the values listed.
rule : str
    The id of the rule in SPEC.md that is broken.
instead : str
    The name of a function in `rnn_oracle.deviations` that tells what is returned instead.
harm : str
    What it does to a user.
links : list of str
    The public issue, commit or source.
mended : str or None
    The first release without it.
"""


def load(path=PATH):
    """Read the ledger.

    Raises
    ------
    ValueError
        For an entry with missing or unknown fields, an unknown deviation, or a pattern with
        an option that no case has; it names the entry.
    """
    with open(path, encoding="utf-8") as file:
        entries = json.load(file)["entries"]
    return [_entry(fields) for fields in entries]


def _entry(fields):
    where = "ledger entry {!r}".format(fields.get("id"))
    if set(fields) != set(Entry._fields):
        wrong = sorted(set(fields) ^ set(Entry._fields))
        raise ValueError("{}: missing or unknown fields {}".format(where, wrong))
    entry = Entry(**fields)
    if entry.instead not in DEVIATIONS:
        raise ValueError("{}: unknown deviation {!r}".format(where, entry.instead))
    options = Case("lstm").options
    for pattern in entry.cases:
        unknown = sorted(set(pattern) - set(options))
        if unknown:
            raise ValueError("{}: no case has the options {}".format(where, unknown))
    return entry


def matching(entries, target, case):
    """Return the entries that speak of this case on this target."""
    return [entry for entry in entries if _speaks_of(entry, target, case)]


def _speaks_of(entry, target, case):
    from packaging.specifiers import SpecifierSet

    if entry.target != target.name:
        return False
    if not SpecifierSet(entry.versions).contains(target.version, prereleases=True):
        return False
    return matches(entry, case)


def matches(entry, case):
    """Tell whether one of the entry's patterns fits the case, whatever the target."""
    options = case.options
    return any(
        all(options[name] in values for name, values in pattern.items()) for pattern in entry.cases
    )
