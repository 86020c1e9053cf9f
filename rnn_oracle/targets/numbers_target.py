"""Targets that are asked for numbers alone, by the core matrix: what they have in common."""

import time

from ..families.outcome import Outcome
from .runtime import BrokenTargetError
from .target import Target


class NumbersTarget(Target):
    """A target that answers the numbers of the core matrix, and leaves out what it cannot do."""

    families = ("layers",)

    def lacking(self, case):
        """Return what of a case it cannot do, in words."""
        raise NotImplementedError

    def prepared(self, case, sizes):
        """Return what `answered` is given, made before anything is called."""

    def answered(self, case, sizes, prepared):
        """Return the `Outcome` of a case."""
        raise NotImplementedError

    def run(self, case, sizes=None):
        """Return the `Outcome` of a case: the numbers alone, since the rest is not the target's.

        Raises
        ------
        BrokenTargetError
            If it cannot be used.
        """
        lacking = self.lacking(case)
        if lacking:
            return Outcome(
                unsupported=f"{self} has no {' or '.join(lacking)}",
                lacks=[f"has no {words}" for words in lacking],
            )
        self.load()
        started, phase, sizes = time.perf_counter(), "build", sizes or case.sizes
        try:
            prepared = self.prepared(case, sizes)
            phase = "call"
            return self.answered(case, sizes, prepared)
        except BrokenTargetError:
            raise
        except Exception as error:  # whatever the runtime raises is the finding
            return Outcome.refused(phase, error)
        finally:
            self.seconds += time.perf_counter() - started
