"""The layers once more, number by number in plain Python, as a textbook would write them.

Nothing here is shared with the package: the loops tell whether its array code means the same.
"""

import math


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def dot(x, w, column):
    return sum(x[i] * w[i][column] for i in range(len(x)))


def simple_rnn_step(x, states, w, u, b):
    (h,) = states
    h = [math.tanh(dot(x, w, j) + dot(h, u, j) + b[j]) for j in range(len(h))]
    return h, [h]


def lstm_step(x, states, w, u, b):
    h, c = states
    n = len(h)
    new_h, new_c = [], []
    for j in range(n):
        i, f, g, o = (dot(x, w, j + k * n) + dot(h, u, j + k * n) + b[j + k * n] for k in range(4))
        new_c.append(sigmoid(f) * c[j] + sigmoid(i) * math.tanh(g))
        new_h.append(sigmoid(o) * math.tanh(new_c[j]))
    return new_h, [new_h, new_c]


def gru_step(x, states, w, u, b):
    (h,) = states
    n = len(h)
    new = []
    for j in range(n):
        z, r, k = (dot(x, w, j + m * n) + b[0][j + m * n] for m in range(3))
        hz, hr, hk = (dot(h, u, j + m * n) + b[1][j + m * n] for m in range(3))
        update = sigmoid(z + hz)
        candidate = math.tanh(k + sigmoid(r + hr) * hk)
        new.append(update * h[j] + (1 - update) * candidate)
    return new, [new]


def gru_reset_before_step(x, states, w, u, b):
    (h,) = states
    n = len(h)
    reset = [sigmoid(dot(x, w, j + n) + dot(h, u, j + n) + b[j + n]) * h[j] for j in range(n)]
    new = []
    for j in range(n):
        update = sigmoid(dot(x, w, j) + dot(h, u, j) + b[j])
        candidate = math.tanh(dot(x, w, j + 2 * n) + dot(reset, u, j + 2 * n) + b[j + 2 * n])
        new.append(update * h[j] + (1 - update) * candidate)
    return new, [new]


STEPS = {
    "simple_rnn": simple_rnn_step,
    "lstm": lstm_step,
    "gru": gru_step,
    "gru_reset_before": gru_reset_before_step,
}


def run(cell, sequence, states, weights, valid, go_backwards=False):
    """Run one sequence; return the output of every step processed, and the final states."""
    order = range(len(sequence))
    outputs, previous = [], [0.0] * len(states[0])
    for t in reversed(order) if go_backwards else order:
        if valid[t]:
            previous, states = STEPS[cell](sequence[t], states, *weights)
        outputs.append(previous)
    return outputs, states
