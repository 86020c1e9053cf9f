"""The converter of TensorFlow Lite, and LiteRT, which runs what it makes of a Keras model."""
