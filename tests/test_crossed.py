"""The families of cases whose options are crossed by covering arrays, on the installed Keras."""

import pytest

from rnn_oracle.ledger import load
from rnn_oracle.verdict import AGREE, KNOWN, UNSUPPORTED, judge

LEDGER = load()


def test_case(keras_case, record_worst):
    target, case = keras_case
    verdict = judge(target, case, LEDGER)
    if verdict.verdict == UNSUPPORTED:
        pytest.skip(verdict.detail)
    assert verdict.verdict in (AGREE, KNOWN), verdict.detail
    record_worst(verdict.worst)
