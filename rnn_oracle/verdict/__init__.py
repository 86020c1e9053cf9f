"""The verdict on an outcome: comparison, ledger of known divergences, deviations."""
