"""The families of cases whose options are crossed by covering arrays, on the installed Keras."""

from rnn_oracle.ledger import load
from rnn_oracle.verdict import AGREE, KNOWN, judge

LEDGER = load()


def test_case(keras_case, record_worst):
    target, case = keras_case
    verdict = judge(target, case, LEDGER)
    assert verdict.verdict in (AGREE, KNOWN), verdict.detail
    record_worst(verdict.worst)
