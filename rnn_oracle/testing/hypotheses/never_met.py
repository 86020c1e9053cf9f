"""The deviations of the ledger that no check of a layer ever meets, each with the reason."""

TRAINING = "a layer is not checked in training, so that nothing is dropped"

NEVER_MET = {
    "symbolic_call_refused": "layers are checked on numbers, not symbolically",
    "shape_of_two_forward_layers": "no shape is asked for without a call",
    "shapes_joined_as_lists": "no shape is asked for without a call",
    "initial_states_wrapped": "layers are checked, not cells",
    "form_refused": "what a layer raises is passed on",
    "fails_at_call": "what a layer raises is passed on",
    "inputs_dropped_step_by_step": TRAINING,
    "masks_drawn_again_in_the_loop": TRAINING,
    "one_mask_for_all_gates": TRAINING,
    "state_itself_dropped": TRAINING,
    "recurrent_dropout_at_the_other_rate": TRAINING,
}
"""By deviation; nor are errors met, such as ``"ValueError at call"``, which are passed on."""
