"""What a release returns instead of what the rules demand of a cell."""

import functools

from ...reference.dialects import get_dialect
from ..facts import ANY, Structures, structure
from ..stacks.broken import EXCHANGED
from ..stacks.deviations import SAYS
from .expected import expected


def _answered_by(name, case, dialect, sizes, outcome):
    """Return the outcome with the numbers that other activations give too."""
    together = outcome.deviations + (name,)
    dialect = get_dialect(dialect)
    instead = dict(EXCHANGED[other] for other in together)
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


def bare_state_wrapped(case, dialect, sizes, outcome):
    """A cell that is given a bare state returns it in a list."""
    wrapped = Structures.of(structure((ANY, [ANY])))
    facts = {name: wrapped for name in outcome.facts if name.endswith(".nesting")}
    return outcome.changed(facts=dict(outcome.facts, **facts))


DEVIATIONS = {
    "initial_states_wrapped": initial_states_wrapped,
    "bare_state_wrapped": bare_state_wrapped,
}
for _name in EXCHANGED:
    DEVIATIONS[_name] = functools.partial(_answered_by, _name)
    DEVIATIONS[_name].__doc__ = SAYS[_name]
