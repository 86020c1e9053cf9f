"""What every part of the oracle shares: constructor arguments, configuration, dtype, weights."""

from __future__ import annotations

import numbers
from typing import Any, Iterable, Iterator, Optional, Sequence, Tuple

import numpy as np

from .aliases import Array, ArrayLike, DialectLike, Shape
from .dialects import ABSENT, get_dialect
from .errors import OracleTypeError, OracleValueError
from .inputs import copied, is_whole

WeightShape = Tuple[str, Optional[Shape], str]
"""The name of a weight, its shape, None for a free dimension, and the formula of the shape.

The shape is None where a weight may have any."""


def given(names: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a constructor that were given, by name.

    Parameters
    ----------
    names : dict
        The constructor's `locals()`, taken before it makes any other local name. So a constructor
        lists its arguments in its signature alone, and cannot forget one when it passes them on.

    Returns
    -------
    dict
        Without what is `ABSENT`, and without `dtype`, `dialect` and ``**kwargs``, which `Module`
        takes separately.
    """
    handled = ("self", "__class__", "dtype", "dialect", "kwargs")
    return {
        name: value for name, value in names.items() if name not in handled and value is not ABSENT
    }


class Module:
    """A cell or a layer: keeps its constructor arguments and knows its dialect and dtype.

    Parameters
    ----------
    own : dict
        The arguments that the class writes out in its signature, by name; `DEFAULT` where the
        dialect tells. All of them are kept for `get_config`, also those that cannot change a
        forward pass (rule D5).
    kept : dict
        All others given. Those that every layer of the dialect has are kept for `get_config`; any
        other raises as Keras does (rule D4).
    dialect : str or Dialect
        The generation of Keras to follow.
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.

    Raises
    ------
    ValueError
        For an unknown dialect, another dtype, a value that Keras does not document (rule E2), and
        in `keras3` an argument that the class does not know.
    TypeError
        For a value of another type than the argument has; a `bool` may be one of NumPy, and 0 or 1.
        In `keras2`, for an argument that the class does not know.
    """

    def __init__(
        self,
        own: dict[str, Any],
        kept: dict[str, Any],
        dialect: DialectLike,
        dtype: Any,
    ) -> None:
        self.dialect = get_dialect(dialect)
        self.dtype = _floating(dtype, type(self).__name__)
        own, kept = dict(own), dict(kept)
        for name in _NOT_IN_EVERY_DIALECT & set(own):
            kept[name] = own.pop(name)
        defaults: dict[str, Any] = {
            argument: None
            for argument, classes in self.dialect.recurrent_arguments.items()
            if type(self).__name__ in classes
        }
        self._refuse_unknown(set(own) | set(defaults), kept)
        # Keras 2 alone knows the argument (rule D7), and leaves it out of the configuration.
        self.given_weights = kept.pop("weights", None)
        own = {name: self.dialect.default(name, value) for name, value in own.items()}
        self._config = dict(defaults, **kept)
        self._config.update(own, dtype=self.dtype.name)
        _check_values(self._config, type(self).__name__)

    def _refuse_unknown(self, known: set[str], kept: dict[str, Any]) -> None:
        owner = type(self).__name__
        known = known | self.dialect.layer_arguments
        if owner in self.dialect.implementation:
            known.add("implementation")
        if self.dialect.use_cudnn and owner in ("LSTM", "GRU"):
            known.add("use_cudnn")
        unknown = sorted(set(kept) - known)
        if unknown:
            plural = "s" if len(unknown) > 1 else ""
            names, choices = ", ".join(unknown), ", ".join(sorted(known | {"dtype"}))
            raise self.dialect.unknown_argument(
                f"{owner}() of dialect {self.dialect.name} does not know the argument{plural} "
                f"{names}; it knows {choices}"
            )

    @property
    def name(self) -> str:
        """The name given, or the name of the class."""
        return self._config.get("name") or type(self).__name__

    def get_config(self) -> dict[str, Any]:
        """Return every constructor argument by name, inert ones included."""
        return dict(self._config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} of {self.dialect.name}>"


_NOT_IN_EVERY_DIALECT = {"seed", "use_cudnn", "weights"}
"""Arguments that a signature writes out although a dialect may not know them (rule D5)."""


class Weighted(Module):
    """A module that owns weights: `weight_shapes` says which, in Keras's order."""

    weights: list[Array] | None = None

    def weight_shapes(self) -> list[WeightShape]:
        """Return ``[(name, shape, formula)]`` in Keras's order; None is a free dimension."""
        raise NotImplementedError

    def set_weights(self, weights: Iterable[ArrayLike]) -> None:
        """Take the weights, in the order in which Keras's `get_weights` gives them.

        Parameters
        ----------
        weights : list of array_like
            Of the shapes that `weight_shapes` tells. They are copied.

        Raises
        ------
        ValueError
            Where the number of arrays or the shape of one is wrong; it names the weight,
            the shape it has and the shape it needs. The weights stay as they were.
        TypeError
            For weights that are no real numbers.
        """
        self.take(self.all_checked(self._counted(weights)))

    def all_checked(self, weights: list[ArrayLike]) -> list[Array]:
        """Return copies of the weights as arrays, or raise."""
        return [
            self._checked(weight, *shape) for weight, shape in zip(weights, self.weight_shapes())
        ]

    def take(self, weights: list[Array]) -> None:
        """Take weights that are checked."""
        self.weights = weights
        self._unpack(*weights)

    def get_weights(self) -> list[Array]:
        """Return copies of the weights, in Keras's order.

        Raises
        ------
        ValueError
            While there are none.
        """
        self.require_weights()
        return [weight.copy() for weight in self.weights or []]

    def take_given_weights(self) -> None:
        """Take the weights that were given to the constructor, unless there are others."""
        if self.weights is None and self.given_weights is not None:
            self.set_weights(self.given_weights)

    def require_weights(self) -> None:
        """Raise ValueError while there are no weights: the oracle never invents them."""
        self.take_given_weights()
        if self.weights is None:
            raise OracleValueError(
                f"{self.name} has no weights yet: call set_weights(), or copy a Keras layer "
                "with rnn_oracle.from_keras()"
            )

    def _counted(self, weights: Iterable[ArrayLike]) -> list[ArrayLike]:
        names = [name for name, _, _ in self.weight_shapes()]
        try:
            weights = list(weights)
        except TypeError as error:
            raise OracleTypeError(
                f"{self.name} takes a list of weights, not {weights!r}"
            ) from error
        if len(weights) != len(names):
            needs = ", ".join(names)
            raise OracleValueError(
                f"{self.name} has {len(names)} weights ({needs}), but {len(weights)} were given"
            )
        return weights

    def _checked(self, weight: ArrayLike, name: str, shape: Shape | None, formula: str) -> Array:
        array = copied(weight, f"{self.name}.{name}").astype(self.dtype)
        if shape is None:
            return array
        fits = array.ndim == len(shape) and all(
            need in (None, have) for need, have in zip(shape, array.shape)
        )
        if not fits:
            needs = ", ".join("any" if n is None else str(n) for n in shape)
            raise OracleValueError(
                f"{self.name}.{name} has shape {array.shape}, but needs ({needs}) = {formula}"
            )
        return array

    def _unpack(self, *weights: Any, **by_name: Any) -> None:
        """Give the weights the names that the equations use."""
        raise NotImplementedError


class Composite(Weighted):
    """A module whose weights are those of its parts, one part after the other."""

    def parts(self) -> Sequence[Weighted]:
        """Return the parts that hold weights, in the order of the weights."""
        raise NotImplementedError

    @property
    def weights(self) -> list[Array] | None:  # type: ignore[override]  # it has none of its own
        """The weights of the parts, one part after the other; None while one has none."""
        found: list[Array] = []
        for part in self.parts():
            if part.weights is None:
                return None
            found += part.weights
        return found

    def check_parts(self) -> None:
        """Raise ValueError for a part of another dialect or dtype than that of the module."""
        for part in self.parts():
            for name in ("dialect", "dtype"):
                needs, has = getattr(self, name), getattr(part, name)
                if has != needs:
                    raise OracleValueError(
                        f"{self.name} has {name}={needs}, but {part.name} has {has}"
                    )

    def weight_shapes(self) -> list[WeightShape]:
        return [shape for part in self.parts() for shape in part.weight_shapes()]

    def take_given_weights(self) -> None:
        for part in self.parts():
            part.take_given_weights()
        super().take_given_weights()

    def _shares(self, weights: list[Any]) -> Iterator[tuple[Weighted, list[Any]]]:
        """Yield each part with its own weights."""
        for part in self.parts():
            count = len(part.weight_shapes())
            yield part, weights[:count]
            weights = weights[count:]

    def all_checked(self, weights: list[ArrayLike]) -> list[Array]:
        return [weight for part, own in self._shares(weights) for weight in part.all_checked(own)]

    def take(self, weights: list[Array]) -> None:
        """Give the parts their weights, which are checked."""
        for part, own in self._shares(weights):
            part.take(own)


FLAGS = frozenset(
    ["go_backwards", "mask_zero", "reset_after", "return_sequences", "return_state", "stateful"]
    + ["time_major", "trainable", "unit_forget_bias", "unroll", "use_bias", "zero_output_for_mask"]
    + ["state_is_tuple", "use_peepholes"]  # of TensorFlow 1
)
"""Arguments that are True or False; NumPy's own and the numbers 0 and 1 will do (rule E2)."""


def _check_values(arguments: dict[str, Any], owner: str) -> None:
    """Raise ValueError or TypeError where a value is none that Keras documents (rule E2)."""
    name = arguments.get("name")
    if not isinstance(name, (str, type(None))):
        raise OracleTypeError(f"{owner}: `name` must be a string, not {name!r}")
    for name in sorted(FLAGS & set(arguments)):
        check_flag(arguments[name], name, owner)
    for name in ("dropout", "recurrent_dropout"):
        value = arguments.get(name, 0.0)
        number = isinstance(value, numbers.Real)
        if not number or not 0 <= value <= 1:
            error = OracleValueError if number else OracleTypeError
            raise error(f"{owner}: `{name}` must be a number from 0 to 1, not {value!r}")
    implementation = arguments.get("implementation", 2)
    whole = isinstance(implementation, (int, np.integer))
    if not whole or implementation not in (0, 1, 2):  # Keras 2 takes 0 for 1
        raise OracleValueError(f"{owner}: `implementation` must be 1 or 2, not {implementation!r}")


def check_flag(value: Any, name: str, owner: str) -> None:
    """Raise TypeError unless `value` is a `bool`, one of NumPy, or 0 or 1."""
    whole = isinstance(value, (int, np.integer)) and value in (0, 1)
    if not whole and not isinstance(value, np.bool_):
        raise OracleTypeError(f"{owner}: `{name}` must be True or False, not {value!r}")


def positive_integer(value: Any, name: str, owner: Any) -> int:
    """Return `value` as int; raise TypeError unless it is one, ValueError unless it is positive."""
    whole = is_whole(value)
    if not whole or value < 1:
        error = OracleValueError if whole else OracleTypeError
        raise error(f"{owner}: `{name}` must be a positive integer, not {value!r}")
    return int(value)


def _floating(dtype: Any, owner: str) -> np.dtype:
    name = "float64" if dtype is None else getattr(dtype, "name", dtype)
    name = getattr(name, "__name__", name)
    if not isinstance(name, str) or name not in ("float32", "float64"):
        raise OracleValueError(f"{owner}: the oracle computes in float32 or float64, not in {name}")
    return np.dtype(name)
