"""The matrix on the installed Keras: every case, whole."""

import pytest

from rnn_oracle.ledger import load
from rnn_oracle.matrix import all_cases
from rnn_oracle.verdict import AGREE, KNOWN, judge

LEDGER = load()


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_core(target, case, record_worst):
    verdict = judge(target, case, LEDGER)
    assert verdict.verdict in (AGREE, KNOWN), verdict.detail
    record_worst(verdict.worst)
