"""The activations that Keras knows by name, as functions of a NumPy array (rules A1 to A4).

Each is written with NumPy's own ufuncs, so that it keeps the dtype of what it is given
and can be followed by `rnn_oracle.arithmetic.error_bounds`.
"""

import math

import numpy as np

erf = np.frompyfunc(math.erf, 1, 1)


def _zeros(x):
    return np.zeros(x.shape, x.dtype)


def celu(x):
    return np.maximum(x, 0) + np.expm1(np.minimum(x, 0))


def elu(x):
    """As Keras documents and computes it: `expm1` would claim more digits near 0."""
    return np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)


def exponential(x):
    return np.exp(x)


ROOT_OF_2 = math.sqrt(2)


def gelu(x, root=ROOT_OF_2):
    return 0.5 * x * (1 + erf(x / root).astype(x.dtype))


def hard_shrink(x):
    return np.where(np.abs(x) > 0.5, x, _zeros(x))


def hard_sigmoid(x):
    """Keras 3: a ramp from -3 to 3 (rule A2)."""
    return np.minimum(np.maximum(x + 3, 0), 6) / 6


def hard_sigmoid_keras2(x):
    """Keras 1 and 2: a ramp from -2.5 to 2.5 (rule A2)."""
    return np.minimum(np.maximum(0.2 * x + 0.5, 0), 1)


def hard_silu(x):
    return x * hard_sigmoid(x)


def hard_tanh(x):
    return np.minimum(np.maximum(x, -1), 1)


def leaky_relu(x):
    return np.where(x > 0, x, 0.2 * x)


def linear(x):
    return x


def log_sigmoid(x):
    return -softplus(-x)


def log_softmax(x):
    shifted = x - np.maximum.reduce(x, axis=-1, keepdims=True)
    return shifted - np.log(np.add.reduce(np.exp(shifted), axis=-1, keepdims=True))


def mish(x):
    return x * np.tanh(softplus(x))


def relu(x):
    return np.maximum(x, 0)


def relu6(x):
    return np.minimum(np.maximum(x, 0), 6)


def selu(x):
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    return scale * np.where(x > 0, x, alpha * (np.exp(np.minimum(x, 0)) - 1))


def sigmoid(x):
    """Where exp overflows, 1 / infinity is the right limit: callers silence the warning."""
    return 1 / (1 + np.exp(-x))


def silu(x):
    return x * sigmoid(x)


def soft_shrink(x):
    return np.where(x > 0.5, x - 0.5, np.where(x < -0.5, x + 0.5, _zeros(x)))


def softmax(x):
    e = np.exp(x - np.maximum.reduce(x, axis=-1, keepdims=True))
    return e / np.add.reduce(e, axis=-1, keepdims=True)


def softplus(x):
    """As Keras documents it; where exp might overflow, the number itself to the last digit."""
    return np.where(x > 40, x, np.log1p(np.exp(np.minimum(x, 40))))


def softsign(x):
    return x / (1 + np.abs(x))


def sparse_plus(x):
    return np.where(x >= 1, x, np.where(x <= -1, _zeros(x), 0.25 * (x + 1) * (x + 1)))


def sparse_sigmoid(x):
    return np.minimum(np.maximum(0.5 * (x + 1), 0), 1)


def sparsemax(x):
    """The Euclidean projection onto the simplex: ``max(x - tau, 0)`` with unit sum (rule A3).

    Of the thresholds that the largest numbers alone would have, one to all of them, tau is the
    highest.
    """
    ordered = -np.sort(-x, axis=-1)
    count = np.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    thresholds = (np.add.accumulate(ordered, axis=-1) - 1) / count
    return np.maximum(x - np.maximum.reduce(thresholds, axis=-1, keepdims=True), 0)


def squareplus(x):
    return 0.5 * (x + np.sqrt(x * x + 4))


def tanh(x):
    return np.tanh(x)


def tanh_shrink(x):
    return x - np.tanh(x)


KERAS2 = {
    "elu": elu,
    "exponential": exponential,
    "gelu": gelu,
    "hard_sigmoid": hard_sigmoid_keras2,
    "leaky_relu": leaky_relu,
    "linear": linear,
    "log_softmax": log_softmax,
    "mish": mish,
    "relu": relu,
    "relu6": relu6,
    "selu": selu,
    "sigmoid": sigmoid,
    "silu": silu,
    "softmax": softmax,
    "softplus": softplus,
    "softsign": softsign,
    "swish": silu,
    "tanh": tanh,
}

KERAS3 = dict(
    KERAS2,
    celu=celu,
    hard_shrink=hard_shrink,
    hard_sigmoid=hard_sigmoid,
    hard_silu=hard_silu,
    hard_swish=hard_silu,
    hard_tanh=hard_tanh,
    log_sigmoid=log_sigmoid,
    soft_shrink=soft_shrink,
    sparse_plus=sparse_plus,
    sparse_sigmoid=sparse_sigmoid,
    sparsemax=sparsemax,
    squareplus=squareplus,
    tanh_shrink=tanh_shrink,
)
"""By name. Keras 3's ``glu`` and ``threshold`` are left out: the one halves the last axis and
the other needs two more arguments, so that Keras itself fails when a cell calls them (A4)."""
