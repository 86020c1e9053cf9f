"""The ledger of known divergences: which cases, in which versions, against which rule, how."""

from __future__ import annotations

import functools
import json
import os
from dataclasses import fields as fields_of
from typing import NamedTuple

from ..families import registry
from .deviations import deviation

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ledger.json")

VERSIONS, FAMILY, TENSORFLOW = "versions", "family", "tensorflow"
_ABOUT = {VERSIONS, FAMILY, TENSORFLOW}
RECORDED = "layers"
"""The family of the cases of a pattern that names none."""

MEASURED = {"keras2": "2.21.0", "keras3": "3.15.1", "tf1": "2.21.0"}
"""The newest version of each target that the rules and the ledger were measured on."""


class Entry(NamedTuple):
    """One known divergence, of one cause.

    Attributes
    ----------
    id : str
    title : str
        What happens, in a sentence.
    target : str
        The name of a target, such as ``"keras3"``.
    versions : str
        Of the target, as a version specifier: ``">=3.0,<3.4"``.
    cases : list of dict
        Patterns: a case matches where, in one of them, each option has one of the values listed. A
        pattern may name the "family" of its cases, which is that of the core matrix by default, and
        have "versions" of its own, where other entries explain the case in the others; "tensorflow"
        are those of TensorFlow, where the cause lies there.
    rule : str
        The id of the rule in SPEC.md that is broken.
    instead : str
        The name of a function in `rnn_oracle.verdict.deviations` that tells what is returned
        instead.
    harm : str
        What it does to a user.
    links : list of str
        The public issue, commit or source.
    mended : str or None
        The first release without it.
    """

    id: str
    title: str
    target: str
    versions: str
    cases: list
    rule: str
    instead: str
    harm: str
    links: list[str]
    mended: str | None


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
        raise ValueError(f"{where}: missing or unknown fields {wrong}")
    entry = Entry(**fields)
    for pattern in entry.cases:
        try:
            family = registry.get(pattern.get(FAMILY, RECORDED))
            deviation(family.id, entry.instead)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None
        options = {field.name for field in fields_of(family.case)}
        unknown = sorted(set(pattern) - options - _ABOUT)
        if unknown:
            raise ValueError(f"{where}: no case has the options {unknown}")
    return entry


def matching(entries, target, case):
    """Return the entries that speak of this case on this target."""
    return [entry for entry in entries if _speaks_of(entry, target, case)]


def _speaks_of(entry, target, case):
    return (
        entry.target == target.name
        and covers(entry.versions, target.version)
        and any(fits(pattern, case) and _holds_on(pattern, target) for pattern in entry.cases)
    )


def _holds_on(pattern, target):
    return covers(pattern.get(VERSIONS, ""), target.version) and (
        TENSORFLOW not in pattern or covers(pattern[TENSORFLOW], target.release)
    )


def unmeasured(target):
    """Return what to say of a target that is newer than all that was measured, else None."""
    newest = MEASURED[target.name]
    if not covers(">" + newest, target.version):
        return None
    return (
        f"{target.name} {target.version} is newer than any release that was measured "
        f"({newest}): it is judged by the newest "
        "rules, and by the entries of the ledger that have no end"
    )


@functools.lru_cache(maxsize=None)
def covers(versions, version):
    """Tell whether a version is among those of a specifier such as ``">=3.0,<3.11"``."""
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(versions).contains(version, prereleases=True)


def fits(pattern, case):
    """Tell whether a pattern fits a case, whatever the target and its version."""
    if case.family != pattern.get(FAMILY, RECORDED):
        return False
    options = case.options
    return all(
        name in options and options[name] in values
        for name, values in pattern.items()
        if name not in _ABOUT
    )
