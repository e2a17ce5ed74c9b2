"""An owner's Monday in a real browser: the dashboard is read, and each number followed to the rows that make it up."""

import csv
import io
import re
from decimal import Decimal
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.test_pages import complaints_of_axe

HOME = "/b/demo/"


@pytest.fixture(scope="module")
def counted(house) -> None:
    """A night has counted."""
    house.manage("score", "--business", "demo", "--backfill", "3")


def number(words: str) -> Decimal:
    """The number in "£1,250.00"."""
    return Decimal(re.sub(r"[^\d.-]", "", words))


def rows_behind(page: Page, link: str, column: str, currency: str = "GBP") -> Decimal:
    """The sum of a column of the file the list behind a link gives, in one currency; the page it opens is there too."""
    assert page.request.get(link).status == 200
    parts = urlsplit(link)
    text = page.request.get(f"{parts.path}?{parts.query}&{urlencode({'format': 'csv'})}").text().lstrip("\ufeff")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["Currency"] == currency]
    assert rows, link
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def answer(page: Page, label: str):
    """The figure under this heading."""
    return page.locator(".answer", has=page.get_by_text(label, exact=True)).locator("dd > a").first


@pytest.mark.usefixtures("counted")
def test_every_sum_is_that_of_the_rows_behind_it(open_browser):
    page = open_browser()
    page.goto(HOME)
    for label, column in {
        "Owed to you": "Open",
        "Overdue": "Open",
        "Came in, last 30 days": "Amount",
        "In dispute": "Amount",
    }.items():
        figure = answer(page, label)
        assert number(figure.inner_text()) == rows_behind(page, figure.get_attribute("href"), column), label


@pytest.mark.usefixtures("counted")
def test_the_bars_their_table_and_their_invoices_agree(open_browser):
    page = open_browser()
    page.goto(HOME)
    page.wait_for_function("Chart.getChart(document.querySelector('[data-chart=chart-ageing]'))")
    drawn = page.evaluate("Chart.getChart(document.querySelector('[data-chart=chart-ageing]')).data.datasets[0].data")
    table = page.locator("section:has(#ageing) tbody tr")
    assert len(drawn) == table.count() == 5
    for place, height in enumerate(drawn):
        row = table.nth(place)
        told = number(row.locator("td").inner_text())
        assert told == Decimal(str(height)).quantize(told)
        if told:
            assert told == rows_behind(page, row.locator("a").get_attribute("href"), "Open")


@pytest.mark.usefixtures("counted")
def test_promises_and_queries_open_their_lists(open_browser):
    page = open_browser()
    page.goto(HOME)
    card = page.locator("section:has(#agreed)")
    promised = card.locator("dd a").first
    if number(promised.inner_text()):
        promised_sum, came = (rows_behind(page, promised.get_attribute("href"), column) for column in ("Amount", "Received"))
        assert number(promised.inner_text()) == promised_sum - came
    ages = card.locator("tbody tr")
    assert ages.count() > 0
    for row in ages.all():
        told = number(row.locator("td").nth(1).inner_text())
        assert told == rows_behind(page, row.locator("th a").get_attribute("href"), "Amount")


@pytest.mark.usefixtures("counted")
def test_each_figure_of_the_night_opens_its_report(open_browser):
    page = open_browser()
    page.goto(HOME)
    links = page.locator(".pair-list dd > a, .board h2 a").evaluate_all("all => all.map(one => [one.innerText, one.href])")
    assert len(links) >= 5
    for words, link in links:
        assert page.request.get(link).status == 200, words


@pytest.mark.usefixtures("counted")
def test_another_currency_is_one_click_away_and_never_added(open_browser):
    page = open_browser()
    page.goto(HOME)
    page.get_by_role("navigation", name="Currency").get_by_role("link", name="EUR").click()
    figure = answer(page, "Owed to you")
    expect(figure).to_contain_text("€")
    assert number(figure.inner_text()) == rows_behind(page, figure.get_attribute("href"), "Open", "EUR")
    assert "£" not in page.locator(".account-figures").inner_text()


@pytest.mark.usefixtures("counted")
def test_a_decision_is_put_off_with_one_click_and_without_script(open_browser):
    page = open_browser(java_script_enabled=False)
    page.goto(HOME)
    before = number(page.locator("#decide span").inner_text())
    assert before > 0
    page.locator(".deciding").get_by_role("button", name=re.compile("^In two weeks")).first.click()
    expect(page.locator("#messages")).to_contain_text("Put off.")
    expect(page).to_have_url(re.compile(r"/b/demo/$"))
    assert number(page.locator("#decide span").inner_text()) == before - 1


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("viewport", [None, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_against_it_and_it_fits(open_browser, viewport, scheme):
    page = open_browser(color_scheme=scheme, **({"viewport": viewport} if viewport else {}))
    page.goto(HOME)
    page.evaluate("document.querySelectorAll('main details').forEach(fold => { fold.open = true; })")
    assert complaints_of_axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    inside = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText.slice(0, 40))"
    assert page.locator(".board > section").evaluate_all(inside) == []


@pytest.mark.usefixtures("counted")
def test_each_chart_is_said_and_its_table_is_there(open_browser):
    page = open_browser()
    page.goto(HOME)
    charts = page.locator("canvas[role=img]")
    assert charts.count() >= 3
    for chart in charts.all():
        assert len(chart.get_attribute("aria-label")) > 20
    expect(page.locator(".figures-behind table")).to_have_count(charts.count())


@pytest.mark.usefixtures("counted")
def test_it_prints_on_one_page(open_browser):
    page = open_browser(color_scheme="dark")
    page.goto(HOME)
    page.wait_for_function("Chart.getChart(document.querySelector('canvas'))")
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


@pytest.mark.usefixtures("counted")
def test_a_bookkeeper_reads_it_without_the_owners_decisions(open_browser):
    page = open_browser("books@demo.example")
    page.goto(HOME)
    expect(answer(page, "Owed to you")).to_be_visible()
    expect(page.get_by_text("Only you can decide")).to_have_count(0)


def test_the_weekly_summary_is_switched_off_by_its_reader(open_browser):
    page = open_browser()
    page.goto(HOME)
    page.locator(".user-menu summary").click()
    page.get_by_role("link", name="Weekly summary by e-mail").click()
    box = page.get_by_role("checkbox", name=re.compile("Send it to owner@demo.example"))
    expect(box).to_be_checked()
    box.uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#messages")).to_contain_text("no weekly summary any more")
    expect(box).not_to_be_checked()
