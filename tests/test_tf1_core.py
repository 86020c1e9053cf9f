"""The matrix of TensorFlow 1 on the TensorFlow that is installed: every case, whole."""

import pytest

from rnn_oracle.families import registry


@pytest.mark.core
@pytest.mark.parametrize("case", registry.cases("tf1"), ids=lambda case: case.id)
def test_tf1_core(tf1_target, case, judged):
    judged(tf1_target, case)
