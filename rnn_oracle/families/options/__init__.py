"""Cases of all options: those of the core matrix, all others, and the ways to run a layer."""
