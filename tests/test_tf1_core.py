"""The matrix of TensorFlow 1 on the TensorFlow that is installed: every case, whole."""

import pytest

from rnn_oracle.families.matrix import all_cases


@pytest.mark.core
@pytest.mark.parametrize("case", all_cases("tf1"), ids=lambda case: case.id)
def test_tf1_core(tf1_target, case, judged):
    judged(tf1_target, case)
