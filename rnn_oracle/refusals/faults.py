"""What can be wrong, by name: how to make it, what the oracle says of it, under which rules."""

from . import arguments, inputs, states

FAULTS = {}
for _chapter in (arguments, inputs, states):
    FAULTS.update(_chapter.FAULTS)
