"""Models of Keras, live or in a file, made into models of the reference."""
