"""The target Keras, of either generation: a module for each family tells how its cases run."""
