"""The ledger of known divergences: which cases, in which versions, against which rule, how.

An entry is a file of the folder ``ledger``, under its id. ``index.txt`` lists the ids in order, one
a line: in this order entries are printed, and where several speak of a case, each changes what
those above it say is returned.
"""

import functools
import os

from .entry import ABOUT, FAMILY, RECORDED, TENSORFLOW, VERSIONS, read

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ledger")
INDEX = "index.txt"
_SUFFIX = ".json"

MEASURED = {"keras2": "2.21.0", "keras3": "3.15.1", "tf1": "2.21.0"}
"""The newest version of each target that the rules and the ledger were measured on."""

ALONE = {
    "keras-jax": "3.15.1",
    "keras-numpy": "3.15.1",
    "torch": "2.13.0",
    "onnxruntime": "1.32.0",
    "tf2onnx": "1.17.0",
    "litert": "2.3.0",
    "litert-keras2": "2.3.0",
}
"""The version of a target on which alone it was measured; there are no recordings of it."""


def load(path=PATH):
    """Read a ledger.

    Parameters
    ----------
    path : str
        A folder.

    Returns
    -------
    list of Entry
        In the order of the index.

    Raises
    ------
    ValueError
        For an entry with something wrong in its file, see `rnn_oracle.verdict.entry.read`, for one
        that the index does not list once, and for an id in the index without a file; it names the
        entry. (Whether a deviation exists, `rnn_oracle.verdict.deviations.check` tells.)
    """
    with open(os.path.join(path, INDEX), encoding="ascii") as file:
        ids = file.read().split()
    _check_index(ids, path)
    return [read(os.path.join(path, name + _SUFFIX)) for name in ids]


def _check_index(ids, path):
    there = {name[: -len(_SUFFIX)] for name in os.listdir(path) if name.endswith(_SUFFIX)}
    for name in sorted(there.union(ids)):
        if name not in there:
            raise ValueError(
                f"ledger entry {name!r}: listed in {INDEX}, expected a file {name}.json"
            )
        if ids.count(name) != 1:
            raise ValueError(
                f"ledger entry {name!r}: expected one line of {INDEX}, not {ids.count(name)}"
            )


def matching(entries, target, case):
    """Return the entries that speak of this case on this target, or on what makes its models."""
    # A recording, and a target of others, need not say that nothing else makes its models.
    speakers = [one for one in (target, getattr(target, "made_by", None)) if one]
    # What release of TensorFlow there is, a target is asked only where it matters.
    return [
        entry
        for entry in entries
        if any(
            states(entry, one) and fits(pattern, case) and _holds_on(pattern, one)
            for one in speakers
            for pattern in entry.cases
        )
    ]


def states(entry, target):
    """Tell whether an entry states that it holds on a target of this version."""
    versions = _versions(entry, target)
    return versions is not None and covers(versions, target.version)


def speaks_of(entry, target):
    """Tell whether an entry states that it holds on some version of a target."""
    return _versions(entry, target) is not None


def _versions(entry, target):
    return entry.versions if entry.target == target.name else entry.also.get(target.name)


def patterns_on(entry, target):
    """Return the patterns of an entry that hold on this target, of this version."""
    if not states(entry, target):
        return []
    return [pattern for pattern in entry.cases if _holds_on(pattern, target)]


def _holds_on(pattern, target):
    return covers(pattern.get(VERSIONS, ""), target.version) and (
        TENSORFLOW not in pattern
        or (target.release is not None and covers(pattern[TENSORFLOW], target.release))
    )


def unmeasured(target):
    """Return what to say of a target of a version that was not measured, else None."""
    alone = ALONE.get(target.name)
    if alone:
        of = f"{target.name} {target.version} was not measured, but {alone} alone"
        return None if covers("==" + alone, target.version) else of
    newest = MEASURED.get(target.name)
    if newest is None:
        return (
            f"{target.name} {target.version} was never measured: it is judged by the rules, and "
            "no entry of the ledger speaks of it"
        )
    if not covers(">" + newest, target.version):
        return None
    return (
        f"{target.name} {target.version} is newer than any release that was measured "
        f"({newest}): it is judged by the newest "
        "rules, and by the entries of the ledger that have no end"
    )


@functools.lru_cache(maxsize=None)
def covers(versions, version):
    """Tell whether a version is among those of a specifier such as ``">=3.0,<3.11"``.

    A nightly, or what else comes before a release, counts as that release, so that an entry of
    ``">=3.16"`` speaks of 3.16.0.dev2026102704.
    """
    from packaging.specifiers import SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        released = Version(version).base_version
    except InvalidVersion:  # as a recording may tell that nobody has looked into
        return not versions
    return SpecifierSet(versions).contains(released)


def fits(pattern, case):
    """Tell whether a pattern fits a case, whatever the target and its version."""
    if case.family != pattern.get(FAMILY, RECORDED):
        return False
    options = case.options
    return all(
        name in options and options[name] in values
        for name, values in pattern.items()
        if name not in ABOUT
    )
