"""Cases of dropout in training, with masks that both sides are given."""
