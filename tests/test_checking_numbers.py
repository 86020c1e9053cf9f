"""The fixture `oracle_check` on whole numbers, ids, masks of numbers, and what is no number."""

import numpy as np
import pytest
from helpers import give_weights, numbers, skip_known, within

from rnn_oracle.reference.errors import OracleError

pytestmark = pytest.mark.itself

X = numbers(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [False, True, True, False, True]])


def built(target, name, **options):
    return give_weights(getattr(target.keras.layers, name)(4, **options), (2, 5, 3))


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "bool"])
@pytest.mark.parametrize("name", ["LSTM", "Dense"])
def test_whole_numbers(target, name, dtype, oracle_check):
    refused = name == "LSTM" or dtype == "bool" or within(target, keras2="<2.3")
    if target.name == "keras2" and refused:
        pytest.skip("Keras 2 refuses them (rule I4), but for whole numbers to Dense (rule L3)")
    layer = give_weights(getattr(target.keras.layers, name)(4), (2, 5, 3))
    oracle_check(layer, np.abs(3 * X).astype(dtype))


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "bool"])
@pytest.mark.parametrize("name", ["Flatten", "Masking", "TimeDistributed"])
def test_whole_numbers_that_stay(target, name, dtype, oracle_check):
    if name == "Masking" and (target.name == "keras2" or dtype == "bool"):
        pytest.skip("no Masking of them (rules I4 and L2)")
    if target.dialect == "keras2_v1":
        pytest.skip("there they become the layer's dtype, in which nothing is judged")
    layers = target.keras.layers
    of_flatten = [layers.Flatten()] if name == "TimeDistributed" else []
    x = np.abs(3 * X).astype(dtype)
    result = oracle_check(getattr(layers, name)(*of_flatten), x)
    assert result.dtype == dtype


def test_whole_numbers_for_states(target, oracle_check):
    if target.name == "keras2":
        pytest.skip("Keras 2 refuses them (rule I7)")
    oracle_check(built(target, "GRU"), X, initial_state=np.arange(8).reshape(2, 4))


@pytest.mark.parametrize("dtype", ["int32", "float32"])
def test_ids(target, dtype, oracle_check):
    layers = target.keras.layers
    model = target.keras.Sequential([layers.Embedding(5, 3, mask_zero=True), layers.GRU(4)])
    ids = np.array([[3, 1, 0, 2, 0], [0, 2, 2, 0, 1]], dtype)
    model(target.tf.constant(ids))
    oracle_check(model, ids)


@pytest.mark.parametrize("name", ["GRU", "Bidirectional"])
def test_a_mask_of_other_numbers_than_0_and_1(target, name, oracle_check):
    layers = target.keras.layers
    layer = layers.GRU(4, return_sequences=True)
    layer = layers.Bidirectional(layer) if name == "Bidirectional" else layer
    give_weights(layer, (2, 5, 3))
    if within(target, keras3="<3.11"):
        pytest.skip("the mask goes no further")
    if name == "Bidirectional":
        skip_known(target, "keras2-zeros-not-put-out-by-kernels")
    for mask in (3 * MASK, -0.5 * MASK):
        oracle_check(layer, X, mask=mask)


@pytest.mark.parametrize(
    "what", [{"mask": MASK.tolist()}, {"mask": MASK.astype(object)}], ids=["lists", "objects"]
)
def test_a_mask_that_is_no_array_of_numbers(target, what, oracle_check):
    layer = built(target, "GRU")
    with pytest.raises(TypeError, match="takes a mask in one array|is no tensor") as raised:
        oracle_check(layer, X, **what)
    assert isinstance(raised.value, OracleError)


@pytest.mark.parametrize("dtype", [object, "M8[s]"])
def test_what_is_no_number(target, dtype, oracle_check):
    with pytest.raises(OracleError, match="is no tensor"):
        oracle_check(built(target, "GRU"), np.zeros((2, 5, 3), dtype))
