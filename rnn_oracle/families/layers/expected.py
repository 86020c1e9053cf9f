"""What the rules demand of a case of the core matrix."""

import functools

from ..facts import Shape, Structures, structure_of_shapes
from ..stacks.reference import build, demanded
from .problem import problem


def expected(case, dialect, sizes, bounded):
    """Return the `Outcome` that the rules demand of a case, see `rnn_oracle.families.expected`."""
    given = problem(case, sizes)
    make = functools.partial(build, case, dialect, sizes)

    def more(layers):
        return {"symbolic.shapes": symbolic_shapes(layers, given.x)}

    return demanded(case, given.in_calls(case), make, bounded, more)


def symbolic_shapes(layers, x):
    """Return the shapes for an unknown batch and number of steps, nested as the results."""
    found, shape = [], (None, None, x.shape[-1])
    for layer in layers:
        found.append(structure_of_shapes(layer.output_spec(shape, leaf=Shape)))
        shape = (None, None, layer.output_size)
    return Structures.of(*found)
