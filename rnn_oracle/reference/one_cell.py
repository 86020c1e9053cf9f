"""A recurrent layer over one cell of its own class, as Keras's layers are."""

from __future__ import annotations

from typing import Any

from .aliases import DialectLike
from .rnn import RNN


class OneCell(RNN):
    """A layer over one cell of its own class: takes the arguments of both.

    Parameters
    ----------
    own, kept, dialect, dtype
        As for `Module`. Those in `own` that change what the cell computes go to the cell too.
    """

    cell_class: Any = None

    def __init__(
        self, own: dict[str, Any], kept: dict[str, Any], dialect: DialectLike, dtype: Any
    ) -> None:
        options = {name: own[name] for name in self.cell_class.arguments}
        cell = self.cell_class(dtype=dtype, dialect=dialect, **options)
        self._set_up(cell, own, kept, dialect, dtype)

    @property
    def hands_on_constants(self) -> bool:
        return False
