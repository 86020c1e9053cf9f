"""What can be wrong, by name: how to make it, what the oracle says of it, under which rules."""

from . import arguments, inputs, own_cells, states

FAULTS = {}
for _chapter in (arguments, inputs, states, own_cells):
    FAULTS.update(_chapter.FAULTS)
