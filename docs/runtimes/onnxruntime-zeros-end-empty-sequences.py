import numpy as np
import onnxruntime
from onnx import TensorProto, helper

shapes = {"x": (1, 1, 1), "W": (1, 3, 1), "R": (1, 3, 1), "h0": (1, 1, 1)}
node = helper.make_node("GRU", ["x", "W", "R", "", "lengths", "h0"], ["", "h"], hidden_size=1)
inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes.items()]
inputs.append(helper.make_tensor_value_info("lengths", TensorProto.INT32, [1]))
output = helper.make_tensor_value_info("h", TensorProto.FLOAT, None)
graph = helper.make_graph([node], "graph", inputs, [output])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
session = onnxruntime.InferenceSession(model.SerializeToString())
feeds = {name: np.ones(shape, "float32") for name, shape in shapes.items()}
(got,) = session.run(["h"], dict(feeds, lengths=np.array([0], "int32")))
print("got", got.ravel(), "expected [1.]: of a sequence without steps the state stays")
assert got.ravel() == [1.0]
