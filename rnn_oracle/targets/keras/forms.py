"""Runs the cases of forms on Keras."""

import numpy as np

from ...arithmetic import nest
from ...families.forms.outcome import refused, row_lengths
from ...families.forms.problem import lengths, problem
from ...families.outcome import Outcome
from ...families.stacks.observation import observe
from .modes import Layers
from .stacks import Stack


def run(target, case, sizes):
    """Return the `Outcome` of a case on Keras."""
    given = problem(case, sizes)
    (layer,) = Stack(target, case, sizes, given).layers
    (call,) = given.calls
    x, arguments = Forms(target, case, sizes).of(call, given.mask)

    def masked(result):
        return result, target.tensors.masks_of(result)

    call_layer = Layers(target, case.mode, lambda x, named: masked(layer(x, **named)))
    try:
        result, masks = call_layer([x, arguments])
    except Exception as error:  # whatever Keras raises is the finding
        return refused(f"{type(error).__name__}: {error}")

    def as_array(leaf):
        return target.tensors.array(getattr(leaf, "flat_values", leaf))

    arrays, facts = observe(call.name, case, [result], masks, as_array)
    (output, *_) = nest.flatten(result)
    if hasattr(output, "row_lengths"):
        facts[call.name + ".lengths"] = row_lengths(output.row_lengths().numpy())
    return Outcome(arrays, facts)


class Forms:
    """Brings arrays into the forms of a case.

    Parameters
    ----------
    target : KerasTarget
    case : FormsCase
    sizes : Sizes
    """

    def __init__(self, target, case, sizes):
        self.target, self.case, self.sizes = target, case, sizes
        self.tensors = target.tensors

    def of(self, call, mask):
        """Return the input and the other arguments of the call."""
        case, arguments = self.case, {}
        x = self.input(call.x)
        if case.mask_as != "nothing":
            arguments["mask"] = self.mask(mask) if case.masked else None
        if call.states is None:
            if case.states_as == "none":
                arguments["initial_state"] = None
            return x, arguments
        leaf = {
            "arrays": np.asarray,
            "numbers": np.ndarray.tolist,
            "variables": self.tensors.variable,
        }
        states = nest.map_structure(leaf.get(case.states_as, self.tensors.make), call.states[0])
        if case.states_as.endswith("_with_input"):
            container = list if case.states_as.startswith("list") else tuple
            return container([x] + list(states)), arguments
        arguments["initial_state"] = {
            "bare": lambda: states[0],
            "tuple": lambda: _tuples(states),
            "flat": lambda: nest.flatten(states),
        }.get(case.states_as, lambda: states)()
        return x, arguments

    def input(self, x):
        """Return the input in its form."""
        form = self.case.x_as
        if form in ("array", "list"):
            return x if form == "array" else x.tolist()
        tensor = self.tensors.make(x)
        if form == "ragged":
            ragged = self.target.tf.RaggedTensor
            return ragged.from_tensor(tensor, lengths=lengths(self.sizes))
        wrap = {
            "variable": self.tensors.variable,
            "in_list": lambda x: [x],
            "in_tuple": lambda x: (x,),
            "sparse": lambda x: _sparse(self.target.tf, x),
        }
        return wrap.get(form, lambda x: x)(tensor)

    def mask(self, mask):
        """Return the mask in its form."""
        form = self.case.mask_as
        if form in ("array", "list"):
            return mask if form == "array" else mask.tolist()
        return self.tensors.make(mask)


def _tuples(states):
    return tuple(_tuples(state) if nest.is_nested(state) else state for state in states)


def _sparse(tf, x):
    where = tf.where(tf.not_equal(x, tf.zeros_like(x)))
    return tf.sparse.SparseTensor(where, tf.gather_nd(x, where), x.shape)
