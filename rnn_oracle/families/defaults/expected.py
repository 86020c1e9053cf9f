"""What the rules demand of a layer without arguments."""

from ...reference import bidirectional, cells, recurrent
from .outcome import defaults, plain_layer


def expected(case, dialect, sizes, bounded):
    """Return what a layer is without arguments, as facts; needs no sizes and has no bounds."""
    made = plain_layer(case, (cells, recurrent, bidirectional), dialect=dialect)
    return defaults(case, made.get_config().get)
