"""What goes wrong, on purpose: how edits, interruptions and wrong calls are answered."""
