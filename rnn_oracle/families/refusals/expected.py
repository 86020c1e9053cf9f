"""What the rules demand of a case of a refusal."""

import numpy as np

from ...reference import surrounding as core
from ...reference.dialects import get_dialect
from ...reference.errors import OracleError, OracleValueError
from ...reference.inputs import check_symbolic
from ..classes import Classes
from .attempt import attempt


def expected(case, dialect, sizes, bounded):
    """Return the `Outcome` that the rules demand of a case, see `families.expected`."""
    return attempt(OracleSide(dialect), case)


class OracleSide:
    """Makes and calls the oracle's layers, see `rnn_oracle.families.refusals.attempt.attempt`."""

    errors = (OracleError,)

    def __init__(self, dialect):
        self.dialect = get_dialect(dialect)
        self.layers = Classes(self.dialect)

    @staticmethod
    def dtype(name):
        """Return the dtype to compute in, where Keras computes in the one named."""
        return "float64"

    @staticmethod
    def built(layer, shape):
        """Give a layer weights for inputs of that shape."""
        layer.set_weights(OracleSide.weights(layer, shape))
        return layer

    @staticmethod
    def weights(layer, shape):
        """Return weights that fit a layer."""
        shapes = [shape_of_weight for _, shape_of_weight, _ in layer.weight_shapes()]
        return [np.ones([size or shape[-1] for size in sizes]) for sizes in shapes]

    @staticmethod
    def cell(call, state_size):
        """Return a cell of one's own with that method `call`."""
        return type("Own", (), {"call": call, "state_size": state_size})()

    @staticmethod
    def chain(*layers):
        """Return a chain of layers."""
        return core.Sequential(layers)

    @staticmethod
    def remade(layer, **changes):
        """Make a layer from another's configuration, some of it changed."""
        return type(layer)(**dict(layer.get_config(), dialect=layer.dialect, **changes))

    @staticmethod
    def call(layer, mode, x, raw=False, **named):
        """Call a layer with arrays, and with `raw` just as they are given."""
        if mode in ("model", "predict"):
            check_symbolic(layer, (None, None))
        if mode == "predict" and not len(x):
            raise OracleValueError(f"`predict` needs at least one sequence, not {x.shape}")
        if layer.get_config().get("use_cudnn") is True:  # the cases run on CPUs
            raise OracleValueError("use_cudnn=True, but there is no cuDNN on a CPU")
        return layer(x, **named)

    @staticmethod
    def step(cell, mode, x, states):
        """Call a cell by hand."""
        return cell(x, states)
