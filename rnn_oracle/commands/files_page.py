"""The page of files: which release loads what another has saved, in Markdown."""

import itertools
from types import SimpleNamespace

from ..families.files.case import FileCase
from ..families.files.releases import FORMATS, NOT_SAVED, RELEASES, kinds
from ..verdict import ledger
from ..verdict.deviations import is_answer

LOADED_BY = {
    "keras2": ("1.15", "2.1", "2.4", "2.8", "2.10", "2.13", "2.14", "2.15", "2.21"),
    "keras3": (
        "3.0",
        "3.1",
        "3.2",
        "3.3",
        "3.4",
        "3.6",
        "3.9",
        "3.11",
        "3.12",
        "3.14",
        "3.15",
        "3.16",
    ),
}
"""The versions of each target that were given the files of all releases that are no newer."""

_TITLES = {"h5": "HDF5, `.h5`", "keras": "`.keras`", "saved_model": "SavedModel, a folder"}
_BEGINS = """# Saved models, by the release that saved them and the one that loads them

What releases do where [rule R7](../rnn_oracle/SPEC.md#recurrence) holds. Each has saved the
[models](../rnn_oracle/families/files/kinds.py) in the formats that it writes, and was given the
[files](../fixtures/models) of all that are no newer. `tf2.10` is `tf.keras` there,
`tf2.21-legacy` is `tf_keras`, `keras3.6` is Keras on its own; a version of Keras 2 is that of
TensorFlow, and 3.16 is a nightly. *Same* is that the model loads and computes what it did; a number
leads to a note below.
`python -m rnn_oracle.commands.save_models --page` writes this page from
[the ledger](../rnn_oracle/verdict/ledger).
"""


def page(entries):
    """Return the text of the page.

    Parameters
    ----------
    entries : list of Entry
        Of the ledger.
    """
    entries = [entry for entry in entries if _is_of_files(entry)]
    lines = [_BEGINS]
    for format in FORMATS:
        lines += [f"## {_TITLES[format]}", "", *_table(entries, format), ""]
    lines += ["## Notes", ""]
    for number, entry in enumerate(entries, 1):
        lines += [f"{number}. `{entry.id}`: {entry.title} {entry.harm} {' '.join(entry.links)}"]
    lines += ["", "## What was not saved", ""]
    for (release, format, kind), words in NOT_SAVED.items():
        lines += [f"- {kind}, `{format}`, by {release}: `{words}`"]
    return "\n".join(lines) + "\n"


def _is_of_files(entry):
    return any(pattern.get("family") == FileCase.family for pattern in entry.cases)


def _table(entries, format):
    """Return a row for each group of models whose files from some releases fare alike."""
    rows = {}
    for release in RELEASES:
        for kind in kinds(release, format):
            fared = _fared(entries, FileCase(release, format, kind))
            rows.setdefault(release, {}).setdefault(fared, []).append(kind)
    lines = ["| saved by | models | in Keras 2 | in Keras 3 |", "|---|---|---|---|"]
    for same, releases in itertools.groupby(rows, key=lambda release: list(rows[release].items())):
        span = _span(list(releases))
        for fared, names in same:
            lines.append("| {} | {} | {} | {} |".format(span, ", ".join(names), *fared))
    return lines


def _fared(entries, case):
    """Return in words how a file fares in each generation."""
    return tuple(_in_generation(entries, case, name) for name in LOADED_BY)


def _in_generation(entries, case, name):
    saved = RELEASES[case.saved_by].version
    versions = [v for v in LOADED_BY[name] if tuple(map(int, v.split("."))) >= saved]
    if not versions:
        return ""
    runs = itertools.groupby(versions, key=lambda version: _answer(entries, case, name, version))
    found = [(answer, list(run)) for answer, run in runs]
    if len(found) == 1:
        return found[0][0]
    return "; ".join(f"{_span(run)}: {answer}" for answer, run in found)


def _span(names):
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _answer(entries, case, name, version):
    target = SimpleNamespace(name=name, version=version, release=version)
    speaking = ledger.matching(entries, target, case)
    if not speaking:
        return "same"
    word = "refused" if is_answer(speaking[-1].instead) else "otherwise"
    notes = ", ".join(f"[{entries.index(entry) + 1}](#notes)" for entry in speaking)
    return f"{word} ({notes})"
