"""The arrays of a case of `Bidirectional`: of each of its calls, from seeds in the case itself."""

from ..stacks.problem import problem_of_layers


def problem(case, sizes):
    """Return the `rnn_oracle.families.stacks.problem.Problem` of a case.

    The cells of a `Bidirectional` are those of the forward layer, then those of the backward one.
    """
    sides = case.sides(sizes)
    layers = [[cell for side in layer for cell in side] for layer in sides]

    def nested(i, states):
        """Nest the states of all cells of layer i as it takes them (rules B5, S1)."""
        cells_of_a_side = len(sides[i][0])
        if cells_of_a_side == 1:
            return [state for cell in states for state in cell]
        return [cell[0] if len(cell) == 1 else cell for cell in states]

    return problem_of_layers(case, sizes, layers, nested)
