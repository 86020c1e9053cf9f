"""What the rules demand of a case of TensorFlow 1."""

from ...arithmetic import nest
from ...arithmetic.claims import with_replicas
from ...arithmetic.error_bounds import UNIT_ROUNDOFF, exact
from ...reference import cells as keras_cells
from ...reference.errors import OracleError
from ...reference.tf1 import cells, drivers
from ..facts import Shape, Structures, structure_of_shapes
from ..outcome import Outcome, demanded_in
from .outcome import observe
from .problem import SIZES, problem


def expected(case, dialect="tf1", sizes=SIZES, bounded=True):
    """Return the `Outcome` that the rules demand of a case.

    Parameters
    ----------
    case : Tf1Case
    dialect : str
        ``"tf1"``; there is no other.
    sizes : Sizes, optional
        Of the problem.
    bounded : bool
        Whether to work out `allowed`, which takes longer than the values.

    Returns
    -------
    Outcome
        With values computed in float64, and `allowed` for the dtype of the case.
    """
    if dialect != "tf1":
        raise ValueError(f"a case of TensorFlow 1 is of dialect tf1, not {dialect!r}")
    given = problem(case, sizes)
    try:
        made = [build(case, sizes) for _ in case.directions]
    except OracleError as error:
        return Outcome.refused("build", error)
    for cell, weights in zip(made, given.weights):
        cell.set_weights(weights)
    arrays, facts, allowed = {}, {}, {}
    for call, states in ("default", None), ("given", given.states):
        result = run(case, made, given.x, given.lengths, states)
        more, facts_of_call = observe(call, case, result, nest.flatten(result))
        arrays.update(more)
        # Computed in float64, but demanded in the dtype of the input (rule V12).
        facts.update(demanded_in(case.dtype, facts_of_call))
        facts[call + ".shapes"] = static_shapes(case, made, sizes.steps)
        if bounded:
            allowed.update(_allow(call, case, made, given, states, more))
    return Outcome(arrays, facts, allowed, batch_axis=_batch_axis(case), precision=case.dtype)


def _batch_axis(case):
    return int(case.time_major or case.driver == "static")


def build(case, sizes=SIZES):
    """Return the case's cell, or its stack of cells, without weights."""
    made = [_cell(case, units) for units in sizes.units[: case.depth]]
    if case.depth == 1:
        return made[0]
    return cells.MultiRNNCell(made, state_is_tuple=case.stacking == "two")


def _cell(case, units):
    name, arguments = case.arguments(units)
    if case.is_keras:
        return getattr(keras_cells, name)(dialect="keras2", **arguments)
    return getattr(cells, name)(**arguments)


def run(case, made, x, lengths, states):
    """Carry the case's cells over the steps; return outputs and state.

    `x` and `states` may be arrays of any arithmetic.
    """
    call = {"sequence_length": lengths}
    if states is None:
        call["dtype"] = "float64"
    else:
        states = [_nested(cell, leaves) for cell, leaves in zip(made, states)]
    if case.driver == "bidirectional":
        forwards, backwards = states or (None, None)
        call.update(initial_state_fw=forwards, initial_state_bw=backwards)
        return drivers.bidirectional_dynamic_rnn(*made, x, time_major=case.time_major, **call)
    call["initial_state"] = states and states[0]
    if case.driver == "static":
        return drivers.static_rnn(made[0], [x[:, t] for t in range(x.shape[1])], **call)
    return drivers.dynamic_rnn(made[0], x, time_major=case.time_major, **call)


def _nested(cell, leaves):
    leaves = iter(leaves)
    return nest.map_structure(lambda size: next(leaves), cell.state_size)


def _allow(call, case, made, given, states, numbers):
    """Return how far each number of a call may be off, by the name of its array."""
    unit = UNIT_ROUNDOFF[case.dtype]

    def followed(follow, leaf=lambda leaf: leaf):
        result = follow(run(case, made, follow(given.x), given.lengths, follow(states)))
        return observe(call, case, result, list(map(leaf, nest.flatten(result))))[0]

    bounds = followed(lambda arrays: exact(arrays, unit), lambda leaf: leaf.error)
    return with_replicas(bounds, numbers, case.dtype, _batch_axis(case), followed)


def static_shapes(case, made, steps):
    """Return the shapes that a graph has for an unknown batch, nested as the results.

    The number of steps is unknown too, but for a list of steps.
    """
    outputs = [Shape((None, None, cell.output_size)) for cell in made]
    states = [nest.map_structure(lambda n: Shape((None, n)), cell.state_size) for cell in made]
    if case.driver == "static":
        outputs = [[Shape((None, made[0].output_size))] * steps]
    is_both = case.driver == "bidirectional"
    result = (tuple(outputs), tuple(states)) if is_both else (outputs[0], states[0])
    return Structures.of(structure_of_shapes(result))
