"""The templates of pages for the browser, which lie beside this module."""

from __future__ import annotations

import os
import re

from ..families.spec import LINK, without_links

_FOLDER = os.path.dirname(os.path.abspath(__file__))


def environment():
    """Return a `jinja2.Environment` of the templates, with filters for the Markdown of the rules.

    Raises
    ------
    ImportError
        Where there is no jinja2.
    """
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(inline=_inline, plain=_plain)
    return made


def _inline(text):
    """Turn the Markdown within a paragraph into HTML: code and links."""
    import markupsafe

    escaped = str(markupsafe.escape(text))
    linked = LINK.sub(r'<a href="\2">\1</a>', escaped)
    return markupsafe.Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", linked))


def _plain(text):
    """Turn code into HTML, and links into their words: for what is to be clicked as a whole."""
    return _inline(without_links(text))
