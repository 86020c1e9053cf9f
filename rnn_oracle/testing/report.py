"""What came of a check of one's own layer, and how it is told: `Report`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..verdict.compare import Comparison, ratios
from ..verdict.ledger import load, states
from .explaining import explanations
from .known_errors import known_errors
from .layer_call import MASK_OF

COLUMNS = ("result", "first parts at", "expected", "got", "allowed", "off", "error / allowed")


class Report(NamedTuple):
    """What came of a check; as text, what to tell a person.

    Parameters
    ----------
    what : str
        What was checked.
    demanded : array, or nested arrays
        What the rules demand, nested as the result of the layer; of a stateful layer a list with
        that of each call.
    comparison : Comparison
        Where the layer does otherwise, and what could not be judged.
    table : list of tuple of str
        The mismatches one by one, see `COLUMNS`.
    guesses : list of str
        What would explain all mismatches, each on its own.
    """

    what: str
    demanded: Any
    comparison: Comparison
    table: list
    guesses: list[str]

    @property
    def mismatches(self):
        """Where the layer does otherwise, a list of Mismatch; empty if it does not."""
        return self.comparison.mismatches

    @property
    def unjudged(self):
        """Which numbers could not be judged, in words; "" if all were."""
        return self.comparison.unjudged_in_words

    def __str__(self):
        if not self.mismatches:
            return f"{self.what} {self.unjudged or 'does what the rules demand'}"
        rows = [COLUMNS] + self.table
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        heading = f"{self.what} does not do what the rules demand"
        more = [self.unjudged] * bool(self.unjudged) + self.guesses
        return "\n".join([heading, ""] + lines + [""] * bool(more) + more)


def known_error(layer_call, policy, error, target):
    """Tell what Keras said when it raised an error, and which entries of the ledger know of it."""
    told = [str(error)]
    for entry in known_errors(layer_call, str(policy), error, target):
        told += _told_of(entry)
    return told


def _told_of(entry):
    """Return what to tell a person of a known divergence."""
    lines = ["    " + line for line in [entry.harm] + entry.links]
    return [f"known divergence {entry.id}, breaks {entry.rule}"] + lines


def row(mismatch, demanded, actual):
    """Return a row of the table: of numbers, the first that is off; else the mismatch itself."""
    name = mismatch.name
    want, got = demanded.arrays.get(name), actual.arrays.get(name)
    if want is None or got is None or want.shape != got.shape:
        return (name, "", str(mismatch.expected), str(mismatch.actual), "", "", "")
    allowed = demanded.allowed.get(name, np.zeros(want.shape))
    ratio = ratios(want.astype(np.float64), got.astype(np.float64), allowed)
    axes = _axes(name, want.ndim, demanded.batch_axis)
    off = np.argwhere(ratio > 1)
    first = min(map(tuple, off), key=lambda index: sorted(zip(axes, index), key=_by_step))
    return (
        name,
        ", ".join("{} {}".format(*pair) for pair in sorted(zip(axes, first), key=_by_step)),
        str(want[first].astype(got.dtype)),
        str(got[first]),
        f"{allowed[first]:.2g}",
        f"{len(off)} of {ratio.size}",
        f"up to {ratio.max():.3g}",
    )


def _axes(name, rank, batch_axis):
    """Name the axes of a result."""
    steps = ["step", "row"] if batch_axis else ["row", "step"]
    if rank == 3:
        return steps + ["unit"]
    if rank == 2:
        return steps if MASK_OF in name else ["row", "unit"]
    return ["row"] + [f"axis {i}" for i in range(1, rank)]


def _by_step(pair):
    """Order axes, each with an index: steps come first, so that it is the first step that tells."""
    return pair[0] != "step"


def guesses(target, layer_call, actual):
    """Say what would explain all that the layer returned."""
    of_release = [e for e in load() if states(e, target)]

    def known(cause):
        return [e for e in of_release if e.instead in cause.instead]

    found = []
    for causes in explanations(layer_call, actual, known):
        told = [line for cause in causes for entry in known(cause) for line in _told_of(entry)]
        guess = "as if " + ", and as if ".join(cause.text for cause in causes)
        found += [f"{guess}: {told[0]}", *told[1:]] if told else [guess]
    return found
