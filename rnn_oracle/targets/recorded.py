"""The target that is a recording: it answers what the release that it shows has answered."""

from ..reference.dialects import generation


class Recorded:
    """A recording, to be judged as the release that it shows would be.

    Parameters
    ----------
    fixture : Fixture

    Attributes
    ----------
    name, dialect, module, version, release, recording : str
        As of the target that was recorded, see `rnn_oracle.targets.keras.target.KerasTarget`.
    provenance : dict
    """

    def __init__(self, fixture):
        self.provenance = fixture.about["provenance"]
        self.dialect = self.provenance["dialect"]
        self.name = generation(self.dialect)
        self.module = self.provenance["module"]
        self.version = self.provenance["keras"]
        self.release = self.provenance["tensorflow"]
        self.recording = self.provenance["recording"]
        self._entries = fixture.entries

    def __repr__(self):
        return f"{self.recording} ({self.module} {self.version})"

    def run(self, case, sizes=None):
        """Return the `Outcome` that was recorded.

        Raises
        ------
        KeyError
            For a case or sizes that were not recorded.
        """
        if sizes not in (None, case.sizes):
            raise KeyError(f"{self.recording} holds cases of {case.sizes} alone")
        return self._entries[case.id].answers[self.dialect]
