"""What several test modules need: a live Keras layer against its copy, and the fixtures."""

import copy
import functools
import importlib.util
import json
import os

import numpy as np
import pytest

import rnn_oracle
from rnn_oracle import nest
from rnn_oracle.fixtures.format import MANIFEST, default_folder
from rnn_oracle.fixtures.reader import read
from rnn_oracle.oracle import build, symbolic_shapes
from rnn_oracle.problems import problem
from rnn_oracle.rounding import bounds


def numbers(*shape, seed=0, dtype="float32"):
    """Return telling numbers of that shape."""
    random = np.random.RandomState(seed)
    sizes = random.uniform(0.2, 1.2, shape) * random.choice([-1.0, 1.0], shape)
    return sizes.astype(dtype)


def give_weights(layer, input_shape, seed=100):
    """Build a Keras layer and give it telling weights, biases included."""
    layer.build(input_shape)
    weights = layer.get_weights()
    layer.set_weights(
        [0.5 * numbers(*w.shape, seed=seed + i, dtype=w.dtype) for i, w in enumerate(weights)]
    )
    return layer


def as_arrays(tree):
    """Turn the tensors of a nested result into arrays."""
    return nest.map_structure(np.asarray, tree)


def tensors(target, tree):
    """Turn the arrays of a nested structure into tensors, which Keras 2 insists on."""
    return None if tree is None else nest.map_structure(target.tf.constant, tree)


def call(target, layer, x, mask=None, initial_state=None):
    """Call a Keras layer with arrays; return arrays."""
    arguments = {"mask": mask, "initial_state": initial_state}
    given = {k: tensors(target, v) for k, v in arguments.items() if v is not None}
    return as_arrays(layer(target.tf.constant(x), **given))


def assert_same(want, got, allowed):
    """Compare two nested results number by number, and their nesting."""
    assert nest.describe(got) == nest.describe(want)
    for w, g, a in zip(*map(nest.flatten, (want, got, allowed))):
        assert g.shape == w.shape
        np.testing.assert_array_less(np.abs(g - w) - a, 1e-300)


def assert_agrees(target, layer, x, **arguments):
    """Compare what a Keras layer returns with what its copy returns; return the copy."""
    copy = rnn_oracle.from_keras(layer)
    dtype = "float64" if x.dtype == np.float64 else "float32"
    allowed = bounds(copy, x, dtype, **arguments)
    assert_same(copy(x, **arguments), call(target, layer, x, **arguments), allowed)
    return copy


def without_symbolic(target):
    """Return a twin of the target that makes no functional models, which cost the most time."""
    twin = copy.copy(target)
    twin._symbolic_shapes = lambda case, sizes: symbolic_shapes(
        build(case, target.dialect, sizes), problem(case, sizes).x
    )
    return twin


def flat_shapes(tree):
    """Return all shapes of a nested structure of shapes, in order."""
    if isinstance(tree, (list, tuple)) and not all(n is None or isinstance(n, int) for n in tree):
        return [shape for branch in tree for shape in flat_shapes(branch)]
    return [tuple(tree)]


FIXTURES = default_folder()


def needs(package):
    """Return the mark of tests that want a package, without importing it."""
    missing = importlib.util.find_spec(package) is None
    return pytest.mark.skipif(missing, reason="there is no {} here".format(package))


@functools.lru_cache(maxsize=None)
def committed(kind, *folder):
    """Read a fixture of this repository, once a process."""
    return read(os.path.join(FIXTURES, *folder), kind)


def recordings():
    """Return the names of the committed recordings."""
    return sorted(os.listdir(os.path.join(FIXTURES, "recordings")))


def rewrite(folder, change):
    """Change the manifest of a fixture in place."""
    path = os.path.join(str(folder), MANIFEST)
    with open(path, encoding="ascii") as file:
        manifest = json.load(file)
    change(manifest)
    with open(path, "w", encoding="ascii") as file:
        json.dump(manifest, file)
