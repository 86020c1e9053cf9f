"""Cases of what must be refused: which fault, of which layer, called in which way."""
