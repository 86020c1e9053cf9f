"""The layers around a recurrent one in the usual chains, and the chain itself (rules L1 to L8).

Arrays carry no mask here: every layer takes one beside its input and tells by `compute_mask`
which one goes on. `Sequential` does the passing.
"""

import numpy as np

from .dialects import KERAS3
from .errors import OracleValueError
from .inputs import as_numbers, check_mask
from .module import Composite, Module, Weighted, positive_integer


class Embedding(Weighted):
    """Look up a row of the table for each id (rule L1).

    Parameters
    ----------
    input_dim, output_dim : int
        Rows and columns of the table.
    mask_zero : bool
        Mask the steps whose id is 0.
    """

    kind = "Embedding"

    def __init__(
        self, input_dim, output_dim, *, mask_zero=False, dtype=None, dialect=KERAS3, **kept
    ):
        own = dict(input_dim=input_dim, output_dim=output_dim, mask_zero=mask_zero)
        super().__init__(own, kept, dialect, dtype)
        self.input_dim = positive_integer(input_dim, "input_dim", self.name)
        self.output_dim = positive_integer(output_dim, "output_dim", self.name)
        self.mask_zero = mask_zero

    def weight_shapes(self):
        shape = (self.input_dim, self.output_dim)
        return [("embeddings", shape, "(input_dim, output_dim)")]

    def _unpack(self, embeddings):
        self.embeddings = embeddings

    def __call__(self, x, mask=None):
        """Return the rows, of shape ids' shape + (output_dim,).

        Raises
        ------
        ValueError
            For an id that is no whole number from 0 to `input_dim` - 1.
        """
        self.require_weights()
        ids = np.asarray(x)
        wrong = (ids != np.floor(ids)) | (ids < 0) | (ids >= self.input_dim)
        if np.any(wrong):
            raise OracleValueError(
                f"{self.name} takes whole ids from 0 to {self.input_dim - 1}, but was "
                f"given {ids[wrong][0]}"
            )
        return self.embeddings[ids.astype(int)]

    def compute_mask(self, x, mask=None):
        """Return where the id is not 0, or None without `mask_zero`."""
        return np.asarray(x) != 0 if self.mask_zero else None

    def compute_output_shape(self, input_shape):
        return tuple(input_shape) + (self.output_dim,)


class Masking(Module):
    """Mask the steps at which every feature equals `mask_value`, and zero them (rule L2)."""

    def __init__(self, mask_value=0.0, dtype=None, dialect=KERAS3, **kept):
        super().__init__(dict(mask_value=mask_value), kept, dialect, dtype)
        self.mask_value = mask_value

    def __call__(self, x, mask=None):
        mask = self.compute_mask(x)
        x = as_numbers(x, self, "the input")
        return np.where(mask[..., None], x, np.zeros(x.shape, x.dtype))

    def compute_mask(self, x, mask=None):
        """Return where some feature differs from `mask_value`, both in the input's dtype."""
        if isinstance(x, np.ndarray) or not hasattr(x, "__array_function__"):
            x = np.asarray(x)
            return np.any(x != x.dtype.type(self.mask_value), axis=-1)
        return np.any(x != self.mask_value, axis=-1)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


class Dense(Weighted):
    """``activation(x W + b)`` on the last axis; a mask passes through (rule L3)."""

    kind = "Dense"
    arguments = ("units", "activation", "use_bias")

    def __init__(
        self, units, activation=None, use_bias=True, *, dtype=None, dialect=KERAS3, **kept
    ):
        own = dict(units=units, activation=activation, use_bias=use_bias)
        super().__init__(own, kept, dialect, dtype)
        self.units = positive_integer(units, "units", self.name)
        self.activation = self.dialect.activation(activation)
        self.use_bias = use_bias

    def weight_shapes(self):
        shapes = [
            ("kernel", (None, self.units), "(features, units)"),
            ("bias", (self.units,), "(units,)"),
        ]
        return shapes if self.use_bias else shapes[:1]

    def _unpack(self, kernel, bias=0.0):
        self.kernel, self.bias = kernel, bias

    def __call__(self, x, mask=None):
        self.require_weights()
        if np.asarray(x).dtype.kind in "iub":  # Keras 2 casts them here, if nowhere else
            x = np.asarray(x).astype(self.dtype)
        x = as_numbers(x, self, "the input")
        if x.ndim < 2 or x.shape[-1] != len(self.kernel):
            raise OracleValueError(
                f"{self.name} takes (batch, ..., {len(self.kernel)}), but the input has "
                f"shape {x.shape}"
            )
        with np.errstate(over="ignore"):
            return self.activation(x @ self.kernel + self.bias)

    def compute_mask(self, x, mask=None):
        return mask

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)[:-1] + (self.units,)


class Flatten(Module):
    """Lay all axes but the first out in one, row by row; a mask ends here (rule L4)."""

    def __init__(self, dtype=None, dialect=KERAS3, **kept):
        super().__init__({}, kept, dialect, dtype)

    def __call__(self, x, mask=None):
        x = x if hasattr(x, "reshape") else np.asarray(x)
        return x.reshape(self.compute_output_shape(x.shape))

    def compute_mask(self, x, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        inner = tuple(input_shape)[1:]
        return (input_shape[0], None if None in inner else int(np.prod(inner)))


class GlobalAveragePooling1D(Module):
    """Mean over the steps: of those that the mask leaves, if there is one (rule L5).

    A sequence without a single step left has the mean 0 / 0, which is NaN, as in Keras.
    """

    def __init__(self, dtype=None, dialect=KERAS3, **kept):
        super().__init__({}, kept, dialect, dtype)

    def __call__(self, x, mask=None):
        x = as_numbers(x, self, "the input")
        if x.ndim != 3:
            raise OracleValueError(
                f"{self.name} takes (batch, steps, features), but the input has shape {x.shape}"
            )
        mask = check_mask(mask, x.shape[:2], self.name)
        if mask is None:
            return np.add.reduce(x, axis=1) / x.shape[1]
        weight = mask[..., None].astype(x.dtype)
        with np.errstate(invalid="ignore"):
            return np.add.reduce(x * weight, axis=1) / weight.sum(axis=1)

    def compute_mask(self, x, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[2])


class TimeDistributed(Composite):
    """Apply a layer to each step in turn, masked or not (rule L8).

    Parameters
    ----------
    layer : layer
        One of these or a recurrent one; it returns one array, so it has no `return_state`.
    """

    def __init__(self, layer, *, dtype=None, dialect=None, **kept):
        if not isinstance(layer, Module):
            raise OracleValueError(f"TimeDistributed needs a layer, not {layer!r}")
        super().__init__({"layer": layer}, kept, dialect or layer.dialect, dtype or layer.dtype)
        refuse_return_state(layer, self.name)
        self.layer = layer

    def parts(self):
        return [self.layer] if isinstance(self.layer, Weighted) else []

    def __call__(self, x, mask=None):
        """Return the layer's output of each step, of shape (batch, steps, ...).

        Parameters
        ----------
        x : array_like, shape (batch, steps, ...)
        mask : array_like of bool, shape (batch, steps, ...), optional
            Each step's part is the layer's own mask for that step.

        Raises
        ------
        ValueError
            For less than three axes, no steps, or a mask of other leading axes; and what the layer
            raises at a step and its part of the mask.
        """
        return np.stack([self.layer(*step) for step in self._steps(x, mask)], axis=1)

    def compute_mask(self, x, mask=None):
        """Return the masks that the layer passes on; if none, the steps with anything left."""
        inner = [self.layer.compute_mask(*step) for step in self._steps(x, mask)]
        if inner[0] is not None:
            return np.stack(inner, axis=1)
        mask = None if mask is None else np.asarray(mask)
        return mask if mask is None else mask.any(axis=tuple(range(2, mask.ndim)))

    def _steps(self, x, mask):
        """Return each step of the input with its part of the mask."""
        x = x if hasattr(x, "swapaxes") else np.asarray(x)
        if x.ndim < 3 or x.shape[1] == 0:
            raise OracleValueError(
                f"{self.name} takes (batch, steps, ...) of at least one step, but the "
                "input has shape "
                f"{x.shape}"
            )
        if mask is None:
            return [(step, None) for step in x.swapaxes(0, 1)]
        mask = np.asarray(mask)
        if mask.shape[:2] != x.shape[:2]:
            raise OracleValueError(
                f"{self.name}: the mask has shape {mask.shape}, but has to begin with "
                f"{x.shape[:2]} as the input does"
            )
        return list(zip(x.swapaxes(0, 1), mask.swapaxes(0, 1)))

    def compute_output_shape(self, input_shape):
        batch, steps = input_shape[:2]
        inner = self.layer.compute_output_shape((batch,) + tuple(input_shape[2:]))
        return (batch, steps) + tuple(inner[1:])


class MeanOverTime(GlobalAveragePooling1D):
    """The bare operation ``mean(x, axis=1)``, which knows nothing of masks (rule L6)."""

    def __call__(self, x, mask=None):
        return super().__call__(x)


class Sequential:
    """A chain of layers; each gets the output and the mask of the one before (rule L7).

    Parameters
    ----------
    layers : list of layers
        Each returns one array: a recurrent one has no `return_state`.
    """

    def __init__(self, layers):
        self.layers = list(layers)
        for layer in self.layers:
            refuse_return_state(layer, "a chain")

    def __call__(self, x, mask=None):
        return self._run(x, mask)[0]

    def compute_mask(self, x, mask=None):
        """Return the mask that goes with the output for the input `x`."""
        return self._run(x, mask)[1]

    def _run(self, x, mask):
        for layer in self.layers:
            x, mask = layer(x, mask=mask), layer.compute_mask(x, mask)
        return x, mask

    def compute_output_shape(self, input_shape):
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape


def refuse_return_state(layer, owner):
    """Raise ValueError for a layer that returns more than one array."""
    if getattr(layer, "return_state", False):
        raise OracleValueError(f"{layer.name} returns its states; {owner} passes on one array")
