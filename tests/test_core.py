"""The matrix on the installed Keras: every case, whole."""

import pytest

from rnn_oracle.families.matrix import all_cases


@pytest.mark.core
@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_core(target, case, judged):
    judged(target, case)
