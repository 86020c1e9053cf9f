"""Recordings of releases that there never were, made of those that there are."""

import fnmatch
import os

from helpers import FIXTURES, committed, made_up

from rnn_oracle.families.expected import expected
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.records.manifest import RECORDING
from rnn_oracle.records.reader import Fixture

ONLY = "gru.*.last.state.*.forwards.right.*"
OLD = ("tf2.15", "keras2", "2.15.0")
NEW = ("tf2.16", "keras3", "3.15.1")
"""Two releases: name, dialect and version."""

PAGE = os.path.join(os.path.dirname(FIXTURES), "docs", "history.html")
LIKE = {"keras3": "tf2.21", "keras2": "tf2.21-legacy", "keras2_v1": "tf2.21-legacy"}
"""Committed recordings to make up others from, by dialect."""


def release(recording, dialect, version, change=lambda case, outcome: outcome, more=()):
    """Make up a recording of what another release of that dialect did."""
    outcomes = {}
    for name, entry in committed(RECORDING, "recordings", LIKE[dialect]).entries.items():
        if fnmatch.fnmatch(name, ONLY):
            outcomes[entry.case] = change(entry.case, *entry.answers.values())
    outcomes.update(more)
    about = dict(recording=recording, dialect=dialect, module="tensorflow.keras", keras=version)
    provenance, entries = made_up(outcomes, **about)
    return Fixture(recording, {"provenance": provenance}, {e.case.id: e for e in entries})


def demanded(case, dialect):
    """Return what a release of that dialect would have recorded that keeps the rules."""
    wanted = expected(case, dialect)
    arrays = {n: a.astype("f4") if a.dtype.kind == "f" else a for n, a in wanted.arrays.items()}
    return Outcome(arrays, wanted.facts, refusal=wanted.refusal)
