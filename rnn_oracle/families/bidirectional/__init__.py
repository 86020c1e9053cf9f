"""Cases of `Bidirectional` in all its options, in stacks, and run in every way."""
