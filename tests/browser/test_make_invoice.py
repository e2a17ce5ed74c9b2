"""An invoice made in a browser: lines added while the sum follows, without a script too, checked, issued, sent, credited."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.test_pages import complaints_of_axe

# Nobody else's test touches them.
CUSTOMER = "Elspeth Farthing Garden Design"


def to_form(page: Page) -> None:
    """From the list of customers to an empty invoice for this one."""
    page.goto(f"/b/demo/customers/?q={CUSTOMER}")
    page.locator("table.list tbody a").first.click()
    page.locator(".page-actions summary").click()
    page.get_by_role("link", name="Make an invoice").click()
    expect(page.locator("h1")).to_have_text(f"What did {CUSTOMER} buy?")


def write(page: Page, place: int, what: str, price: str) -> None:
    line = page.locator(".draft-line").nth(place)
    line.get_by_label("What").fill(what)
    line.get_by_label("Price each").fill(price)
    line.get_by_label("Tax in %").fill("20")
    line.get_by_label("Tax in %").press("Tab")


def test_without_a_script_lines_are_added_and_added_up_by_buttons(open_browser):
    page = open_browser("books@demo.example", java_script_enabled=False, viewport=PHONE)
    to_form(page)
    write(page, 0, "Copy paper, five boxes", "32.50")
    page.get_by_role("button", name="Add a line").click()
    expect(page.locator(".draft-line")).to_have_count(2)
    write(page, 1, "Delivery to the door", "10")
    page.get_by_role("button", name="Add it up").click()
    expect(page.locator("#draft-sums li").last).to_have_text("To pay£51.00")
    page.get_by_role("button", name="Remove line 1").click()
    expect(page.locator(".draft-line")).to_have_count(1)


@pytest.mark.proves("P13")
def test_an_invoice_is_made_checked_issued_sent_and_credited(open_browser, mails):
    page = open_browser()
    to_form(page)
    write(page, 0, "Copy paper, five boxes", "32.50")
    expect(page.locator("#draft-sums li").last).to_have_text("To pay£39.00")
    assert complaints_of_axe(page) == []
    page.get_by_label("Their order number").fill("PO-77")
    page.get_by_role("button", name="Save and check").click()
    expect(page.locator("h1")).to_have_text(f"May this invoice go to {CUSTOMER}?")
    assert complaints_of_axe(page) == []
    while page.get_by_role("button", name="Let it pass").count():
        page.get_by_role("button", name="Let it pass").first.click()
    page.get_by_role("link", name="Issue it").click()
    expect(page.locator("h1")).to_contain_text("Issue invoice 2026-")
    assert complaints_of_axe(page) == []
    page.get_by_role("button", name="Issue it").click()
    expect(page.get_by_role("status").first).to_contain_text("is issued.")
    assert complaints_of_axe(page) == []
    [number] = re.findall(r"2026-\d+", page.locator("h1").inner_text())
    assert [mail["Subject"] for mail in mails.mails if number in mail["Subject"]] == [
        f"Invoice {number} from Pemberton & Larch Office Supply"
    ]
    page.get_by_role("link", name="Credit it").click()
    assert complaints_of_axe(page) == []
    page.get_by_role("button", name="Issue the credit note").click()
    expect(page.locator("h1")).to_contain_text("Credit note 2026-")
    expect(page.locator("#messages")).to_contain_text("It went to")
    assert "Credit note" in mails.mails[-1]["Subject"]
    assert complaints_of_axe(page) == []
