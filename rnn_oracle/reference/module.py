"""What every part of the oracle shares: constructor arguments, configuration, dtype, weights."""

import numpy as np

from .dialects import get_dialect
from .errors import OracleTypeError, OracleValueError

_WEIGHT_ARGUMENTS = {
    "kernel_initializer": "glorot_uniform",
    "bias_initializer": "zeros",
    "kernel_regularizer": None,
    "bias_regularizer": None,
    "kernel_constraint": None,
    "bias_constraint": None,
}
_CELL_ARGUMENTS = dict(
    _WEIGHT_ARGUMENTS,
    recurrent_initializer="orthogonal",
    recurrent_regularizer=None,
    recurrent_constraint=None,
    dropout=0.0,
    recurrent_dropout=0.0,
)
INERT = {
    "SimpleRNN": _CELL_ARGUMENTS,
    "LSTM": dict(_CELL_ARGUMENTS, unit_forget_bias=True),
    "GRU": _CELL_ARGUMENTS,
    "Dense": _WEIGHT_ARGUMENTS,
    "Embedding": {
        "embeddings_initializer": "uniform",
        "embeddings_regularizer": None,
        "embeddings_constraint": None,
    },
}
"""Arguments that cannot change a forward pass once the weights are there, with Keras's
defaults, by kind of layer (rule D5)."""


class Module:
    """A cell or a layer: keeps its constructor arguments and knows its dialect and dtype.

    Parameters
    ----------
    own : dict
        The arguments that the class itself handles, by name; `DEFAULT` where the dialect tells.
    kept : dict
        All others given. Those that cannot change a forward pass are kept for
        `get_config`; any other raises as Keras does (rule D4).
    dialect : str or Dialect
        The generation of Keras to follow.
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.
    """

    kind = None

    def __init__(self, own, kept, dialect, dtype):
        self.dialect = get_dialect(dialect)
        self.dtype = _floating(dtype, type(self).__name__)
        inert = dict(INERT.get(self.kind, {}))
        for argument, classes in self.dialect.recurrent_arguments.items():
            if type(self).__name__ in classes:
                inert[argument] = None
        self._refuse_unknown(own, inert, kept)
        # Keras 2 alone knows the argument (rule D7), and leaves it out of the configuration.
        self.given_weights = kept.pop("weights", None)
        inert.update(kept)
        _check_inert(inert, type(self).__name__)
        own = {name: self.dialect.default(name, value) for name, value in own.items()}
        self._config = dict(inert, **own)
        self._config["dtype"] = self.dtype.name

    def _refuse_unknown(self, own, inert, kept):
        name = type(self).__name__
        allowed = set(inert) | self.dialect.layer_arguments
        if name in self.dialect.implementation:
            allowed.add("implementation")
        if self.dialect.use_cudnn and name in ("LSTM", "GRU"):
            allowed.add("use_cudnn")
        unknown = sorted(set(kept) - allowed)
        if unknown:
            raise self.dialect.unknown_argument(
                "{}() of dialect {} does not know the argument{} {}; it knows {}".format(
                    name,
                    self.dialect.name,
                    "s" if len(unknown) > 1 else "",
                    ", ".join(unknown),
                    ", ".join(sorted(set(own) | allowed | {"dtype"})),
                )
            )

    @property
    def name(self):
        """The name given, or the name of the class."""
        return self._config.get("name") or type(self).__name__

    def get_config(self):
        """Return every constructor argument by name, inert ones included."""
        return dict(self._config)

    def __repr__(self):
        return f"<{type(self).__name__} {self.name} of {self.dialect.name}>"


class Weighted(Module):
    """A module that owns weights: `weight_shapes` says which, in Keras's order."""

    weights = None

    def weight_shapes(self):
        """Return ``[(name, shape, formula)]`` in Keras's order; None is a free dimension."""
        raise NotImplementedError

    def set_weights(self, weights):
        """Take the weights, in the order in which Keras's `get_weights` gives them.

        Raises
        ------
        ValueError
            Where the number of arrays or the shape of one is wrong; it names the weight,
            the shape it has and the shape it needs.
        """
        self.weights = [
            self._checked(np.array(weight, self.dtype), *shape)
            for weight, shape in zip(self._counted(weights), self.weight_shapes())
        ]
        self._unpack(*self.weights)

    def get_weights(self):
        """Return copies of the weights, in Keras's order."""
        self.require_weights()
        return [weight.copy() for weight in self.weights]

    def take_given_weights(self):
        """Take the weights that were given to the constructor, unless there are others."""
        if self.weights is None and self.given_weights is not None:
            self.set_weights(self.given_weights)

    def require_weights(self):
        """Raise ValueError while there are no weights: the oracle never invents them."""
        self.take_given_weights()
        if self.weights is None:
            raise OracleValueError(
                f"{self.name} has no weights yet: call set_weights(), or copy a Keras layer "
                "with rnn_oracle.from_keras()"
            )

    def _counted(self, weights):
        weights, names = list(weights), [name for name, _, _ in self.weight_shapes()]
        if len(weights) != len(names):
            raise OracleValueError(
                "{} has {} weights ({}), but {} were given".format(
                    self.name, len(names), ", ".join(names), len(weights)
                )
            )
        return weights

    def _checked(self, weight, name, shape, formula):
        fits = weight.ndim == len(shape) and all(
            need in (None, have) for need, have in zip(shape, weight.shape)
        )
        if not fits:
            needs = "({})".format(", ".join("any" if n is None else str(n) for n in shape))
            raise OracleValueError(
                f"{self.name}.{name} has shape {weight.shape}, but needs {needs} = {formula}"
            )
        return weight

    def _unpack(self, *weights):
        """Give the weights the names that the equations use."""
        raise NotImplementedError


class Composite(Weighted):
    """A module whose weights are those of its parts, one part after the other."""

    def parts(self):
        """Return the parts that hold weights, in the order of the weights."""
        raise NotImplementedError

    @property
    def weights(self):
        each = [part.weights for part in self.parts()]
        if any(weights is None for weights in each):
            return None
        return [weight for weights in each for weight in weights]

    def weight_shapes(self):
        return [shape for part in self.parts() for shape in part.weight_shapes()]

    def take_given_weights(self):
        for part in self.parts():
            part.take_given_weights()
        super().take_given_weights()

    def set_weights(self, weights):
        weights = self._counted(weights)
        for part in self.parts():
            count = len(part.weight_shapes())
            part.set_weights(weights[:count])
            weights = weights[count:]


def _check_inert(arguments, owner):
    """Raise ValueError or TypeError where a value is none that Keras documents (rule E2)."""
    for name in ("dropout", "recurrent_dropout"):
        value = arguments.get(name, 0.0)
        number = isinstance(value, (int, float))
        if not number or not 0 <= value <= 1:
            error = OracleValueError if number else OracleTypeError
            raise error(f"{owner}: `{name}` must be a number from 0 to 1, not {value!r}")
    implementation = arguments.get("implementation", 2)
    if implementation not in (0, 1, 2):  # Keras 2 takes 0 for 1
        raise OracleValueError(f"{owner}: `implementation` must be 1 or 2, not {implementation!r}")


def positive_integer(value, name, owner):
    """Return `value` as int; raise TypeError unless it is one, ValueError unless it is positive."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))
    if not whole or value < 1:
        error = OracleValueError if whole else OracleTypeError
        raise error(f"{owner}: `{name}` must be a positive integer, not {value!r}")
    return int(value)


def _floating(dtype, owner):
    name = "float64" if dtype is None else getattr(dtype, "name", dtype)
    name = getattr(name, "__name__", name)
    if name not in ("float32", "float64"):
        raise OracleValueError(f"{owner}: the oracle computes in float32 or float64, not in {name}")
    return np.dtype(name)
