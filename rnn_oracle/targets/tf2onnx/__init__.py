"""The converter tf2onnx, and ONNX Runtime, which runs what it makes of a Keras model."""
