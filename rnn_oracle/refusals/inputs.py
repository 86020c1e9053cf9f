"""What can be wrong with the input of a call, and with its mask."""

import numpy as np

from .fault import CALLS, CELLS, LAYERS, STEPS, X, built, call, fault, telling

_STACKS = LAYERS + ("RNN", "Bidirectional")


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
    "x-rank-2": fault(
        r"takes 3 axes.*shape \(2, 3\).*return_sequences=True",
        "I1",
        layers=_STACKS,
        modes=CALLS,
        use=call(x=X[:, 0]),
    ),
    "x-rank-4": fault(
        r"takes 3 axes.*shape \(1, 2, 5, 3\)",
        "I1",
        layers=_STACKS,
        modes=CALLS,
        use=call(x=X[None]),
    ),
    "x-features": fault(
        r"takes 3 features.*\(2, 5, 6\)",
        "I1",
        layers=_STACKS,
        modes=CALLS,
        use=call(x=telling(2, 5, 6)),
    ),
    "x-no-steps": fault(
        r"needs at least one step, not \(2, 0, 3\)",
        "I1",
        layers=_STACKS,
        modes=CALLS,
        use=call(x=X[:, :0]),
    ),
    "x-no-batch": fault("", "I1", layers=_STACKS, modes=CALLS, use=call(x=X[:0])),
    "predict-no-batch": fault(
        "`predict` needs at least one sequence",
        "E3",
        layers=_STACKS,
        modes=("predict",),
        use=call(x=X[:0]),
    ),
    "x-text": fault(
        "the input must be floating-point.*but the dtype is",
        "I4",
        modes=CALLS,
        use=call(x=np.full((2, 5, 3), "word")),
    ),
    "x-complex": fault(
        "the input must be floating-point.*but the dtype is complex64",
        "I4",
        modes=CALLS,
        use=call(x=X.astype("complex64")),
    ),
    "x-objects": fault(
        "the input must be floating-point.*but the dtype is object",
        "I4",
        use=call(x=np.full((2, 5, 3), None), raw=True),
    ),
    "x-none": fault(
        "the input must be floating-point.*but the dtype is object",
        "I4",
        use=call(x=None, raw=True),
    ),
    "x-int32": fault(
        "the input must be floating-point, but the dtype is int32",
        "I4",
        modes=CALLS,
        use=call(x=X.astype("int32")),
    ),
    "x-bool": fault(
        "the input must be floating-point, but the dtype is bool",
        "I4",
        modes=CALLS,
        use=call(x=X > 0),
    ),
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
    "ids-negative": fault(
        "takes whole ids from 0 to 6, but was given -1",
        "L1",
        layers=("Embedding",),
        modes=CALLS,
        use=call(x=np.array([[0, 1], [-1, 2]], "int32")),
    ),
    "ids-too-large": fault(
        "takes whole ids from 0 to 6, but was given 7",
        "L1",
        layers=("Embedding",),
        modes=CALLS,
        use=call(x=np.array([[0, 1], [7, 2]], "int32")),
    ),
    "ids-fractions": fault(
        "takes whole ids from 0 to 6, but was given 1.5",
        "L1",
        layers=("Embedding",),
        modes=CALLS,
        use=call(x=np.array([[0, 1], [1.5, 2]], "float32")),
    ),
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
        use=call(x=X[:, 0]),
    ),
}
