"""What holds of every entry of the ledger, beside what `load` and the schema see to."""

import functools
from types import SimpleNamespace

import pytest

from rnn_oracle.families import registry
from rnn_oracle.verdict.compare import compare
from rnn_oracle.verdict.deviations import check, deviation_of
from rnn_oracle.verdict.entry import FAMILY, RECORDED
from rnn_oracle.verdict.judge import Claims
from rnn_oracle.verdict.ledger import MEASURED, fits, load

LEDGER = load()
each_entry = pytest.mark.parametrize("entry", LEDGER, ids=lambda entry: entry.id)
each_pattern = pytest.mark.parametrize(
    "entry, pattern",
    [
        pytest.param(entry, pattern, id=f"{entry.id}-{number}")
        for entry in LEDGER
        for number, pattern in enumerate(entry.cases)
    ],
)


def dialect_of(entry):
    """Return the dialect of the target of an entry, which may be no Keras on TensorFlow."""
    if entry.target.endswith("-keras2"):
        return "keras2"
    return entry.target if entry.target in MEASURED else "keras3"


def fitting(entry, pattern):
    """Return the cases that a pattern fits."""
    family = registry.get(pattern.get(FAMILY, RECORDED))
    return [case for case in family.cases(dialect_of(entry)) if fits(pattern, case)]


@each_pattern
def test_a_pattern_speaks_of_a_case_and_changes_it(entry, pattern):
    cases = fitting(entry, pattern)
    assert cases and any(changes_something(entry, case) for case in cases)


def changes_something(entry, case):
    claims = Claims(SimpleNamespace(dialect=dialect_of(entry)), case)
    return bool(compare(claims.of([]), claims.of([entry])).mismatches)


@each_entry
def test_its_deviation_exists(entry):
    check([entry])


@each_pattern
def test_its_deviation_says_what_is_returned_instead(entry, pattern):
    says = deviation_of(entry, pattern.get(FAMILY, RECORDED)).__doc__
    assert says.endswith(".") and says != functools.partial.__doc__


@each_entry
def test_its_id_begins_with_its_target(entry):
    assert entry.id.startswith(entry.target + "-")


@pytest.mark.parametrize("entry", [e for e in LEDGER if e.mended], ids=lambda entry: entry.id)
def test_it_ends_with_the_release_that_mends_it(entry):
    below = entry.versions.rpartition("<")[2]
    assert entry.mended.startswith(below + ".") or entry.mended == below
