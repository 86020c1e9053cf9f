"""Dialects: where generations of Keras differ by design, each difference in one place, by name."""

from __future__ import annotations

from typing import Any, Callable

from . import activations
from .errors import OracleTypeError, OracleValueError
from .own_activation import OwnActivation


class _Mark:
    """What stands in a signature for a value that is not known there; told by identity."""

    def __init__(self, meaning: str) -> None:
        self._meaning = meaning

    def __repr__(self) -> str:
        return self._meaning


DEFAULT: Any = _Mark("<the dialect's default>")
"""Stands in a signature for a default that depends on the dialect."""

ABSENT: Any = _Mark("<not given>")
"""Stands in a signature for an argument that was not given, and that a dialect may not know."""


class Dialect:
    """One generation of Keras as data. Read-only by convention; see the instances below.

    Attributes
    ----------
    name : str
        ``"keras3"``, ``"keras2"`` or ``"keras2_v1"``.
    generation : str
        The name of the dialect without its own defaults: ``"keras3"`` or ``"keras2"``.
    defaults : dict
        Of the constructors' arguments that have not had the same default ever since (rule F1).
    results : type
        The container of a layer's output and states: `tuple` or `list` (rule D1).
    stacked : type
        The container of `StackedRNNCells.state_size` and of its states (rule D2).
    flat_state_shapes : bool
        Whether `compute_output_shape` flattens nested states (rule H3).
    activations : dict
        Activation functions by name (rules A1, A2).
    time_major : bool
        Whether the layers have the argument `time_major` (rule D3).
    nested_inputs : bool
        Whether a custom cell may be given several inputs at each step (rule I9).
    constants : bool
        Whether `RNN` hands `constants` on to its cell (rule C8).
    unknown_argument : type
        What a constructor raises at an argument that it does not know (rule D4).
    layer_arguments : frozenset
        Arguments of every layer that cannot change a forward pass.
    recurrent_arguments : dict of str to frozenset
        Arguments that cannot change a forward pass, None by default, which some cells and layers
        have and others have not: for each the classes that take it (rule D5).
    implementation : frozenset
        Classes that take the argument `implementation`.
    use_cudnn : bool
        Whether LSTM and GRU take the argument `use_cudnn`.
    lone_states_in_lists : bool
        Whether the state of a cell in a stack may be given in a list of one, if the cell has no
        other (rule I3).
    floats_are_cast : bool
        Whether a layer casts floating-point input of another width (rule I4).
    numbers_are_cast : bool
        Whether integer and boolean inputs are promoted to the layer's dtype (rule I4).
    recorded_states_win : bool
        Whether a stateful layer prefers its recorded state, unless that is zero, to
        an initial state given in the call (rule S5).
    resets_to_states : bool
        Whether `reset_states` takes states, and minds a layer that is not stateful (S4).
    masks_for_states : bool
        Whether `Bidirectional.compute_mask` goes on with None for each state (rule B6).
    model_knows_steps : bool
        Whether a functional model of an unrolled layer must know the number of steps (rule E3).
    backward_is_flipped : bool
        Whether `Bidirectional` makes its backward layer by flipping `go_backwards`
        instead of setting it (rule B2).
    merged_masks_narrow : bool
        Whether a step of an array that is made of several counts where it does in all of them, as
        against in any (rules L12 to L14).
    causal_attention : bool
        Whether `Attention` and `AdditiveAttention` have an argument `causal` (rule L22).
    gated_attention : bool
        Whether `MultiHeadAttention` has `use_gate` and `sliding_window` (rule L23).
    dilated_strides : bool
        Whether a layer of rule L21 may have `strides` and a `dilation_rate` above 1.
    separable_may_be_causal : bool
        Whether `SeparableConv1D` takes ``padding="causal"`` (rule L21).
    ends_masks : frozenset
        Classes of layers at which a mask ends in this generation, and goes on in the other (rules
        L9, L18, L24).
    """

    name: str
    generation: str
    defaults: dict[str, Any]
    results: Callable[[Any], Any]
    stacked: Callable[[Any], Any]
    flat_state_shapes: bool
    activations: dict[str, Callable[[Any], Any]]
    time_major: bool
    nested_inputs: bool
    constants: bool
    unknown_argument: type[Exception]
    layer_arguments: frozenset[str]
    recurrent_arguments: dict[str, frozenset[str]]
    implementation: frozenset[str]
    use_cudnn: bool
    lone_states_in_lists: bool
    floats_are_cast: bool
    numbers_are_cast: bool
    recorded_states_win: bool
    resets_to_states: bool
    masks_for_states: bool
    model_knows_steps: bool
    backward_is_flipped: bool
    merged_masks_narrow: bool
    causal_attention: bool
    gated_attention: bool
    dilated_strides: bool
    separable_may_be_causal: bool
    ends_masks: frozenset[str]

    def __init__(self, **facts: Any) -> None:
        self.__dict__.update(facts)

    def replaced(self, **facts: Any) -> Dialect:
        """Return a dialect that differs in some facts."""
        return Dialect(**dict(self.__dict__, **facts))

    def default(self, name: str, value: Any) -> Any:
        """Return the value given to an argument, or the default that stands for `DEFAULT`."""
        return self.defaults[name] if value is DEFAULT else value

    def __deepcopy__(self, memo: dict[int, Any]) -> Dialect:
        return self

    def __repr__(self) -> str:
        return f"<dialect {self.name}>"

    def activation(self, identifier: Any) -> Callable[[Any], Any]:
        """Find an activation by its Keras name; None is linear, a callable is itself.

        Raises
        ------
        ValueError
            For a name that this generation of Keras does not know.
        TypeError
            For what is no name either.
        """
        if identifier is None:
            return activations.linear
        if callable(identifier):
            ours = [*activations.KERAS2.values(), *activations.KERAS3.values()]
            is_ours = any(identifier is function for function in ours)
            return identifier if is_ours else OwnActivation(identifier)
        if isinstance(identifier, str) and identifier in self.activations:
            return self.activations[identifier]
        error = OracleValueError if isinstance(identifier, str) else OracleTypeError
        known = ", ".join(sorted(self.activations))
        raise error(
            f"unknown activation {identifier!r} in dialect {self.name}: give a callable, None or "
            f"one of {known}"
        )


_LAYER_ARGUMENTS = frozenset(
    ["name", "trainable", "activity_regularizer", "autocast", "input_shape", "input_dim"]
)

_CELLS = frozenset(["SimpleRNNCell", "LSTMCell", "GRUCell"])
_RECURRENT = _CELLS | {"SimpleRNN", "LSTM", "GRU"}

KERAS3 = Dialect(
    name="keras3",
    generation="keras3",
    defaults={"recurrent_activation": "sigmoid", "reset_after": True, "implementation": 2},
    results=tuple,
    stacked=list,
    flat_state_shapes=False,
    activations=activations.KERAS3,
    time_major=False,
    nested_inputs=False,
    constants=False,
    unknown_argument=OracleValueError,
    layer_arguments=_LAYER_ARGUMENTS,
    recurrent_arguments={"seed": _RECURRENT},
    implementation=_RECURRENT - {"SimpleRNN", "SimpleRNNCell"},
    use_cudnn=True,
    lone_states_in_lists=True,
    floats_are_cast=True,
    numbers_are_cast=True,
    recorded_states_win=False,
    resets_to_states=False,
    masks_for_states=False,
    model_knows_steps=False,
    backward_is_flipped=False,
    merged_masks_narrow=False,
    causal_attention=False,
    gated_attention=True,
    dilated_strides=True,
    separable_may_be_causal=False,
    ends_masks=frozenset(),
)

KERAS2 = Dialect(
    name="keras2",
    generation="keras2",
    defaults=KERAS3.defaults,
    results=list,
    stacked=tuple,
    flat_state_shapes=True,
    activations=activations.KERAS2,
    time_major=True,
    nested_inputs=True,
    constants=True,
    unknown_argument=OracleTypeError,
    layer_arguments=_LAYER_ARGUMENTS
    | {"batch_input_shape", "batch_size", "dynamic", "input_length", "weights"},
    recurrent_arguments={
        "enable_caching_device": _RECURRENT,
        "seed": _RECURRENT - {"SimpleRNN"},
    },
    implementation=_RECURRENT,
    use_cudnn=False,
    lone_states_in_lists=False,
    floats_are_cast=True,
    numbers_are_cast=False,
    recorded_states_win=True,
    resets_to_states=True,
    masks_for_states=True,
    model_knows_steps=True,
    backward_is_flipped=True,
    merged_masks_narrow=True,
    causal_attention=True,
    gated_attention=False,
    dilated_strides=False,
    separable_may_be_causal=True,
    ends_masks=frozenset(["Identity", "Normalization", "Rescaling"]),
)

KERAS2_V1 = KERAS2.replaced(
    name="keras2_v1",
    defaults={"recurrent_activation": "hard_sigmoid", "reset_after": False, "implementation": 1},
    recurrent_arguments={"enable_caching_device": _RECURRENT, "seed": _CELLS},
    floats_are_cast=False,
    recorded_states_win=False,
)
"""`tf.keras` of TensorFlow 1; `tf.compat.v1.keras` afterwards has its defaults."""

DIALECTS = {dialect.name: dialect for dialect in (KERAS3, KERAS2, KERAS2_V1)}


def generation(name: str) -> str:
    """Return the name by which the ledger knows the targets of a dialect, that of tf1 itself."""
    return DIALECTS[name].generation if name in DIALECTS else name


def get_dialect(dialect: str | Dialect) -> Dialect:
    """Return the `Dialect` of that name (or the one given).

    Raises
    ------
    ValueError
        For a name that is not in `DIALECTS`.
    """
    if isinstance(dialect, Dialect):
        return dialect
    if isinstance(dialect, str) and dialect in DIALECTS:
        return DIALECTS[dialect]
    raise OracleValueError(f"unknown dialect {dialect!r}: expected one of {sorted(DIALECTS)}")
