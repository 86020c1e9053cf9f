"""What releases compute of a model that was saved, where it is another thing than before."""

DEVIATIONS = {}
