"""Decimal arithmetic under the oracle's equations."""

from decimal import Decimal

import numpy as np
import pytest
from helpers import numbers

from rnn_oracle.arithmetic.decimals import DIGITS, DecimalArray

A, B = numbers(4, 5, dtype="float64"), numbers(5, 3, seed=1, dtype="float64")
OPERATIONS = {
    "add": lambda a, b: a[:, :3] + b[:1],
    "subtract": lambda a, b: a[:, :3] - b[:1],
    "multiply": lambda a, b: a[:, :3] * b[:1],
    "divide": lambda a, b: a[:, :3] / b[:1],
    "constant": lambda a, b: 1 / (0.1 * a + 4.05),
    "matmul": lambda a, b: a @ b,
    "exp": lambda a, b: np.exp(-a),
    "tanh": lambda a, b: np.tanh(a),
    "absolute": lambda a, b: np.abs(a),
    "where": lambda a, b: np.where(a > 0, a, 0.5),
    "flip": lambda a, b: np.flip(a, 0),
    "stack": lambda a, b: np.stack([a, a + 1], axis=1),
    "concatenate": lambda a, b: np.concatenate([a, -a], axis=0),
    "reshape": lambda a, b: a.reshape((5, 4)).swapaxes(0, 1)[1:],
    "transpose": lambda a, b: b.T @ a.T,
    "sum": lambda a, b: np.add.reduce(a, axis=-1, keepdims=True),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_it_agrees_with_float64(name):
    operation = OPERATIONS[name]
    found = operation(DecimalArray(A), B)
    assert isinstance(found, DecimalArray)
    np.testing.assert_allclose(found.rounded(), operation(A, B), rtol=1e-13)


def test_it_is_far_more_precise():
    third = DecimalArray(np.ones(1)) / 3
    assert abs(third.value[0] * 3 - 1) < Decimal(10) ** (1 - DIGITS)


def test_a_result_is_rounded_once():
    tenths = sum([DecimalArray(np.array([0.5]))] * 7, DecimalArray(np.array([2.0**-53])))
    assert tenths.rounded() == np.float64(3.5)
    assert np.tanh(DecimalArray(np.array([40.0]))).rounded() == 1.0


@pytest.mark.parametrize("function", [np.log1p, np.sqrt, np.maximum.reduce])
def test_what_it_does_not_know_is_refused(function):
    with pytest.raises(TypeError):
        function(DecimalArray(A))
