"""The classes of the reference by Keras's names, as a runtime has them in one module."""

import functools

from ..reference import bidirectional, cells, recurrent, surrounding

_WITHIN = ("Bidirectional", "TimeDistributed")
"""What takes the dialect of the layer within."""


class Classes:
    """The classes of layers and cells by Keras's names, in one dialect.

    Parameters
    ----------
    dialect : str or Dialect
    """

    def __init__(self, dialect):
        self._dialect = dialect

    def __getattr__(self, name):
        homes = (cells, recurrent, surrounding, bidirectional)
        found = getattr(next(home for home in homes if hasattr(home, name)), name)
        return found if name in _WITHIN else functools.partial(found, dialect=self._dialect)
