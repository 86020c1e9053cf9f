"""What the page of each rule shows besides its text: a title, its equation, a question."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple


class About(NamedTuple):
    """What there is to show of a rule.

    Attributes
    ----------
    title : str
        A few words, as a heading; code is in backticks.
    code : str
        Where the package has its equation, or checks it: ``module:name`` within `rnn_oracle`,
        several with a blank between them; empty if nowhere in one place.
    question : str
        One for `rnn_oracle.explain` whose answer shows it; empty if none does.
    """

    title: str
    code: str = ""
    question: str = ""


RULES = {
    "C1": About("SimpleRNN", "reference.simple_rnn:SimpleRNNCell.step", "SimpleRNN"),
    "C2": About("LSTM", "reference.lstm:LSTMCell.step", "LSTM"),
    "C3": About("`unit_forget_bias`"),
    "C4": About("GRU with `reset_after`", "reference.gru:GRUCell.step", "GRU"),
    "C5": About(
        "GRU without `reset_after`",
        "reference.gru:GRUCell.step",
        "GRU reset_after=False mask=holes",
    ),
    "C6": About("Stacks of cells", "reference.stacked_rnn_cells:StackedRNNCells.step"),
    "C7": About("Cells of one's own", "reference.custom_cell:CustomCell.step"),
    "C8": About("Constants", "reference.inputs:check_constants"),
    "C9": About("CuDNNLSTM and CuDNNGRU", "models.cudnn:CuDNNWeights"),
    "A1": About("Activations by name", "reference.dialects:Dialect.activation", "GRU"),
    "A2": About(
        "`hard_sigmoid`",
        "reference.activations:hard_sigmoid reference.activations:hard_sigmoid_keras2",
        "GRU recurrent_activation=hard_sigmoid dialect=keras2",
    ),
    "A3": About(
        "`softmax`, `log_softmax` and `sparsemax`",
        "reference.activations:softmax reference.activations:log_softmax"
        " reference.activations:sparsemax",
    ),
    "A4": About("`glu` and `threshold`"),
    "R1": About("States from step to step", "reference.scan:scan", "SimpleRNN"),
    "R2": About(
        "`return_sequences`", "reference.rnn:RNN.joined", "GRU mask=left return_sequences=False"
    ),
    "R3": About("`unroll` and `implementation`", "", "LSTM unroll"),
    "R4": About("What changes nothing at inference"),
    "R5": About("Models that are saved and loaded"),
    "R6": About("Ways to run"),
    "R7": About("Files in later releases"),
    "M1": About("States at a masked step", "reference.scan:choose", "LSTM mask=holes"),
    "M2": About("The output of a masked step", "reference.scan:scan", "GRU mask=holes"),
    "M3": About(
        "`zero_output_for_mask`",
        "reference.scan:scan",
        "LSTM go_backwards zero_output_for_mask mask=right",
    ),
    "M4": About("The mask that goes on", "reference.rnn:RNN.compute_mask", "LSTM mask=right"),
    "M5": About(
        "Masks and `go_backwards`",
        "reference.rnn:RNN.compute_mask",
        "LSTM go_backwards return_state=True mask=right",
    ),
    "M6": About("A mask that is attached to the input", "reference.sequential:Sequential.run"),
    "G1": About(
        "`go_backwards`",
        "reference.rnn:RNN.in_order reference.rnn:RNN.joined",
        "SimpleRNN activation=relu go_backwards",
    ),
    "G2": About(
        "The mask is reversed too", "reference.rnn:RNN.in_order", "GRU go_backwards mask=left"
    ),
    "S1": About("Final states", "reference.rnn:RNN.result", "LSTM return_state"),
    "S2": About("States of a cell", "reference.cell:Cell.__call__"),
    "S3": About(
        "The first state",
        "reference.rnn:RNN.get_initial_state",
        "LSTM initial_state=argument mask=row return_state",
    ),
    "S4": About("`stateful` and `reset_states`", "reference.rnn:RNN.reset_states"),
    "S5": About("A stateful layer with an initial state", "reference.rnn:RNN._starting_states"),
    "S6": About("State of a loaded model"),
    "S7": About("`get_initial_state` of a cell", "reference.cell:Cell.get_initial_state"),
    "H1": About("Sizes of outputs and states", "reference.rnn:RNN.output_size", "LSTM"),
    "H2": About("Unknown axes", "reference.rnn:RNN.output_spec"),
    "H3": About("`compute_output_shape`", "reference.rnn:RNN.compute_output_shape"),
    "F1": About("Defaults", "reference.dialects:Dialect.default"),
    "I1": About(
        "Axes of the input", "reference.inputs:check_sequences reference.inputs:check_features"
    ),
    "I2": About(
        "Shapes of a mask",
        "reference.inputs:check_mask",
        "LSTM dialect=keras2 time_major mask=first",
    ),
    "I3": About("Shapes of an initial state", "reference.inputs:check_states"),
    "I4": About("Casts of the input", "reference.inputs:as_numbers"),
    "I5": About("NaN and infinity"),
    "I6": About("Kinds of input", "reference.inputs:as_inputs"),
    "I7": About("Kinds of initial state"),
    "I8": About("Ragged input"),
    "I9": About("Several inputs", "reference.inputs:as_inputs"),
    "D1": About("Nesting of what is returned", "reference.rnn:RNN.result", "LSTM return_state"),
    "D2": About(
        "Containers of stacked states", "reference.stacked_rnn_cells:StackedRNNCells.__call__"
    ),
    "D3": About(
        "`time_major`", "reference.rnn:RNN.in_order", "LSTM dialect=keras2 time_major mask=first"
    ),
    "D4": About("Unknown arguments", "reference.module:Module._refuse_unknown"),
    "D5": About("Arguments that change nothing"),
    "D6": About("dtypes of what is returned"),
    "D7": About("`weights` in the constructor", "reference.module:Weighted.take_given_weights"),
    "D8": About("`reverse_state_order`"),
    "L1": About(
        "Embedding",
        "reference.embedding:Embedding.__call__ reference.embedding:Embedding.compute_mask",
    ),
    "L2": About(
        "Masking", "reference.masking:Masking.__call__ reference.masking:Masking.compute_mask"
    ),
    "L3": About("Dense", "reference.dense:Dense.__call__"),
    "L4": About("Flatten", "reference.pooling:Flatten.__call__"),
    "L5": About("GlobalAveragePooling1D", "reference.pooling:GlobalAveragePooling1D.__call__"),
    "L6": About("Means over time", "reference.pooling:MeanOverTime.__call__"),
    "L7": About("Chains of layers", "reference.sequential:Sequential.run"),
    "L8": About(
        "TimeDistributed",
        "reference.time_distributed:TimeDistributed.__call__"
        " reference.time_distributed:TimeDistributed._steps"
        " reference.time_distributed:TimeDistributed.compute_mask",
    ),
    "L9": About("Dropout and noise at inference", "reference.inert_layers:Identity"),
    "L10": About(
        "Layers of activations",
        "reference.activation_layers:ReLU.computed reference.activation_layers:LeakyReLU.computed"
        " reference.activation_layers:PReLU.computed reference.activation_layers:ELU.computed"
        " reference.activation_layers:ThresholdedReLU.computed"
        " reference.activation_layers:Softmax.computed",
    ),
    "L11": About(
        "Layers that move numbers",
        "reference.reshaping:Reshape.computed reference.reshaping:Permute.computed"
        " reference.reshaping:RepeatVector.computed reference.reshaping:UpSampling1D.computed"
        " reference.reshaping:ZeroPadding1D.computed reference.reshaping:Cropping1D.computed",
    ),
    "L12": About(
        "Layers that merge",
        "reference.merging:_Elementwise.merged reference.merging:_Elementwise.compute_mask",
    ),
    "L13": About(
        "Merging masked numbers",
        "reference.merging:Multiply.counted reference.merging:Maximum.counted",
    ),
    "L14": About(
        "Concatenate",
        "reference.merging:Concatenate.merged reference.merging:Concatenate.compute_mask",
    ),
    "L15": About("Dot", "reference.merging:Dot.merged"),
    "L16": About(
        "LayerNormalization",
        "reference.normalization:LayerNormalization.computed"
        " reference.normalization:_Normalization._normal",
    ),
    "L17": About("BatchNormalization", "reference.normalization:BatchNormalization.computed"),
    "L18": About("Rescaling", "reference.normalization:Rescaling.computed"),
    "L19": About("Conv1D", "reference.windows:Conv1D.computed"),
    "L20": About(
        "Pooling",
        "reference.windows:MaxPooling1D.computed reference.windows:AveragePooling1D.computed"
        " reference.windows:GlobalMaxPooling1D.computed",
    ),
    "L21": About(
        "Depthwise and separable convolutions",
        "reference.depthwise:DepthwiseConv1D.computed reference.depthwise:DepthwiseConv1D._products"
        " reference.depthwise:SeparableConv1D.mixed",
    ),
    "L22": About(
        "Attention",
        "reference.attention:Attention.__call__ reference.attention:Attention.scores"
        " reference.attention:AdditiveAttention.scores",
    ),
    "L23": About(
        "MultiHeadAttention",
        "reference.multi_head_attention:MultiHeadAttention.__call__"
        " reference.multi_head_attention:MultiHeadAttention._seen",
    ),
    "L24": About("Normalization", "reference.preprocessing:Normalization.computed"),
    "L25": About(
        "ConvLSTM",
        "reference.conv_lstm:ConvLSTMCell.step reference.conv_lstm:ConvLSTM.__call__",
    ),
    "B1": About("Copies of the layer", "reference.rnn:RNN.copy", "Bidirectional SimpleRNN"),
    "B2": About(
        "The backward layer",
        "reference.bidirectional:Bidirectional._check_pair",
        "Bidirectional SimpleRNN",
    ),
    "B3": About("Zeros at masked steps", "", "Bidirectional(LSTM) mask=right"),
    "B4": About(
        "`merge_mode`",
        "reference.bidirectional:Bidirectional.merged",
        "Bidirectional(GRU) merge_mode=sum return_sequences=False mask=left",
    ),
    "B5": About(
        "States of both layers",
        "reference.bidirectional:Bidirectional.halves",
        "Bidirectional(LSTM) initial_state=argument return_state",
    ),
    "B6": About(
        "The mask that goes on",
        "reference.bidirectional:Bidirectional.compute_mask",
        "Bidirectional(GRU) mask=left merge_mode=none",
    ),
    "B7": About(
        "`compute_output_shape`", "reference.bidirectional:Bidirectional.compute_output_shape"
    ),
    "J1": About("Back through the steps", "reference.gradients:_scan_back"),
    "J2": About("SimpleRNN", "reference.cell_gradients:simple_rnn"),
    "J3": About("LSTM", "reference.cell_gradients:lstm"),
    "J4": About("GRU with `reset_after`", "reference.cell_gradients:_gru_reset_after"),
    "J5": About("GRU without `reset_after`", "reference.cell_gradients:_gru_reset_before"),
    "J6": About("Stacks", "reference.cell_gradients:_stack_back"),
    "J7": About("States at a masked step", "reference.gradients:_scan_back"),
    "J8": About("Repeated outputs", "reference.gradients:_scan_back"),
    "J9": About("`zero_output_for_mask`", "reference.gradients:_scan_back"),
    "J10": About("The input of a masked step", "reference.gradients:_run_rnn"),
    "J11": About("Activations", "reference.derivatives:pull_back"),
    "J12": About(
        "Where a slope jumps",
        "reference.derivatives:relu reference.derivatives:relu6 reference.derivatives:hard_shrink"
        " reference.derivatives:soft_shrink reference.derivatives:sparse_sigmoid"
        " reference.derivatives:hard_sigmoid reference.derivatives:hard_sigmoid_keras2"
        " reference.derivatives:hard_tanh reference.derivatives:leaky_relu"
        " reference.derivatives:selu reference.derivatives:celu",
    ),
    "J13": About("Bidirectional and Masking", "reference.gradients:_unmerged"),
    "J14": About("What has no derivative here"),
    "V1": About("BasicRNNCell", "reference.tf1.cells:BasicRNNCell.step"),
    "V2": About("GRUCell", "reference.tf1.cells:GRUCell.step"),
    "V3": About("BasicLSTMCell", "reference.tf1.cells:BasicLSTMCell.step"),
    "V4": About(
        "`state_is_tuple` of a cell",
        "reference.tf1.cells:BasicLSTMCell.split reference.tf1.cells:BasicLSTMCell.join",
    ),
    "V5": About("Peepholes", "reference.tf1.cells:LSTMCell.step reference.tf1.cells:seen"),
    "V6": About(
        "Clipping and projection",
        "reference.tf1.cells:LSTMCell.step reference.tf1.cells:clipped",
    ),
    "V7": About("Activations"),
    "V8": About("MultiRNNCell", "reference.tf1.multi_rnn_cell:MultiRNNCell.step"),
    "V9": About(
        "`state_is_tuple` of a stack", "reference.tf1.multi_rnn_cell:MultiRNNCell.__init__"
    ),
    "V10": About("`sequence_length`", "reference.tf1.drivers:_carry"),
    "V11": About("What `sequence_length` may be", "reference.tf1.drivers:_checked"),
    "V12": About("The first state", "reference.tf1.drivers:dynamic_rnn"),
    "V13": About("`dynamic_rnn`", "reference.tf1.drivers:dynamic_rnn"),
    "V14": About("`static_rnn`", "reference.tf1.drivers:static_rnn"),
    "V15": About(
        "`bidirectional_dynamic_rnn`",
        "reference.tf1.drivers:bidirectional_dynamic_rnn reference.tf1.drivers:_turned",
    ),
    "V16": About("Cells of Keras"),
    "P1": About("Dropout in training", "reference.masked_kernel:MaskedKernel"),
    "P2": About("When masks are drawn", "reference.dropout:Masks"),
    "P3": About("Masks of each gate"),
    "P4": About("Rates of 0 and 1"),
    "E1": About("Where and how it is refused"),
    "E2": About("What an argument may be", "reference.module:_check_values"),
    "E3": About("What a functional model must know", "reference.inputs:check_symbolic"),
    "T1": About("Rounding", "arithmetic.error_bounds:bounds"),
    "T2": About("The same number twice", "verdict.compare:compare_copies"),
    "T3": About("What is compared to the letter", "verdict.compare:compare"),
    "T4": About("Replicas", "arithmetic.claims:with_replicas arithmetic.replicas:spread"),
    "T5": About("What is not judged", "arithmetic.claims:claims_nothing"),
}


def find(path: str) -> Any:
    """Return the object of the package under ``module:name``.

    Raises
    ------
    ImportError, AttributeError
        Where it is not there any more.
    """
    module, _, names = path.partition(":")
    found: Any = importlib.import_module("rnn_oracle." + module)
    for name in names.split("."):
        found = vars(found)[name] if isinstance(found, type) else getattr(found, name)
    return found.fget if isinstance(found, property) else found
