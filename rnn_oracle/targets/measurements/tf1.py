"""What is measured of the functions that carry the cells of TensorFlow 1."""

from .arguments import X
from .registry import of, refused


@of("tf1")
def plain_pair_is_refused_for_a_state(target):
    """By `dynamic_rnn` without `sequence_length`, of a cell whose state is an LSTMStateTuple."""
    return isinstance(_of_a_pair(target), TypeError)


@of("tf1")
def plain_pair_is_refused_beside_lengths(target):
    return isinstance(_of_a_pair(target, sequence_length=[5, 3]), TypeError)


def _of_a_pair(target, **more):
    v1 = target.tf.compat.v1
    with target.tf.Graph().as_default():
        state = (v1.zeros((2, 4)), v1.zeros((2, 4)))
        cell = target.rnn_cell.BasicLSTMCell(4)
        return refused(v1.nn.dynamic_rnn, cell, v1.constant(X), initial_state=state, **more)
