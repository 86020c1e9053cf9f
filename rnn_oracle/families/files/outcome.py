"""What of a model that was loaded is compared, and by which names; the same on either side."""

import numpy as np

from ..facts import dtypes


def named(case, outputs):
    """Return the arrays and facts of the outputs of a model, one for each of its calls."""
    arrays = {f"{call}.output": np.asarray(y) for call, y in zip(case.calls, outputs)}
    facts = {f"{call}.dtype": dtypes([np.asarray(y)]) for call, y in zip(case.calls, outputs)}
    return arrays, facts
