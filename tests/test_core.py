"""The matrix on the installed Keras: every case, whole."""

import pytest

from rnn_oracle.families import registry


@pytest.mark.core
@pytest.mark.parametrize(
    "case", registry.cases("keras3", "layers", "defaults"), ids=lambda case: case.id
)
def test_core(target, case, judged):
    judged(target, case)
