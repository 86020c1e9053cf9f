"""What may have gone wrong in a layer: small changes to the oracle, each with its text."""
