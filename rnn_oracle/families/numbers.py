"""Seeded numbers that tell apart what must not be confused, and masks of each kind.

Batch, steps, features and units all differ, no two values are alike, none is small, both biases of
a GRU are there and differ, and no activation is saturated. Every number is exact in float32.
"""

import functools
import zlib

import numpy as np

from .case import SIZES


def mask_of_kind(kind, sizes=SIZES):
    """Return a mask of shape (batch, steps), or None for the kind ``"none"``.

    Each kind but ``"all_true"`` and ``"row"`` differs from its own mirror image in time.
    """
    if kind == "none":
        return None
    mask = np.ones((sizes.batch, sizes.steps), bool)
    rows = np.arange(sizes.batch)[:, None]
    steps = np.arange(sizes.steps)[None, :]
    padding = rows * 2 % max(sizes.steps - 1, 1)
    if kind == "right":
        mask = steps < sizes.steps - padding
    elif kind == "left":
        mask = steps >= padding
    elif kind == "holes":
        inside = (steps > 0) & (steps < sizes.steps - 1)
        mask = ~(inside & ((rows + steps * steps) % 3 == 1))
    elif kind == "first":
        mask[:-1, 0] = False
    elif kind == "row":
        mask[sizes.batch // 2 :][:1] = False
    return mask


def cell_weights(case, units, features, where):
    """Return the weights of a Keras cell in Keras's order, in float64 (rules C1, C2, C4, C5)."""
    width = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}[case.layer] * units
    two_biases = case.layer == "GRU" and case.cell != "gru_reset_before"
    shapes = {
        "kernel": (features, width),
        "recurrent_kernel": (units, width),
        "bias": (2, width) if two_biases else (width,),
    }
    return [numbers(f"{where}.{name}", shape, 0.1, 0.6) for name, shape in shapes.items()]


@functools.lru_cache(maxsize=None)
def numbers(key, shape, low, high):
    """Return telling numbers for a key: of both signs, between `low` and `high` in size."""
    # RandomState's stream is frozen: the same in every release of NumPy.
    random = np.random.RandomState(zlib.crc32(key.encode()))
    sizes = random.uniform(low, high, shape)
    signed = (sizes * random.choice([-1.0, 1.0], shape)).astype(np.float32).astype(np.float64)
    signed.flags.writeable = False
    return signed
