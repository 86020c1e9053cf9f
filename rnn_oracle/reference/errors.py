"""The errors that the oracle raises on purpose, as against those that a fault would cause."""


class OracleError(Exception):
    """What the oracle refuses; always also one of Python's own types."""

    builtin: str
    """The name of that type."""


class OracleValueError(OracleError, ValueError):
    """A value, a shape or a number of things that is not what it has to be."""

    builtin = "ValueError"


class OracleAttributeError(OracleError, AttributeError):
    """Something that a layer of this kind does not have."""

    builtin = "AttributeError"


class OracleTypeError(OracleError, TypeError):
    """An argument that is not there, or a value of the wrong type."""

    builtin = "TypeError"
