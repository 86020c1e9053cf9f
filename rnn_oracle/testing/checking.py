"""Check one's own Keras layer or model against the rules: what `oracle_check` does in a test."""

from __future__ import annotations

from ..arithmetic import nest
from ..families.outcome import Outcome
from ..models.conversion import dialect_of, keras_class
from ..reference.errors import OracleTypeError, OracleValueError
from ..verdict.compare import compare
from .live_layer import answered, layer_call_of, policy_of, target_of, tensor
from .report import Report, guesses, known_error, row


def check(layer, x, mask=None, initial_state=None, training=None):
    """Call a Keras layer, and its copy in the oracle, and compare.

    The rules come first: what they do not allow is refused before Keras is called.

    Parameters
    ----------
    layer : object of `keras`, `tf_keras` or `tf.keras`
        What `rnn_oracle.from_keras` takes, but no cell. One that is not built is called once for
        that. A stateful one is reset, called twice, reset and called again, and left reset.
    x : array_like or tensor
        For a model with several inputs, several in a list, a tuple or a dict, as it takes them.
        Floats are cast to the dtype that the layer computes in. A mask that Keras has attached to
        a tensor counts (rule M6).
    mask : array_like or tensor of bool, optional
    initial_state : array or list, optional
        Of arrays or tensors.
    training : bool, optional
        False, if anything.

    Returns
    -------
    Report
        An error that Keras raises, though the rules allow the call, is a mismatch.

    Raises
    ------
    TypeError
        For what is no layer that the oracle knows, or holds no numbers, as a symbolic tensor.
    ValueError
        For a layer that does not keep to one policy, for `training`, for Keras on something else
        than TensorFlow, and for arguments that the rules do not allow. What Keras raises where it
        builds a layer is passed on.
    """
    if training:
        raise OracleValueError(
            f"the oracle knows the forward pass alone, not training={training!r}"
        )
    target, policy = target_of(layer), policy_of(layer)
    if keras_class(layer).__name__.endswith(("Cell", "Cells")):
        raise OracleTypeError(f"{layer.name} is a cell: check a layer that runs it")

    def tensors(tree):
        return nest.map_structure(lambda leaf: tensor(target.tf, leaf, policy.computes_in), tree)

    x, mask, initial_state = map(tensors, (x, mask, initial_state))
    if not layer.built:
        layer(x)
    layer_call, policy = layer_call_of(layer, x, mask, initial_state), policy_of(layer)
    what = f"{layer.name} ({type(layer).__name__} of {dialect_of(layer)}, {policy})"
    result, demanded = layer_call.answer()
    call = {"mask": mask, "initial_state": initial_state, "training": training}
    given = {name: value for name, value in call.items() if value is not None}
    error, told = None, []
    try:
        actual = answered(layer, layer_call, lambda: layer(x, **given))
    except Exception as raised:  # whatever it raises is the finding
        error, actual = raised, Outcome.refused("call", raised)
    comparison = compare(demanded, actual, copies=False)
    rows = [row(mismatch, demanded, actual) for mismatch in comparison.mismatches]
    if error is not None:
        told = known_error(layer_call, policy, error, target)
    elif rows:
        told = guesses(target, layer_call, actual)
    return Report(what, result, comparison, rows, told)
