"""What customers do with the link of their letter, on a telephone, and what becomes of it (domain.md 6), by the calendar.

A link taken back, a counter-proposal, half now and half next month with a miss made good, settlements kept and missed.
"""

import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, House, PostOffice
from tests.browser.test_pages import complaints_of_axe

BUSINESS = "--business=quay-tools"
CUSTOMERS = """reference,name,legal_name,contact_name,contact_role,email,address,country,language
C1,Linnet Cafe,Linnet Cafe Ltd,Mary Byrne,ap,mary@linnet.example,"1 Quay, Galway H91 AB12",IE,en
C2,Wren Bakery,Wren Bakery Ltd,Tom Roe,ap,tom@wren.example,"2 Quay, Galway H91 AB12",IE,en
C3,Kite Studio,Kite Studio Ltd,Una Foy,ap,una@kite.example,"3 Quay, Galway H91 AB12",IE,en
C4,Heron Hotel,Heron Hotel Ltd,Ida Roe,ap,ida@heron.example,"4 Quay, Galway H91 AB12",IE,en
C5,Egret Hotel,Egret Hotel Ltd,Joe Orr,ap,joe@egret.example,"5 Quay, Galway H91 AB12",IE,en
"""
INVOICES = """customer_reference,number,issued_on,due_on,currency,total
C1,Q-101,2026-04-15,2026-05-15,EUR,900.01
C2,Q-102,2026-04-15,2026-05-15,EUR,1200.00
C3,Q-103,2026-04-15,2026-05-15,EUR,300.00
C4,Q-104,2026-02-08,2026-03-10,EUR,2000.00
C5,Q-105,2026-02-08,2026-03-10,EUR,2000.00
"""


@pytest.fixture(scope="module")
def quay(house: House, tmp_path_factory) -> Iterator[House]:
    """A business of its own, three of whose customers just got their 30-day letters."""
    folder = tmp_path_factory.mktemp("quay")
    house.manage("create_business", "Quay Tools", "--currency=EUR", "--country=IE", "--time-zone=Europe/Dublin")
    house.manage("add_member", "owner@demo.example", BUSINESS, "--role=owner")
    for kind, text in (("customers", CUSTOMERS), ("invoices", INVOICES)):
        (folder / f"{kind}.csv").write_text(text)
        house.manage(f"import_{kind}", str(folder / f"{kind}.csv"), BUSINESS)
    house.manage("escalate", "--release-imported", BUSINESS)
    house.manage("deliver", "--approve-all", BUSINESS)
    yield house
    house.open()


@pytest.fixture
def phone(open_browser) -> Page:
    """The customer's telephone; nobody is logged in on it."""
    return open_browser("", viewport=PHONE)


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def link_in(mail: EmailMessage) -> str:
    """The customer's link, as it stands in a letter's mail."""
    return re.search(r"/p/[0-9a-z]{26}/", text_of(mail)).group()


def confirm(page: Page, mails: PostOffice, to: str) -> None:
    """Asks for the code, reads it in the mail, types it in."""
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code from the e-mail").fill(re.search(r"\b\d{6}\b", text_of(mails.last_to(to))).group())
    page.get_by_role("button", name="Go on").click()


def sign(page: Page, name: str) -> None:
    """Fills in who signs, ticks what must be ticked, signs."""
    page.get_by_label("Your full name").fill(name)
    page.get_by_label("Your role").fill("Owner")
    for box in page.get_by_role("checkbox").all():
        box.check()
    assert complaints_of_axe(page) == []
    page.get_by_role("button", name="Sign the agreement").click()


def pay(house: House, folder, customer: str, amount: str, on: str) -> None:
    """Money that comes in, as a file of payments."""
    path = folder / f"{customer}-{on}.csv"
    path.write_text(f"customer_reference,received_on,amount,currency,reference\n{customer},{on},{amount},EUR,transfer\n")
    house.manage("import_payments", str(path), BUSINESS)


def customer_page(page: Page, name: str) -> None:
    """The staff's page of this customer."""
    page.goto(f"/b/quay-tools/customers/?q={name}")
    page.locator("table.list tbody a").first.click()
    expect(page.locator("h1")).to_have_text(name)


@pytest.mark.proves("T48", "T50")
def test_a_scanner_changes_nothing_and_a_link_taken_back_opens_nothing(quay, mails, phone, open_browser):
    link = link_in(mails.last_to("una@kite.example"))
    staff = open_browser()
    customer_page(staff, "Kite Studio")
    before = staff.locator("main").inner_text()
    for _again in range(3):
        assert phone.request.get(link).ok
        assert phone.request.head(link).ok
    customer_page(staff, "Kite Studio")
    assert staff.locator("main").inner_text() == before

    staff.on("dialog", lambda dialog: dialog.accept())
    staff.get_by_role("button", name="Revoke").click()
    expect(staff.get_by_role("status")).to_have_text("Revoked: this link opens nothing any more.")
    assert phone.request.get(link).status == 404


@pytest.mark.proves("P19", "P20")
def test_a_proposal_beyond_the_limits_is_answered_and_signed(quay, mails, phone, open_browser):
    link = link_in(mails.last_to("tom@wren.example"))
    phone.goto(f"{link}plan/propose/")
    confirm(phone, mails, "tom@wren.example")
    phone.get_by_label("How much can you pay first?").fill("100")
    phone.get_by_label("How many payments for the rest?").select_option("11")
    phone.get_by_label("What should we know?").fill("The season starts in August.")
    phone.get_by_role("button", name="Show me the payments").click()
    expect(phone.locator("body")).to_contain_text("We have to look at this ourselves")
    phone.get_by_role("button", name="Send this proposal").click()
    expect(phone.locator("h1")).to_have_text("Your proposal is with us.")

    owner = open_browser()
    owner.goto("/b/quay-tools/desk/?q=Wren&who=")
    owner.get_by_role("link", name="Answer a proposed plan", exact=True).click()
    owner.get_by_role("link", name="Answer their proposal").click()
    expect(owner.locator("main")).to_contain_text("The season starts in August.")
    assert complaints_of_axe(owner) == []
    owner.get_by_text("Answer with another plan").click()
    owner.get_by_text("A first payment, then 4 monthly ones").click()
    owner.get_by_role("button", name="Offer this instead").click()

    phone.goto(f"{link}sign/")
    expect(phone.locator("body")).to_contain_text("€240.00")
    sign(phone, "Tom Roe")
    expect(phone.locator("h1")).to_have_text("Signed. Thank you.")


@pytest.mark.proves("P03", "P19", "P23")
def test_half_now_half_next_month(quay, mails, phone, tmp_path):
    link = link_in(mails.last_to("mary@linnet.example"))
    phone.goto(link)
    expect(phone.locator("body")).to_contain_text("€900.01")
    assert complaints_of_axe(phone) == []
    phone.get_by_role("link", name="I need more time").click()
    phone.get_by_role("link", name=re.compile("Half now, half in a month")).click()
    confirm(phone, mails, "mary@linnet.example")
    expect(phone.locator("body")).to_contain_text("€450.01")
    phone.get_by_role("button", name="Go on to the agreement").click()
    sign(phone, "Mary Byrne")
    expect(phone.locator("h1")).to_be_visible()
    signed = mails.last_to("mary@linnet.example")
    assert any(part.get_content_type() == "application/pdf" for part in signed.iter_attachments())

    pay(quay, tmp_path, "C1", "450.01", "2026-06-17")
    quay.open(at="2026-07-27T10:00Z")
    quay.manage("escalate", BUSINESS)
    quay.manage("deliver", "--approve-all", BUSINESS)
    phone.goto(link)
    expect(phone.locator("body")).to_contain_text("not here yet")
    assert "450.00" in text_of(mails.last_to("mary@linnet.example"))

    pay(quay, tmp_path, "C1", "450.00", "2026-07-27")
    quay.manage("escalate", BUSINESS)
    phone.goto(link)
    expect(phone.locator("body")).not_to_contain_text("not here yet")
    quay.manage("verify_ledger", BUSINESS)


@pytest.fixture
def offered(quay, open_browser, phone, mails):
    """At 90 days: offers this customer to settle for 1,800.00 by 31 July; they accept it by a link made for them."""

    def offer(customer: str, address: str) -> Page:
        owner = open_browser()
        customer_page(owner, customer)
        owner.goto(owner.url + "settlements/add/")
        owner.get_by_label("We take").fill("1800.00")
        owner.get_by_label("They accept by").fill("2026-07-29")
        owner.get_by_label("The money is here by").fill("2026-07-31")
        owner.get_by_label("Draft the letter").uncheck()
        assert complaints_of_axe(owner) == []
        owner.get_by_role("button", name="Offer it").click()
        settlement = owner.url
        customer_page(owner, customer)
        owner.get_by_role("link", name="Make a link").click()
        owner.get_by_label("With it").select_option(index=1)
        owner.locator("main form button.btn-primary").click()
        phone.goto(owner.locator("#address").input_value())
        phone.get_by_role("link", name="See the offer").click()
        if "/code/" in phone.url:
            confirm(phone, mails, address)
        phone.get_by_label("Your full name").fill("Ida Roe")
        phone.get_by_role("button", name="Accept the offer").click()
        owner.goto(settlement)
        return owner

    return offer


@pytest.mark.proves("P05")
def test_a_settlement_kept_on_its_last_day_is_credited(quay, offered, tmp_path):
    quay.open(at="2026-07-28T10:00Z")
    owner = offered("Heron Hotel", "ida@heron.example")
    quay.open(at="2026-07-31T10:00Z")
    pay(quay, tmp_path, "C4", "1800.00", "2026-07-31")
    quay.manage("escalate", BUSINESS)
    owner.reload()
    expect(owner.locator("main")).to_contain_text("Paid as agreed")
    owner.goto("/b/quay-tools/invoices/?q=Q-104&show=paid")
    expect(owner.locator("table.list")).to_contain_text("Q-104")


@pytest.mark.proves("P05")
def test_a_settlement_paid_a_day_late_revives_the_rest(quay, offered, tmp_path):
    quay.open(at="2026-07-28T10:00Z")
    owner = offered("Egret Hotel", "joe@egret.example")
    quay.open(at="2026-08-03T10:00Z")
    pay(quay, tmp_path, "C5", "1800.00", "2026-08-01")
    quay.manage("escalate", BUSINESS)
    owner.reload()
    expect(owner.locator("main")).to_contain_text("Not paid as agreed")
    owner.goto("/b/quay-tools/invoices/?q=Q-105")
    expect(owner.locator("table.list")).to_contain_text("200.00")
    quay.manage("verify_ledger", BUSINESS)
