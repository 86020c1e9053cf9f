"""Makes layers of the reference out of configurations."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple

from ..reference import (
    activation_layers,
    attention,
    bidirectional,
    cells,
    conv_lstm,
    depthwise,
    inert_layers,
    merging,
    multi_head_attention,
    normalization,
    preprocessing,
    recurrent,
    reshaping,
    surrounding,
    windows,
)
from ..reference.cells import StackedRNNCells
from ..reference.dialects import Dialect
from ..reference.errors import OracleError
from .arguments import Functions, arguments_of
from .configuration import MODELS, Entry
from .cudnn import CUDNN, CuDNNWeights
from .errors import ModelFileError
from .operations import OPERATIONS, Operation
from .own_layers import OwnLayer, found_in, made
from .wiring import wired

PLAIN = {
    name: getattr(module, name)
    for module, names in (
        (cells, ("SimpleRNNCell", "LSTMCell", "GRUCell")),
        (recurrent, ("SimpleRNN", "LSTM", "GRU")),
        (surrounding, ("Embedding", "Masking", "Dense", "Flatten", "GlobalAveragePooling1D")),
        (inert_layers, ("Identity", "Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise")),
        (inert_layers, ("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")),
        (inert_layers, ("ActivityRegularization",)),
        (activation_layers, ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax")),
        (activation_layers, ("ThresholdedReLU",)),
        (reshaping, ("Reshape", "Permute", "RepeatVector", "UpSampling1D", "ZeroPadding1D")),
        (reshaping, ("Cropping1D",)),
        (merging, ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")),
        (merging, ("Concatenate", "Dot")),
        (normalization, ("LayerNormalization", "BatchNormalization", "Rescaling")),
        (windows, ("Conv1D", "MaxPooling1D", "AveragePooling1D", "GlobalMaxPooling1D")),
        (attention, ("Attention", "AdditiveAttention")),
        (multi_head_attention, ("MultiHeadAttention",)),
        (conv_lstm, ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")),
        (preprocessing, ("Normalization",)),
        (depthwise, ("DepthwiseConv1D", "SeparableConv1D")),
    )
    for name in names
}
"""Layers and cells that take the arguments of the file, by their names in Keras."""

_EARLIER = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
}
"""Classes that had another name once; these in TensorFlow 1.14 and 1.15."""

CELLS = ("SimpleRNNCell", "LSTMCell", "GRUCell", "StackedRNNCells")
_SPECIAL = ("Bidirectional", "RNN", "StackedRNNCells", "TimeDistributed", *CUDNN, *MODELS)

KNOWN = sorted({*PLAIN, *_SPECIAL, "InputLayer"})


class Part(NamedTuple):
    """A layer that was made, and what of it takes weights.

    Attributes
    ----------
    layer : layer or cell of the reference
    entry : Entry
    owner : object
        Takes the weights that are the layer's own, by `set_weights`; None if it has none.
    inner : tuple
        Pairs of an attribute of the layer in Keras and the part that is there, or a list of parts.
    """

    layer: Any
    entry: Entry
    owner: Any = None
    inner: tuple[tuple[str, Any], ...] = ()


class Builder:
    """Makes parts.

    Parameters
    ----------
    dialect : Dialect
    custom_layers : mapping
        Functions and classes of a person's own, by name.
    of_keras3 : bool
        Which generation has written the configuration.

    Attributes
    ----------
    unknown : list of Entry
        The layers that the reference does not have and that nobody supplies.
    """

    def __init__(self, dialect: Dialect, custom_layers: Mapping[str, Any], of_keras3: bool) -> None:
        self.dialect, self.custom_layers, self.of_keras3 = dialect, custom_layers, of_keras3
        self.function_of = Functions(dialect, custom_layers, lambda entry: self.part(entry).layer)
        self.unknown: list[Entry] = []

    def part(self, entry: Entry) -> Part:
        """Return the part that a configuration stands for.

        Raises
        ------
        ModelFileError
            For arguments that the reference refuses.
        """
        own = found_in(self.custom_layers, entry)
        if own is not None:
            layer = OwnLayer(made(own, entry), entry.name, is_object=isinstance(own, type))
            return Part(layer, entry, layer)
        try:
            return self._part(entry)
        except OracleError as error:
            if isinstance(error, ModelFileError):
                raise
            raise entry.wrong(f"cannot be made: {error}") from error

    def _part(self, entry: Entry) -> Part:
        kind = _EARLIER.get(entry.kind, entry.kind)
        if kind in MODELS and "layers" in entry.config:
            return self._model(entry)
        if kind in OPERATIONS:
            return Part(Operation(entry, self.dialect), entry)
        if kind in PLAIN and not entry.is_operation:
            return self._plain(entry, PLAIN[kind], {})
        if kind in CUDNN:
            layer = self._plain(entry, *CUDNN[kind]).layer
            return Part(layer, entry, CuDNNWeights(layer.cell))
        if kind == "RNN":
            cell = self._cell(entry.inner("cell"))
            return self._around(entry, recurrent.RNN, "cell", cell)
        if kind == "TimeDistributed":
            return self._around(entry, surrounding.TimeDistributed, "layer", self._layer(entry))
        if kind == "StackedRNNCells":
            return self._stack(entry)
        if kind == "Bidirectional":
            return self._bidirectional(entry)
        self.unknown.append(entry)
        return Part(None, entry)

    def _arguments(self, entry: Entry, kind: Any) -> dict[str, Any]:
        found = arguments_of(entry, kind, self.dialect, self.function_of)
        return dict(found, name=entry.name, dialect=self.dialect)

    def _plain(self, entry: Entry, kind: Any, more: dict[str, Any]) -> Part:
        layer = kind(**dict(more, **self._arguments(entry, kind)))
        if hasattr(layer, "cell"):
            return Part(layer, entry, inner=(("cell", Part(layer.cell, entry, layer.cell)),))
        return Part(layer, entry, layer if hasattr(layer, "set_weights") else None)

    def _layer(self, entry: Entry, key: str = "layer") -> Part:
        return self.part(entry.inner(key))

    def _around(self, entry: Entry, kind: Any, key: str, inner: Part) -> Part:
        """Return the part of a layer that takes another as its first argument."""
        if inner.layer is None:
            return Part(None, entry)
        arguments = dict(self._arguments(entry, kind), **{key: inner.layer})
        return Part(kind(**arguments), entry, inner=((key, inner),))

    def _cell(self, entry: Entry) -> Part:
        own = found_in(self.custom_layers, entry)
        if own is None:
            if entry.kind not in CELLS:
                self.unknown.append(entry)
                return Part(None, entry)
            return self.part(entry)
        cell = made(own, entry)
        return Part(cell, entry, cell if hasattr(cell, "set_weights") else None)

    def _stack(self, entry: Entry) -> Part:
        if entry.config.get("reverse_state_order"):
            raise entry.wrong("has reverse_state_order=True (rule D8)")
        inner = [self._cell(each) for each in entry.all_inner("cells")]
        if any(part.layer is None for part in inner):
            return Part(None, entry)
        stack = StackedRNNCells([part.layer for part in inner], dialect=self.dialect)
        return Part(stack, entry, inner=(("cells", inner),))

    def _bidirectional(self, entry: Entry) -> Part:
        other = entry.inner("layer")
        if entry.config.get("backward_layer") is not None:
            other = entry.inner("backward_layer")
        else:
            turned = not other.config.get("go_backwards", False)
            other = other._replace(config=dict(other.config, go_backwards=turned))
        forward, backward = self._layer(entry), self.part(other)
        if forward.layer is None or backward.layer is None:
            return Part(None, entry)
        layer = bidirectional.Bidirectional(
            forward.layer,
            entry.config.get("merge_mode", "concat"),
            backward_layer=backward.layer,
            name=entry.name,
        )
        # In the place of the copy that the constructor makes: this one takes the weights.
        forward.layer.configure(zero_output_for_mask=forward.layer.return_sequences)
        layer.forward_layer = forward.layer
        return Part(layer, entry, inner=(("forward_layer", forward), ("backward_layer", backward)))

    def _model(self, entry: Entry) -> Part:
        inner = [self.part(each) for each in entry.all_inner("layers") if not _is_input(each)]
        if any(part.layer is None for part in inner):
            return Part(None, entry)
        return Part(wired(entry, inner, self.of_keras3), entry, inner=(("layers", inner),))


def _is_input(entry: Entry) -> bool:
    return entry.kind == "InputLayer"
