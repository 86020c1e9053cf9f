"""Models that a release saved, and that it or a later one loads."""
