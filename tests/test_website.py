"""What the site is made of: pages whose links lead somewhere, and what is shown of each rule."""

import inspect
import pathlib
import re
import sys

import pytest
from helpers import FIXTURES, needs

import rnn_oracle
from rnn_oracle.commands.explained import Explained
from rnn_oracle.commands.question import parse
from rnn_oracle.families.spec import rules
from website.api_pages import METHODS
from website.markdown import Links, with_rules
from website.question_pages import name, questions
from website.rule_pages import source
from website.rule_table import RULES, find
from website.source import with_the_rest

ROOT = pathlib.Path(FIXTURES).parent
TEXTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("README.md", "docs/*.md", "rnn_oracle/SPEC.md", "fixtures/*.md")
    for path in ROOT.glob(pattern)
)
MADE_BY_THE_SITE = {"rules/index", "api/index", "changelog", "interpreting", "questions/*"}
"""What pages of docs list and only the site has."""


def outside_of_code(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.sub(r"(?ms)^```.*?^```$|`[^`]*`", "", text)


def anchors(path):
    """Return the anchors of a file, as those who show Markdown make them of its headings."""
    text = re.sub(r"(?ms)^```.*?^```$", "", path.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", TEXTS)
def test_a_link_leads_to_a_file_and_a_heading_that_are_there(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", outside_of_code(path)):
        place, _, anchor = target.partition("#")
        if target.startswith("https://"):
            continue
        assert target[:7] != "http://"
        there = (ROOT / path).parent / place if place else ROOT / path
        assert there.exists(), target
        assert not anchor or there.suffix != ".md" or anchor in anchors(there), target


@pytest.mark.parametrize("path", [path for path in TEXTS if path.startswith("docs/")])
def test_a_page_lists_pages_that_there_are(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    for listed in re.findall(r"```\{toctree\}\n(.*?)```", text, re.DOTALL):
        names = [line for line in listed.split("\n") if line and not line.startswith(":")]
        assert names and all(
            (ROOT / f"docs/{name}.md").exists() for name in names if name not in MADE_BY_THE_SITE
        )


def test_every_rule_has_a_title_and_no_other_has():
    assert list(RULES) == list(rules())
    assert all(about.title for about in RULES.values())


@pytest.mark.skipif(sys.version_info < (3, 8), reason="ast tells no ends of functions")
@pytest.mark.parametrize("rule", [rule for rule, about in RULES.items() if about.code])
def test_the_code_of_a_rule_is_there(rule):
    for path in RULES[rule].code.split():
        assert callable(find(path))
        text = source(path)
        assert '"""' not in text and len(text.splitlines()) <= 60


def test_code_that_is_gone_is_an_error():
    with pytest.raises(AttributeError, match="sacn"):
        find("reference.scan:sacn")


@needs("packaging")
@pytest.mark.parametrize("rule", [rule for rule, about in RULES.items() if about.question])
def test_the_question_of_a_rule_is_decided_by_it(rule):
    brought, always = Explained(parse(RULES[rule].question)).rules
    assert rule in brought + always


def test_each_question_has_a_page_of_its_own():
    names = [name(question) for question in questions()]
    assert len(set(names)) == len(names) == 10
    assert all(re.fullmatch(r"questions/[a-z0-9-]+\.md", name) for name in names)


def test_a_page_that_no_other_lists_is_listed_with_those_of_conformance():
    pages = {"conformance.md": "```{toctree}\n:hidden:\n\nreleases\n```\n", "rules/M3.md": ""}
    pages.update({"index.md": "", "releases.md": "", "suite.md": ""})
    found = with_the_rest(dict(pages, **{"start.md": "```{toctree}\nconformance\nstart\n```\n"}))
    assert found == "```{toctree}\n:hidden:\n\nreleases\nsuite\n```\n"


def test_links_within_the_repository_lead_within_the_site():
    links = Links()
    text = (
        "[a](../rnn_oracle/SPEC.md) [b](../rnn_oracle/SPEC.md#masks) [c](files.md#x) "
        "[d](../rnn_oracle/verdict) [e](../tox.ini) [f](history.html) by rules M3 and M4, `rule M5`"
    )
    assert links.rewritten(text, "docs/start.md", "start.md") == (
        "[a](rules/index.md) [b](rules/masks.md) [c](files.md#x) "
        'd <a href="files/tox.ini.txt">e</a> <a href="history.html">f</a> by rules '
        "[M3](rules/M3.md) and [M4](rules/M4.md), `rule M5`"
    )
    assert links.copied == {"tox.ini"}
    assert with_rules("(M3, Q9, M4)", "rules/M3.md", but="M3") == "(M3, Q9, [M4](M4.md))"
    with pytest.raises(ValueError, match=r"docs/start.md links to nowhere.md"):
        links.rewritten("[a](nowhere.md)", "docs/start.md", "start.md")


@pytest.mark.parametrize("public", rnn_oracle.__all__)
def test_a_public_name_is_documented(public):
    """With its errors and an example; what it is called with has shapes."""
    found = getattr(rnn_oracle, public)
    told = [inspect.getdoc(found)]
    if isinstance(found, type):
        told += [inspect.getdoc(getattr(found, method, None)) or "" for method in METHODS]
    whole = "\n".join(told)
    for heading in ("Parameters", "Raises"):
        assert f"\n{heading}\n---" in whole, heading
    assert "\nExamples\n---" in told[0] and ">>> " in told[0]
    assert "shape" in whole or "array" in whole
    assert ("dtype" in told[0]) or not isinstance(found, type) or public in WITHOUT_DTYPE


WITHOUT_DTYPE = {"Functional", "MeanOverTime", "Sequential"}
"""What holds no numbers of its own."""


@pytest.mark.parametrize("public", rnn_oracle.__all__)
def test_what_a_call_takes_and_returns_is_documented(public):
    found = getattr(rnn_oracle, public)
    if isinstance(found, type):
        text = inspect.getdoc(found.__call__)
        names = set(inspect.signature(found.__call__).parameters) - {"self"}
        assert "Returns\n---" in text and all(name in text for name in names)
        assert "array" in text
