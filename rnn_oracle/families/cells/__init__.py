"""Cells called by hand, without a layer: all activations, and all that a cell alone is given."""
