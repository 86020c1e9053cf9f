"""Cells that a user has written, carried over sequences by `RNN`."""
