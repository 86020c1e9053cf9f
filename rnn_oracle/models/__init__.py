"""Models of Keras, made into models of the reference."""
