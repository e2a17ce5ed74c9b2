"""Reads what one letter states: the frozen figures of its step, and who writes to whom."""

import base64
import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from customers.models import Business, Contact, Customer, Document, Letter
from invoices.models import Allocation
from reminders.issuing import mail_contacts
from reminders.letter_facts import Addressee, CallFacts, Creditor, LetterFacts, LetterLine, ReceivedPayment, paper_for
from reminders.letter_words import language_for
from reminders.models import Reminder

LISTED_PAYMENTS = 20


def facts_of(letter: Letter) -> LetterFacts:
    """Everything `letter` states, from its frozen lines and the creditor's and customer's present details."""
    stored, business, customer = letter.facts, letter.business, letter.customer
    set_aside = stored["set_aside"]
    lines = _lines(stored["lines"], letter.currency)
    asked = [row for row in stored["lines"] if Decimal(row["disputed"]) or Decimal(row["planned"])]
    country = customer.country or business.country
    return LetterFacts(
        code=letter.code,
        language=language_for(letter.code, letter.language),
        today=letter.written_on,
        currency=letter.currency,
        creditor=creditor_of(business),
        customer=addressee_of(customer, _contact(letter), country),
        lines=lines,
        total=Decimal(stored["total"]),
        reference=f"{customer.reference}-{letter.pk}",
        not_due=_lines(stored["not_due"], letter.currency),
        queried=_lines((row for row in [*asked, *set_aside] if Decimal(row["disputed"])), letter.currency),
        planned=_lines((row for row in [*asked, *set_aside] if Decimal(row["planned"])), letter.currency),
        payments=_payments(letter),
        unapplied=Decimal(stored["unapplied"]),
        call=_call(stored.get("call")),
        first_contact=stored["first_contact"],
        diagnosis=customer.approach,
        asked_times=_asked_times(letter),
        paper=paper_for(country),
        letter_id=letter.pk,
    )


def creditor_of(business: Business) -> Creditor:
    """The letterhead of a business."""
    return Creditor(
        name=business.name,
        legal_name=business.legal_name or business.name,
        address=tuple(_address(business.street, business.postal_code, business.city, business.region, business.country)),
        country=business.country,
        phone=business.phone,
        email=business.email,
        website=business.website,
        tax_id=business.tax_id,
        registration=business.registration,
        logo_data_uri=_data_uri(business.logo),
        bank_name=business.bank_name,
        account_holder=business.account_holder,
        iban=business.iban,
        bic=business.bic,
        account=tuple(business.account_details.splitlines()),
        signatory=business.signatory,
        signatory_role=business.signatory_role,
        signatory_phone=business.signatory_phone,
        payment_link=business.payment_link,
    )


def addressee_of(customer: Customer, contact: Contact | None, country: str) -> Addressee:
    """The address window; no lines at all where there is no address, so that the letter is marked "address missing"."""
    lines = _address(customer.street, customer.postal_code, customer.city, customer.region, country)
    return Addressee(
        name=customer.legal_name or customer.name,
        country=country,
        address=tuple(lines) if customer.has_address else (),
        contact_name=contact.name if contact else "",
        reference=customer.reference,
    )


def _address(street: str, postal_code: str, city: str, region: str, country: str) -> list[str]:
    """Street lines, then the place as that country writes it: "10115 Berlin", "Portland, OR 97205"."""
    american = country in {"US", "CA", "AU"}
    place = f"{city}, {region} {postal_code}" if american and region else f"{postal_code} {city}"
    if country == "GB":
        return [line for line in (*street.splitlines(), city, postal_code) if line.strip()]
    return [line for line in (*street.splitlines(), place.strip(" ,")) if line.strip()]


def _contact(letter: Letter) -> Contact | None:
    return letter.contact or mail_contacts([letter.customer_id]).get(letter.customer_id)


def _lines(rows: Iterable[Mapping[str, Any]], currency: str) -> tuple[LetterLine, ...]:
    return tuple(
        LetterLine(
            number=row["number"],
            currency=currency,
            issued_on=datetime.date.fromisoformat(row["issued_on"]),
            due_on=datetime.date.fromisoformat(row["due_on"]),
            days_past_due=row["days_past_due"],
            total=Decimal(row["total"]),
            paid=Decimal(row["paid"]),
            disputed=Decimal(row["disputed"]),
            planned=Decimal(row["planned"]),
            collectable=Decimal(row["collectable"]),
            purchase_order=row["purchase_order"],
            is_due=row["days_past_due"] > 0,
        )
        for row in rows
    )


def _payments(letter: Letter) -> tuple[ReceivedPayment, ...]:
    """What came in on the invoices asked for, newest first (T24)."""
    rows = Allocation.objects.filter(
        invoice__in=[row["invoice"] for row in letter.facts["lines"]], reversed_on=None, on__lte=letter.written_on
    ).select_related("invoice", "payment", "credit_note")
    return tuple(
        ReceivedPayment(
            received_on=row.on,
            amount=row.amount,
            currency=letter.currency,
            reference=row.payment.reference if row.payment else row.credit_note.number,
            invoice_number=row.invoice.number,
        )
        for row in rows.order_by("-on", "-id")[:LISTED_PAYMENTS]
    )


def _call(stored: Mapping[str, Any] | None) -> CallFacts | None:
    if stored is None:
        return None
    on = datetime.date.fromisoformat(stored["on"])
    return CallFacts(called_on=on, reached=stored["reached"], reason=stored["reason"], agreement=stored["agreement"])


def _asked_times(letter: Letter) -> int:
    """How often this customer was asked before in this currency, by letters that really went out."""
    before = Reminder.objects.filter(
        customer=letter.customer_id, currency=letter.currency, letter__state="sent", letter_id__lt=letter.pk
    )
    return before.count()


def _data_uri(logo: Document | None) -> str | None:
    if logo is None:
        return None
    return f"data:{logo.content_type};base64,{base64.b64encode(bytes(logo.bytes)).decode()}"
