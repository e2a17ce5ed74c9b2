"""A bookkeeper's Monday in a real browser: a statement is dropped in, what is certain is booked, the rest from the keyboard."""

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.test_pages import complaints_of_axe

BOOKS = "books@demo.example"


def owed(page: Page, at: int) -> tuple[str, str, str]:
    """(number, customer, what is open) of a late invoice in pounds, as the list has it."""
    rows = page.request.get("/b/demo/invoices/?show=overdue&format=csv").text().lstrip("\ufeff")
    table = [row for row in csv.DictReader(io.StringIO(rows)) if row["Currency"] == "GBP" and float(row["Open"]) > 100]
    by_customer = {row["Customer"]: row for row in table}
    row = list(by_customer.values())[at]
    return row["Invoice"], row["Customer"], row["Open"]


def statement(*lines: tuple[str, str, str]) -> bytes:
    """A bank's table of these lines: amount, payer, text."""
    rows = [f"2026-06-16,{amount},GBP,{payer},{text}" for amount, payer, text in lines]
    return "\n".join(["Booking date,Amount,Currency,Payer,Description", *rows]).encode()


def drop(page: Page, name: str, content: bytes) -> None:
    """Brings a file in and opens what became of it."""
    page.goto("/b/demo/money/upload/")
    page.set_input_files("[name=files]", {"name": name, "mimeType": "text/csv", "buffer": content})
    line = page.locator("[data-uploads] a")
    expect(line).to_have_text(name)
    line.click()


def test_a_statement_from_upload_to_undo(open_browser):
    page = open_browser(BOOKS)
    page.goto("/b/demo/")
    (number, who, sum_), other = owed(page, 0), owed(page, 1)
    drop(page, "monday.csv", statement((sum_, who, f"Invoice {number}"), ("61.00", "Nobody Known", "hello")))
    answers = page.locator(".answers")
    expect(answers.locator("dd").first).to_contain_text("2")
    expect(answers.locator("dd.is-green")).to_contain_text("1")

    page.goto("/b/demo/money/lines/?q=Nobody+Known")
    page.locator("tbody a").first.click()
    page.fill("main [name=q]", other[1])
    page.keyboard.press("Enter")
    page.locator(".choices a").first.click()
    parts = page.locator("[name^=part-]")
    for place in range(parts.count()):
        parts.nth(place).fill("")
    parts.first.fill("60")
    page.get_by_role("button", name="Book it so").click()
    expect(page.locator("#messages")).to_contain_text(f"Booked for {other[1]}")

    page.goto("/b/demo/money/lines/?show=itself&q=" + number)
    page.get_by_role("link", name=re.compile("Take back")).first.click()
    expect(page.locator("main")).to_contain_text("These invoices are as open as before.")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("main")).to_contain_text("To be matched")


def test_the_keyboard_confirms_chooses_leaves_and_undoes(open_browser):
    page = open_browser(BOOKS)
    page.goto("/b/demo/money/waiting/")
    cards = page.locator("[data-line]")
    before = cards.count()
    assert before >= 3
    first = page.locator(".bank-card").first
    expect(first.locator("[data-choice='1']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(cards).to_have_count(before - 1)
    expect(page.locator(".bank-card").nth(1)).to_have_class(re.compile("is-current"))
    page.keyboard.press("u")
    expect(cards).to_have_count(before)
    expect(first).to_have_class(re.compile("is-current"))
    page.keyboard.press("j")
    expect(page.locator(".bank-card").nth(1)).to_have_class(re.compile("is-current"))
    page.keyboard.press("x")
    expect(cards).to_have_count(before - 1)
    expect(page.locator(".bank-card").nth(2)).to_have_class(re.compile("is-current"))
    page.keyboard.press("u")
    expect(cards).to_have_count(before)
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile(r"/money/lines/\d+/#whose-words"))
    expect(page.get_by_role("searchbox", name="Customer or invoice number")).to_be_focused()


def test_one_click_books_without_script(open_browser):
    page = open_browser(BOOKS, java_script_enabled=False)
    page.goto("/b/demo/money/waiting/")
    before = page.locator("[data-line]").count()
    page.get_by_role("button", name=re.compile("^Confirm")).first.click()
    expect(page.locator("#messages")).to_contain_text("Booked.")
    expect(page.locator("[data-line]")).to_have_count(before - 1)


def test_a_payment_by_hand_from_the_first_page(open_browser):
    page = open_browser(BOOKS)
    page.goto("/b/demo/money/")
    number, _who, _sum = owed(page, 2)
    expect(page.locator("#enter")).to_be_focused()
    page.keyboard.type(number)
    expect(page.locator("#payables")).to_contain_text(number)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Amount", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text(f"booked on {number}")
    expect(page).to_have_url(re.compile(r"/money/$"))


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_axe_has_nothing_against_the_pages_no_link_leads_to(open_browser, viewport):
    page = open_browser(BOOKS, **({"viewport": viewport} if viewport else {}))
    drop(page, "odd.csv", b"Wann;Wieviel;Wozu\n2026-06-15;4.00;x\n2026-06-16;5.00;y\n")
    page.get_by_role("link", name="Say how to read it").click()
    assert complaints_of_axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
