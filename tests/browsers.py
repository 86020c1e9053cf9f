"""A real browser, without a screen, for those tests that need one."""

import contextlib
import importlib.util
import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "chromium-headless-shell", "google-chrome", "chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update"]

needs_browser = [
    pytest.mark.skipif(
        importlib.util.find_spec("playwright") is None, reason="there is no playwright here"
    ),
    pytest.mark.skipif(
        CHROMIUM is None, reason="there is no Chromium here; CHROMIUM may say where"
    ),
]


@contextlib.contextmanager
def launched():
    """Open a browser, as playwright has it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield found
        found.close()
