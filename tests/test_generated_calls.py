"""A call that raises leaves arguments, states and weights bit for bit as they were."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wrong_calls import DIALECTS, LAYERS, answer, calls, used


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", LAYERS)
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_a_call_that_raises_changes_nothing(name, dialect, data):
    layer = LAYERS[name](dialect)
    if data.draw(st.booleans()):
        used(layer)
    assert answer(layer, *data.draw(calls(layer)))
