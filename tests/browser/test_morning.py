"""A bookkeeper's morning at the telephone: seven calls, and what each of them brings about (domain.md 4)."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import complaints_of_axe


@pytest.fixture
def page(open_browser) -> Page:
    return open_browser("books@demo.example")


def dial(page: Page, what: str, customer: str) -> None:
    """From the desk to the call sheet of this customer's call."""
    page.goto(f"/b/demo/desk/?q={customer}")
    page.get_by_role("link", name=what, exact=True).click()
    # Not before its scripts are there: a key pressed earlier is nobody's.
    page.wait_for_url("**/call/")
    expect(page.locator("h1")).to_have_text(customer)


def ring(page: Page, customer: str) -> None:
    """They rang us: the call sheet without a task."""
    page.goto(f"/b/demo/customers/?q={customer}")
    page.locator("table.list tbody a").first.click()
    page.get_by_role("link", name="Call", exact=True).click()
    page.wait_for_url("**/call/")
    page.get_by_label("They rang us").check()


def hear(page: Page, reason: str) -> None:
    """Reached, with this reason: its questions come by themselves, and axe has nothing against them."""
    page.get_by_label("Reached", exact=True).check()
    page.get_by_label("Why they have not paid").select_option(reason)
    expect(page.locator("#of-reason .notice")).to_be_visible()
    assert complaints_of_axe(page) == []


def save(page: Page) -> str:
    """Saves the call; what the desk then says of it."""
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/b/demo/desk/")
    return page.get_by_role("status").inner_text()


def waiting(page: Page, customer: str, when: str = "now") -> list[str]:
    """What is on the desk about this customer."""
    page.goto(f"/b/demo/desk/?q={customer}&when={when}&who=")
    return page.locator("tr[data-task] td:first-child a").all_inner_texts()


@pytest.mark.proves("P02")
def test_a_courtesy_call_by_four_keys(page):
    page.goto("/b/demo/desk/?q=Hobnail")
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.wait_for_url("**/call/")
    expect(page.get_by_role("heading", name="What to say: Courtesy call")).to_be_visible()
    page.keyboard.press("1")
    assert "Noted: Hobnail Boots." in save(page)
    assert waiting(page, "Hobnail Boots") == []


@pytest.mark.proves("P04", "P06", "P18")
def test_an_excuse_with_a_promise(page):
    dial(page, "Listening call", "Nightjar Theatre Company")
    hear(page, "R04")
    page.get_by_label("What date is it and how do you pay?").fill("Friday the 26th, by transfer")
    page.locator("[name=promise-0-amount]").fill("471.60")
    page.locator("[name=promise-0-due_on]").fill("2026-06-26")
    told = save(page)
    assert "Promised until 26 Jun 2026." in told
    assert "A letter waits for your look." in told
    assert waiting(page, "Nightjar Theatre Company", "later") == ["Promise falls due"]
    page.goto("/b/demo/promises/?q=Nightjar")
    expect(page.locator("table.list")).to_contain_text("£471.60")


@pytest.mark.proves("P06", "P07")
def test_a_broken_promise_and_a_transfer_said_to_be_on_its_way(page):
    dial(page, "Call about a broken promise", "Rabenfels Verlag GmbH")
    expect(page.locator(".script blockquote").first).to_contain_text("€1,119.82 of it is not here. What happened?")
    hear(page, "R05")
    page.get_by_label("What date was it sent, for how much?").fill("On Monday, €500.00")
    save(page)
    desk = waiting(page, "Rabenfels Verlag GmbH")
    assert "Check what was said" in desk
    assert "Call about a broken promise" not in desk
    assert "Call back" in waiting(page, "Rabenfels Verlag GmbH", "later")


@pytest.mark.proves("P14", "P15")
def test_a_query_is_opened_and_resolved(page):
    ring(page, "Moonraker Brewery")
    hear(page, "R10")
    page.locator("[name=query-0-invoice]").select_option(index=1)
    page.locator("[name=query-0-amount]").fill("120.00")
    page.locator("[name=query-0-summary]").fill("The quote said 15 % off.")
    assert "What they contest is not asked for while it is open." in save(page)
    assert "Answer a query" in waiting(page, "Moonraker Brewery")
    page.get_by_role("link", name="Answer a query", exact=True).click()
    page.get_by_role("link", name="See the query").click()
    assert complaints_of_axe(page) == []
    page.get_by_role("button", name="They had a first answer").click()
    page.get_by_role("link", name="Close the query").click()
    page.get_by_label("The customer was partly right").check()
    page.get_by_label("If they were right").select_option(index=3)
    page.get_by_label("What was found").fill("The quote stood, we credit 60.00.")
    assert complaints_of_axe(page) == []
    page.get_by_role("button", name="Close the query").click()
    expect(page.get_by_role("status")).to_contain_text("Now is the time to ask for payment.")
    assert "Answer a query" not in waiting(page, "Moonraker Brewery")


@pytest.mark.proves("P05", "P24")
def test_hardship_and_a_plan_that_fits(page):
    ring(page, "Bellwether Wool")
    hear(page, "R13")
    page.locator(".plan-choice label").nth(1).click()
    assert "The plan is on offer." in save(page)
    assert {"Payment plan on offer", "Early warning"} <= set(waiting(page, "Bellwether Wool"))


@pytest.mark.proves("P17")
def test_a_wrong_number(page):
    dial(page, "Courtesy call", "Ironbridge Lane Garage")
    page.keyboard.press("2")
    save(page)
    assert sorted(waiting(page, "Ironbridge Lane Garage")) == ["Find a contact", "Match money received"]


@pytest.mark.proves("P06", "P18")
def test_a_refusal_goes_to_the_owner(page):
    dial(page, "Negotiation call", "Larkrise Nurseries")
    hear(page, "R19")
    assert "A letter waits for your look." in save(page)
    page.goto("/b/demo/desk/?q=Larkrise&who=owner")
    expect(page.locator("tr[data-task]").filter(has_text="Owner's decision").first).to_contain_text("for the owner")


@pytest.mark.proves("P14")
def test_the_next_morning_asks_for_the_money_after_the_query(page, house):
    house.manage("escalate", "--business=demo", "--on=2026-06-18")
    assert "Call back" in waiting(page, "Moonraker Brewery", "later")
    assert "Review a letter" in waiting(page, "Moonraker Brewery", "later")
    assert "Owner's decision" in waiting(page, "Larkrise Nurseries")


def test_a_closed_tab_loses_nothing(page):
    dial(page, "Courtesy call", "Cobblestone Lettings")
    hear(page, "R08")
    page.get_by_label("Could you pay it while we talk?").fill("On Friday")
    page.locator("[name=promise-0-amount]").fill("20.00")
    page.get_by_text("A contact put right").click()
    page.locator("[name=right_email]").fill("office@cobblestone.example")
    page.goto("/b/demo/")
    dial(page, "Courtesy call", "Cobblestone Lettings")
    expect(page.get_by_label("Could you pay it while we talk?")).to_have_value("On Friday")
    expect(page.locator("[name=promise-0-amount]")).to_have_value("20.00")
    expect(page.locator("[name=right_email]")).to_be_visible()
    expect(page.locator("[name=callback_on]")).to_be_hidden()
    expect(page.get_by_label("Why they have not paid")).to_have_value("R08")
