"""A case of the core matrix: stacked layers, called without and with an initial state."""

from __future__ import annotations

from ..axis import axis
from ..case import SIZES, NamedByPosition, case
from ..stacks import axes
from ..stacks.axes import MASKS
from ..stacks.case import StackCase


@case
class CoreCase(NamedByPosition, StackCase):
    """One combination of the core options.

    `stacking` is one layer, two or three layers, one `RNN` over a list of two cells, or a stack
    whose layer below the top returns no sequence, which must be refused. `return_sequences` is
    that of the top layer; the other options hold for every layer. `mask_from` tells how a mask
    arrives: as the argument `mask`, or from a `Masking` layer in front.
    """

    cell: str = axes.CELL.of(
        *("simple_rnn", "lstm", "gru", "gru_reset_before", "lstm_hard_sigmoid", "gru_hard_sigmoid")
    )
    stacking: str = axis(
        *("one", "two", "three", "cells", "two_without_sequences", "three_without_sequences"),
        rules={
            "cells": "C6 D2",
            "two_without_sequences": "I1",
            "three_without_sequences": "I1",
        },
    )
    return_sequences: bool = axes.RETURN_SEQUENCES.of(
        False, True, words={False: "last", True: "sequences"}
    )
    return_state: bool = axes.RETURN_STATE.of(False, True, words={False: "nostate", True: "state"})
    time_major: bool = axes.TIME_MAJOR.of(
        False, True, words={False: "batch_major", True: "time_major"}
    )
    go_backwards: bool = axes.GO_BACKWARDS.of(
        False, True, words={False: "forwards", True: "backwards"}
    )
    mask: str = axes.MASK.of("none", *MASKS, words={"none": "nomask"})
    mask_from: str | None = axis(
        None, "argument", "masking", rules={"masking": "L2"}, words={None: ""}
    )
    dtype: str = "float32"

    family, sizes, calls, calls_without_states = "layers", SIZES, ("default", "given"), ("default",)
    always = "A1 D1 H1 H2 R1 R2 S1 S3"

    def __post_init__(self):
        super().__post_init__()
        allowed = (None,) if self.mask == "none" else ("argument", "masking")
        if self.mask_from not in allowed:
            raise ValueError(
                f"mask_from={self.mask_from!r} is not one of {allowed} for mask={self.mask!r}"
            )

    @property
    def features(self):
        """What a runtime must be able to do to run this case, in the words of the vectors."""
        on = ("return_sequences", "return_state", "time_major", "go_backwards")
        found = [self.cell] + [option for option in on if getattr(self, option)]
        if self.depth > 1:
            found.append("stacked_cells" if self.stacking == "cells" else "stacked_layers")
        if self.mask != "none":
            found.append("mask_" + self.mask_from)
        if self.stacking.endswith("without_sequences"):
            found.append("refusal")
        return found
