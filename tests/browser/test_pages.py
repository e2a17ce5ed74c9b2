"""Every page an owner reaches by following links: it is there, says who it is, fits a phone, and axe has nothing against it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, log_in

AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
# All rules; only what passes is not written up in full, which takes a third of the time.
VIOLATIONS_ONLY = "{resultTypes: ['violations'], preload: false}"
# Files, not pages.
FILES = re.compile(r"format=csv|/pdf/|/xml/|/drafts/\d+/preview/|/copy/|/picture/|/problems/|/pack/|/files/\d+/")


def kind_of(address: str) -> str:
    """Pages of one kind differ by ids and by what the list on them shows: one of a kind is looked at."""
    return re.sub(r"/texts/\w+/\w+/", "/texts/code/language/", re.sub(r"\d+", "0", urlsplit(address).path))


@dataclass(frozen=True)
class Visit:
    """What one saw on opening a page."""

    kind: str
    address: str
    status: int
    title: str
    headings: int


def walk(page: Page, start: str) -> Iterator[Visit]:
    """Opens one page of each kind reachable from `start` within the business, and yields each while it is open."""
    seen, todo = {kind_of(start)}, [start]
    while todo:
        address = todo.pop(0)
        status = page.goto(address).status
        for link in page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)"):
            if urlsplit(link).path.startswith("/b/demo/") and not FILES.search(link) and kind_of(link) not in seen:
                seen.add(kind_of(link))
                todo.append(link)
        yield Visit(kind_of(address), address, status, page.title(), page.locator("h1").count())


def complaints_of_axe(page: Page) -> list[str]:
    """What axe finds, one line each."""
    page.evaluate(f"() => {{ {AXE} }}")
    violations = page.evaluate(f"axe.run({VIOLATIONS_ONLY}).then(result => result.violations)")
    return [f"{one['id']}: {node['html'][:120]}" for one in violations for node in one["nodes"]]


@pytest.fixture(scope="module")
def pages(chromium, site) -> dict[Visit, list[str]]:
    """What the owner can reach, and what axe has against it at a desk in light colours."""
    page = chromium.new_page(base_url=site, viewport=DESK, color_scheme="light")
    log_in(page, "owner@demo.example")
    found = {visit: complaints_of_axe(page) for visit in walk(page, "/b/demo/")}
    page.close()
    return found


def test_an_owner_reaches_the_whole_house(pages):
    kinds = {visit.kind for visit in pages}
    assert {"/b/demo/customers/0/", "/b/demo/invoices/0/", "/b/demo/letters/0/", "/b/demo/tasks/0/"} < kinds
    assert {"/b/demo/plans/", "/b/demo/plans/0/", "/b/demo/customers/0/plans/add/", "/b/demo/settings/plans/"} < kinds
    assert {"/b/demo/reports/ageing/", "/b/demo/reduction/"} < kinds


def test_every_page_is_there_and_says_who_it_is(pages):
    for visit in pages:
        assert visit.status == 200, visit
        assert re.fullmatch(r".+ · Pemberton & Larch Office Supply", visit.title), visit
        assert visit.headings == 1, visit


def test_a_bookkeeper_is_offered_no_door_that_is_shut(open_browser):
    for visit in walk(open_browser("books@demo.example"), "/b/demo/"):
        assert visit.status == 200, visit


def test_axe_has_nothing_against_any_page(pages):
    assert {visit.kind: complaints for visit, complaints in pages.items() if complaints} == {}


@pytest.mark.parametrize("width", [1024, 1280])
def test_no_list_scrolls_sideways_on_a_small_desk(open_browser, width):
    page = open_browser(viewport={"width": width, "height": 800})
    wide = {}
    for path in ("invoices/", "invoices/?show=all", "letters/?show=all", "customers/", "money/", "plans/", "queries/"):
        page.goto(f"/b/demo/{path}")
        wide[path] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert {path: by for path, by in wide.items() if by} == {}


def test_on_a_phone_in_the_dark_no_page_scrolls_sideways_and_axe_has_nothing_against_any(open_browser, pages):
    page = open_browser(viewport=PHONE, color_scheme="dark")
    wide, found = {}, {}
    for visit in pages:
        page.goto(visit.address)
        wide[visit.kind] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[visit.kind] = complaints_of_axe(page)
    assert {kind: pixels for kind, pixels in wide.items() if pixels} == {}
    assert {kind: complaints for kind, complaints in found.items() if complaints} == {}


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/", "/no/such/page/"])
def test_axe_has_nothing_against_the_doors_either(chromium, site, address):
    page = chromium.new_page(base_url=site)
    page.goto(address)
    assert complaints_of_axe(page) == []
    page.close()


def test_slash_goes_to_the_search_and_an_invoice_number_opens_the_invoice(open_browser):
    page = open_browser()
    page.goto("/b/demo/invoices/")
    number = page.locator("tbody tr a").first.inner_text()
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(number)


def test_a_list_narrows_while_one_types_and_keeps_its_address(open_browser):
    page = open_browser()
    page.goto("/b/demo/customers/")
    name = page.locator("tbody tr a").nth(3).inner_text()
    page.locator(".list-search input").press_sequentially(name)
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "q=" in page.url
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_row_opens_by_a_click_anywhere_in_it(open_browser):
    page = open_browser()
    page.goto("/b/demo/customers/")
    row = page.locator("tbody tr").first
    row.locator("td").last.click()
    expect(page).to_have_url(re.compile(r"/customers/\d+/$"))
    assert "Customers" not in page.locator("h1").inner_text()


def test_the_colours_one_chose_are_there_the_next_time(open_browser):
    page = open_browser(color_scheme="light")
    page.click("[data-theme-switch]")
    page.goto("/b/demo/customers/")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_the_first_tab_stop_skips_to_the_content(open_browser):
    page = open_browser()
    page.goto("/b/demo/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_lists_and_search_work_without_script(open_browser):
    page = open_browser(java_script_enabled=False)
    page.goto("/b/demo/invoices/?q=zzzz-no-such-number")
    expect(page.get_by_text("Nothing fits this search.")).to_be_visible()
    page.fill("[data-search]", "zzzz")
    page.press("[data-search]", "Enter")
    expect(page.locator("h1")).to_have_text("Found for “zzzz”")


def test_a_script_written_into_a_page_does_not_run(chromium, site):
    """The policy holds in a browser, not only in a header."""
    page = chromium.new_page(base_url=site)
    page.goto("/accounts/login/")
    page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'window.broken = true';"
        " document.body.append(script); }"
    )
    assert page.evaluate("window.broken") is None
    page.close()


def test_the_bars_are_drawn_and_said(open_browser):
    page = open_browser()
    page.goto("/b/demo/")
    page.wait_for_function("Chart.getChart(document.querySelector('canvas'))")
    heights = page.evaluate("Chart.getChart(document.querySelector('canvas')).data.datasets[0].data")
    assert len(heights) == 5
    assert sum(heights) > 0
