"""Where the site is that is tested: ``build/site``, or what SITE names."""

import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def site():
    """Return the folder of the site."""
    folder = pathlib.Path(os.environ.get("SITE") or ROOT / "build/site")
    if not (folder / "index.html").exists():
        pytest.fail(f"there is no site in {folder}; build it with: python -m website")
    return folder
