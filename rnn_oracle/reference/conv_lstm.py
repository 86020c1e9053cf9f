"""`ConvLSTM1D`, `ConvLSTM2D` and `ConvLSTM3D`: an LSTM whose products are convolutions (L25)."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from .aliases import Activation, Array, DialectLike, Shape
from .dialects import ABSENT, DEFAULT, KERAS3, get_dialect
from .errors import OracleValueError
from .inputs import as_numbers, as_shape, check_mask
from .module import Composite, Weighted, WeightShape, given, positive_integer
from .plain_layer import has_features_first, moved, whole
from .reshaping import padded
from .scan import scan
from .windows import Window


class ConvLSTMCell(Weighted):
    """One step of a `ConvLSTM` layer, which holds its weights; gates in the order i, f, g, o.

    Parameters
    ----------
    layer : ConvLSTM
    windows : list of Window
        How they lie along each axis of a step.
    """

    def __init__(self, layer: ConvLSTM, windows: list[Window]) -> None:
        super().__init__({}, {}, layer.dialect, layer.dtype)
        self.layer, self.windows = layer, windows
        self.around = [Window(window.length, padding="same") for window in windows]

    def weight_shapes(self) -> list[WeightShape]:
        filters = self.layer.filters
        size = tuple(window.length for window in self.windows)
        shapes: list[WeightShape] = [
            ("kernel", (*size, None, 4 * filters), "(*kernel_size, features, 4 * filters)"),
            (
                "recurrent_kernel",
                (*size, filters, 4 * filters),
                "(*kernel_size, filters, 4 * filters)",
            ),
            ("bias", (4 * filters,), "(4 * filters,)"),
        ]
        return shapes if self.layer.use_bias else shapes[:2]

    def _unpack(self, kernel: Array, recurrent_kernel: Array, bias: Any = 0.0) -> None:
        self.kernel, self.recurrent_kernel, self.bias = kernel, recurrent_kernel, bias

    def step(self, x: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        """Advance by one step, of an input (batch, ..., features)."""
        act, rec = self.layer.activation, self.layer.recurrent_activation
        h, c = states
        z = convolved(x, self.kernel, self.windows) + self.bias
        z = z + convolved(h, self.recurrent_kernel, self.around)
        count = self.layer.filters
        i, f, g, o = (z[..., gate * count : (gate + 1) * count] for gate in range(4))
        c = rec(f) * c + rec(i) * act(g)
        h = rec(o) * act(c)
        return h, [h, c]


def convolved(x: Any, kernel: Array, windows: list[Window]) -> Any:
    """Return the products of each window of (batch, ..., features) and a kernel."""
    counts = [window.count(length) for window, length in zip(windows, x.shape[1:-1])]
    for axis, window in enumerate(windows, start=1):
        before, behind = window.added(x.shape[axis])
        x = padded(x.swapaxes(1, axis), before, behind).swapaxes(1, axis)
    seen = []
    for places in itertools.product(*[range(window.length) for window in windows]):
        index = (slice(None), *map(_every, windows, counts, places))
        seen.append(x[index])
    return np.concatenate(seen, axis=-1) @ kernel.reshape(-1, kernel.shape[-1])


def _every(window: Window, count: int, place: int) -> slice:
    """Return where the numbers are that have a place in all windows."""
    begin = place * window.dilation
    return slice(begin, begin + (count - 1) * window.strides + 1, window.strides)


class ConvLSTM(Composite):
    """What `ConvLSTM1D` to `ConvLSTM3D` have in common.

    Parameters
    ----------
    own, kwargs, dialect, dtype
        As for `rnn_oracle.reference.module.Module`.
    """

    axes: int

    def __init__(
        self, own: dict[str, Any], kwargs: dict[str, Any], dialect: DialectLike, dtype: Any
    ) -> None:
        super().__init__(own, kwargs, dialect, dtype)
        own = self.get_config()
        self.filters = positive_integer(own["filters"], "filters", self.name)
        self.activation = self.dialect.activation(own["activation"])
        self.recurrent_activation = self.dialect.activation(own["recurrent_activation"])
        self.use_bias: bool = own["use_bias"]
        self.return_sequences: bool = own["return_sequences"]
        self.return_state: bool = own["return_state"]
        self.go_backwards: bool = own["go_backwards"]
        self.zero_output_for_mask: bool = own.get("zero_output_for_mask", False)
        if "zero_output_for_mask" in own and self.dialect.time_major:
            raise self.dialect.unknown_argument(
                f"{self.name} of dialect {self.dialect.name} makes nothing of zero_output_for_mask"
            )
        if own["stateful"]:
            raise OracleValueError(f"{self.name} has stateful=True, which the oracle lacks here")
        self.features_first = has_features_first(own["data_format"], self.name)
        self.state_size = [self.filters, self.filters]
        self.cell = ConvLSTMCell(self, self._windows(own))

    def _windows(self, own: dict[str, Any]) -> list[Window]:
        padding = own["padding"]
        if padding not in ("valid", "same"):
            raise OracleValueError(f"{self.name}: padding={padding!r} is neither valid nor same")
        names = ("kernel_size", "strides", "dilation_rate")
        sizes, strides, dilations = (self._each(own[name], name) for name in names)
        if max(strides) > 1 and max(dilations) > 1:
            raise OracleValueError(
                f"{self.name}: strides={own['strides']!r} do not go with "
                f"dilation_rate={own['dilation_rate']!r}: those of one must be 1"
            )
        return [Window(*numbers, padding) for numbers in zip(sizes, strides, dilations)]

    def _each(self, value: Any, name: str) -> list[int]:
        several = value if isinstance(value, (list, tuple)) else [value] * self.axes
        if len(several) != self.axes:
            raise OracleValueError(f"{self.name}: `{name}` must be {self.axes} numbers or one")
        return [whole(each, name, self.name) for each in several]

    def parts(self) -> list[Weighted]:
        return [self.cell]

    def __call__(self, x: Any, mask: Any = None, initial_state: Any = None) -> Any:
        """Run the layer.

        Parameters
        ----------
        x : array_like, shape (batch, steps, ..., features)
            (batch, steps, features, ...) with ``"channels_first"``.
        mask : array_like of bool, shape (batch, steps), optional
            True where a step counts.
        initial_state : list of array_like, optional
            Two arrays of the shape of the output of one step.

        Returns
        -------
        output : array
            That of the last step, or with `return_sequences` of each step.
        states
            With `return_state` the result is the dialect's container of the output and both states.

        Raises
        ------
        ValueError
            For a wrong number of axes or features, a wrong shape of a mask or a state, for no
            steps, and for missing weights.
        TypeError
            For an input that is no array of real numbers.
        """
        self.require_weights()
        x = self.features_last(as_numbers(x, self, "the input"), x_axes=self.axes + 3)
        features = self.cell.kernel.shape[-2]
        if x.shape[1] == 0 or x.shape[-1] != features:
            raise OracleValueError(
                f"{self.name} takes at least one step of {features} features, but the input is "
                f"{x.shape}, features last"
            )
        mask = check_mask(mask, x.shape[:2], self.name)
        states = self._begin(x.shape, initial_state)
        order = slice(None, None, -1 if self.go_backwards else 1)
        steps = [x[:, step] for step in range(x.shape[1])[order]]
        mask = None if mask is None else mask.swapaxes(0, 1)[order]
        with np.errstate(over="ignore"):
            outputs, states = scan(self.cell.step, steps, states, mask, self.zero_output_for_mask)
        output = np.stack(outputs, axis=1) if self.return_sequences else outputs[-1]
        output = self.as_told(output, 2 if self.return_sequences else 1)
        if not self.return_state:
            return output
        return self.dialect.results([output, *(self.as_told(state, 1) for state in states)])

    def features_last(self, x: Any, x_axes: int) -> Any:
        """Return an array whose features are the last of that many axes."""
        if x.ndim != x_axes:
            raise OracleValueError(
                f"{self.name} takes {x_axes} axes here, but was given the shape {x.shape}"
            )
        return moved(x, x_axes - self.axes - 1, x_axes - 1) if self.features_first else x

    def as_told(self, x: Any, axis: int) -> Any:
        """Return an array whose features are where `data_format` has them, an axis or the last."""
        return moved(x, x.ndim - 1, axis) if self.features_first else x

    def _begin(self, shape: tuple[int, ...], given_states: Any) -> list[Any]:
        needs = (shape[0], *self._lengths(shape[2:-1]), self.filters)
        if given_states is None:
            return [np.zeros(needs, self.dtype) for _ in range(2)]
        if not isinstance(given_states, (list, tuple)) or len(given_states) != 2:
            raise OracleValueError(f"{self.name} has 2 states, which must be given in a list")
        states = [
            self.features_last(as_numbers(state, self, "a state"), self.axes + 2)
            for state in given_states
        ]
        for state in states:
            if state.shape != needs:
                raise OracleValueError(
                    f"{self.name}: a state has shape {state.shape}, but needs {needs}, features "
                    "last"
                )
        return states

    def _lengths(self, lengths: Any) -> list[Any]:
        """Return how many windows there are along each axis of a step."""
        counts = []
        for window, length in zip(self.cell.windows, lengths):
            count = None if length is None else window.count(length)
            counts.append(count)
            if count is not None and count < 1:
                raise OracleValueError(
                    f"{self.name} needs at least {window.reach} numbers along each axis of a "
                    f"step, but the input has {tuple(lengths)}"
                )
        return counts

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return the mask that goes on: that which came, if `return_sequences` is set."""
        mask = mask if self.return_sequences else None
        return [mask, None, None] if self.return_state else mask

    def compute_output_shape(self, input_shape: Shape) -> Any:
        """Return the shape of the output and of the states, with None where it is unknown."""
        batch, steps, *inner = as_shape(input_shape, self.name, self.axes + 3, self.axes + 3)
        lengths = self._lengths(inner[1:] if self.features_first else inner[:-1])
        step = (self.filters, *lengths) if self.features_first else (*lengths, self.filters)
        output: Any = (batch, steps, *step) if self.return_sequences else (batch, *step)
        if not self.return_state:
            return output
        return self.dialect.results([output, (batch, *step), (batch, *step)])


class ConvLSTM2D(ConvLSTM):
    """LSTM over pictures, whose products are convolutions in two dimensions (rule L25).

    Parameters
    ----------
    filters : int
        Size of the features of output and states.
    kernel_size, strides, dilation_rate : int, or one for each axis
        How many numbers a window has, by how many the next one is further on, and how far apart
        its numbers are.
    padding : {"valid", "same"}
        Where zeros are added: nowhere; on all sides.
    data_format : {"channels_last", "channels_first"}
        Whether the features are the last axis, or that after the steps; None is the last.
    activation, recurrent_activation : str, callable or None
        As for `rnn_oracle.LSTM`; of the gates it is ``"hard_sigmoid"`` by default in `keras2`.
    use_bias : bool
    return_sequences, return_state, go_backwards : bool
        As for `rnn_oracle.RNN`.
    stateful : bool
        Refused where it is True.
    unroll : bool
        Changes nothing.
    zero_output_for_mask : bool
        Of `keras3`: as for `rnn_oracle.RNN`.
    unit_forget_bias, dropout, recurrent_dropout, seed
        Kept for `get_config` (rules C3, R4).
    kernel_initializer, recurrent_initializer, bias_initializer
        Kept for `get_config` (rule D5).
    kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer
        Kept for `get_config` (rule D5).
    kernel_constraint, recurrent_constraint, bias_constraint
        Kept for `get_config` (rule D5).
    dtype : str, optional
        ``"float64"`` (the default) or ``"float32"``.
    dialect : str or Dialect
        The generation of Keras to follow: ``"keras3"``, ``"keras2"`` or ``"keras2_v1"``.
    **kwargs
        What Keras takes for every layer, such as `name` and `trainable`. It is kept
        for `get_config` (rule D5).

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_oracle.reference.conv_lstm import ConvLSTM2D
    >>> layer = ConvLSTM2D(1, 2, return_state=True)
    >>> layer.set_weights([np.zeros((2, 2, 3, 4)), np.zeros((2, 2, 1, 4)), np.zeros(4)])
    >>> [array.shape for array in layer(np.ones((1, 5, 4, 6, 3)))]
    [(1, 3, 5, 1), (1, 3, 5, 1), (1, 3, 5, 1)]
    """

    axes = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Activation = "tanh",
        recurrent_activation: Activation = DEFAULT,
        use_bias: bool = True,
        *,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = ABSENT,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = ABSENT,
        dtype: Any = None,
        dialect: DialectLike = KERAS3,
        **kwargs: Any,
    ) -> None:
        own = given(locals())
        if recurrent_activation is DEFAULT and get_dialect(dialect).time_major:
            own["recurrent_activation"] = "hard_sigmoid"
        super().__init__(own, kwargs, dialect, dtype)


class ConvLSTM1D(ConvLSTM2D):
    """As `ConvLSTM2D`, in one dimension (rule L25)."""

    axes = 1


class ConvLSTM3D(ConvLSTM2D):
    """As `ConvLSTM2D`, in three dimensions (rule L25)."""

    axes = 3
