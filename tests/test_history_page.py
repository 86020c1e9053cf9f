"""The page of releases in a real browser, without a screen."""

import pytest
from browsers import launched, needs_browser
from helpers import needs
from invented import NEW, OLD, PAGE, release

from rnn_oracle.commands import history

pytestmark = [needs("packaging"), needs("jinja2"), *needs_browser]
ROW = "keras3-mask-lost-with-initial-state"


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def upgrade(tmp_path_factory):
    """Return the path of a page of three releases."""
    made = history.of_fixtures(
        [release(*OLD), release(*NEW), release("tf2.21", "keras3", "3.15.1")]
    )
    path = tmp_path_factory.mktemp("page") / "history.html"
    path.write_text(history._page(made), encoding="utf-8")
    return str(path)


@pytest.fixture
def visit(browser):
    """Return a function that opens a page; whatever that page complains of, or asks for, fails."""
    opened, said, asked = [], [], []

    def visit(path, **options):
        tab = browser.new_context(**options).new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto("file://" + path)
        opened.append(tab)
        return tab

    yield visit
    for tab in opened:
        tab.context.close()
    assert not said
    assert all(url.startswith(("file://", "data:")) for url in asked)
    assert len([url for url in asked if url.startswith("file://")]) == len(opened)


def shown(tab):
    """Return the ids of the rows that are shown."""
    return tab.eval_on_selector_all(".row:not([hidden])", "rows => rows.map(row => row.id)")


def cause(tab, row):
    return tab.locator(f"[id='why-{row}']")


def toggle(tab, row):
    return tab.locator(f"[id='{row}'] .toggle")


def test_a_click_on_a_row_tells_the_cause(visit, upgrade):
    tab = visit(upgrade)
    assert not cause(tab, ROW).is_visible()
    tab.locator(f"[id='{ROW}'] td.broken").first.click()
    text = cause(tab, ROW).inner_text()
    assert "Rule M6" in text and "Pass the mask by hand" in text and "broken" in text
    assert cause(tab, ROW).locator("a[href^='https://github.com/keras-team']").first.is_visible()
    assert toggle(tab, ROW).get_attribute("aria-expanded") == "true"
    toggle(tab, ROW).click()
    assert not cause(tab, ROW).is_visible()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_keyboard_does_it_too(key, visit, upgrade):
    tab = visit(upgrade)
    toggle(tab, ROW).focus()
    tab.keyboard.press(key)
    assert cause(tab, ROW).is_visible()
    tab.keyboard.press(key)
    assert not cause(tab, ROW).is_visible()


def test_the_keyboard_reaches_every_filter_and_the_first_row(visit, upgrade):
    tab, reached = visit(upgrade), []
    for _ in range(9):
        tab.keyboard.press("Tab")
        reached.append(
            tab.evaluate("document.activeElement.id || document.activeElement.className")
        )
    assert reached[:5] == ["words", "letter", "side-A", "side-B", "changing"]
    assert reached[6:8] == ["sheet", "toggle"]


def test_the_filter_by_letter(visit, upgrade):
    tab = visit(upgrade)
    everything = shown(tab)
    rows = len(everything)
    tab.select_option("#letter", "M")
    assert {ROW, "M6", "M1"} <= set(shown(tab)) and "C4" not in shown(tab)
    tab.click("button[type=reset]")
    # The page looks at its form again when the browser has reset it.
    count = tab.locator("#count", has_text=f"{rows} of {rows} rows")
    count.wait_for()
    assert shown(tab) == everything


@pytest.mark.parametrize(
    "words, there, gone",
    [
        ("padding ENCODER", [ROW], ["M6", "C4"]),
        ("M6", [ROW, "M6"], ["C4"]),
        ("masking padding nonsense", [], [ROW]),
    ],
    ids=["cause", "rule", "nowhere"],
)
def test_the_search_by_words(words, there, gone, visit, upgrade):
    """It looks into the causes too, which are folded."""
    tab = visit(upgrade)
    rows = len(shown(tab))
    tab.fill("#words", words)
    found = shown(tab)
    assert set(there) <= set(found) and not set(gone) & set(found)
    assert tab.inner_text("#count") == f"{len(found)} of {rows} rows"


def test_the_search_of_the_browser_unfolds_a_cause(visit, upgrade):
    """A link to words looks for them as that does."""
    tab = visit(upgrade + "#:~:text=runs%20over%20its%20padding.%20Pass%20the%20mask%20by%20hand")
    tab.locator(f"[id='{ROW}'].open").wait_for()
    assert cause(tab, ROW).get_by_text("Pass the mask by hand").is_visible()
    assert toggle(tab, ROW).get_attribute("aria-expanded") == "true"
    assert tab.locator(".cause details[open]").count() == 1


def test_only_what_changes(visit, upgrade):
    tab = visit(upgrade)
    assert {"C4", "stated-H3"} <= set(shown(tab))
    tab.check("#changing")
    assert {ROW, "M6"} <= set(shown(tab))
    # What is only stated is not known to have changed.
    assert not {"C4", "stated-H3"} & set(shown(tab))


def test_from_one_release_to_another(visit, upgrade):
    tab = visit(upgrade)
    tab.select_option("#side-A", "tf2.15")
    assert "C4" in shown(tab)
    tab.select_option("#side-B", "tf2.16")
    change = tab.locator(f"[id='{ROW}'] .change")
    assert " \N{RIGHTWARDS ARROW} " in change.inner_text() and "kept" in change.inner_text()
    assert not {"C4", "stated-H3"} & set(shown(tab))
    assert tab.inner_text("#count").startswith(f"{len(shown(tab))} differ from")
    stated = tab.locator("[id='stated-H3'] .change")
    assert stated.text_content() == "not recorded"
    assert tab.locator("thead .chosen").all_inner_texts() == ["2.15", "2.16"]
    tab.select_option("#side-A", "tf2.21")
    assert shown(tab) == [] and "0 differ" in tab.inner_text("#count")
    tab.uncheck("#changing")
    assert "C4" in shown(tab) and change.inner_text() == "the same"


def test_a_link_opens_its_row(visit, upgrade):
    assert cause(visit(upgrade + "#M6"), "M6").is_visible()


def test_without_scripts_the_causes_are_folded(visit, upgrade):
    tab = visit(upgrade, java_script_enabled=False)
    assert not tab.locator("form").is_visible()
    harm = cause(tab, ROW).get_by_text("Pass the mask by hand")
    assert not harm.is_visible()
    cause(tab, ROW).locator("summary").click()
    assert harm.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_committed_page(width, scheme, visit):
    tab = visit(PAGE, color_scheme=scheme, viewport={"width": width, "height": 844})
    first = shown(tab)[0]
    toggle(tab, first).click()
    assert cause(tab, first).is_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    for row in tab.locator("thead tr").all():
        assert all(
            scope for scope in row.locator("th").evaluate_all("ths => ths.map(t => t.scope)")
        )
    left = tab.locator("tbody .first").first
    before = left.bounding_box()["x"]
    tab.evaluate("document.querySelector('.sheet').scrollLeft = 300")
    assert left.bounding_box()["x"] == before
