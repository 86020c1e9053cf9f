"""The site, and a page of `explain`, in a real browser without a screen."""

import functools
import http.server
import threading

import pytest
from browsers import launched, needs_browser

from rnn_oracle.commands import explain
from website.question_pages import name, questions

pytestmark = needs_browser
PAGES = ["index", "start", "upgrading", "rules/M3", "rules/masks", "api/LSTM", "releases", "files"]
PAGES += ["conformance", "glossary", "search", name(questions()[7])[: -len(".md")]]


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves plain files, and says nothing of it."""

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address(site):
    """Return the address at which the site is served, as plain files."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def visit(browser, address):
    """Return a function that opens a page; what it complains of, or asks of other hosts, fails."""
    tabs, said, asked = [], [], []

    def visit(page, **options):
        tab = browser.new_context(**options).new_page()
        tabs.append(tab)
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(page if page.startswith("file:") else f"{address}/{page}.html")
        return tab

    yield visit
    for tab in tabs:
        tab.context.close()
    assert not said
    assert all(url.startswith((address, "file:", "data:")) for url in asked)


@pytest.fixture(scope="module")
def explained(tmp_path_factory):
    """Return the address of a page that `explain` has written."""
    path = tmp_path_factory.mktemp("page") / "explained.html"
    assert explain.main([questions()[0], "--html", str(path)]) == 0
    return f"file://{path}"


def width(tab):
    return tab.evaluate("document.documentElement.scrollWidth")


def brightness(tab, selector, style):
    """Return how bright a colour of an element is, from 0 to 255."""
    read = f"getComputedStyle(document.querySelector('{selector}')).{style}"
    numbers = tab.evaluate(read).partition("(")[2].rstrip(")").split(",")[:3]
    return sum(map(float, numbers)) / 3


@pytest.mark.parametrize("page", PAGES)
def test_a_telephone_scrolls_no_page_sideways(page, visit):
    assert width(visit(page, viewport={"width": 400, "height": 800})) <= 400


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(scheme, visit, explained):
    for page in ("rules/M3", explained):
        tab = visit(page, color_scheme=scheme)
        is_dark = scheme == "dark"
        assert (brightness(tab, "body", "backgroundColor") < 60) == is_dark
        assert (brightness(tab, ".explained text.number", "fill") > 180) == is_dark


def test_the_search_finds_a_rule(visit):
    tab = visit("index", viewport={"width": 1200, "height": 800})
    tab.locator("input[name=q]").first.fill("zero_output_for_mask")
    tab.keyboard.press("Enter")
    found = tab.locator("#search-results a[href*='rules/M3.html']").first
    found.wait_for()
    found.click()
    assert tab.locator("h1").inner_text().startswith("M3")


def test_from_the_first_page_to_a_rule_by_links(visit):
    tab = visit("index", viewport={"width": 1200, "height": 800})
    tab.locator("article").get_by_role("link", name="rules", exact=True).click()
    tab.locator("article").get_by_role("link", name="Masks", exact=True).click()
    tab.locator("article").get_by_role("link", name="M3", exact=True).first.click()
    assert tab.locator("h1").inner_text().startswith("M3")
    assert tab.locator("#cases").is_visible()


def test_the_keyboard_reaches_the_search_and_the_article(visit):
    tab, reached = visit("rules/M3", viewport={"width": 1200, "height": 800}), []
    for _ in range(4):
        tab.keyboard.press("Tab")
        reached.append(tab.evaluate("document.activeElement.outerHTML.slice(0, 200)"))
    assert any('name="q"' in each for each in reached)
    assert any("skip" in each.lower() for each in reached)


@pytest.mark.parametrize("where", ["site", "page"])
def test_the_keyboard_chooses_a_step(where, visit, explained):
    tab = visit("rules/M3" if where == "site" else explained)
    frame = tab.locator(".frame.step-2").first
    stroke = "each => getComputedStyle(each).stroke"
    assert frame.evaluate(stroke) == "none"
    tab.locator(".pick-1").first.focus()
    tab.keyboard.press("ArrowDown")
    assert tab.locator(".pick-2").first.is_checked()
    assert frame.evaluate(stroke) != "none"


def test_a_page_of_explain_fits_a_telephone(visit, explained):
    tab = visit(explained, viewport={"width": 400, "height": 800})
    assert width(tab) <= 400
    size = "each => each.getBoundingClientRect().height"
    assert tab.locator(".explained text.number").first.evaluate(size) >= 12
    tab.locator("summary").click()
    assert tab.locator("pre").is_visible() and width(tab) <= 400
