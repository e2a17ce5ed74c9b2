"""From the 30-day letter to the last instalment, as the customer lives it on a telephone (domain.md 6): link, code, signature,
a missed instalment made good, a counter-proposal, a query with a photo, a link that is taken back."""

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
"""
INVOICES = """customer_reference,number,issued_on,due_on,currency,total
C1,Q-101,2026-04-15,2026-05-15,EUR,900.01
C2,Q-102,2026-04-15,2026-05-15,EUR,1200.00
C3,Q-103,2026-04-15,2026-05-15,EUR,300.00
"""


@pytest.fixture(scope="module")
def quay(house: House, tmp_path_factory) -> Iterator[House]:
    """A business of its own, whose three customers just got their 30-day letters."""
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
    quay.open()
