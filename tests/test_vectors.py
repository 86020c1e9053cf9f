"""The vectors: the oracle gives them, and they are what they are said to be. No TensorFlow."""

import os
import subprocess
import sys

import numpy as np
import pytest
from helpers import committed

from rnn_oracle.arithmetic import nest
from rnn_oracle.arithmetic.error_bounds import UNIT_ROUNDOFF
from rnn_oracle.families.expected import expected
from rnn_oracle.families.layers.matrix import core
from rnn_oracle.families.layers.problem import problem
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.records.manifest import VECTORS
from rnn_oracle.records.vectors import GENERATIONS, PLANES, allowed_by, families, vector
from rnn_oracle.verdict.compare import compare

CASES = core()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
@pytest.mark.parametrize("dialect", GENERATIONS)
def test_the_oracle_gives_the_vector(case, dialect):
    entry = committed(VECTORS, "vectors").entries[case.id]
    answer = entry.answers[dialect]
    allowed = {name: allowed_by(t, "float64") for name, t in entry.tolerances.items()}
    stored = Outcome(answer.arrays, answer.facts, allowed, refusal=answer.refusal)
    assert not compare(stored, expected(case, dialect, bounded=False)).mismatches


@pytest.mark.parametrize("case", CASES[::7], ids=lambda case: case.id)
def test_the_inputs_are_those_of_the_case(case):
    entry = committed(VECTORS, "vectors").entries[case.id]
    assert (entry.rules, entry.features) == (case.rules, case.features)
    given = problem(case)
    for stored, made in zip(entry.problem, given):
        assert nest.describe(stored, str) == nest.describe(made, str)


def test_every_case_is_there():
    assert set(committed(VECTORS, "vectors").entries) == {case.id for case in CASES}


@pytest.mark.parametrize("case", CASES[3::97], ids=lambda case: case.id)
def test_a_tolerance_is_the_bound_of_the_rounding_model(case):
    entry, demanded = committed(VECTORS, "vectors").entries[case.id], expected(case, "keras2")
    for name, bound in demanded.allowed.items():
        tolerance = allowed_by(entry.tolerances[name], "float32")
        # Stored in 8 bits, rounded up, with the rounding of a vector to float64.
        most = 1.01 * (bound + UNIT_ROUNDOFF["float32"] * np.abs(demanded.arrays[name]))
        assert (tolerance >= bound).all() and (tolerance[bound > 0] <= most[bound > 0]).all()
        assert ((tolerance == 0) == (bound == 0)).all()


@pytest.mark.parametrize("case", CASES[5::97], ids=lambda case: case.id)
def test_a_state_carried_along_is_exact_unless_the_dtype_is_too_narrow(case):
    entry = committed(VECTORS, "vectors").entries[case.id]
    for name, tolerance in entry.tolerances.items():
        wide, narrow = allowed_by(tolerance, "float64"), allowed_by(tolerance, "bfloat16")
        value = np.abs(entry.answers["keras2"].arrays[name])
        carried = (wide == 0) & (value > 0)
        assert (narrow[carried] >= UNIT_ROUNDOFF["bfloat16"] * value[carried]).all()
        assert (narrow[value == 0] == 0).all()


def test_the_dtypes_are_allowed_what_their_rounding_is():
    entry = committed(VECTORS, "vectors").entries["lstm.one.last.state.batch_major.forwards.nomask"]
    means = {d: allowed_by(entry.tolerances["given.h1"], d).mean() for d in PLANES}
    assert means["bfloat16"] > 6 * means["float16"] > 1e3 * means["float32"]
    assert means["float32"] == pytest.approx(2.0**29 * means["float64"])


def test_cases_of_a_family_share_their_numbers():
    cases = [case for case in CASES if case.cell == "gru" and case.stacking == "two"]
    found = families(cases)
    assert sorted(i for family in found for i in family) == list(range(len(cases)))
    assert len(found) == len(cases) / 4
    entry = vector(cases[found[0][-1]])
    assert entry.case == cases[found[0][-1]]


PROGRAM = """
import hashlib
from rnn_oracle.records.vectors import files, vector
from rnn_oracle.families.layers.matrix import core
made = files([vector(case) for case in core()[10::331]])
print(hashlib.sha256(b"".join(made.values())).hexdigest())
"""


def test_the_bytes_do_not_depend_on_the_processor(pytestconfig):
    """Another kernel of the BLAS sums a product in another order, as another processor would."""
    printed = [
        subprocess.check_output(
            [sys.executable, "-c", PROGRAM],
            cwd=str(pytestconfig.rootpath),
            env=dict(os.environ, **{"OPENBLAS_CORETYPE": kernel} if kernel else {}),
        )
        for kernel in (None, "Nehalem")
    ]
    assert printed[0] == printed[1]
