"""Why some rules of SPEC.md decide no case; all others are cited by the cases that they decide."""

_GRADIENTS = (
    "A case holds a forward pass. Gradients are compared with finite differences in "
    "tests/test_gradients.py and with Keras's in tests/test_keras_gradients.py."
)
WITHOUT_CASES = {
    "S6": "It speaks of two models, one of which is loaded or shares a layer; tests/test_models.py "
    "compares them.",
    "I5": "Every case has finite numbers, so that a wrong one is told by its size; "
    "tests/test_inputs.py and tests/test_arguments.py put in NaN and infinity.",
    "D7": "A case sets its weights once a layer is built; tests/test_models.py gives them to the "
    "constructor.",
    "D8": "No runtime has a right answer to it: the oracle refuses the argument. "
    "tests/test_stacks.py shows what Keras 2 makes of it.",
    "L4": "No family has the layer; tests/test_core_layers.py and tests/test_programs.py have it.",
    "L6": "No family has the operation; tests/test_core_layers.py and tests/test_programs.py have "
    "it.",
    "T1": "It decides how close the numbers of every case must come, not what they are; "
    "tests/test_rounding.py checks the bounds.",
    "T4": "It decides how close the numbers of every case must come, as T1; tests/test_replicas.py "
    "checks the spread.",
    "T5": "It decides what is judged, not what is right; tests/test_not_judged.py plants what "
    "cannot be.",
    "T3": "It decides how every case is compared; tests/test_compare.py checks the comparison.",
}
WITHOUT_CASES["C9"] = "It needs a GPU to run; tests/test_load_own_layers.py reads such files."
_AROUND = (
    "No family has the layer; tests/test_load_layers.py compares it with Keras's in saved models."
)
WITHOUT_CASES.update({f"L{number}": _AROUND for number in (*range(9, 22), 24)})
WITHOUT_CASES["L22"] = WITHOUT_CASES["L23"] = (
    "No family has the layer; tests/test_attention.py compares it with Keras's."
)
WITHOUT_CASES["L25"] = "No family has the layer; tests/test_conv_lstm.py compares it with Keras's."
WITHOUT_CASES.update({f"J{number}": _GRADIENTS for number in range(1, 15)})
"""By the id of a rule that no case cites: why, and what shows it instead."""
