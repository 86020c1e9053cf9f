"""What is measured: layers, shapes and arrays, the same for every runtime."""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass

import numpy as np

GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}
SHAPES = (
    (3, 5, 4, 3),
    (16, 50, 32, 64),
    (32, 100, 64, 128),
    (64, 100, 256, 512),
    (64, 1000, 256, 512),
)
"""(batch, steps, features, units)"""

GROWING = {
    "steps": [(32, steps, 64, 128) for steps in (25, 50, 100, 200, 400)],
    "batch": [(batch, 100, 64, 128) for batch in (8, 16, 32, 64, 128)],
    "units": [(32, 100, 64, units) for units in (32, 64, 128, 256, 512)],
}
"""By axis: shapes that differ in it alone."""


@dataclass(frozen=True)
class Setting:
    """One layer, called with arrays of one shape; it returns its last output.

    Parameters
    ----------
    kind : {"SimpleRNN", "LSTM", "GRU"}
    shape : tuple of int
        (batch, steps, features, units)
    dtype : {"float32", "float64"}
    masked : bool
        Whether the sequences are padded at their end, by a mask that shows half of them or more.
    threads : int
        How many threads a runtime may use.
    """

    kind: str
    shape: tuple[int, int, int, int]
    dtype: str = "float32"
    masked: bool = False
    threads: int = 1

    def asdict(self) -> dict:
        """Return the fields by name, as JSON has them."""
        return dict(asdict(self), shape=list(self.shape))

    @property
    def label(self) -> str:
        """A short name for a line of a report."""
        mask = "masked" if self.masked else "no mask"
        shape = ", ".join(map(str, self.shape))
        return f"{self.kind} ({shape}) {self.dtype}, {mask}, {self.threads} thread(s)"


def of_dict(fields: dict) -> Setting:
    """Return the setting of which `asdict` gave the fields."""
    return Setting(**dict(fields, shape=tuple(fields["shape"])))


def crossed(kinds, shapes, dtypes, masks, threads) -> list[Setting]:
    """Return all settings of these options, the small shapes first."""
    return [
        Setting(kind, tuple(shape), dtype, masked, threads)
        for shape, dtype, masked, kind in itertools.product(shapes, dtypes, masks, kinds)
    ]


@dataclass(frozen=True)
class Arrays:
    """What a layer is given: the input, Keras's weights, and how long each sequence is."""

    x: np.ndarray
    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray
    lengths: np.ndarray

    @property
    def weights(self) -> list[np.ndarray]:
        """In Keras's order."""
        return [self.kernel, self.recurrent_kernel, self.bias]

    def mask(self, setting: Setting) -> np.ndarray | None:
        """Return the mask of a call, of shape (batch, steps), or None."""
        if not setting.masked:
            return None
        return np.arange(self.x.shape[1]) < self.lengths[:, None]


def arrays(setting: Setting) -> Arrays:
    """Return the arrays of a setting, the same ones at each call."""
    batch, steps, features, units = setting.shape
    width = GATES[setting.kind] * units
    random = np.random.RandomState(19)
    shapes = [
        ((batch, steps, features), 1.0),
        ((features, width), features**-0.5),
        ((units, width), units**-0.5),
        ((2, width) if setting.kind == "GRU" else (width,), 0.1),
    ]
    made = [(random.randn(*shape) * size).astype(setting.dtype) for shape, size in shapes]
    lengths = random.randint((steps + 1) // 2, steps + 1, size=batch)
    lengths[0] = steps
    return Arrays(*made, lengths if setting.masked else np.full(batch, steps))
