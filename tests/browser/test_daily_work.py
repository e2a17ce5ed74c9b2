"""A bookkeeper's morning in a real browser: letters and payments from the keyboard, flags without script."""

import re

from playwright.sync_api import Page, expect


def open_first(page: Page, address: str) -> None:
    """Opens the first row of a list."""
    page.goto(address)
    page.locator("table.list tbody a").first.click()


def test_letters_are_approved_one_after_the_other_with_one_key(open_browser):
    page = open_browser("books@demo.example")
    open_first(page, "/b/demo/letters/")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Approved")


def test_a_payment_is_booked_with_one_key(open_browser):
    page = open_browser("books@demo.example")
    open_first(page, "/b/demo/invoices/?show=overdue")
    page.get_by_role("link", name="Enter a payment").click()
    expect(page.get_by_label("Amount", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("booked on")
    expect(page.locator(".answers")).to_contain_text("Nothing")


def test_a_flag_needs_no_script(open_browser):
    page = open_browser("books@demo.example", java_script_enabled=False)
    open_first(page, "/b/demo/customers/")
    page.goto(page.url + "flags/")
    page.get_by_label("No reminders", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("No reminders: on.")


def test_older_events_come_in_place(open_browser):
    page = open_browser("books@demo.example")
    open_first(page, "/b/demo/customers/")
    shown = page.locator(".story > li")
    before = shown.count()
    page.get_by_role("link", name="Show older").click()
    expect(shown.nth(before)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/customers/\d+/$"))
