"""The deviations of the ledger that no check of a layer ever meets, each with the reason."""

PASSED_ON = "what a layer raises is passed on"
BACKEND = "only Keras on TensorFlow is checked"
TRAINING = "a layer is not checked in training, so that nothing is dropped"

NEVER_MET = {
    "symbolic_call_refused": "layers are checked on numbers, not symbolically",
    "shape_of_two_forward_layers": "no shape is asked for without a call",
    "shapes_joined_as_lists": "no shape is asked for without a call",
    "initial_states_wrapped": "layers are checked, not cells",
    "shapes_of_states_refused": "no shape is asked for without a call",
    "masks_of_states_refused": "no mask is asked for without a call",
    "bare_state_wrapped": "layers are checked, not cells",
    "begins_with_zeros": "a layer over cells of one's own is checked by the cells themselves",
    "ragged_cut_at_the_end": "layers are checked on arrays, and ragged tensors are none",
    "form_refused": PASSED_ON,
    "fails_at_call": PASSED_ON,
    "states_of_float32": PASSED_ON,
    "states_not_made": PASSED_ON,
    "first_state_repeated": BACKEND,
    "unrolled_not_zeroed": BACKEND,
    "zeros_end_empty_sequences": BACKEND,
    "nothing_dropped": TRAINING,
    "inputs_dropped_step_by_step": TRAINING,
    "masks_drawn_again_in_the_loop": TRAINING,
    "one_mask_for_all_gates": TRAINING,
    "state_itself_dropped": TRAINING,
    "recurrent_dropout_at_the_other_rate": TRAINING,
}
"""By deviation; nor are errors met, such as ``"ValueError at call"``, which are passed on."""
