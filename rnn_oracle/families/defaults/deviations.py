"""No deviation has a name of its own in the family defaults."""

DEVIATIONS = {}
