"""Where the fixtures are."""

import os


def default_folder():
    """Return the `fixtures` of the checkout this package lies in, or else of the current folder."""
    checkout = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    inside = os.path.isfile(os.path.join(checkout, "pyproject.toml"))
    return os.path.join(checkout if inside else os.curdir, "fixtures")
