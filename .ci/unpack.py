"""Builds the sdist, unpacks it into a folder, and sees that it holds all files of the clone."""

import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]


def unpack(folder):
    """Let a folder hold what the sdist holds."""
    with tempfile.TemporaryDirectory() as made:
        build = [sys.executable, "-m", "build", "--sdist", "--outdir", made, str(ROOT)]
        subprocess.run(build, check=True)
        (path,) = pathlib.Path(made).iterdir()
        with tarfile.open(path) as sdist:
            sdist.extractall(made)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.move(made + "/" + path.name[: -len(".tar.gz")], folder)


def missing(folder):
    """Return the files of the clone that a folder lacks."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return [name for name in listed.stdout.split("\n") if not (folder / name).exists()]


if __name__ == "__main__":
    unpacked = pathlib.Path(sys.argv[1])
    unpack(unpacked)
    sys.exit("\n".join(["the sdist lacks", *missing(unpacked)]) if missing(unpacked) else 0)
