"""Markdown of the repository made into Markdown of the site: its links, and rules that it names."""

from __future__ import annotations

import html
import posixpath
import re
from pathlib import Path

from rnn_oracle.families.spec import rules

ROOT = Path(__file__).resolve().parent.parent
RULES = "rules/index.md"
PAGES = {
    "rnn_oracle/SPEC.md": RULES,
    "fixtures/INTERPRETING.md": "interpreting.md",
    "CHANGELOG.md": "changelog.md",
    "README.md": "index.md",
}
"""Files outside of docs that are pages of the site."""

PLAIN = {"docs/history.html": "history.html"}
"""Files that the site has as they are."""

_FENCE = re.compile(r"(^ *```.*?^ *```$|^ *~~~.*?^ *~~~$)", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(`+[^`]+`+)")
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^)\s]+)\)")
_NAMED = re.compile(r"\b[Rr]ules? [A-Z]\d+(?:(?:,| and| to|, and)\s+[A-Z]\d+)*")
_RULE = re.compile(r"\b[A-Z]\d{1,2}\b")


class Links:
    """Rewrites the links of Markdown files, and keeps what else the site must have for them.

    Attributes
    ----------
    copied : set of str
        Files of the repository to which a link leads and that are no pages.
    """

    def __init__(self):
        self.copied = set()

    def rewritten(self, text, path, page):
        """Return a text with links that lead where they led, within the site.

        Parameters
        ----------
        text : str
        path : str
            The file that it is from, within the repository.
        page : str
            The page that it is for, such as ``"rules/M3.md"``.

        Raises
        ------
        ValueError
            For a link to a file that is not there.
        """

        def led(found):
            return self._link(found[1], found[2], path, page)

        def outside(part):
            return _named_rules(_LINK.sub(led, part), page)

        return "".join(
            part if _FENCE.fullmatch(part) else outside(part) for part in _FENCE.split(text)
        )

    def _link(self, words, target, path, page):
        if target.startswith(("https://", "http://", "#")):
            return f"[{words}]({target})"
        place, _, anchor = target.partition("#")
        found = posixpath.normpath(posixpath.join(posixpath.dirname(path), place))
        if not ((ROOT / found).exists() or found in PAGES):
            raise ValueError(f"{path} links to {target}, which is not there")
        if (ROOT / found).is_dir():
            return words
        inside = PAGES.get(found) or found[len("docs/") :] if _is_page(found) else ""
        if inside == RULES and anchor:  # a chapter, which is a page
            inside, anchor = f"rules/{anchor}.md", ""
        if inside:
            here = posixpath.relpath(inside, posixpath.dirname(page) or ".")
            return f"[{words}]({here}{'#' * bool(anchor)}{anchor})"
        if found not in PLAIN:
            self.copied.add(found)
        return link(words, PLAIN.get(found, copy_of(found)), page)


def _is_page(path):
    return path in PAGES or (path.startswith("docs/") and path.endswith(".md"))


def copy_of(path):
    """Return where the site has a copy of a file, which a browser shows as text."""
    return f"files/{path}.txt"


def link(words, target, page):
    """Return a link from a page to what the site has as it is, which Sphinx does not know."""
    here = posixpath.relpath(target, posixpath.dirname(page) or ".")
    return f'<a href="{html.escape(here)}">{words}</a>'


def _named_rules(text, page):
    """Make links of the rules that a text names as such, outside of code and links."""
    parts = re.split(r"(`+[^`]+`+|\[[^\]]*\]\([^)]*\))", text)
    return "".join(
        part if place % 2 else _NAMED.sub(lambda found: with_rules(found[0], page), part)
        for place, part in enumerate(parts)
    )


def with_rules(text, page, but=""):
    """Make links of the ids of rules in a text, outside of code.

    Parameters
    ----------
    text, page : str
    but : str
        A rule that stays as it is: that of the page itself.
    """
    known = rules()

    def led(found):
        rule = found[0]
        if rule not in known or rule == but:
            return rule
        here = posixpath.relpath(f"rules/{rule}.md", posixpath.dirname(page) or ".")
        return f"[{rule}]({here})"

    parts = _CODE.split(text)
    return "".join(part if place % 2 else _RULE.sub(led, part) for place, part in enumerate(parts))


def fenced(text, language="text"):
    """Return a block of code."""
    return f"~~~~~{language}\n{text.rstrip()}\n~~~~~"


def raw(text):
    """Return a block of HTML."""
    return f"~~~~~{{raw}} html\n{text.strip()}\n~~~~~"


def toctree(names, options="hidden"):
    """Return a list of pages below this one."""
    return "\n".join(["```{toctree}", f":{options}:", "", *names, "```"])
