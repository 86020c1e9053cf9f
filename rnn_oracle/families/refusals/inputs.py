"""What can be wrong with the input of a call, and with its mask."""

import numpy as np

from .fault import CALLS, CELLS, EAGER, LAYERS, SHAPE, STEPS, UNITS, X, built, call, fault, telling

_STACKS = LAYERS + ("RNN", "Bidirectional")


def _of_stacks(message, x, rule="I1", modes=CALLS):
    return fault(message, rule, layers=_STACKS, modes=modes, use=call(x=x))


def _no_floats(message, x, modes=CALLS, **how):
    return fault(
        "the input must be floating-point" + message, "I4", modes=modes, use=call(x=x, **how)
    )


def _ids(wrong, ids, dtype="int32"):
    def make(side, layer):
        return side.built(side.layers.Embedding(7, UNITS), SHAPE)

    message = "takes whole ids from 0 to 6, but was given " + wrong
    use = call(x=np.array(ids, dtype))
    return fault(message, "L1", layers=("Embedding",), modes=CALLS, make=make, use=use)


def _mask(message, mask, **more):
    return fault(message, "I2", modes=CALLS, use=call(mask=mask), **more)


def _shape(*shape):
    return _mask(
        r"the mask has shape \({}".format(", ".join(map(str, shape))), np.ones(shape, bool)
    )


def _step(side, cell, case):
    states = [telling(2, 4)] * (2 if case.layer == "LSTMCell" else 1)
    side.step(cell, case.mode, X if case.fault == "step-rank-3" else telling(2, 6), states)


def _twice(side, layer, case):
    for batch in (2, 3):
        side.call(layer, case.mode, telling(batch, 5, 3))


FAULTS = {
    "x-rank-2": _of_stacks(r"takes 3 axes.*shape \(2, 3\).*return_sequences=True", X[:, 0]),
    "x-rank-4": _of_stacks(r"takes 3 axes.*shape \(1, 2, 5, 3\)", X[None]),
    "x-features": _of_stacks(r"takes 3 features.*\(2, 5, 6\)", telling(2, 5, 6)),
    "x-no-steps": _of_stacks(r"needs at least one step, not \(2, 0, 3\)", X[:, :0]),
    "x-no-batch": _of_stacks("", X[:0]),
    "predict-no-batch": _of_stacks(
        "`predict` needs at least one sequence", X[:0], "E3", modes=("predict",)
    ),
    "x-text": _no_floats(".*but the dtype is", np.full((2, 5, 3), "word")),
    "x-complex": _no_floats(".*but the dtype is complex64", X.astype("complex64")),
    "x-objects": _no_floats(
        ".*but the dtype is object", np.full((2, 5, 3), None), modes=EAGER, raw=True
    ),
    "x-none": _no_floats(".*but the dtype is object", None, modes=EAGER, raw=True),
    "x-int32": _no_floats(", but the dtype is int32", X.astype("int32")),
    "x-bool": _no_floats(", but the dtype is bool", X > 0),
    "x-and-states-in-a-list": fault(
        "the input must be one array of numbers, not .* nested",
        "I4",
        layers=("SimpleRNN", "GRU"),
        generations=("keras3",),
        use=call(x=[X, telling(2, 4)]),
    ),
    "mask-too-short": _shape(2, STEPS - 1),
    "mask-too-long": _shape(2, STEPS + 1),
    "mask-transposed": _shape(STEPS, 2),
    "mask-rank-1": _shape(STEPS),
    "mask-one-row": _shape(1, STEPS),
    "mask-one-step": _shape(2, 1),
    "mask-features": _shape(2, STEPS, 3),
    "mask-text": _mask(
        "the mask must be booleans or numbers, but the dtype is", np.full((2, STEPS), "word")
    ),
    "another-batch": fault(
        "holds states of batch size 2, but the input has 3",
        "S4",
        modes=("eager", "function"),
        make=built(stateful=True),
        use=_twice,
    ),
    "step-rank-3": fault(r"takes 2 axes.*shape \(2, 5, 3\)", "I1", layers=CELLS, use=_step),
    "step-features": fault(r"takes 3 features.*\(2, 6\)", "I1", layers=CELLS, use=_step),
    "ids-negative": _ids("-1", [[0, 1], [-1, 2]]),
    "ids-too-large": _ids("7", [[0, 1], [7, 2]]),
    "ids-fractions": _ids("1.5", [[0, 1], [1.5, 2]], "float32"),
    "dense-features": fault(
        r"takes \(batch, ..., 3\), but the input has shape \(2, 5, 6\)",
        "L3",
        layers=("Dense",),
        modes=CALLS,
        use=call(x=telling(2, 5, 6)),
    ),
    "dense-rank-1": fault(
        r"takes \(batch, ..., 3\), but the input has shape \(3,\)",
        "L3",
        layers=("Dense",),
        modes=CALLS,
        use=call(x=telling(3)),
    ),
    "mean-of-rank-2": fault(
        r"takes \(batch, steps, features\), but the input has shape \(2, 3\)",
        "L5",
        layers=("GlobalAveragePooling1D",),
        modes=CALLS,
        make=lambda side, layer: side.layers.GlobalAveragePooling1D(),
        use=call(x=X[:, 0]),
    ),
}
