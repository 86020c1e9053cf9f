"""What is measured of files of weights."""

import os
import tempfile

import numpy as np

from .arguments import X
from .registry import of, refused


def _over_cells(target, cells):
    keras = target.keras
    made = [keras.layers.LSTMCell(4) for _ in range(cells)]
    layer = keras.layers.RNN(made if cells > 1 else made[0])
    return keras.Sequential([keras.Input(X.shape[1:]), layer])


def _weights_come_back(target, cells, write):
    """Tell whether a model has the weights of another one after they went through a file."""
    made, other = _over_cells(target, cells), _over_cells(target, cells)
    made.set_weights([np.full(w.shape, 0.5, "float32") for w in made.get_weights()])
    with tempfile.TemporaryDirectory() as folder:
        error = refused(write, made, other, os.path.join(folder, "file"))
    kept = [np.all(weight == 0.5) for weight in other.get_weights()]
    return error is None and all(kept)


@of("keras2")
def weights_of_a_list_of_cells_are_not_written_to_hdf5(target):
    def write(made, other, path):
        made.save_weights(path + ".h5")
        other.load_weights(path + ".h5")

    return not _weights_come_back(target, 2, write)


@of("keras3")
def checkpoint_lacks_a_list_of_cells(target):
    train = target.tf.train

    def write(made, other, path):
        train.Checkpoint(model=other).restore(train.Checkpoint(model=made).save(path))

    if not _weights_come_back(target, 1, write):
        raise AssertionError("nothing comes back")
    return not _weights_come_back(target, 2, write)
