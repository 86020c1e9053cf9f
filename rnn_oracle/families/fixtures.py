"""Where the fixtures are."""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def checkout() -> str | None:
    """Return the clone of the repository in which this package lies, None where it is installed."""
    folder = os.path.dirname(_PACKAGE)
    return folder if os.path.isfile(os.path.join(folder, "pyproject.toml")) else None


def default_folder() -> str:
    """Return the folder of the fixtures that this package has: of its clone, or of its wheel."""
    return os.path.join(checkout() or _PACKAGE, "fixtures")


def folder_to_write() -> str:
    """Return the folder to write fixtures into: of the clone, or else in the current folder."""
    return os.path.join(checkout() or os.curdir, "fixtures")
