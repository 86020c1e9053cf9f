"""Makes the small models that later releases are given to load, and saves them.

``python -m rnn_oracle.commands.save_models`` has every Keras that is installed save its models into
the folder of the fixtures, if it is one of those that do, and replaces what was there. With
``--page`` it writes what became of the files of each release, which needs no Keras.
"""

import argparse
import contextlib
import os
import shutil
import tempfile
import warnings
import zipfile

from ..families.case import SIZES
from ..families.files import releases
from ..families.files.kinds import KINDS, weights
from ..families.fixtures import folder_to_write
from ..targets import installed
from ..targets.runtime import plain_shape
from ..verdict.ledger import load
from .files_page import page
from .output import write_output
from .program import run

PAGE = os.path.join("docs", "files.md")
_AT_ALL_TIMES = (1980, 1, 1, 0, 0, 0)


def model(keras, name):
    """Return the model of that kind, with its weights."""
    kind = KINDS[name]
    layers = kind.layers(keras.layers)
    if kind.wiring == "chain":
        made = keras.Sequential([_input(keras, kind)] + layers)
    elif kind.wiring == "graph":
        x = made = _input(keras, kind)
        for layer in layers:
            made = layer(made)
        made = keras.Model(x, made)
    else:
        x = [_input(keras, kind) for _ in layers]
        _, *states = layers[0](x[0])
        made = keras.Model(x, layers[1](x[1], initial_state=states))
    variables = made.trainable_weights  # Keras 3 counts states among the others
    for variable, value in zip(variables, weights(name, [plain_shape(v.shape) for v in variables])):
        variable.assign(value.astype("float32"))
    return made


def _input(keras, kind):
    batch = SIZES.batch if kind.is_stateful else None
    if kind.given == "ids":
        return keras.Input(batch_shape=(batch, None), dtype="int32")
    return keras.Input(batch_shape=(batch, None, SIZES.features))


def save(target, folder):
    """Have a Keras save all its models into its folder in a folder."""
    release = target.recording
    keras = target.load()
    for format in releases.RELEASES[release].formats:
        for kind in releases.attempted(release, format):
            path = releases.path(release, format, kind, folder)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            try:
                _save(model(keras, kind), format, path)
            except Exception as error:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)
                print(f"{release} {format} {kind}: {type(error).__name__}: {error}")


def _save(made, format, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras calls two of the formats legacy
        if format == releases.SAVED_MODEL:
            _save_archive(made, path)
        else:
            made.save(path)


def _save_archive(made, path):
    """Save a model as a folder, and put that into an archive, with nothing of the time in it."""
    with tempfile.TemporaryDirectory() as folder:
        made.save(folder, save_format="tf")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for where, _, names in sorted(os.walk(folder)):
                for name in sorted(names):
                    inside = os.path.relpath(os.path.join(where, name), folder)
                    entry = zipfile.ZipInfo(inside, _AT_ALL_TIMES)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    with open(os.path.join(where, name), "rb") as file:
                        archive.writestr(entry, file.read())


def main(arguments=None, prog=None):
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(prog, description=__doc__.partition("\n")[0])
    parser.add_argument(
        "folder", nargs="?", default=folder_to_write(), help="of fixtures; default: %(default)s"
    )
    parser.add_argument(
        "--page",
        metavar="FILE",
        nargs="?",
        const=PAGE,
        help="save nothing, but write the page of files, by default to %(const)s",
    )
    options = parser.parse_args(arguments)
    if options.page:
        write_output(options.page, page(load()))
        return 0
    for target in installed().values():
        if target.recording in releases.RELEASES:
            shutil.rmtree(os.path.join(options.folder, releases.MODELS, target.recording), True)
            save(target, options.folder)
    return 0


if __name__ == "__main__":
    run("save_models")
