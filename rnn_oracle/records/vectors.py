"""Vectors: what the rules demand of each case, computed so that every machine gets the same."""

import functools
from dataclasses import replace

import numpy as np

from ..arithmetic import nest
from ..arithmetic.claims import claims_nothing, with_replicas
from ..arithmetic.decimals import DIGITS, DecimalArray
from ..arithmetic.error_bounds import UNIT_ROUNDOFF, converted
from ..families.expected import expected
from ..families.layers.problem import problem
from ..families.outcome import Outcome
from ..families.stacks.reference import answers, build
from .format import GENERATIONS, PLANES, Entry
from .writer import Writer

ABOUT = {
    "arithmetic": f"{DIGITS} decimal digits, rounded to float64",
    "tolerances": {"planes": PLANES, "unit_roundoff": UNIT_ROUNDOFF},
}
"""What a manifest says about all vectors."""

_FOLLOWED = ("float16", "bfloat16", "float32")  # float64 is too coarse to follow itself


def vector(case):
    """Return the `Entry` of a case: what the rules demand in each dialect, and the tolerances.

    The numbers are in float64, half an ULP off at most.
    """
    answers = {dialect: expected(case, dialect, bounded=False) for dialect in GENERATIONS}
    tolerances = {}
    if not all(answer.refusal for answer in answers.values()):
        arrays, bounds = _numbers(_same_numbers(case))
        for dialect, answer in answers.items():
            laid_out = {name: _lay_out(name, case, arrays[name]) for name in answer.arrays}
            answers[dialect] = Outcome(laid_out, answer.facts, refusal=answer.refusal)
            found = {n: _lay_out(n, case, bounds[n], 1) for n in laid_out if n in bounds}
            tolerances.update(found)
    return Entry(case, case.rules, case.features, problem(case), answers, tolerances)


def files(entries):
    """Return the files of vectors, see `rnn_oracle.records.writer.Writer.files`."""
    writer = Writer(ABOUT)
    for entry in entries:
        writer.add(entry)
    return writer.files()


def families(cases):
    """Return the indices of cases that share their numbers, which `vector` works out once."""
    found = {}
    for index, case in enumerate(cases):
        found.setdefault(_same_numbers(case), []).append(index)
    return list(found.values())


def _same_numbers(case):
    """Return the case whose numbers tell those of all that differ in how they are handed over."""
    mask_from = case.mask_from and "argument"
    return replace(case, return_state=True, time_major=False, mask_from=mask_from)


def _lay_out(name, case, array, axis=0):
    """Turn an array of batch-major layers into what the case's layers return."""
    over_time = name.endswith(".mask") or (name.endswith(".output") and case.return_sequences)
    return array.swapaxes(axis, axis + 1) if case.time_major and over_time else array


@functools.lru_cache(maxsize=None)
def _numbers(case):
    """Return the numbers of both calls, and the tolerances, by name."""
    given = problem(case).in_calls(case)
    layers = build(case, "keras3", case.sizes)  # the dialects differ in no number

    def run(followed):
        return answers(case, layers, given.map(followed), lambda leaf: leaf)[0]

    found = run(_in_decimals)
    exact = {n: value.rounded() for n, value in found.items() if isinstance(value, DecimalArray)}
    planes = [_claimed(exact, dtype, run) for dtype in _FOLLOWED]
    tolerances = {
        name: _narrowed(_units(numbers, [claimed[name] for claimed in planes]))
        for name, numbers in exact.items()
    }
    return dict(found, **exact), tolerances


def _claimed(exact, dtype, run):
    """Return how far each number may be off, infinite where that is next to anything (rule T5)."""
    unit = UNIT_ROUNDOFF[dtype]

    with np.errstate(over="ignore", invalid="ignore"):  # a bound may be infinite
        bounds = run(functools.partial(converted, unit=unit))
        bounds = {name: bounds[name].error for name in exact}
        allowed = with_replicas(bounds, exact, dtype, 0, run)
    return {
        name: np.where(claims_nothing(exact[name], allowed[name], dtype), np.inf, allowed[name])
        for name in exact
    }


def _in_decimals(arrays):
    return nest.map_structure(lambda a: a if a is None else DecimalArray(a), arrays)


def _units(value, allowed):
    """Return in units of rounding, by plane, how far numbers may be off."""
    units = [by / UNIT_ROUNDOFF[dtype] for dtype, by in zip(_FOLLOWED, allowed)]
    # A vector, where it is not exact, was itself rounded to float64.
    units[PLANES["float64"]] += np.where(units[PLANES["float64"]] > 0, np.abs(value), 0.0)
    return np.stack(units)


def _narrowed(numbers):
    """Round up to the upper half of a float32."""
    near = numbers.astype(np.float32)
    near = np.where(near < numbers, np.nextafter(near, np.float32(np.inf)), near)
    return ((near.view(np.uint32) + np.uint32(0xFFFF)) >> 16).astype(np.uint16)


def in_units(tolerance):
    """Return the numbers of a tolerance: units of rounding, by plane."""
    return (tolerance.astype(np.uint32) << 16).view(np.float32)


def allowed_by(tolerance, dtype):
    """Return how far a result of that dtype may be off a vector."""
    return in_units(tolerance[PLANES[dtype]]).astype(np.float64) * UNIT_ROUNDOFF[dtype]
