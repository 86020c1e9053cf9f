"""What several test modules need: a live Keras layer against its copy, and the fixtures."""

import copy
import errno
import functools
import importlib.util
import json
import os
import re
import shutil
import subprocess

import numpy as np
import pytest

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.arithmetic.error_bounds import bounds
from rnn_oracle.families.layers.expected import symbolic_shapes
from rnn_oracle.families.layers.problem import problem
from rnn_oracle.families.stacks.reference import build
from rnn_oracle.records import disk, writer
from rnn_oracle.records import format as format_module
from rnn_oracle.records.format import MANIFEST, Entry, seal
from rnn_oracle.records.reader import read
from rnn_oracle.records.store import recordings_in
from rnn_oracle.targets.runtime import plain_shape
from rnn_oracle.verdict.ledger import covers, load, states


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


def within(target, **versions):
    """Tell whether a target is among these releases: ``within(target, keras3=">=3.0,<3.3")``.

    A generation that is not named has none of them.
    """
    return target.name in versions and covers(versions[target.name], target.version)


def is_known(target, entry):
    """Tell whether an entry of the ledger, by its id, states that it holds in a release."""
    return states(_ledger()[entry], target)


def skip_known(target, *entries):
    """Skip a test of what one of these entries says that a release does otherwise."""
    if any(is_known(target, entry) for entry in entries):
        pytest.skip("known of this release")


@functools.lru_cache(maxsize=None)
def _ledger():
    return {entry.id: entry for entry in load()}


def knows(make, *arguments, **named):
    """Tell whether the class of a Keras layer takes these arguments, and these names for values."""
    words = [*named, *(v for v in (*arguments, *named.values()) if isinstance(v, str))]
    try:
        make(*arguments, **named)
    except (TypeError, ValueError) as error:
        if not any(word in str(error) for word in words):
            raise  # It is refused for another reason, which is for the test to show.
        return False
    return True


def copy_of(target, layer):
    """Return the oracle's copy of a Keras layer, less what the release does not do.

    In TensorFlow 2.1 the kernels that LSTM and GRU share with cuDNN ignore
    `zero_output_for_mask` (rule M3), also where `Bidirectional` has set it (rule B3).
    """
    copy = rnn_oracle.from_keras(layer)
    if within(target, keras2=">=2.0,<2.2"):
        for side in ("forward_layer", "backward_layer"):
            if getattr(getattr(layer, side, layer), "could_use_cudnn", False):
                getattr(copy, side, copy).configure(zero_output_for_mask=False)
    return copy


def assert_agrees(target, layer, x, **arguments):
    """Compare what a Keras layer returns with what its copy returns; return the copy."""
    copy = copy_of(target, layer)
    dtype = "float64" if x.dtype == np.float64 else "float32"
    allowed = bounds(copy, x, dtype, **arguments)
    assert_same(copy(x, **arguments), call(target, layer, x, **arguments), allowed)
    return copy


def without_symbolic(target):
    """Return a twin of the target that makes no functional models, which cost the most time."""
    twin = copy.copy(target)
    twin.symbolic_shapes = lambda case, sizes: symbolic_shapes(
        build(case, target.dialect, sizes), problem(case, sizes).x
    )
    return twin


def flat_shapes(tree):
    """Return all shapes of a nested structure of shapes, in order."""
    if isinstance(tree, (list, tuple)) and not all(n is None or isinstance(n, int) for n in tree):
        return [shape for branch in tree for shape in flat_shapes(branch)]
    return [plain_shape(tree)]


ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIXTURES = os.path.join(ROOT, "fixtures")


def needs(package):
    """Return the mark of tests that want a package, without importing it."""
    missing = importlib.util.find_spec(package) is None
    return pytest.mark.skipif(missing, reason=f"there is no {package} here")


@functools.lru_cache(maxsize=None)
def committed(kind, *folder):
    """Read a fixture of this repository, once a process."""
    return read(os.path.join(FIXTURES, *folder), kind)


def recordings():
    """Return the names of the committed recordings."""
    return recordings_in(os.path.join(FIXTURES, "recordings"))


ABOUT = dict.fromkeys(["module", "keras", "tensorflow", "python", "numpy", "system", "machine"], "")
ABOUT.update(recording="tf2.21", dialect="keras3", cpu_features=[], devices=[], settings={})
"""The provenance of a recording that is made up."""


def made_up(outcomes, **about):
    """Return the provenance and the entries of a recording of these outcomes by case."""
    about = dict(ABOUT, **about)
    return about, [
        Entry(case, None, None, None, {about["dialect"]: outcome}, {})
        for case, outcome in outcomes.items()
    ]


# Damage.


def cut_off(path):
    path.write_bytes(path.read_bytes()[:-1])


def grown(path):
    path.write_bytes(path.read_bytes() + b"\0")


def flipped(path, byte=8):
    data = bytearray(path.read_bytes())
    data[byte] ^= 0x80
    path.write_bytes(bytes(data))


def linked_elsewhere(path):
    elsewhere = path.parent.parent / "elsewhere.bin"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def rewrite(folder, change, right_sum=True):
    """Change the manifest of a fixture in place, with its sum or without."""
    path = folder / MANIFEST
    old = path.read_bytes()
    manifest = json.loads(old.decode("ascii"))
    del manifest["sha256"]
    change(manifest)
    new, size = writer.sealed(manifest, 2), len(seal(b""))
    path.write_bytes(new if right_sum else new[:-size] + old[-size:])


def put(where, name, value):
    """Return a change that sets a field."""

    def change(manifest):
        where(manifest)[name] = value

    plain = re.sub(r"\W", "_", repr(value))
    change.__name__ = f"{where.__name__}_{name}_{plain:.12}"
    return change


def root(manifest):
    return manifest


def forbid(monkeypatch, path):
    """Let a file of a fixture be unreadable."""

    def forbidden(file, *arguments, **named):
        if os.path.realpath(file) == os.path.realpath(str(path)):
            raise PermissionError("no")
        return open(file, *arguments, **named)

    monkeypatch.setattr(format_module, "open", forbidden, raising=False)


# The reader in JavaScript.

NODE = shutil.which("node")
NEEDS_NODE = pytest.mark.skipif(NODE is None, reason="no node here, so its reader was not run")


def node(program, *folders):
    """Run a program of the reader in JavaScript; return its status and what it prints."""
    path = os.path.join(ROOT, "readers", "javascript", program)
    done = subprocess.run(
        [NODE, path] + [str(folder) for folder in folders],
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.returncode, done.stdout


class StopError(Exception):
    """Stands for a machine that goes down."""


def stop_writing(monkeypatch, moment):
    """Let the writer stop after that many steps: it puts a file in two and removes one in one."""
    steps = iter(range(moment))

    def stopping(function):
        def step(*arguments):
            if next(steps, None) is None:
                raise StopError
            return function(*arguments)

        return step

    for name in ("replace", "remove", "fsync"):
        monkeypatch.setattr(disk.os, name, stopping(getattr(os, name)))


def fill_disk(monkeypatch, count):
    """Let the disk be full after that many files."""
    steps = iter(range(count))

    def fsync(descriptor):
        if next(steps, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(disk.os, "fsync", fsync)
