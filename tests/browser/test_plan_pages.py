"""Plans for staff in a browser: the dates follow what is chosen, with a script and without, and an offer is one click away."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.test_pages import complaints_of_axe

# Owes overdue money in one currency and has no plan; nobody else's test touches them.
CUSTOMER = "Joan Umney Bookbinding"


def to_offer(page: Page) -> None:
    """From the list of customers to the form that offers this one a plan."""
    page.goto(f"/b/demo/customers/?q={CUSTOMER}")
    page.locator("table.list tbody a").first.click()
    page.locator(".page-actions summary").click()
    page.get_by_role("link", name="Offer a payment plan").click()
    expect(page.locator("h1")).to_have_text("What can they pay, and when?")


def choose_own(page: Page) -> None:
    page.get_by_label("A plan of its own").check()
    page.get_by_label("Then instalments").fill("3")
    page.get_by_label("How often").select_option("week")
    page.get_by_label("The first of them on").fill("2026-06-24")


def test_without_a_script_the_dates_are_shown_by_a_button(open_browser):
    page = open_browser("books@demo.example", java_script_enabled=False, viewport=PHONE)
    to_offer(page)
    choose_own(page)
    page.get_by_role("button", name="Show the dates").click()
    expect(page.locator("#plan-preview tbody tr")).to_have_count(3)


@pytest.mark.proves("P24")
def test_the_dates_follow_what_is_chosen_and_an_offer_is_one_click(open_browser):
    page = open_browser("books@demo.example")
    to_offer(page)
    expect(page.locator("#plan-preview tbody tr")).to_have_count(2)
    page.get_by_label("4 weekly payments").check()
    expect(page.locator("#plan-preview tbody tr")).to_have_count(4)
    choose_own(page)
    page.get_by_label("Then instalments").press("Tab")
    expect(page.locator("#plan-preview tbody tr")).to_have_count(3)
    expect(page.locator("#plan-preview")).to_contain_text("24 Jun 2026")
    assert complaints_of_axe(page) == []
    page.get_by_label("4 weekly payments").check()
    page.get_by_role("button", name="Offer it").click()
    expect(page.get_by_role("status")).to_contain_text("On offer until")
    assert complaints_of_axe(page) == []
    page.goto("/b/demo/plans/?show=offered")
    expect(page.locator("table.list")).to_contain_text(CUSTOMER)
