"""The target ONNX Runtime: nodes RNN, LSTM and GRU, with the weights of Keras."""

import importlib

import numpy as np

from ..conversions import ONNX, converted
from ..distributions import version_of
from ..layer_level import LayerTarget
from ..padding import last_output, lengths_of, turned_back
from ..runtime import usable

OPSET, IR_VERSION = 14, 8
"""The newest in which these nodes changed, and what came with it."""

FUNCTIONS = {"tanh": "Tanh", "sigmoid": "Sigmoid", "hard_sigmoid": "HardSigmoid"}
HARD_SIGMOID = dict(activation_alpha=1 / 6, activation_beta=0.5)
"""That of Keras 3 (rule A2)."""

_ACTIVATIONS = {"simple_rnn": 1, "lstm": 2, "gru": 1}
"""Of how many activations the function of the cell is, after that of the gates."""


class OnnxRuntimeTarget(LayerTarget):
    """ONNX Runtime, which runs a graph of one node for each cell."""

    name = "onnxruntime"
    module = "onnxruntime"
    dialect = "keras3"
    needs = ("onnx", "onnxruntime")
    features = ("simple_rnn", "lstm", "gru", "gru_reset_before", "lstm_hard_sigmoid")
    features += ("gru_hard_sigmoid", "go_backwards", "stacked_cells", "mask_right", "mask_row")
    features += ("initial_state",)
    reasons = {"mask": "sequence_lens is the length of each sequence, not a mask"}
    version = property(lambda self: version_of("onnxruntime"))

    def load(self):
        """Import ONNX and ONNX Runtime, and see whether they can be used.

        Raises
        ------
        BrokenTargetError
            If they cannot.
        """
        with usable(self):
            for module in self.needs:
                importlib.import_module(module)

    def call(self, layer, x, mask, initial_state):
        """Run a layer, see `rnn_oracle.targets.layer_level.LayerTarget.call`."""
        lengths = lengths_of(x, mask)
        feeds = {"x": np.ascontiguousarray(x.swapaxes(0, 1))}
        if mask is not None:
            feeds["lengths"] = lengths.astype(np.int32)
        for number, own in enumerate(initial_state or []):
            feeds.update((f"{number}.initial_{c}", state[None]) for c, state in zip("hc", own))
        model = model_of(layer, feeds)
        found = run(model, feeds)
        states = [
            [found[f"{number}.Y_{letter}"][0] for letter in letters(cell)]
            for number, cell in enumerate(layer.cells)
        ]
        if not layer.return_sequences:
            return last_output(states[-1][0], lengths), states
        output = found["output"].swapaxes(0, 1)
        if layer.go_backwards:  # the steps that count alone, in the order of processing
            return output[:, ::-1], states
        return turned_back(output, lengths, False), states


def run(model, feeds):
    """Run a model in ONNX Runtime; return its outputs by name."""
    runtime = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    session = runtime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds)))


def model_of(layer, feeds):
    """Return the ONNX model of a layer that is fed these arrays, `x` with the steps first."""
    helper = importlib.import_module("onnx.helper")
    from_array = importlib.import_module("onnx.numpy_helper").from_array
    nodes, weights, outputs, below = [], [], [], "x"
    for number, cell in enumerate(layer.cells):
        names = [f"{number}.{name}" for name in ONNX.weights]
        weights += [from_array(*pair) for pair in zip(converted(cell, ONNX), names)]
        given = ["lengths" * ("lengths" in feeds)]
        states = [f"{number}.initial_{letter}" for letter in letters(cell)]
        given += [name for name in states if name in feeds]
        finals = [f"{number}.Y_{letter}" for letter in letters(cell)]
        nodes.append(
            helper.make_node(
                ONNX.kinds[cell.kind].into,
                [below] + names + given,
                [f"{number}.Y"] + finals,
                hidden_size=cell.units,
                direction="reverse" if layer.go_backwards else "forward",
                **attributes(cell),
            )
        )
        # Without the axis of the directions.
        below = f"{number}.y" if number + 1 < len(layer.cells) else "output"
        nodes.append(helper.make_node("Squeeze", [f"{number}.Y", "directions"], [below]))
        outputs += finals
    weights.append(from_array(np.array([1], np.int64), "directions"))
    element = helper.np_dtype_to_tensor_dtype
    inputs = [
        helper.make_tensor_value_info(name, element(array.dtype), array.shape)
        for name, array in feeds.items()
    ]
    float32 = element(np.dtype(np.float32))
    made = [helper.make_tensor_value_info(name, float32, None) for name in outputs + ["output"]]
    graph = helper.make_graph(nodes, "layer", inputs, made, weights)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )


def attributes(cell):
    """Return the attributes of a node that are those of its cell alone."""
    own = [FUNCTIONS[cell.activation]] * _ACTIVATIONS[cell.kind]
    gates = [FUNCTIONS[cell.recurrent_activation]] if cell.recurrent_activation else []
    found = {"activations": gates + own}
    if cell.recurrent_activation == "hard_sigmoid":
        found.update((name, [value]) for name, value in HARD_SIGMOID.items())
    if cell.kind == "gru":
        found["linear_before_reset"] = int(cell.reset_after)
    return found


def letters(cell):
    """Return the letters of a cell's states."""
    return "hc" if cell.kind == "lstm" else "h"
