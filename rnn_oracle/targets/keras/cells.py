"""Calls the cells of Keras by hand."""

from ...arithmetic import nest
from ...families.case import CELLS
from ...families.cells.outcome import first_states, observe
from ...families.cells.problem import problem
from ...families.outcome import Outcome, in_phases
from .missing_features import has_implementation
from .modes import Layers


def run(target, case, sizes):
    """Return the `Outcome` of a case on Keras."""
    given = problem(case, sizes)
    return in_phases(
        lambda: _build(target, case, sizes, given),
        lambda cell: Outcome(*_answer(target, case, cell, given)),
    )


def _build(target, case, sizes, given):
    layers, cells, features = target.keras.layers, [], sizes.features
    for part, units, weights in zip(case.parts, sizes.units, given.weights):
        cells.append(_cell(target, part, units))
        cells[-1].build((sizes.batch, features))
        cells[-1].set_weights(weights)
        features = units
    return cells[0] if case.stacking == "one" else layers.StackedRNNCells(cells, dtype=case.dtype)


def _cell(target, part, units):
    name, arguments = CELLS[part.cell]
    arguments = dict(arguments, dtype=part.dtype, activation=part.activation)
    arguments["use_bias"] = part.use_bias
    arguments.update(dropout=part.dropout, recurrent_dropout=part.recurrent_dropout)
    if name != "SimpleRNN":
        arguments["recurrent_activation"] = part.recurrent_activation
    if part.implementation == 1 and has_implementation(target, name):
        arguments["implementation"] = 1
    if part.dtype in ("bfloat16", "float16"):  # in which there is no orthogonal matrix
        arguments["recurrent_initializer"] = "glorot_uniform"
    return getattr(target.keras.layers, name + "Cell")(units, **arguments)


def _answer(target, case, cell, given):
    def tensor(array):
        return target.tensors.make(array, case.computes_in)

    call = {} if case.training is None else {"training": case.training}
    step = Layers(target, case.mode, lambda x, states: cell(x, states, **call))
    initial, results = None, []
    states = first_states(case, nest.map_structure(tensor, given.states))
    if case.initial_state == "get_initial_state":
        dtype = {} if target.generation == "keras3" else {"dtype": case.computes_in}
        states = initial = cell.get_initial_state(batch_size=len(given.steps[0]), **dtype)
    for x in given.steps:
        results.append(step([tensor(x), states]))
        states = results[-1][1]
    return observe(case, initial, results, target.tensors.array)
