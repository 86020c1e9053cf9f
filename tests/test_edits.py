"""No edit of a byte or a field is taken by either reader, nor blamed on a file that is intact."""

import os

import pytest

pytest.importorskip("hypothesis")
from edits import EDITS, told, with_the_right_sum  # noqa: E402
from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from rnn_oracle.records.format import MANIFEST  # noqa: E402

AT_ONCE = 30
BOUNDED = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("what", EDITS)
@BOUNDED
@given(data=st.data())
def test_no_edit_is_taken(what, data):
    made = data.draw(st.lists(EDITS[what], min_size=AT_ONCE, max_size=AT_ONCE))
    for one in told(made):
        for reader, message in one.by.items():
            assert message and one.blames(message), (reader, message)


@BOUNDED
@given(st.lists(with_the_right_sum(), min_size=AT_ONCE, max_size=AT_ONCE))
def test_an_edit_with_the_right_sum_is_taken_or_told(made):
    """By both readers alike, and not with a traceback, whatever it is."""
    for one in told(made):
        assert len({message is None for message in one.by.values()}) == 1, one.by
        for message in filter(None, one.by.values()):
            assert message.startswith(os.path.dirname(one.folder)) and message.isprintable()
            assert MANIFEST in message
