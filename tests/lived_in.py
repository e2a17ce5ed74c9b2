"""A lived-in business: a row of everything that has a page, for whoever tries all doors."""

from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.utils import timezone
from PIL import Image

from arcollect.dates import Calendar
from customers.attachments import attach
from customers.call_texts import call_text_of, save_call_text
from customers.claims import open_claim
from customers.documents import store
from customers.models import (
    AccountChange,
    Business,
    Contact,
    Conversation,
    Customer,
    Document,
    ImportBatch,
    Letter,
    Membership,
    Task,
    User,
)
from customers.profile import save_logo
from invoices.agreeing import make_promise
from invoices.disputing import open_dispute
from invoices.imports import uploads
from invoices.linking import issue_link
from invoices.models import (
    BankLine,
    CreditAdvice,
    DraftInvoice,
    Invoice,
    InvoiceDetail,
    Payment,
    PaymentPlan,
    ReductionPlan,
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

ON = make.day("2026-06-30")
Rows = dict[str, Model]


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


def lived_in(business: Business, owner: User, bookkeeper: User) -> dict[str, str]:
    """The beginning of each route -> the same with a row of ours."""
    save_logo(business=business, content=logo(), content_type="image/png", actor=owner)
    acme = make.customer(business, "Acme")
    make.contact(acme)
    first = make.invoice(acme, "INV-1", issued="2026-03-26", due="2026-04-25")
    make.payment(acme, "40", on="2026-05-01", split={first: "40"})
    escalate(business, ON)
    table = uploads.receive(business=business, kind="customers", content=b"reference,name\nC1,Birch\n", name="customers.csv")
    Invoice.objects.update(document=table)
    InvoiceDetail.objects.create(invoice=first, format="ubl", xml=table)
    found = owed(acme, first) | said(acme, owner) | agreed(acme, first, table) | came_in(acme, first, table)
    found |= written(acme, owner) | set_up(business, owner, bookkeeper)
    ours = {f"{prefix}<int:pk>": f"{prefix}{row.pk}" for prefix, row in found.items()}
    return ours | {
        "<slug:code>/<slug:language>": "L1/en",
        "/<int:other>/": f"/{make.customer(business, 'Birch').pk}/",
        "/checks/<slug:check>": "/checks/PF03",
        "settings/calls/<slug:code>": "settings/calls/R01",
        "reports/<slug:name>": "reports/dso",
        "einvoices/<slug:sha256>": f"einvoices/{table.sha256}",
        "files/<int:paper>": f"files/{table.pk}",
        "<slug:kind>/<slug:sha256>": f"customers/{table.sha256}",
    }


def owed(acme: Customer, first: Invoice) -> Rows:
    """The customer, what they owe, and what is being made for them."""
    draft = {"currency": "USD", "issue_on": ON, "terms_days": 30}
    return {
        "customers/": acme,
        "customers/advice/": CreditAdvice.objects.create(business=acme.business, customer=acme, kind="hold", made_on=ON),
        "contacts/": Contact.objects.get(),
        "invoices/": first,
        "drafts/": DraftInvoice.objects.create(business=acme.business, customer=acme, **draft),
        "credit-notes/": make.credit_note(acme, "10", on="2026-05-01"),
        "conflicts/": SyncConflict.objects.create(
            business=acme.business, invoice=first, changes={"due_on": ["2026-04-25", "2026-05-25"]}
        ),
    }


def said(acme: Customer, owner: User) -> Rows:
    """What was said, and what must be done."""
    claim = open_claim(customer=acme, what="It was sent.", how="bank", check_by=make.day("2026-07-02"), on=ON)
    paper = SimpleUploadedFile("note.txt", b"Delivered.")
    talk = {"at": timezone.now(), "outcome": "NO_ANSWER"}
    return {
        "claims/": claim,
        "papers/": attach(customer=acme, subject=f"claim:{claim.pk}", upload=paper, by=owner),
        "conversations/": Conversation.objects.create(business=acme.business, customer=acme, **talk),
        "tasks/": Task.objects.filter(customer=acme).first(),
        "merges/": merge(kept=acme, gone=make.customer(acme.business, "Acme again"), on=ON, actor=owner),
    }


def agreed(acme: Customer, first: Invoice, paper: Document) -> Rows:
    """What was contested, promised, planned, settled, and handed on."""
    what = {"purpose": "letter", "currency": "USD", "invoices": [first.pk], "token": new_token()}
    dates = {"made_on": ON, "due_on": make.day("2026-07-06")}
    return {
        "disputes/": open_dispute(invoice=first, code="PRICE", amount=Decimal(10), on=ON, calendar=Calendar()),
        "promises/": make_promise(customer=acme, currency="USD", amount=Decimal(5), **dates),
        "links/": issue_link(customer=acme, **what, today=ON),
        "settlements/": settlement_of(acme),
        "hand-offs/": hand_off_of(acme),
        "plans/": signed_plan(acme, first, paper),
    }


def came_in(acme: Customer, first: Invoice, table: Document) -> Rows:
    """Money, files and the lines of the bank."""
    business = acme.business
    bank.store(business, bank.line("5", payer="Nobody"))
    line = BankLine.objects.select_related("statement__batch").get()
    counts = {"created": 1, "updated": 0, "unchanged": 0, "refused": 0}
    return {
        "payments/": Payment.objects.get(amount=40),
        "imports/": ImportBatch.objects.create(business=business, kind="customers", sha256=table.sha256, counts=counts),
        "money/lines/": line,
        "money/statements/": line.statement,
        "money/files/": line.statement.batch,
        "money/refunds/": pay_back(source=make.payment(acme, "7", on="2026-05-01"), amount=Decimal(7), on=make.day("2026-05-02")),
        "money/advices/": RemittanceAdvice.objects.create(business=business, customer=acme, currency="USD", total=5),
        "money/write-offs/": write_off(invoice=first, amount=Decimal("0.50"), kind="small", on=ON, reason="Too small."),
    }


def written(acme: Customer, owner: User) -> Rows:
    """Letters, and the words in them."""
    business = acme.business
    text = {"code": "L1", "language": "en", "version": 1, "text": "S\n\nText."}
    words = call_text_of(business, "R01")
    return {
        "letters/": Letter.objects.get(),
        "piles/": PrintRun.objects.create(business=business, printed_on=ON),
        "steps/": Reminder.objects.filter(customer=acme).first(),
        "settings/texts/": Wording.objects.create(business=business, **text),
        "settings/calls/versions/": save_call_text(business=business, code="R01", values=words, actor=owner),
    }


def set_up(business: Business, owner: User, bookkeeper: User) -> Rows:
    """What the owner sets."""
    asked = {"values": {"iban": ""}, "members": [bookkeeper.pk], "asked_by": owner, "asked_at": timezone.now()}
    way = {"start_amount": 100, "target": 50, "weeks": 12}
    rate = {"reference": "ECB", "on": make.day("2027-01-01"), "percent": 2}
    return {
        "accounts/": AccountChange.objects.create(business=business, **asked),
        "settings/folders/": SyncSource.objects.create(business=business, kind="invoices", folder="ledger"),
        "settings/interest/rates/": ReferenceRate.objects.create(business=business, **rate),
        "settings/policies/": Policy.objects.get(business=business),
        "reduction/": ReductionPlan.objects.create(business=business, currency="USD", started_on=ON, **way),
        "settings/members/": Membership.objects.get(user=bookkeeper),
    }
