"""The results of the attempts: what is kept of each kind, and the page that is made of it."""

from __future__ import annotations

import json
import os
import platform
import subprocess

import numpy as np
from helpers import NODE

from rnn_oracle.commands.output import write_output
from rnn_oracle.targets import installed

from .kinds import KINDS

PATH = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "robustness.json")

KERAS = {"keras3": "Keras", "keras2": "the Keras 2 of TensorFlow"}


def read(path):
    """Return what is kept by kind; nothing where there is no file."""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="ascii") as file:
        return json.load(file)


def write(path, kept):
    """Keep what was found."""
    text = json.dumps({name: kept[name] for name in KINDS if name in kept}, indent=1)
    write_output(path, text + "\n")


def fields(name, found):
    """Return what is kept of a kind."""
    return {
        "answers": dict(sorted(found.answers.items())),
        "failures": found.failures,
        "versions": _versions(KINDS[name]),
    }


def _versions(kind):
    versions = {"Python": platform.python_version(), "NumPy": np.__version__}
    if kind.group == "corruptions" and NODE:
        told = subprocess.run([NODE, "--version"], stdout=subprocess.PIPE, text=True)
        versions["Node"] = told.stdout.strip().lstrip("v")
    if kind.needs == "Keras":
        versions.update((KERAS[t.name], t.version) for t in installed().values() if t.name in KERAS)
    return [" ".join(pair) for pair in versions.items()]


PAGE = """# What goes wrong, and how it is answered

Tried with `python tests/meta/robustness.py`, which writes this page with
`--page docs/robustness.md`, on {versions}.
Nothing may go wrong in silence, and nothing that is whole may be lost: an attempt that is answered
in another way than the table says is a failure.

{total} attempts, {failures} failures.

{table}

A right sum over a manifest that was edited is nothing that a reader could tell from one that was
written so: there it has to end in entries or in a refusal that names the manifest, and never in
another error, and what one reader refuses the other has to refuse too. Each edit is looked at by
both readers, and counts twice.
Dumps are of vectors and of two recordings, one of which borrows from the other, in place of older
ones or into an empty folder. Values of any kind are numbers, texts, nests and arrays of other
shapes and dtypes, with infinities and without; the right one is among them.
"""


def page(kept):
    """Return the page of the docs."""
    rows = [["what", "tried", "how often", "how it was answered", "failures"], ["---"] * 5]
    for name, kind in KINDS.items():
        if name in kept:
            answers, failures = kept[name]["answers"], kept[name]["failures"]
            told = "; ".join(f"{answer}: {count}" for answer, count in answers.items())
            count = str(sum(answers.values()) + len(failures))
            rows.append([kind.group, kind.tried, count, told, str(len(failures))])
    return PAGE.format(
        versions=", ".join(sorted({v for one in kept.values() for v in one["versions"]})),
        total=sum(int(row[2]) for row in rows[2:]),
        failures=sum(int(row[4]) for row in rows[2:]),
        table="\n".join("| " + " | ".join(row) + " |" for row in rows),
    )
