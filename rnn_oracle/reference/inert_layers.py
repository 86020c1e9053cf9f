"""The layers that do something in training alone (rule L9)."""

from __future__ import annotations

from typing import Any

from .aliases import Array, DialectLike
from .dialects import KERAS3
from .module import given
from .plain_layer import PlainLayer


class Identity(PlainLayer):
    """Return the input; the mask goes on in `keras3` alone (rule L9).

    Parameters
    ----------
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.
    dialect : str or Dialect
        The generation of Keras to follow: ``"keras3"``, ``"keras2"`` or ``"keras2_v1"``.
    **kwargs
        What Keras takes for every layer, such as `name` and `trainable`. It is kept
        for `get_config` (rule D5).

    Raises
    ------
    ValueError
        For an unknown dtype or dialect, and in `keras3` an unknown argument (rules D4, E2).
    TypeError
        For an unknown argument in `keras2`.

    Examples
    --------
    >>> from rnn_oracle.reference.inert_layers import Dropout
    >>> layer = Dropout(0.5)
    >>> layer([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    def __init__(self, dtype: Any = None, dialect: DialectLike = KERAS3, **kwargs: Any) -> None:
        super().__init__({}, kwargs, dialect, dtype)

    def computed(self, x: Array) -> Array:
        """Return the input."""
        return x

    @property
    def passes_mask(self) -> bool:  # type: ignore[override]
        return type(self).__name__ not in self.dialect.ends_masks


class Dropout(Identity):
    """Drop numbers in training; nothing else (rule L9).

    Parameters
    ----------
    rate : float
        From 0 to 1. Kept for `get_config`, as `noise_shape` and `seed` are (rule D5).
    dtype, dialect, **kwargs
        As for `Identity`.
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Any = None,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super(Identity, self).__init__(given(locals()), kwargs, dialect, dtype)


class AlphaDropout(Dropout):
    """As `Dropout`, of another distribution."""


class GaussianDropout(Dropout):
    """As `Dropout`, of another distribution."""


class SpatialDropout1D(Dropout):
    """As `Dropout`, of whole features."""


class SpatialDropout2D(Dropout):
    """As `Dropout`, of whole features."""


class SpatialDropout3D(Dropout):
    """As `Dropout`, of whole features."""


class GaussianNoise(Identity):
    """Add noise in training; nothing else (rule L9).

    Parameters
    ----------
    stddev : float
        Kept for `get_config` (rule D5).
    dtype, dialect, **kwargs
        As for `Identity`.
    """

    def __init__(
        self, stddev: float, *, dtype: Any = None, dialect: DialectLike = KERAS3, **kwargs: Any
    ) -> None:
        super(Identity, self).__init__(given(locals()), kwargs, dialect, dtype)


class ActivityRegularization(Identity):
    """Add to the loss in training; nothing else (rule L9).

    Parameters
    ----------
    l1, l2 : float
        Kept for `get_config` (rule D5).
    dtype, dialect, **kwargs
        As for `Identity`.
    """

    def __init__(
        self,
        l1: float = 0.0,
        l2: float = 0.0,
        *,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        super(Identity, self).__init__(given(locals()), kwargs, dialect, dtype)
