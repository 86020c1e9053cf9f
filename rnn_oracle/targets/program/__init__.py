"""A target that is a program of its own, which speaks JSON lines; see docs/implementing.md."""
