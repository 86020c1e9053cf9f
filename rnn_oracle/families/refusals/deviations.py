"""No deviation has a name of its own in the family refusals."""

DEVIATIONS = {}
