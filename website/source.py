"""Lays out what Sphinx builds: the pages of docs, and those that are made of the package."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from rnn_oracle.commands.explained_page import style

from . import api_pages, question_pages, rule_pages
from .markdown import PAGES, PLAIN, ROOT, Links, copy_of

STATIC, EXTRA = "_static", "_extra"
_LISTED = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)
_LIST_OF_THE_REST = "conformance.md"


def lay_out(folder):
    """Write all that Sphinx reads into an empty folder.

    Raises
    ------
    ValueError
        For a page with a link to a file that is not there.
    """
    folder, links = Path(folder), Links()
    texts = {path.name: path for path in sorted((ROOT / "docs").glob("*.md"))}
    for outside, page in PAGES.items():
        if page.partition("/")[0] not in ("rules", "index.md") and (ROOT / outside).exists():
            texts[page] = ROOT / outside
    pages = {}
    for page, path in texts.items():
        text = path.read_text(encoding="utf-8")
        pages[page] = links.rewritten(text, path.relative_to(ROOT).as_posix(), page)
    pages.setdefault("changelog.md", "# Changelog\n\nNo release has been made yet.\n")
    pages.update(rule_pages.pages(links))
    pages.update(question_pages.pages())
    pages.update(api_pages.pages())
    pages[_LIST_OF_THE_REST] = with_the_rest(pages)
    for page, text in pages.items():
        _write(folder / page, text)
    for image in (ROOT / "docs").glob("*.svg"):
        shutil.copy(image, folder / image.name)
    _write(folder / STATIC / "explained.css", style())
    shutil.copy(ROOT / "website/static/site.css", folder / STATIC)
    for path in sorted(links.copied):
        _copy(path, folder / EXTRA / copy_of(path))
    for path, name in PLAIN.items():
        _copy(path, folder / EXTRA / name)


def with_the_rest(pages):
    """List the pages that no page lists, so that a new one needs nothing else."""
    listed = {"index"}
    for text in pages.values():
        for found in _LISTED.findall(text):
            listed.update(found.split())
    tops = [page[: -len(".md")] for page in pages if "/" not in page]
    rest = [name for name in tops if name not in listed]
    text = pages[_LIST_OF_THE_REST]
    end = text.rindex("```")
    return text[:end] + "".join(f"{name}\n" for name in rest) + text[end:]


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _copy(path, to):
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / path, to)
