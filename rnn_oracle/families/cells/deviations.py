"""What a release returns instead of what the rules demand of a cell."""

import functools

import numpy as np

from ...reference import activations
from ...reference.dialects import get_dialect
from ..facts import ANY, Structures, structure
from ..stacks.deviations import IMPRECISE, SAYS
from .expected import expected


def _sparsemax(x):
    ordered = -np.sort(-x, axis=-1)
    sums = np.add.accumulate(ordered, axis=-1)
    support = ordered > (sums - 1) / np.arange(1, x.shape[-1] + 1)
    zeros = 0 * x
    size = np.add.reduce(np.where(support, zeros + 1, zeros), axis=-1, keepdims=True)
    total = np.add.reduce(np.where(support, sums, zeros), axis=-1, keepdims=True)
    return np.maximum(x - (total - 1) / size, 0)


SPARSEMAX = "sums_of_sums_in_sparsemax"
_EXCHANGED = dict(IMPRECISE, **{SPARSEMAX: (activations.sparsemax, _sparsemax)})
_SAYS = dict(
    SAYS,
    **{
        SPARSEMAX: "`sparsemax` adds up the sums of the largest numbers where it needs the last "
        "sum alone."
    },
)


def _answered_by(name, case, dialect, sizes, outcome):
    """Return the outcome with the numbers that other activations give too."""
    together = outcome.deviations + (name,)
    dialect = get_dialect(dialect)
    instead = dict(_EXCHANGED[other] for other in together)
    functions = {name: instead.get(f, f) for name, f in dialect.activations.items()}
    wrong = expected(case, dialect.replaced(activations=functions), sizes, bounded=True)
    return outcome.changed(wrong.arrays, allowed=wrong.allowed, deviations=together)


def initial_states_wrapped(case, dialect, sizes, outcome):
    """`get_initial_state` of a cell of one state returns a list, which the cell returns too."""
    cells = [[ANY] * len(part.states_of_a_cell) for part in case.parts]
    states = cells[0] if case.stacking == "one" else cells
    facts = {
        name: Structures.of(structure((ANY, states) if name.startswith("step") else states))
        for name in outcome.facts
        if name.endswith(".nesting")
    }
    return outcome.changed(facts=dict(outcome.facts, **facts))


DEVIATIONS = {"initial_states_wrapped": initial_states_wrapped}
for _name in _EXCHANGED:
    DEVIATIONS[_name] = functools.partial(_answered_by, _name)
    DEVIATIONS[_name].__doc__ = _SAYS[_name]
