"""What layers are when they are given no more arguments than they must be."""
