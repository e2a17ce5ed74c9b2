"""Prints, as JSON, a token for each situation the browser tests look at. To be run by tests.browser.clock."""

import datetime
import json
import os
import sys
from decimal import Decimal
from io import BytesIO

import django
from django.utils import timezone
from PIL import Image, ImageDraw

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arcollect.settings")
django.setup()

from customers.documents import store  # noqa: E402
from customers.models import Business, Contact, Conversation, Customer, Letter  # noqa: E402
from customers.profile import save_logo  # noqa: E402
from invoices.booking import book_payment  # noqa: E402
from invoices.linking import issue_link  # noqa: E402
from invoices.models import Invoice  # noqa: E402
from invoices.offering import limits_of  # noqa: E402
from invoices.planning import offer_plan  # noqa: E402
from invoices.plans import half_half  # noqa: E402
from invoices.portal.tokens import new_token  # noqa: E402

BANK = {"iban": "DE89370400440532013000", "bic": "COBADEFFXXX", "bank_name": "Commerzbank", "signatory": "Hanna Wirth"}


def main() -> None:
    business = Business.objects.get(slug="demo")
    for name, value in BANK.items():
        setattr(business, name, value)
    business.save()
    save_logo(business=business, content=_logo(), content_type="image/png", actor=business.memberships.first().user)
    business.refresh_from_db()
    today = business.local_date(timezone.now())
    links = {}
    for language, country in (("en", "GB"), ("de", "DE"), ("es", "ES")):
        for name in ("open", "plan", "represented", "well"):
            links[f"{language}-{name}"] = _link(business, f"{language.upper()}-{name}", language, country, today, name)
    json.dump(links, sys.stdout)


def _link(business: Business, reference: str, language: str, country: str, today: datetime.date, name: str) -> str:
    fields = {"language": language, "country": country, "street": "Hauptstr. 1", "city": "Hof", "postal_code": "95028"}
    customer = Customer.objects.create(business=business, reference=reference, name=f"Kranich {reference}", **fields)
    if name == "represented":
        customer.represented_by = "Marsh & Co"
        customer.save()
    role = "representative" if name == "represented" else "ap"
    email = f"{reference.lower()}@kranich.example"
    contact = Contact.objects.create(business=business, customer=customer, name="Ana Kranich", email=email, role=role)
    paper = store(business=business, content=b"%PDF-1.4", content_type="application/pdf", name="copy.pdf")
    owed = ((1, 40, "1250.00"), (2, 33, "83.33"))
    rows = [_invoice(customer, number, late, total, today, paper) for number, late, total in owed]
    book_payment(
        customer=customer,
        received_on=today - datetime.timedelta(days=9),
        amount=Decimal(250),
        currency="EUR",
        fingerprint=f"portal-{reference}",
        split=[(rows[0].pk, Decimal(250))],
    )
    at = timezone.now() - datetime.timedelta(days=12)
    Conversation.objects.create(business=business, customer=customer, at=at, outcome="REACHED", contact=contact)
    plan = None
    if name == "plan":
        total = sum((Invoice.objects.get(pk=row.pk).balance for row in rows), Decimal(0))
        plan = offer_plan(
            customer=customer, currency="EUR", instalments=half_half(total, "EUR", today), limits=limits_of(customer), on=today
        )
    token, purpose = new_token(), "offer" if plan else "letter"
    ids = [row.pk for row in rows]
    issue_link(
        customer=customer,
        purpose=purpose,
        currency="EUR",
        invoices=ids,
        token=token,
        today=today,
        plan=plan,
        letter=_asking(customer, today) if name == "well" else None,
        contact=contact,
    )
    return token


def _asking(customer: Customer, today: datetime.date) -> Letter:
    """The letter that asks whether all is as ordered; nobody hands it over."""
    common = {"code": "L0", "state": "cancelled", "channel": "email", "currency": "EUR", "language": customer.language}
    return Letter.objects.create(business=customer.business, customer=customer, written_on=today, **common)


def _invoice(customer: Customer, number: int, late: int, total: str, today: datetime.date, paper: object) -> Invoice:
    due_on = today - datetime.timedelta(days=late)
    name = f"R-2026-{customer.reference}-{number}"
    return Invoice.objects.create(
        business=customer.business,
        customer=customer,
        number=name,
        number_key=name,
        issued_on=due_on - datetime.timedelta(days=30),
        due_on=due_on,
        currency="EUR",
        total=Decimal(total),
        balance=Decimal(total),
        first_seen_on=due_on,
        document=paper,
    )


def _logo() -> bytes:
    drawn, picture = BytesIO(), Image.new("RGB", (900, 220), "white")
    ImageDraw.Draw(picture).text((30, 40), "PEMBERTON & LARCH", fill="#204030", font_size=84)
    picture.save(drawn, "PNG")
    return drawn.getvalue()


if __name__ == "__main__":
    main()
