"""`load`: a model of the reference out of a file that Keras has saved."""

from __future__ import annotations

import json
import os
import re
from typing import Any, Iterator, Mapping

from ..reference.aliases import DialectLike
from ..reference.dialects import KERAS3, get_dialect
from ..reference.errors import OracleTypeError
from .building import KNOWN, Builder, Part
from .bundle import Bundle
from .configuration import MODELS, Entry, entry_of
from .containers import CONFIG, METADATA, SAVED_MODEL, Archive, kind_of, opened, parsed
from .errors import ModelFileError
from .model import Model
from .saved_model import configuration_of
from .weights import take, take_legacy, take_tracked


def load(
    path: str,
    dialect: DialectLike | None = None,
    custom_layers: Mapping[str, Any] | None = None,
    config: str | Mapping[str, Any] | None = None,
) -> Model:
    """Return a model of the reference that computes what a file's does, without Keras (rule R7).

    Nothing in a file is run: the code of a ``Lambda`` layer neither, which has to be supplied.

    Parameters
    ----------
    path : str
        A ``.h5`` or ``.hdf5`` file of `tf.keras`, `tf_keras`, Keras 3 or Keras 2, or a ``.keras``
        archive. What a file is is told by how it begins. Or the folder of a SavedModel of
        Keras 2 with a ``keras_metadata.pb``; or, with `config`, a file of weights alone, as
        `save_weights` writes ``.weights.h5`` and ``.h5``.
    dialect : str or Dialect, optional
        The generation of Keras to follow; by default that which has saved the file.
    custom_layers : dict, optional
        For layers, cells and activations that the reference does not have, by their names or those
        of their classes: a function ``f(x, *weights)`` of arrays, or a class that takes the
        arguments in the file, whose objects are called with ``x`` and ``mask`` and may have the
        methods ``set_weights(weights)`` and ``compute_mask(x, mask)``.
    config : str or dict, optional
        What `to_json` of the model returns, for a file of weights alone.

    Returns
    -------
    rnn_oracle.models.model.Model
        It is called with arrays, or by `predict`; `layers`, `summary` and `layer_outputs` tell what
        is in it. `saved_by` is the Keras that the file names, `dialect` the one that is followed.
        It computes in float64.

    Raises
    ------
    rnn_oracle.models.errors.ModelFileError
        A ValueError: for a file that is damaged or hostile, for layers that nobody knows, and for
        what the reference does not have. It names the file and the layer.
    OSError
        Where the file cannot be opened.
    ImportError
        Where there is no h5py: ``pip install rnn-oracle[models]``.
    ValueError, TypeError
        For an unknown dialect, and for `custom_layers` that are none.

    Examples
    --------
    >>> import numpy as np
    >>> import rnn_oracle
    >>> from rnn_oracle.families.files.releases import path
    >>> model = rnn_oracle.load(path("tf2.10", "h5", "masking"))
    >>> model.saved_by, model.dialect
    ('Keras 2.10.0', <dialect keras2>)
    >>> model.summary()
    sequential_9, saved by Keras 2.10.0, computed as keras2
    layer    class    takes     weights
    masking  Masking  input_10
    lstm_3   LSTM     masking   (3,16) (4,16) (16,)
    gru_4    GRU      lstm_3    (4,9) (3,9) (2,9)
    >>> x = np.ones((2, 4, 3), "float32")
    >>> x[:, 2:] = 0
    >>> model.predict(x).shape
    (2, 3)
    >>> model.layer_outputs(x)["lstm_3"].mask.tolist()
    [[True, True, False, False], [True, True, False, False]]
    """
    path = os.fspath(path)
    own = {} if custom_layers is None else custom_layers
    if not isinstance(own, Mapping) or not all(map(callable, own.values())):
        raise OracleTypeError(
            f"`custom_layers` must be functions or classes by name, not {custom_layers!r}"
        )
    followed = None if dialect is None else get_dialect(dialect)
    kind = kind_of(path)
    if config is not None and kind != "hdf5":
        raise ModelFileError(f"{path} has a configuration of its own: leave `config` away")
    try:
        if kind == "hdf5":
            return _hdf5(path, followed, own, config)
        return (_archive if kind == "keras" else _saved_model)(path, followed, own)
    except RecursionError as error:
        raise ModelFileError(f"{path}: the configuration is nested too deeply") from error


def _hdf5(path: str, dialect: Any, own: Mapping[str, Any], config: Any) -> Model:
    file = opened(path, path)
    try:
        text, version = file.string("model_config"), file.string("keras_version")
        if text is not None and config is not None:
            raise ModelFileError(f"{path} has a configuration of its own: leave `config` away")
        if text is not None:
            entry = entry_of(parsed(text, path, "model_config"), path)
            root = file.group("model_weights")
            return _made(entry, version, dialect, own, lambda part: take_legacy(part, root))
        if config is None:
            raise ModelFileError(
                f"{path} holds weights alone: give the configuration of the model, which its "
                "`to_json` returns, as `config`"
            )
        found = _given(config, path)
        version = version or found.get("keras_version")
        if version is None and str(found.get("module")).startswith("keras"):
            dialect = dialect or KERAS3  # which writes down no version there
        legacy = file.has_attribute("layer_names")
        take_all = take_legacy if legacy else take
        return _made(
            entry_of(found, path), version, dialect, own, lambda part: take_all(part, file)
        )
    finally:
        file.close()


def _given(config: Any, path: str) -> dict[str, Any]:
    """Return a configuration that a person gives, as plain data."""
    if not isinstance(config, (str, Mapping)):
        raise OracleTypeError(f"`config` must be JSON or a dict, not {config!r}"[:300])
    try:
        text = config if isinstance(config, str) else json.dumps(dict(config))
    except (TypeError, ValueError) as error:
        raise OracleTypeError(f"`config` cannot be written as JSON: {error}") from error
    return parsed(text, path, "`config`")


def _saved_model(path: str, dialect: Any, own: Mapping[str, Any]) -> Model:
    config = configuration_of(os.path.join(path, SAVED_MODEL))
    bundle = Bundle(os.path.join(path, "variables"))
    version = config.get("keras_version")
    return _made(
        entry_of(config, path), version, dialect, own, lambda part: take_tracked(part, bundle)
    )


def _archive(path: str, dialect: Any, own: Mapping[str, Any]) -> Model:
    archive = Archive(path)
    version = archive.text(METADATA).get("keras_version")
    entry = entry_of(archive.text(CONFIG), path)

    def take_all(part: Part) -> None:
        file = archive.weights()
        try:
            take(part, file)
        finally:
            file.close()

    return _made(entry, version, dialect, own, take_all)


def _made(entry: Entry, version: Any, dialect: Any, own: Mapping[str, Any], take_all: Any) -> Model:
    written = dialect_of_version(version, entry)
    chosen = dialect or written
    if chosen is None:
        raise ModelFileError(
            f"{entry.where} does not tell which Keras saved it, but {version!r}: give `dialect`"
        )
    followed = get_dialect(chosen)
    if entry.kind not in MODELS or "layers" not in entry.config:
        raise entry.wrong(
            "is no Sequential or functional model: of a class of one's own there is no graph in "
            "the file"
        )
    builder = Builder(followed, own, (written or followed.name) == "keras3")
    part = builder.part(entry)
    if builder.unknown:
        raise _unknown(builder.unknown)
    take_all(part)
    saved_by = "Keras" if version is None else f"Keras {version}"
    return Model(part.layer, followed, saved_by, _dtypes(entry))


def _unknown(entries: list[Entry]) -> ModelFileError:
    found = "; ".join(f"{entry.name} ({entry.kind}) in {entry.where}" for entry in entries[:20])
    return ModelFileError(
        f"the reference does not have {found}. It has {', '.join(KNOWN)}; for any other, "
        "custom_layers={name: function or class} supplies one, and no code in a file is run"
    )


def dialect_of_version(version: Any, entry: Entry) -> str | None:
    """Return the name of the dialect of the Keras that has saved a file, None if it is not told.

    TensorFlow 1.13 to 1.15 and 2.0 have the same version of Keras, but initializers of TensorFlow 1
    alone write down a dtype. A model without any is taken for one of TensorFlow 1.
    """
    numbers = re.match(r"(\d+)\.(\d+)", version) if isinstance(version, str) else None
    if numbers is None:
        return None
    major, minor = (int(number[:6]) for number in numbers.groups())
    if major >= 3:
        return "keras3"
    if major < 2:
        return None
    if not version.endswith("-tf"):
        return "keras2" if minor >= 4 else "keras2_v1"
    if minor >= 3 or any("dtype" not in config for config in _initializers(entry.config)):
        return "keras2"
    return "keras2_v1"


def _initializers(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield the configurations of the initializers in a configuration."""
    if isinstance(tree, list):
        for branch in tree:
            yield from _initializers(branch)
    if isinstance(tree, dict):
        for key, value in tree.items():
            config = value.get("config") if isinstance(value, dict) else None
            if key.endswith("_initializer") and isinstance(config, dict):
                yield config
            yield from _initializers(value)


def _dtypes(entry: Entry) -> dict[str, str]:
    inputs = [each for each in entry.all_inner("layers") if each.kind == "InputLayer"]
    names = {each.name: each.config.get("dtype") for each in inputs}
    return {name: dtype for name, dtype in names.items() if isinstance(dtype, str)}
