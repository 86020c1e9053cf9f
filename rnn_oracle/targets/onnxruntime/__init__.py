"""The recurrent operators of ONNX in ONNX Runtime, in graphs that are made by hand."""
