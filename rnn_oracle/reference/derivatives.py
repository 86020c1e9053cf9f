"""The activations of `rnn_oracle.reference.activations` backwards (rules J11 and J12).

Each function is named after an activation f. It takes the array ``x`` that f was given and the
gradient ``d`` of what f returned, and returns the gradient of ``x``: ``d · f'(x)`` where f works
number by number, else the product of ``d`` and the matrix of its derivatives.

Where a slope jumps, ``>`` or ``>=`` says on which side the jump itself counts (rule J12).
"""

import math

import numpy as np

from . import activations
from .activations import erf
from .errors import OracleValueError


def celu(x, d):
    return np.where(x > 0, d, d * np.exp(np.minimum(x, 0)))


def elu(x, d):
    return np.where(x > 0, d, d * (np.expm1(np.minimum(x, 0)) + 1))


def exponential(x, d):
    return d * np.exp(x)


def gelu(x, d):
    density = np.exp(-0.5 * (x * x)) / math.sqrt(2 * math.pi)
    return d * (0.5 * (1 + erf(x / math.sqrt(2)).astype(x.dtype)) + x * density)


def hard_shrink(x, d):
    return np.where(np.abs(x) > 0.5, d, 0)


def hard_sigmoid(x, d):
    return np.where(np.abs(x) < 3, d / 6, 0)


def hard_sigmoid_keras2(x, d):
    return np.where(np.abs(x) <= 2.5, 0.2 * d, 0)


def hard_silu(x, d):
    return d * activations.hard_sigmoid(x) + hard_sigmoid(x, d * x)


def hard_tanh(x, d):
    return np.where(np.abs(x) <= 1, d, 0)


def leaky_relu(x, d):
    return np.where(x > 0, d, 0.2 * d)


def linear(x, d):
    return d


def log_sigmoid(x, d):
    return d * activations.sigmoid(-x)


def log_softmax(x, d):
    return d - activations.softmax(x) * np.add.reduce(d, axis=-1, keepdims=True)


def mish(x, d):
    t = np.tanh(activations.softplus(x))
    return d * (t + x * (1 - t * t) * activations.sigmoid(x))


def relu(x, d):
    return np.where(x > 0, d, 0)


def relu6(x, d):
    return np.where(x > 0, np.where(x < 6, d, 0), 0)


def selu(x, d):
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    return np.where(x >= 0, d * scale, d * (activations.selu(x) + scale * alpha))


def sigmoid(x, d):
    s = activations.sigmoid(x)
    return d * (s * (1 - s))


def silu(x, d):
    s = activations.sigmoid(x)
    return d * (s * (1 + x * (1 - s)))


def soft_shrink(x, d):
    return np.where(np.abs(x) > 0.5, d, 0)


def softmax(x, d):
    s = activations.softmax(x)
    return s * (d - np.add.reduce(d * s, axis=-1, keepdims=True))


def softplus(x, d):
    return d * activations.sigmoid(x)


def softsign(x, d):
    size = 1 + np.abs(x)
    return d / (size * size)


def sparse_plus(x, d):
    return np.where(x >= 1, d, np.where(x <= -1, 0, d * (0.5 * (x + 1))))


def sparse_sigmoid(x, d):
    return np.where(np.abs(x) < 1, 0.5 * d, 0)


def sparsemax(x, d):
    """Over the numbers that are not zero, ``d`` less its mean."""
    inside = activations.sparsemax(x) > 0
    mean = np.sum(np.where(inside, d, 0), axis=-1, keepdims=True) / np.sum(
        inside, axis=-1, keepdims=True
    )
    return np.where(inside, d - mean, 0).astype(x.dtype)


def squareplus(x, d):
    return 0.5 * d * (1 + x / np.sqrt(x * x + 4))


def tanh(x, d):
    t = np.tanh(x)
    return d * (1 - t * t)


def tanh_shrink(x, d):
    return d - tanh(x, d)


BACKWARDS = {
    function: globals()[function.__name__]
    for known in (activations.KERAS2, activations.KERAS3)
    for function in known.values()
}
"""By the activation itself."""


def pull_back(activation, x, d):
    """Return the gradient of what an activation was given.

    Parameters
    ----------
    activation : callable
        One of `rnn_oracle.reference.activations`.
    x : array
        What it was given.
    d : array
        The gradient of what it returned.

    Raises
    ------
    ValueError
        For any other function: its derivative is not known.
    """
    if activation not in BACKWARDS:
        raise OracleValueError(
            f"the derivative of the activation {activation!r} is not known: give the name of one "
            "of Keras's own"
        )
    return BACKWARDS[activation](x, d)
