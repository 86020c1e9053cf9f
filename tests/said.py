"""The statements about releases in SPEC.md, README.md and the pages of docs: data."""

from statements import Statement


def _said(words, *shown):
    return Statement(words, shown)


SPEC_SAYS = [
    # The introduction and C.
    _said("`tf.keras` up to TensorFlow 2.15", "keras_of_tensorflow_is_keras2"),
    _said(
        "In `keras3` a list of one cell fails with a mask, unless unrolled",
        "list_of_one_cell_fails_with_a_mask_unless_unrolled",
    ),
    _said(
        "a list of one `LSTMCell` fails unrolled, unless with a mask",
        "list_of_one_lstm_cell_fails_unrolled_without_a_mask",
    ),
    _said("Keras 3 has no such argument and raises TypeError", "constants_are_refused"),
    # A.
    _said("misses up to Keras 3.15.1", "keras3-sparsemax-no-projection"),
    _said("does not know `glu` before Keras 3.7", "glu_is_unknown"),
    _said("nor `threshold` before Keras 3.8", "threshold_is_unknown"),
    _said(
        "in `keras3` a checkpoint lacks the weights of a list of cells",
        "checkpoint_lacks_a_list_of_cells",
    ),
    _said(
        "cannot be written to HDF5 before TensorFlow 2.2",
        "weights_of_a_list_of_cells_are_not_written_to_hdf5",
    ),
    # M.
    _said(
        "fails without `return_sequences` from TensorFlow 2.9 on",
        "keras2-unrolled-zeros-without-sequences",
    ),
    _said(
        "In TensorFlow 2.1, LSTM and GRU ignore the argument", "keras2-zeros-not-put-out-by-kernels"
    ),
    _said("passes none on from Keras 3.16 on", "keras3-mask-not-passed-on"),
    # S and H.
    _said(
        "and raises AttributeError where the layer is not stateful",
        "reset_states_of_no_stateful_layer_fails",
    ),
    _said(
        "A `Bidirectional` that is not stateful does so in both generations",
        "reset_of_no_stateful_bidirectional_fails",
    ),
    _said("takes no states to set before TensorFlow 2.13", "bidirectional_takes_no_states_to_set"),
    _said("are wrong before Keras 3.3", "shapes_of_nested_states_are_wrong"),
    _said("in `keras2` it also takes states to set", "reset_states_takes_states"),
    _said(
        "from TensorFlow 2.1 to 2.15 it also does so in `tf.compat.v1.keras`",
        "compat_v1_begins_with_the_recorded_state",
    ),
    _said("`Model.reset_states` resets all stateful layers in `keras2`", "model_resets_its_layers"),
    _said("but no `Bidirectional` before TensorFlow 2.2", "model_leaves_bidirectional_as_it_was"),
    _said("in `keras3` each layer has to be told", "model_has_no_reset_states"),
    _said("`keras2` wants the `dtype` too", "states_of_a_cell_want_a_dtype"),
    # F.
    _said("`tf.keras` in TensorFlow 1;", "keras_of_tensorflow_has_the_old_defaults"),
    _said(
        "from TensorFlow 2.16 on its layers are those of Keras 3",
        "compat_v1_has_the_layers_of_keras3",
    ),
    # I.
    _said(
        "In `keras2` a layer never returns it so, and fails at it where there is a mask",
        "state_in_a_list_of_one_fails_with_a_mask",
    ),
    _said("in TensorFlow 1 nothing is cast", "input_of_another_width_fails"),
    _said(
        "does not cast to the dtype of its `Input` before TensorFlow 2.2",
        "model_of_keras2_does_not_cast_to_its_input",
    ),
    _said("does not before Keras 3.5", "model_of_keras3_does_not_cast_to_its_input"),
    _said(
        "Before TensorFlow 2.7, `keras2` refuses arrays of NumPy for masks",
        "keras2-mask-array-refused",
    ),
    _said("Of masks in a list it takes the first", "list_of_masks_counts_as_its_first"),
    _said("whose other layers fail", "list_of_masks_goes_with_lstm_and_gru_alone"),
    _said("Keras 3 refuses it.", "ragged_input_is_refused"),
    # D.
    _said("`seed` before TensorFlow 2.8", "cells_lack_seed", "lstm_and_gru_lack_seed"),
    _said("`implementation` of GRU before Keras 3.4", "gru_lacks_implementation"),
    _said("`use_cudnn` before Keras 3.2", "layers_lack_use_cudnn"),
    _said("that of SimpleRNNCell before TensorFlow 2.4", "simple_rnn_cell_lacks_implementation"),
    _said(
        "`enable_caching_device` of the layers before TensorFlow 2.2",
        "layers_lack_enable_caching_device",
    ),
    _said("that of the cells before TensorFlow 2.1", "cells_lack_enable_caching_device"),
    # L.
    _said(
        "Infinity became NaN in `keras2`, and in `keras3` before Keras 3.15",
        "masking_of_infinity_leaves_nan",
    ),
    _said("Whole numbers keep their dtype in `keras3`", "masking_keeps_whole_numbers"),
    _said("they are refused before TensorFlow 2.3", "dense_refuses_sequences_of_whole_numbers"),
    _said("Whole numbers and booleans keep their dtype", "flatten_keeps_whole_numbers"),
    _said("over no step it is NaN", "mean_over_no_step_is_nan"),
    _said("In `keras2` before TensorFlow 2.5 it ends at", "mask_ends_at_relu"),
    _said("it returns zeros from Keras 3.10 on", "softmax_over_no_number_is_zero"),
    _said(
        "The mask that goes on before Keras 3.4 is that of `keras2`",
        "merged_steps_count_where_all_arrays_do",
    ),
    _said("changes no number before Keras 3.4", "multiply_takes_masked_numbers"),
    _said(
        "Keras 3 passes the mask on as it came",
        "time_distributed_of_keras3_passes_a_mask_on_as_it_came",
    ),
    _said(
        "So does `keras2` before TensorFlow 2.2",
        "time_distributed_of_keras2_passes_a_mask_on_as_it_came",
    ),
    _said("in TensorFlow 1 the layer gets no mask at all", "time_distributed_gives_no_mask_inside"),
    _said(
        "to know the number of steps before Keras 3.4", "time_distributed_needs_to_know_the_steps"
    ),
    _said("from Keras 3.4 to 3.8", "time_distributed_needs_to_know_all_beside_a_mask"),
    _said(
        "From Keras 3.14 on, in a graph that does not know the number of steps",
        "time_distributed_takes_sequences_for_steps",
    ),
    # B.
    _said("up to Keras 3.15. With `return_state`", "keras3-bidirectional-shape-of-unequal-units"),
    _said("every `keras2` does", "keras2-bidirectional-shape-of-unequal-units"),
    _said("up to TensorFlow 2.4 in `keras2`", "keras2-bidirectional-shapes-of-states"),
    _said("up to Keras 3.1 in `keras3`", "keras3-bidirectional-shapes-joined-as-lists"),
    _said("which fail in `keras2`", "bidirectional_of_two_dtypes_fails"),
    _said("which `keras3` casts before merging", "bidirectional_of_two_dtypes_casts"),
    _said("before Keras 3.16 so does a call", "keras3-bidirectional-stateful-with-return-state"),
    # J.
    _said(
        "Keras breaks the rule where a masked step computes NaN",
        "masked_nan_spoils_gradients_of_weights",
    ),
    _said("In TensorFlow 1 the larger counts for `selu`", "selu_takes_the_larger_slope"),
    _said("Keras 3 returns 2 on TensorFlow", "celu_has_slope_2"),
    # V and P.
    _said("`dynamic_rnn` checks that before TensorFlow 2.10", "plain_pair_is_refused_for_a_state"),
    _said("with which it still checks", "plain_pair_is_refused_beside_lengths"),
    _said("`keras2` refuses it in training", "rate_of_1_is_refused_in_training"),
    _said("in every call from Keras 3.2 to 3.13", "rate_of_1_is_refused_in_every_call"),
    _said(
        "from Keras 3.14 on SimpleRNN keeps to it, and LSTM and GRU take it for 0",
        "simple_rnn_keeps_to_rate_of_1",
        "lstm_and_gru_take_rate_of_1_for_0",
    ),
    _said(
        "From TensorFlow 2.16 on, `tf.compat.v1.nn.rnn_cell` belongs to `tf_keras`",
        "cells_of_tensorflow_need_tf_keras",
    ),
    # E.
    _said("Keras clamps a dropout that is out of range", "dropout_out_of_range_is_clamped"),
    _said(
        "`keras2` takes `implementation=0`, in a configuration for 1", "implementation_0_is_taken"
    ),
    _said("both take anything by its truth", "use_bias_is_taken_by_its_truth"),
]
"""In the order of the rules."""

LOST = "keras3-mask-lost-with-initial-state"
OLD_KERAS = _said("`tf.keras` before TensorFlow 2.16", "keras_of_tensorflow_is_keras2")

SAID = {
    "rnn_oracle/SPEC.md": SPEC_SAYS,
    "README.md": [_said("from Keras 3.0.5 on, a mask from", LOST)],
    "docs/start.md": [OLD_KERAS, _said("from Keras 3.0.5 on, a mask from", LOST)],
    "docs/upgrading.md": [
        _said(
            "From TensorFlow 2.16 on it holds the layers of Keras 3",
            "compat_v1_has_the_layers_of_keras3",
        ),
        _said(
            "before Keras 3.11 one that is given as an argument goes no further",
            "keras3-mask-argument-not-passed-on",
        ),
        _said(
            "rather than `LSTMCell`s before Keras 3.3", "keras3-stacked-nested-states-not-symbolic"
        ),
        _said(
            "From Keras 3.16 on, recurrent layers, `Bidirectional` and `TimeDistributed` pass no",
            "keras3-mask-not-passed-on",
        ),
        _said(
            "are refused from Keras 3.16 on",
            "keras3-files-of-3-0-to-3-6-orthogonal",
            "keras3-files-of-3-0-to-3-6-orthogonal-in-cells",
        ),
        _said(
            "fails on an empty batch from Keras 3.12 to 3.15",
            "keras3-lstm-empty-batch",
            "keras3-lstm-empty-batch-in-graph",
        ),
        _said("cannot be loaded again before Keras 3.16", "keras3-h5-mask-not-loaded"),
        _said("be called before Keras 3.16", "keras3-bidirectional-stateful-with-return-state"),
        _said("is wrong before Keras 3.16", "keras3-bidirectional-shape-of-unequal-units"),
        _said("refused from TensorFlow 2.14 on", "keras2-keras-format-of-2-13-not-loaded"),
        _said("which is refused before Keras 3.3", "keras3-keras-of-bidirectional-not-loaded"),
    ],
}
"""By file: its statements. Of the other pages of docs, none says anything of a release."""

RECORDED = "from TensorFlow 1.15 to 2.21 and Keras 3.0 to 3.16"

SAYS_NOTHING = {
    "rnn_oracle/SPEC.md": [
        "its twin `keras2_v1` with the defaults of TensorFlow 1",
        "TensorFlow 2.0 was not measured",
        "0.2 for `leaky_relu`",
        "0.3 by default or a weight",
        "Those of TensorFlow 2.21 were measured",
        "the largest of half a million was 2.6 of them",
        "1.6 % in float16, 12.5 % in bfloat16",
    ],
    "README.md": [RECORDED, "Python 3.9 or newer"],
    "docs/start.md": [
        RECORDED,
        "Python 3.9 or newer",
        "the nightly of 3.16 counts as 3.16: `>=3.16` speaks of `3.16.0.dev2026102704`",
        "and the cells of TensorFlow 1 (`tf.nn.rnn_cell`",
    ],
    "docs/upgrading.md": [
        "both beside TensorFlow 2.21",
        "otherwise than TensorFlow 2.21",
        "`pip install tensorflow==2.16.*` takes the newest",
        "compared here is that of its day, 3.1.",
        "`lambda x: keras.ops.clip(0.2 * x + 0.5, 0, 1)`",
        "Measured on the nightly of Keras 3.16, 3.16.0.dev2026102704",
        "Files that Keras 3.0 to 3.6 saved",
        "Load them with 3.9 to 3.15 and save them again",
        "what is said of 3.16 above",
        "eight releases from 1.15 to `tf_keras` 2.21 saved",
        "see 1.15 to 2.4 above",
        "A `.keras` file of TensorFlow 2.13",
        "a `Bidirectional` that Keras 3.0 saved",
        "or the cells of TensorFlow 1 that you have",
        "A model that was trained on TensorFlow 1 and loaded into `GRU(units)` on TensorFlow 2",
    ],
    "docs/models.md": ["from TensorFlow 1.15 to Keras 3.15, and computes what the rules demand"],
    "docs/conformance.md": [
        "than TensorFlow's, or for TensorFlow 1.",
        "TensorFlow and TensorFlow 2.21. It wants tox 4.20",
        "is 0.273 of what is allowed",
        "to Keras 3.15.1 and 5347 to `tf_keras` 2.21.0",
    ],
    "docs/architecture.md": [
        "Python 3.7 and NumPy 1.18 can run the package, beside TensorFlow 1.15",
    ],
    "docs/contributing.md": [
        "`before TensorFlow 2.7`, `up to Keras 3.1`, `from Keras 3.14 on`, "
        "`from TensorFlow 2.1 to 2.15`, `in TensorFlow 2.1`",
        "which Python 3.7 and 3.8 do not have",
    ],
    "docs/glossary.md": ["with the defaults of TensorFlow 1"],
}
"""By file: words with a number that say nothing of what a release does, but name it or are none."""

MADE = ["benchmarks", "files", "pairs", "power", "releases", "robustness"]
MADE += ["runtimes", "suite", "upgrades"]
"""The pages of docs that programs write, from what was measured."""
