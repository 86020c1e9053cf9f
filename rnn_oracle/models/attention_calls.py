"""What a layer of attention is called with, sorted into what the reference takes."""

from __future__ import annotations

from typing import Any

from ..reference.errors import OracleValueError

OPTIONS = ("return_attention_scores", "use_causal_mask")
PLACES = {
    ("Attention", True): ("mask", "training", *OPTIONS),
    ("Attention", False): ("mask", "training", *OPTIONS),
    ("MultiHeadAttention", True): (
        *("value", "key", "query_mask", "value_mask", "key_mask", "attention_mask"),
        *("return_attention_scores", "training", "use_causal_mask"),
    ),
    ("MultiHeadAttention", False): (
        *("value", "key", "attention_mask", "return_attention_scores", "training"),
        "use_causal_mask",
    ),
}
"""The arguments of a call after the first, by the class and whether it is of Keras 3."""
PLACES.update({("AdditiveAttention", new): PLACES["Attention", new] for new in (True, False)})


def gathered(x: Any, named: dict[str, Any]) -> Any:
    """Return query, value and maybe key in a list, as `Attention` has them.

    Parameters
    ----------
    x
        The first argument.
    named : dict
        The others by name. Those that go into the list are taken out, and the masks of each, if
        there are any, become one `mask`.
    """
    if "value" not in named:
        return x
    parts = {"query": x, "value": named.pop("value"), "key": named.pop("key", None)}
    if parts["key"] is None:
        del parts["key"]
    masks = [named.pop(f"{name}_mask", None) for name in parts]
    if any(mask is not None for mask in masks):
        named["mask"] = masks
    return list(parts.values())


def options_of(named: dict[str, Any], name: str) -> dict[str, bool]:
    """Take those arguments that are no tensors out, and return those that are True.

    Raises
    ------
    ValueError
        For what is neither True nor False.
    """
    found = {key: named.pop(key, None) or False for key in OPTIONS}
    for key, value in found.items():
        if not isinstance(value, bool):
            raise OracleValueError(f"{name} is called with {key}={value!r}"[:300])
    return {key: value for key, value in found.items() if value}
