"""Cases of the cells of TensorFlow 1 and the functions that carry them over a sequence."""
