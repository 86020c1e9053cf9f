"""The matrix on the installed Keras: every case, whole."""

import pytest

from rnn_oracle.families.registry import recorded_cases


@pytest.mark.core
@pytest.mark.parametrize("case", recorded_cases(), ids=lambda case: case.id)
def test_core(target, case, judged):
    judged(target, case)
