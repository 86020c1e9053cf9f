"""The error of a file that cannot be made into a model."""

from __future__ import annotations

from ..reference.errors import OracleValueError


class ModelFileError(OracleValueError):
    """A file that is damaged, hostile, or holds what the reference does not have.

    Its words begin with the file, and go on with the layer and what was expected.
    """
