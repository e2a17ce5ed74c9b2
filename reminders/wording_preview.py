"""Reads what a text would say to a real customer, as they stand today."""

import dataclasses
import datetime
from collections.abc import Sequence

from arcollect.addresses import paper_for
from customers.models import Business, Customer
from invoices.account import OpenInvoice, positions
from reminders.correspondence import addressee_of, creditor_of
from reminders.issuing import mail_contacts
from reminders.letter_examples import example, examples
from reminders.letter_facts import BEFORE_DUE, LetterFacts, LetterLine
from reminders.letter_words import MAIL

LISTED = 200
# The letter that the e-mail around it is tried with.
CARRIED = "L30"


def samples(business: Business, code: str, language: str, today: datetime.date) -> list[tuple[object, LetterFacts]]:
    """Made-up letters of this code under the business's own letterhead: (what each is like, the letter)."""
    creditor = creditor_of(business, business.country)
    return examples(CARRIED if code == MAIL else code, language, creditor, business.currency, today)


def choosable(business: Business) -> Sequence[Customer]:
    """The customers who owe something, by name; of a long list the first."""
    return list(Customer.objects.filter(business=business, invoices__balance__gt=0).distinct().order_by("name")[:LISTED])


def facts_for(customer: Customer | None, business: Business, code: str, language: str, today: datetime.date) -> LetterFacts:
    """A letter to this customer about what is open and collectable today; a made-up one where there is nobody, or nothing is."""
    made_up = example(
        CARRIED if code == MAIL else code, language, creditor_of(business, business.country), business.currency, today
    )
    place = next((one for one in positions(customer, today) if one.invoices), None) if customer else None
    if customer is None or place is None:
        return made_up
    late = [row for row in place.invoices if row.days_past_due > 0 and row.collectable] if made_up.code not in BEFORE_DUE else []
    rows = late or [row for row in place.invoices if row.collectable]
    if not rows or place.unapplied >= sum(row.collectable for row in rows):
        return made_up
    country = customer.country or business.country
    lines = tuple(_line(row, place.currency) for row in rows)
    return dataclasses.replace(
        made_up,
        currency=place.currency,
        creditor=creditor_of(business, country),
        customer=addressee_of(customer, mail_contacts([customer.pk]).get(customer.pk), country),
        lines=() if made_up.instalment else lines,
        total=made_up.total if made_up.instalment else sum(line.collectable for line in lines),
        unapplied=made_up.unapplied if made_up.instalment else place.unapplied,
        diagnosis=customer.approach,
        reference=customer.reference,
        letter_id=None,
        paper=paper_for(country),
    )


def _line(row: OpenInvoice, currency: str) -> LetterLine:
    invoice = row.row
    return LetterLine(
        number=invoice.number,
        currency=currency,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        days_past_due=row.days_past_due,
        total=invoice.total,
        paid=invoice.total - invoice.balance,
        disputed=row.disputed,
        planned=row.planned,
        collectable=row.collectable,
        purchase_order=invoice.purchase_order,
    )
