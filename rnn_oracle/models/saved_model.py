"""The configuration that Keras 2 writes beside a SavedModel, in ``keras_metadata.pb``."""

from __future__ import annotations

import os
from typing import Any

from .containers import LARGEST_TEXT, parsed
from .errors import ModelFileError
from .protobuf import MalformedError, fields, message, text


def configuration_of(path: str) -> dict[str, Any]:
    """Return the configuration of the model in a file of metadata.

    Raises
    ------
    ModelFileError
        For what is no such file, and for a model of a class of one's own, which has none.
    """
    if os.path.getsize(path) > LARGEST_TEXT:
        raise ModelFileError(f"{path} has more than {LARGEST_TEXT} bytes")
    with open(path, "rb") as file:
        data = file.read()
    try:
        nodes = [message(node) for number, node in fields(data) if number == 1]
    except MalformedError as error:
        raise ModelFileError(f"{path} is no metadata of Keras: {error}") from error
    roots = [node for node in nodes if text(node.get(3)) == "root"]
    if len(roots) != 1:
        raise ModelFileError(f"{path} must tell of one root, not of {len(roots)}")
    found = parsed(text(roots[0].get(5)), path, "the metadata of the root")
    if not isinstance(found.get("config"), dict) or "layers" not in found["config"]:
        raise ModelFileError(
            f"{path} has no configuration of the model, whose class is "
            f"{str(found.get('class_name'))[:80]}: save it as .keras or .h5 if it is a Sequential "
            "or functional one"
        )
    return _plain(found)


def _plain(tree: Any) -> Any:
    """Return what other files hold, which write tuples and shapes as lists."""
    if isinstance(tree, list):
        return [_plain(branch) for branch in tree]
    if not isinstance(tree, dict):
        return tree
    if tree.get("class_name") in ("__tuple__", "TensorShape") and isinstance(
        tree.get("items"), list
    ):
        return _plain(tree["items"])
    return {key: _plain(tree[key]) for key in tree}
