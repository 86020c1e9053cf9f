"""What the rules demand of a case of forms."""

import functools

import numpy as np

from ...reference.dialects import get_dialect
from ..outcome import Outcome, without_attached_masks, without_masks
from ..stacks.reference import allow, answers, build, refused_width
from .outcome import refused, row_lengths
from .problem import lengths, problem


def expected(case, dialect, sizes, bounded, turned=True):
    """Return the `Outcome` that the rules demand of a case, see `families.expected`.

    Ragged sequences are `turned` where they are processed backwards.
    """
    generation = get_dialect(dialect).generation
    if case.refused(generation) or refused_width(case, dialect):
        return refused(f"{generation} has no such form")
    given = problem(case, sizes)
    floats = [call._replace(x=call.x.astype("float64")) for call in given.calls]
    make = functools.partial(build, case, dialect, sizes)
    arrays, facts = answers(case, make(), given)
    allowed = allow(case, make, given._replace(calls=floats), arrays) if bounded else {}
    if case.x_as == "ragged":
        arrays, facts = _ragged(case, sizes, arrays, turned), _ragged_facts(case, sizes, facts)
        allowed = _ragged(case, sizes, allowed, turned)
    return Outcome(arrays, facts, allowed, batch_axis=case.batch_axis)


def _ragged(case, sizes, arrays, turned):
    """Lay the steps of ragged sequences end to end; they have no masks (rule I8)."""
    arrays = without_masks(arrays)
    if case.return_sequences and arrays:
        steps = np.arange(sizes.steps) < lengths(sizes)[:, None]
        if case.go_backwards and turned:
            steps = steps[:, ::-1]  # in the order of processing
        arrays["first.output"] = arrays["first.output"][steps]
    return arrays


def _ragged_facts(case, sizes, facts):
    facts = without_attached_masks(facts)
    if case.return_sequences:
        facts["first.lengths"] = row_lengths(lengths(sizes))
    return facts
