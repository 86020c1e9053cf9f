"""A case of a file: a small model that a release saved in one of its formats."""

from __future__ import annotations

import itertools

from ..axis import axis
from ..case import Case, case
from .kinds import KINDS
from .releases import FORMATS, RELEASES, kinds

_IN_ORDER = ("keras2_v1", "keras2", "keras3")


@case
class FileCase(Case):
    """A model that a release saved.

    Attributes
    ----------
    saved_by : str
        The name of that release's recording, one of `rnn_oracle.families.files.releases.RELEASES`.
    format : str
        One of `rnn_oracle.families.files.releases.FORMATS`.
    kind : str
        Which model, one of `rnn_oracle.families.files.kinds.KINDS`.
    """

    saved_by: str = axis(*RELEASES)
    format: str = axis(*FORMATS)
    kind: str = axis(*KINDS, rules={name: kind.rules for name, kind in KINDS.items()})

    family, always, batch_axis = "files", "R7", 0

    def __post_init__(self):
        super().__post_init__()
        if self.kind not in kinds(self.saved_by, self.format):
            raise ValueError(f"{self.saved_by} saved no {self.kind} in the format {self.format}")

    @property
    def id(self):
        """A readable name for ever the same."""
        return ".".join(["files", self.saved_by, self.format, self.kind])

    @property
    def calls(self):
        """The names of the calls, in order."""
        return KINDS[self.kind].calls


def cases(dialect):
    """Return the cases of a dialect: all files of its own releases and of those of dialects before.

    A release has none of the files that are newer, see
    `rnn_oracle.targets.keras.missing_features`.
    """
    dialects = _IN_ORDER[: _IN_ORDER.index(dialect) + 1]
    return [
        FileCase(release, format, kind)
        for release, format in itertools.product(RELEASES, FORMATS)
        for kind in kinds(release, format)
        if RELEASES[release].dialect in dialects
    ]
