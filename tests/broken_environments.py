"""Environments in which TensorFlow cannot be used, and what the commands say there."""

import os
import subprocess
import sys

from helpers import FIXTURES

WORKS = """
import os, signal

__version__ = "2.21.0"
constant = lambda value: value
is_tensor = lambda value: True

class config:
    list_physical_devices = staticmethod(lambda: [])

class keras:
    class backend:
        backend = staticmethod(lambda: "tensorflow")

    class layers:
        SimpleRNN = staticmethod(lambda *_, **__: lambda x: x)
"""
"""A TensorFlow that can call one layer, and raises AttributeError at whatever a case asks for."""

BROKEN = {
    "raises": (
        "raise TypeError('Descriptors cannot be created directly')",
        "TypeError: Descriptors cannot be created directly",
    ),
    "exits": ("raise SystemExit('no AVX')", "SystemExit: no AVX"),
    "aborts": ("import os; os.abort()", "a process ended by SIGABRT"),
    "leaves": ("import os; os._exit(0)", "a process ended with status 0"),
    "has no Keras": (
        "def __getattr__(name):\n"
        "    try:\n"
        "        raise ValueError('Unable to import backend : nonsense')\n"
        "    except ValueError:\n"
        "        raise ImportError('Keras cannot be imported.')",
        "ImportError: Keras cannot be imported.; it comes of ValueError: Unable to import backend",
    ),
    "has another Keras": (
        WORKS.replace("lambda x: x", "lambda x: x.ndims"),
        "AttributeError: 'list' object has no attribute 'ndims'",
    ),
    "has another backend": (
        WORKS.replace("True", "False").replace('"tensorflow"', '"jax"'),
        "TypeError: its backend is jax, and the cases need that of tensorflow; see KERAS_BACKEND",
    ),
}


COMMANDS = {
    "check": ["check", "--only", "gru.one.last.*.nomask"],
    "dump": ["dump", "--recording", "--only", "gru.one.last.*.nomask", "--out"],
    "diff": ["diff", "oracle", "installed", "--only", "gru.one.last.*.nomask"],
}


def run_where(folder, tensorflow, *arguments):
    """Run a command where that text is all there is of TensorFlow, with `folder` to work in."""
    site = folder / "site"
    legacy = "from tensorflow import keras\nlayers, backend = keras.layers, keras.backend"
    for name, version, text in [
        ("tensorflow", "2.21.0", tensorflow),
        ("keras", "3.15.1", ""),
        ("tf_keras", "2.21.0", legacy),
    ]:
        about = site / f"{name}-{version}.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        (site / name).mkdir()
        (site / name / "__init__.py").write_text(text)
    path = os.pathsep.join([str(site), os.path.dirname(FIXTURES)])
    environment = dict(os.environ, PYTHONPATH=path)
    for name in ("RNN_ORACLE_MODULE", "TF_USE_LEGACY_KERAS"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "rnn_oracle." + arguments[0]] + list(map(str, arguments[1:])),
        capture_output=True,
        text=True,
        env=environment,
    )


def answer(command, how, folder):
    """Run a command in a broken environment; return how that was answered."""
    text, reason = BROKEN[how]
    out = folder / "out"
    done = run_where(folder, text, *COMMANDS[command] + [out] * (command == "dump"))
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    told = [line for line in done.stderr.splitlines() if line.startswith("python -m rnn_oracle.")]
    assert len(told) == 1 and "keras3" in told[0] and reason in told[0], done.stderr
    assert "Traceback" not in done.stderr
    assert [path for path in out.rglob("*") if path.is_file()] == []
    return "exit 2 with the reason, and nothing recorded"
