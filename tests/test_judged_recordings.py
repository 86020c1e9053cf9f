"""What recordings answered, judged: how far numbers may be off is worked out once if it can be."""

import types

import numpy as np
import pytest
from helpers import needs

from rnn_oracle.families.expected import expected
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.layers.matrix import activations
from rnn_oracle.verdict import judge
from rnn_oracle.verdict.judge import Claims, same_bits

pytestmark = needs("packaging")


@pytest.mark.parametrize(
    "case, runs",
    [(CoreCase("gru"), [True, False]), (activations()[0], [True, False, True])],
    ids=["the same numbers", "other numbers"],
)
def test_bounds_are_those_of_a_dialect_with_the_same_numbers(case, runs, monkeypatch):
    bounded = []

    def counted(*about, **options):
        bounded.append(options.get("bounded", True))
        return expected(*about, **options)

    monkeypatch.setattr(judge, "expected", counted)
    targets = [types.SimpleNamespace(dialect=dialect) for dialect in ("keras3", "keras2")]
    first = Claims(targets[0], case)
    first.of()
    found = Claims(targets[1], case, others=(first,)).of()
    assert bounded == runs
    wanted = expected(case, "keras2")
    assert found.facts == wanted.facts and same_bits(found, wanted)
    for name, allowed in wanted.allowed.items():
        np.testing.assert_array_equal(found.allowed[name], allowed)


@pytest.mark.parametrize("change", ["bits", "name", "precision"])
def test_what_is_not_the_same_to_the_bit(change):
    one, other = (expected(CoreCase("gru"), "keras3", bounded=False) for _ in range(2))
    assert same_bits(one, other)
    name = "default.output"
    if change == "bits":
        other.arrays[name] = np.nextafter(other.arrays[name], 9)
    elif change == "name":
        other.arrays["another"] = other.arrays.pop(name)
    else:
        other.precision = "float64"
    assert not same_bits(one, other)
