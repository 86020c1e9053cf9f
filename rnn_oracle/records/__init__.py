"""Vectors and recordings: write, read, validate."""
