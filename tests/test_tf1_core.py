"""The matrix of TensorFlow 1 on the TensorFlow that is installed: every case, whole."""

import pytest
from test_core import LEDGER

from rnn_oracle.matrix import all_cases
from rnn_oracle.verdict import AGREE, KNOWN, judge


@pytest.mark.parametrize("case", all_cases("tf1"), ids=lambda case: case.id)
def test_tf1_core(tf1_target, case, record_worst):
    verdict = judge(tf1_target, case, LEDGER)
    assert verdict.verdict in (AGREE, KNOWN), verdict.detail
    record_worst(verdict.worst)
