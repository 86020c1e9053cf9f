"""Layers of a saved model that a person supplies: functions of arrays, and classes."""

from __future__ import annotations

from typing import Any, Mapping

from ..reference.inputs import as_array
from .configuration import Entry


def found_in(given: Mapping[str, Any], entry: Entry) -> Any:
    """Return what a person supplies for a layer: by its name, its class, or as it is registered."""
    for name in (entry.name, entry.kind, entry.registered):
        if name is not None and name in given:
            return given[name]
    return None


def made(given: Any, entry: Entry) -> Any:
    """Return an object of a class with the arguments of the file; a function is one itself.

    Raises
    ------
    ModelFileError
        Where the class does not take the arguments.
    """
    if not isinstance(given, type):
        return given
    try:
        return given(**entry.config)
    except Exception as error:  # whatever it raises is said of the layer
        raise entry.wrong(f"could not be made of what was supplied: {error!r}") from error


class OwnLayer:
    """A layer that is made of a function, or of an object of a person's own class.

    Parameters
    ----------
    made : callable
        A function gets the input, several in a list, and each weight after that. An object gets the
        input and `mask`, has a method `set_weights` if it has weights, and a method
        `compute_mask(x, mask)` if a mask goes on; it ends here otherwise, as in Keras.
    name : str
    is_object : bool
    """

    def __init__(self, made: Any, name: str, is_object: bool) -> None:
        self.made, self.name, self._is_object = made, name, is_object
        self.weights: list[Any] = []

    def set_weights(self, weights: list[Any]) -> None:
        """Take the weights of the file, in its order."""
        self.weights = list(weights)
        if hasattr(self.made, "set_weights"):
            self.made.set_weights(weights)

    def __call__(self, x: Any, mask: Any = None) -> Any:
        """Return what is made of the input."""
        given = {"mask": mask} if self._is_object else {}
        result = self.made(x, *([] if self._is_object else self.weights), **given)
        if isinstance(result, (list, tuple)):
            return list(result)
        own = hasattr(result, "__array_function__")
        return result if own else as_array(result, f"what {self.name} returns")

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Return the mask that goes on."""
        if hasattr(self.made, "compute_mask"):
            return self.made.compute_mask(x, mask)
        return None
