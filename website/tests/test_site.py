"""The site as files: links lead somewhere, nothing is from elsewhere, every rule has its page."""

import html
import posixpath
import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from rnn_oracle.commands import cases, explain
from rnn_oracle.families.citations import WITHOUT_CASES
from rnn_oracle.families.spec import rules
from rnn_oracle.verdict.ledger import load
from website.question_pages import name, questions

LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data"}
LOADED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}


class Page(HTMLParser):
    """What a page links to, what it loads, and the anchors that it has."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loaded, self.anchors = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.anchors.update(filter(None, [found.get("id"), found.get("name")]))
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if found.get(LOADS.get(tag)):
            self.loaded.append(found[LOADS[tag]])
        if tag == "link" and LOADED_LINKS & set(found.get("rel", "").split()):
            self.loaded.append(found["href"])


@pytest.fixture(scope="module")
def pages(site):
    paths = sorted(site.rglob("*.html"))
    assert len(paths) > 200
    return {
        path.relative_to(site).as_posix(): Page(path.read_text(encoding="utf-8")) for path in paths
    }


def place_of(target, page):
    """Return the file within the site to which a link leads, and the anchor in it."""
    parts = urlsplit(target)
    folder = posixpath.dirname(page)
    path = posixpath.normpath(posixpath.join(folder, unquote(parts.path))) if parts.path else page
    return path, unquote(parts.fragment)


def test_every_link_within_the_site_leads_to_a_page_and_an_anchor(pages, site):
    wrong = []
    for page, found in pages.items():
        for target in found.links:
            if urlsplit(target).scheme:
                assert target.startswith(("https://", "mailto:")), target
                continue
            path, anchor = place_of(target, page)
            if path in pages:
                is_there = not anchor or anchor in pages[path].anchors
            else:
                is_there = (site / path).is_file()
            if not is_there:
                wrong.append((page, target))
    assert wrong == []


def test_nothing_is_loaded_from_elsewhere(pages, site):
    for page, found in pages.items():
        for target in found.loaded:
            parts = urlsplit(target)
            assert parts.scheme in ("", "data") and not parts.netloc, (page, target)
            if not parts.scheme:
                assert (site / place_of(target, page)[0]).is_file(), (page, target)
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        assert not re.search(r"@import|url\(\s*['\"]?(https?:)?//", text), style


@pytest.mark.parametrize("rule", rules())
def test_a_rule_has_a_page(rule, site):
    text = (site / f"rules/{rule}.html").read_text(encoding="utf-8")
    headings = re.findall(r"<h2>(.*?)<a", text)
    assert re.search(rf"<h1>{rule}: ", text)
    assert "Cases" in headings and "What breaks it" in headings
    assert ("No case cites it" in text) == (rule in WITHOUT_CASES)


def test_a_rule_lists_the_cases_that_the_command_lists(site, capsys):
    assert cases.main(["--rule", "M3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    text = html.unescape((site / "rules/M3.html").read_text(encoding="utf-8"))
    assert f"{len(lines)} cases cite it" in text and "\n".join(lines[:10]) in text
    assert lines[10] not in text


def test_every_entry_of_the_ledger_is_on_the_page_of_its_rule(site):
    for entry in load():
        text = html.unescape((site / f"rules/{entry.rule}.html").read_text(encoding="utf-8"))
        assert entry.id in text and all(link in text for link in entry.links)


@pytest.mark.parametrize("question", questions())
def test_a_question_is_answered_on_its_page(question, site, capsys):
    path = site / name(question).replace(".md", ".html")
    text = html.unescape(re.sub(r"</?span[^>]*>", "", path.read_text(encoding="utf-8")))
    assert explain.main([question]) == 0
    assert capsys.readouterr().out.strip() in text
    assert "<svg" in text and 'class="pick-5"' in text
