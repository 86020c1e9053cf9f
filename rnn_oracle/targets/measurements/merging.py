"""What is measured of masks where arrays are merged or activated, and of rows without a number."""

import numpy as np

from .arguments import X
from .layers import MASK
from .registry import of

OTHER_MASK = MASK[:, ::-1].copy()


@of("keras3")
def merged_steps_count_where_all_arrays_do(target):
    arrays = [target.tf.constant(X)] * 2
    masks = [target.tf.constant(mask) for mask in (MASK, OTHER_MASK)]
    found = target.keras.layers.Add().compute_mask(arrays, masks)
    return np.array_equal(np.asarray(found), MASK & OTHER_MASK)


@of("keras3")
def multiply_takes_masked_numbers(target):
    layers = target.keras.layers
    arrays = [np.where(mask[..., None], X, 0).astype(X.dtype) for mask in (MASK, OTHER_MASK)]
    found = layers.Multiply()([layers.Masking()(target.tf.constant(array)) for array in arrays])
    return np.allclose(np.asarray(found), arrays[0] * arrays[1])


@of("keras3")
def softmax_over_no_number_is_zero(target):
    mask = np.broadcast_to(MASK[..., None], X.shape)
    x, mask = target.tf.constant(X), target.tf.constant(mask)
    found = np.asarray(target.keras.layers.Softmax()(x, mask=mask))
    return bool((found[~MASK] == 0).all())


@of("keras2")
def mask_ends_at_relu(target):
    return target.keras.layers.ReLU().supports_masking is False
