"""Every door of the house, tried by somebody who should not get in: found from the addresses themselves, so none is forgotten."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from PIL import Image

from arcollect.dates import Calendar
from customers.attachments import attach
from customers.call_texts import call_text_of, save_call_text
from customers.claims import open_claim
from customers.documents import store
from customers.models import (
    AccountChange,
    Contact,
    Conversation,
    Customer,
    Document,
    Event,
    ImportBatch,
    Letter,
    Membership,
    Task,
)
from customers.profile import save_logo
from invoices.agreeing import make_promise
from invoices.disputing import open_dispute
from invoices.imports import uploads
from invoices.linking import issue_link
from invoices.models import (
    BankLine,
    Dispute,
    DraftInvoice,
    Invoice,
    InvoiceDetail,
    Payment,
    PaymentPlan,
    ReferenceRate,
    RemittanceAdvice,
    Settlement,
    Signature,
    SyncConflict,
    SyncSource,
)
from invoices.portal.tokens import new_token
from invoices.refunding import pay_back
from invoices.writing_off import write_off
from reminders.merging import merge
from reminders.models import HandOff, Policy, PrintRun, Reminder, Wording
from reminders.nightly import escalate
from tests import make
from tests.invoices import bank

# Who has no business here: what only an owner may open (architecture.md, "Tenancy and access").
OWNERS_ONLY = {
    "settings",
    "settings-logo",
    "settings-logo-remove",
    "settings-rules",
    "settings-release",
    "policy-list",
    "policy-preset",
    "policy-edit",
    "policy-preview",
    "policy-simulation",
    "policy-copy",
    "policy-default",
    "policy-archive",
    "policy-history",
    "policy-restore",
    "settings-release-choose",
    "settings-release-confirm",
    "settings-contact",
    "settings-plans",
    "settings-numbers",
    "sync-add",
    "sync-edit",
    "sync-switch",
    "sync-remove",
    "plan-accept",
    "plan-refuse",
    "plan-end",
    "plan-countersign",
    "settings-closing",
    "settings-closing-remove",
    "rate-list",
    "rate-save",
    "rate-forget",
    "interest-waive",
    "interest-claim",
    "decision",
    "decision-final",
    "decision-hand-off",
    "decision-write-off",
    "handoff-file",
    "handoff-take-back",
    "handoff-close",
    "settlement-add",
    "settlement-cancel",
    "settlement-waive",
    "calltext-list",
    "calltext-edit",
    "calltext-history",
    "calltext-version",
    "calltext-reset",
    "wording-list",
    "wording-edit",
    "wording-pdf",
    "wording-reset",
    "wording-history",
    "wording-version",
    "member-list",
    "member-role",
    "member-remove",
    "member-remind",
    "small-write-off",
    "small-take-back",
}
# Open without a log-in, or with a lock of its own kind; everything else needs at least a log-in.
PUBLIC = re.compile(r"^(accounts/|health/$|stop/|p/<)")
STAFF = "b/<slug:business>/"
# Every business has a text of each code and language.
OF_A_ROW = re.compile(r"<(?!slug:(code|language)>)")
OPENS = {200, 302, 405}


@dataclass(frozen=True)
class Door:
    """An address of the staff: its route below the business, and its name."""

    route: str
    name: str

    def address(self, slug: str, rows: dict[str, str]) -> str:
        """Where it is for this business, with the row its route speaks of."""
        path = self.route
        for prefix, value in rows.items():
            path = path.replace(prefix, value)
        assert "<" not in path, f"Say in test_doors.py which row {self.route} is about."
        return f"/b/{slug}/{path}"


def routes(patterns, start: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, start + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield start + str(pattern.pattern), pattern.name


ALL = list(routes(get_resolver().url_patterns))
DOORS = [Door(route.removeprefix(STAFF), name) for route, name in ALL if route.startswith(STAFF)]


def logo() -> bytes:
    file = BytesIO()
    Image.new("RGB", (4, 4)).save(file, "PNG")
    return file.getvalue()


def settlement_of(customer) -> Settlement:
    days = {name: make.day("2026-07-31") for name in ("offered_on", "accept_by", "pay_by")}
    return Settlement.objects.create(business=customer.business, customer=customer, currency="USD", total=10, amount=8, **days)


def hand_off_of(customer) -> HandOff:
    pack = store(business=customer.business, content=b"PK", content_type="application/zip", name="pack.zip")
    common = {"business": customer.business, "customer": customer, "handed_on": make.day("2026-07-31"), "pack": pack}
    return HandOff.objects.create(currency="EUR", amount=10, agency="Meridian", **common)


def signed_plan(acme: Customer, about: Invoice, paper: Document) -> PaymentPlan:
    """A plan with its agreement and a signed copy."""
    plan = make.plan(acme, {about: "20"}, {"2026-07-10": "20"}, offered="2026-06-30")
    PaymentPlan.objects.filter(pk=plan.pk).update(document=paper)
    make.sign(plan, "2026-06-30")
    signed = {"name": "Jane", "record": {}, "record_sha256": "f" * 64, "signed_at": timezone.now()}
    Signature.objects.create(business=acme.business, plan=plan, party="customer", document=paper, evidence=paper, **signed)
    return plan


@pytest.fixture
def rows(business, owner, bookkeeper) -> dict[str, str]:
    """A lived-in business: beginning of a route -> the same with a row of ours."""
    save_logo(business=business, content=logo(), content_type="image/png", actor=owner)
    acme = make.customer(business, "Acme")
    make.contact(acme)
    first = make.invoice(acme, "INV-1", issued="2026-03-26", due="2026-04-25")
    make.payment(acme, "40", on="2026-05-01", split={first: "40"})
    escalate(business, make.day("2026-06-30"))
    open_dispute(invoice=first, code="PRICE", amount=Decimal(10), on=make.day("2026-06-30"), calendar=Calendar())
    table = uploads.receive(business=business, kind="customers", content=b"reference,name\nC1,Birch\n", name="customers.csv")
    counts = {"created": 1, "updated": 0, "unchanged": 0, "refused": 0}
    batch = ImportBatch.objects.create(business=business, kind="customers", sha256=table.sha256, counts=counts)
    Invoice.objects.update(document=table)
    rate = ReferenceRate.objects.create(business=business, reference="ECB", on=make.day("2027-01-01"), percent=2)
    claim = open_claim(customer=acme, what="It was sent.", how="bank", check_by=make.day("2026-07-02"), on=make.day("2026-06-30"))
    dates = {"made_on": make.day("2026-06-30"), "due_on": make.day("2026-07-06")}
    promise = make_promise(customer=acme, currency="USD", amount=Decimal(5), **dates)
    what = {"purpose": "letter", "currency": "USD", "invoices": [first.pk], "token": new_token()}
    link = issue_link(customer=acme, **what, today=make.day("2026-06-30"))
    bank.store(business, bank.line("5", payer="Nobody"))
    line = BankLine.objects.select_related("statement__batch").get()
    paper = SimpleUploadedFile("note.txt", b"Delivered.")
    found = {
        "accounts/": AccountChange.objects.create(
            business=business, values={"iban": ""}, members=[bookkeeper.pk], asked_by=owner, asked_at=timezone.now()
        ),
        "settlements/": settlement_of(acme),
        "hand-offs/": hand_off_of(acme),
        "claims/": claim,
        "conversations/": Conversation.objects.create(business=business, customer=acme, at=timezone.now(), outcome="NO_ANSWER"),
        "promises/": promise,
        "plans/": signed_plan(acme, first, table),
        "papers/": attach(customer=acme, subject=f"claim:{claim.pk}", upload=paper, by=owner),
        "customers/": acme,
        "contacts/": Contact.objects.get(),
        "tasks/": Task.objects.filter(customer=acme).first(),
        "invoices/": Invoice.objects.get(),
        "drafts/": DraftInvoice.objects.create(
            business=business, customer=acme, currency="USD", issue_on=make.day("2026-06-30"), terms_days=30
        ),
        "disputes/": Dispute.objects.get(),
        "payments/": Payment.objects.get(amount=40),
        "credit-notes/": make.credit_note(acme, "10", on="2026-05-01"),
        "money/lines/": line,
        "money/statements/": line.statement,
        "money/files/": line.statement.batch,
        "money/refunds/": pay_back(source=make.payment(acme, "7", on="2026-05-01"), amount=Decimal(7), on=make.day("2026-05-02")),
        "money/advices/": RemittanceAdvice.objects.create(business=business, customer=acme, currency="USD", total=5),
        "money/write-offs/": write_off(
            invoice=first, amount=Decimal("0.50"), kind="small", on=make.day("2026-06-30"), reason="Too small."
        ),
        "letters/": Letter.objects.get(),
        "links/": link,
        "merges/": merge(kept=acme, gone=make.customer(business, "Acme again"), on=make.day("2026-06-30"), actor=owner),
        "piles/": PrintRun.objects.create(business=business, printed_on=make.day("2026-06-30")),
        "steps/": Reminder.objects.filter(customer=acme).first(),
        "imports/": batch,
        "settings/folders/": SyncSource.objects.create(business=business, kind="invoices", folder="ledger"),
        "conflicts/": SyncConflict.objects.create(
            business=business, invoice=first, changes={"due_on": ["2026-04-25", "2026-05-25"]}
        ),
        "settings/interest/rates/": rate,
        "settings/policies/": Policy.objects.get(business=business),
        "settings/texts/": Wording.objects.create(business=business, code="L1", language="en", version=1, text="S\n\nText."),
        "settings/calls/versions/": save_call_text(
            business=business, code="R01", values=call_text_of(business, "R01"), actor=owner
        ),
        "settings/members/": Membership.objects.get(user=bookkeeper),
    }
    ours = {f"{prefix}<int:pk>": f"{prefix}{row.pk}" for prefix, row in found.items()}
    ours["<slug:code>/<slug:language>"] = "L1/en"
    ours["/<int:other>/"] = f"/{make.customer(business, 'Birch').pk}/"
    ours["/checks/<slug:check>"] = "/checks/PF03"
    ours["settings/calls/<slug:code>"] = "settings/calls/R01"
    InvoiceDetail.objects.create(invoice=first, format="ubl", xml=table)
    uploaded = {"einvoices/<slug:sha256>": f"einvoices/{table.sha256}", "files/<int:paper>": f"files/{table.pk}"}
    return ours | uploaded | {"<slug:kind>/<slug:sha256>": f"customers/{table.sha256}"}


def knock(client: Client, address: str) -> set[int]:
    """What reading and writing there answer. 405 says only which of the two a door is for."""
    answers = [client.get(address), client.post(address)]
    assert all(answer.url.startswith("/accounts/login/?next=/b/") for answer in answers if answer.status_code == 302)
    return {answer.status_code for answer in answers} - {405}


def names(doors: list[Door]) -> list[str]:
    return [door.name for door in doors]


def answers_of(client: Client, slug: str, rows: dict[str, str], doors: list[Door]) -> dict[str, set[int]]:
    """What each door answers to reading and writing, by its name."""
    return {door.name: knock(client, door.address(slug, rows)) for door in doors}


def test_a_stranger_is_sent_to_the_log_in(rows, business):
    assert answers_of(Client(), business.slug, rows, DOORS) == dict.fromkeys(names(DOORS), {302})


def test_the_owner_of_another_business_finds_nothing_here(rows, business, outsider, client_of):
    before = Event.objects.count()
    assert answers_of(client_of(outsider), business.slug, rows, DOORS) == dict.fromkeys(names(DOORS), {404})
    assert Event.objects.count() == before


def test_nobody_reaches_our_row_through_their_own_business(rows, outsider, client_of):
    """The id is ours, the business in the path is theirs, and they are its owner."""
    theirs, of_a_row = outsider.memberships.get().business, [door for door in DOORS if OF_A_ROW.search(door.route)]
    before = Event.objects.count()
    assert answers_of(client_of(outsider), theirs.slug, rows, of_a_row) == dict.fromkeys(names(of_a_row), {404})
    assert Event.objects.count() == before


def test_a_bookkeeper_opens_the_daily_work_and_no_more(rows, business, bookkeeper, client_of):
    browser = client_of(bookkeeper)
    answers = {door.name: browser.get(door.address(business.slug, rows)).status_code for door in DOORS}
    assert {name for name, code in answers.items() if code == 403} == OWNERS_ONLY
    assert set(answers.values()) <= OPENS | {403}


def test_a_bookkeeper_does_not_write_either_what_is_the_owners(rows, business, bookkeeper, client_of):
    browser, before = client_of(bookkeeper), Event.objects.count()
    owners = [door for door in DOORS if door.name in OWNERS_ONLY]
    answers = {door.name: browser.post(door.address(business.slug, rows)).status_code for door in owners}
    assert answers == dict.fromkeys(OWNERS_ONLY, 403)
    assert Event.objects.count() == before


def test_the_owner_opens_every_door(rows, business, owner, client_of):
    browser = client_of(owner)
    answers = {door.name: browser.get(door.address(business.slug, rows)).status_code for door in DOORS}
    assert {name: code for name, code in answers.items() if code not in OPENS} == {}


def test_who_is_removed_finds_nothing(rows, business, bookkeeper, client_of):
    browser = client_of(bookkeeper)
    bookkeeper.memberships.all().delete()
    assert answers_of(browser, business.slug, rows, DOORS) == dict.fromkeys(names(DOORS), {404})


def test_no_door_is_nameless_and_no_name_is_used_twice():
    given = names(DOORS)
    assert all(given)
    assert sorted(given) == sorted(set(given))


def test_outside_the_businesses_only_known_doors_are_open(db):
    """Whatever is neither a business's nor known to be public asks for a log-in."""
    closed = [route for route, _ in ALL if not route.startswith(STAFF) and not PUBLIC.match(route)]
    assert [Client().get(f"/{route}").status_code for route in closed] == [302] * len(closed)
