"""Finds the weights of each layer in a file, and gives them to it."""

from __future__ import annotations

import re
from typing import Iterator, NamedTuple

import numpy as np

from ..arithmetic import nest
from ..reference.errors import OracleError
from .building import Part
from .bundle import Bundle
from .containers import Group


class Slot(NamedTuple):
    """A weight that a layer has.

    Attributes
    ----------
    part : Part
    name : str or None
        As Keras calls it; None stands for all that a layer of a person's own may have.
    shape : tuple of int or None
        None for any.
    trained : bool
        Whether training changes it.
    """

    part: Part
    name: str | None
    shape: tuple[int | None, ...] | None
    trained: bool


def take_legacy(model: Part, root: Group) -> None:
    """Take the weights of a whole model in one HDF5 file, where they go by their layer's name.

    Raises
    ------
    ModelFileError
        For weights that are missing, too many, or of another name, shape or dtype.
    """
    for part in model.inner[0][1]:
        slots = sorted(_slots(part, True), key=lambda slot: not slot.trained)
        if slots and not _has_none(slots, root, part.entry.name):
            group = root.group(part.entry.name)
            names = group.strings("weight_names")
            if len(names) == len(slots) + _states(part):  # which are no weights (rule S6)
                names = names[: len(slots)]
            matched = _matched(part, slots, names)
            for slot, name in matched:
                _check_name(slot, name)
            _give(matched, group)


def take(model: Part, file: Group) -> None:
    """Take the weights of a ``.keras`` archive, where they go by what holds their layer.

    Raises
    ------
    ModelFileError
        As `take_legacy`, but weights have no names there.
    """
    own = list(_own_slots(model, True))
    if own and not _has_none(own, file, "vars"):
        _give(_matched(model, own, _places(own, file)), file)
    for attribute, inner in model.inner:
        if isinstance(inner, list):
            _take_list(inner, file, attribute)
        elif _has_weights(inner):
            take(inner, file.group(attribute))


def take_tracked(model: Part, bundle: Bundle, node: int = 0) -> None:
    """Take the weights of a SavedModel, where they go by the attributes that hold them.

    Raises
    ------
    ModelFileError
        As `take`.
    """
    matched = []
    for slot in _own_slots(model, True):
        if slot.name is None:
            raise model.entry.wrong("is supplied, of which a SavedModel does not tell the weights")
        holder, name = node, slot.name
        if "/" in slot.name:
            inner, _, name = slot.name.partition("/")
            holder = bundle.child(node, "_" + _held(inner))
        matched.append((slot, bundle.key(bundle.child(holder, name, "depthwise_" + name))))
    _give(matched, bundle)
    for attribute, inner in model.inner:
        if not isinstance(inner, list):
            if _has_weights(inner):
                take_tracked(inner, bundle, bundle.child(node, attribute))
            continue
        of_model = attribute == "layers"
        holder = node if of_model else bundle.child(node, attribute)
        for index, part in enumerate(filter(_has_weights, inner)):
            name = f"layer_with_weights-{index}" if of_model else str(index)
            take_tracked(part, bundle, bundle.child(holder, name))


def _held(part: str) -> str:
    """Return the attribute of MultiHeadAttention that a part of its weights is in."""
    return f"{part.replace('attention_output', 'output')}_dense"


def _places(slots: list[Slot], group: Group) -> list[str]:
    """Return where the weights of a layer are in its group, those in a part of it by its name."""
    if not any("/" in (slot.name or "") for slot in slots):
        return [f"vars/{index}" for index in range(len(group.group("vars")))]
    places = []
    for slot in slots:
        part, _, name = str(slot.name).partition("/")
        held = _held(part)
        held = held if group.has(held) else "_" + held  # before Keras 3 it shows none of them
        places.append(f"{held}/vars/{int(name == 'bias')}")
    return places


def _take_list(parts: list[Part], group: Group, attribute: str) -> None:
    """Take the weights of layers in a list, which go by their classes and are counted."""
    early = "_layer_checkpoint_dependencies"  # up to TensorFlow 2.13, with those twice
    twice = attribute == "layers" and not group.has("layers") and group.has(early)
    counts: dict[str, int] = {}
    for part in parts:
        has_weights = _has_weights(part)
        base = _snake_case(part.entry.kind)
        number = counts.get(base, 0)
        counts[base] = number + (2 if twice and has_weights else 1)
        if has_weights:
            name = f"{base}_{number}" if number else base
            take(part, group.group(early if twice else attribute).group(name))


def _snake_case(name: str) -> str:
    """Return the name of a class as files have it: ``TimeDistributed`` is ``time_distributed``."""
    parted = re.sub(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", re.sub(r"\W", "", name))
    return re.sub("_+", "_", parted).lower()


def _slots(part: Part, trainable: bool) -> Iterator[Slot]:
    """Yield the weights of a part and of those in it, in Keras's order."""
    trainable = trainable and part.entry.config.get("trainable", True) is not False
    yield from _own_slots(part, trainable)
    for _, inner in part.inner:
        for each in inner if isinstance(inner, list) else [inner]:
            yield from _slots(each, trainable)


def _own_slots(part: Part, trainable: bool) -> Iterator[Slot]:
    if part.owner is None:
        return
    if not hasattr(part.owner, "weight_shapes"):
        yield Slot(part, None, None, trainable)
        return
    fixed = getattr(part.owner, "not_trained", ())
    for name, shape, _ in part.owner.weight_shapes():
        yield Slot(part, name, shape, trainable and name not in fixed)


def _has_none(slots: list[Slot], group: Group, name: str) -> bool:
    """Tell whether there are no weights of a layer of one's own, which need not have any."""
    return not group.has(name) and all(slot.name is None for slot in slots)


def _has_weights(part: Part) -> bool:
    return next(_slots(part, True), None) is not None


def _states(part: Part) -> int:
    """Return how many states Keras 3 may count among the weights of a stateful layer (rule S6)."""
    if not getattr(part.layer, "stateful", False):
        return 0
    sides = part.layer.parts() if hasattr(part.layer, "forward_layer") else [part.layer]
    return sum(len(nest.flatten(side.state_size)) for side in sides)


def _matched(part: Part, slots: list[Slot], names: list[str]) -> list[tuple[Slot, str]]:
    """Return each weight with its name in the file; what is left is of a layer of one's own."""
    unknown = [index for index, slot in enumerate(slots) if slot.name is None]
    if len(unknown) == 1:
        (index,) = unknown
        count = max(len(names) - len(slots) + 1, 0)
        slots = slots[:index] + [slots[index]] * count + slots[index + 1 :]
    if len(slots) != len(names):
        needs = ", ".join(slot.name or "of a layer of your own" for slot in slots)
        raise part.entry.wrong(
            f"has {len(slots)} weights ({needs}), but the file has {len(names)} of them"
        )
    return list(zip(slots, names))


def _check_name(slot: Slot, name: str) -> None:
    last = re.sub(r"(_\d+)?(:\d+)?$", "", name.rpartition("/")[2])
    # That of DepthwiseConv1D is kernel or depthwise_kernel, by release.
    name_there = None if slot.name is None else slot.name.rpartition("/")[2]
    if name_there not in (None, last, last.replace("depthwise_", "")):
        raise slot.part.entry.wrong(f"has the weight {slot.name} where the file has {name[:200]!r}")


def _give(matched: list[tuple[Slot, str]], group: Group | Bundle) -> None:
    """Give the owners of weights what a group of the file has under these names."""
    taken: dict[int, list[np.ndarray]] = {}
    owners = {id(slot.part.owner): slot.part for slot, _ in matched}
    for slot, name in matched:
        array = group.array(name)
        shape = array.shape if slot.shape is None else slot.shape
        if len(shape) != array.ndim or not all(n in (None, m) for n, m in zip(shape, array.shape)):
            needs = ", ".join("any" if n is None else str(n) for n in shape)
            raise slot.part.entry.wrong(
                f"needs the weight {slot.name} of shape ({needs}), but the file has {array.shape}"
            )
        taken.setdefault(id(slot.part.owner), []).append(array)
    for key, part in owners.items():
        try:
            part.owner.set_weights(taken[key])
        except OracleError as error:
            raise part.entry.wrong(f"cannot take its weights: {error}") from error
