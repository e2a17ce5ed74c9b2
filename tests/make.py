"""Builders: only what a test names, everything else plain and the same every time."""

import datetime
import itertools
from decimal import Decimal
from typing import Any

from customers import log
from customers.models import Business, Contact, Customer, Membership, Task, User
from customers.models.business import Role
from invoices import booking
from invoices.models import CreditNote, CustomerScore, Invoice, Payment, PaymentPlan
from invoices.models.agreement import PlanState
from invoices.plan_moves import draft_plan, move_plan
from invoices.planning import mark_signed
from reminders.policies import seed_standard

COUNTER = itertools.count(1)


def user(email: str = "", **fields: Any) -> User:
    return User.objects.create_user(email or f"person{next(COUNTER)}@example.com", "correct horse", **fields)


def business(
    name: str = "Hollis Tools", *, released_on: datetime.date | None = datetime.date(2020, 1, 1), **fields: Any
) -> Business:
    """A released business with its STANDARD policy. Country "" keeps public holidays out of worked figures: weekends only."""
    fields = {"slug": f"b{next(COUNTER)}", "country": "", "currency": "USD", "time_zone": "UTC"} | fields
    row = Business.objects.create(name=name, released_on=released_on, **fields)
    seed_standard(row)
    return row


def member(of: Business, role: str = Role.BOOKKEEPER, email: str = "") -> User:
    person = user(email)
    Membership.objects.create(business=of, user=person, role=role)
    return person


def customer(of: Business, name: str = "Acme", **fields: Any) -> Customer:
    fields = {"reference": name.upper()} | fields
    return Customer.objects.create(business=of, name=name, **fields)


def contact(of: Customer, email: str = "ap@acme.example", **fields: Any) -> Contact:
    return Contact.objects.create(business=of.business, customer=of, email=email, **fields)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def invoice(
    of: Customer,
    number: str = "",
    *,
    issued: str = "2026-01-15",
    due: str = "2026-02-14",
    total: str = "1000",
    currency: str = "USD",
    **fields: Any,
) -> Invoice:
    number = number or f"INV-{next(COUNTER)}"
    fields = {"first_seen_on": day(issued), "balance": Decimal(total)} | fields
    return Invoice.objects.create(
        business=of.business,
        customer=of,
        number=number,
        number_key=number.upper(),
        issued_on=day(issued),
        due_on=day(due),
        currency=currency,
        total=Decimal(total),
        **fields,
    )


def payment(of: Customer, amount: str, *, on: str, split: dict[Invoice, str] | None = None, currency: str = "USD") -> Payment:
    """A payment booked on `split` (invoice -> amount), or left unapplied without one."""
    return booking.book_payment(
        customer=of,
        received_on=day(on),
        amount=Decimal(amount),
        currency=currency,
        fingerprint=f"test-{next(COUNTER)}",
        split=[(row.pk, Decimal(part)) for row, part in (split or {}).items()],
    )


def plan(
    of: Customer,
    covered: dict[Invoice, str],
    instalments: dict[str, str],
    *,
    offered: str = "",
    signed: str = "",
    currency: str = "USD",
    **fields: Any,
) -> PaymentPlan:
    """A plan over invoice -> amount, day -> amount; a draft, or offered that day for a week, or signed at noon of another."""
    row = draft_plan(
        customer=of,
        currency=currency,
        covered=[(invoice.pk, Decimal(part)) for invoice, part in covered.items()],
        instalments=[(day(due_on), Decimal(amount)) for due_on, amount in instalments.items()],
        **fields,
    )
    if offered or signed:
        on = day(offered or signed)
        move_plan(plan=row, state=PlanState.OFFERED, on=on, accept_by=on + datetime.timedelta(days=7))
    if signed:
        sign(row, signed)
    return row


def sign(plan: PaymentPlan, on: str) -> None:
    """The customer signs at noon, without the paper."""
    at = datetime.datetime.combine(day(on), datetime.time(12), datetime.UTC)
    mark_signed(plan=plan, at=at, on=day(on))


def credit_note(of: Customer, total: str, *, on: str, currency: str = "USD", corrects: Invoice | None = None) -> CreditNote:
    number = f"CN-{next(COUNTER)}"
    return CreditNote.objects.create(
        business=of.business,
        customer=of,
        number=number,
        number_key=number,
        issued_on=day(on),
        currency=currency,
        total=Decimal(total),
        corrects=corrects,
    )


def score(of: Customer, segment: str, *, since: str = "2026-01-01", sub_type: str = "") -> CustomerScore:
    """The segment a night saw, from that day on, with the event that wakes the engine."""
    seen = {"segment": segment, "sub_type": sub_type, "rule": segment, "since": day(since), "scored_on": day(since)}
    row, _ = CustomerScore.objects.update_or_create(customer=of, defaults={"business": of.business, **seen})
    log.record(of.business, "score.changed", f"customer:{of.pk}", customer=of, to=segment)
    return row


def task(of: Customer, kind: str = "callback", *, opens: str = "2026-01-15", due: str = "2026-02-14", **fields: Any) -> Task:
    return Task.objects.create(business=of.business, customer=of, kind=kind, opens_on=day(opens), due_on=day(due), **fields)
