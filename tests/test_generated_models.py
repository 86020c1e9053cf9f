"""Any call of a layer in a functional model is copied with its numbers, or refused by name."""

import pytest
from helpers import within
from hypothesis import HealthCheck, assume, given, settings
from model_calls import CALLS, LAYERS, answer, in_ledger


@pytest.mark.parametrize("name", LAYERS)
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(call=CALLS)
def test_a_call_is_copied_with_its_numbers_or_refused(target, name, call):
    assume(not in_ledger(target, call))
    if within(target, keras2="<2.3") and name in ("chain", "two outputs"):
        assume(not call["masked"])  # a model in another one is given no mask there
    assert answer(target, name, call)
