"""Copies all of a clone but the package into a folder, where tests find what is installed alone."""

import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
LEFT_OUT = (
    *("rnn_oracle", "pytest_rnn_oracle.py", "setup.py", "build", "dist", "*.egg-info"),
    *(".git", ".tox", ".venv", ".*_cache", "__pycache__"),
)

if __name__ == "__main__":
    folder = sys.argv[1]
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
