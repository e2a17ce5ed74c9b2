"""Writes the told ledger of one day: new customers and invoices, disputes, plans, and the money that came in."""

import datetime
from collections import defaultdict
from decimal import Decimal

from arcollect.money import format_plain
from customers import log
from customers.models import Contact, Customer
from invoices import disputing
from invoices.booking import Booking, apply_credit_note, book_many, fingerprint
from invoices.models import CreditNote, Invoice, InvoiceLine, Payment
from invoices.numbering import number_key
from invoices.plan_keeping import settle_plans
from reminders.demo import agreements
from reminders.demo.cast import Habit, Persona
from reminders.demo.ledger import DAY, Sale
from reminders.demo.stage import Stage
from reminders.demo.story import Page
from reminders.demo.words import FOUND, QUERIES

PAYS_BY_CHEQUE = {"GB": 9, "US": 3}  # every so many customers there


def write_ledger(stage: Stage, page: Page, day: datetime.date) -> None:
    """The part of the day's page that is about invoices and money, in the order the story counts on."""
    _write_customers(stage, page.joined, day)
    _write_sales(stage, page.sales)
    for plan in page.offered:
        agreements.offer(stage, plan, day)
    for plan in page.signed:
        agreements.sign_offered(stage, plan, day)
    if page.judged:
        settle_plans(business=stage.business, calendar=stage.setting.calendar, today=day)
    for sale in page.opened:
        _open_dispute(stage, sale)
    for sale in page.resolved:
        _resolve_dispute(stage, sale)
    _write_receipts(stage, page.receipts)


def _write_customers(stage: Stage, joined: list[Persona], day: datetime.date) -> None:
    if not joined:
        return
    customers = Customer.objects.bulk_create([_customer(stage, persona, day) for persona in joined])
    stage.customers |= {customer.reference: customer for customer in customers}
    contacts = Contact.objects.bulk_create(
        contact for persona, customer in zip(joined, customers, strict=True) for contact in _contacts(persona, customer)
    )
    for customer in customers:
        stage.contacts[customer.reference] = [contact for contact in contacts if contact.customer_id == customer.pk]
    events = [stage.event("customer.added", f"customer:{row.pk}", row) for row in customers]
    events += [stage.event("contact.added", f"contact:{row.pk}", row.customer, {"contact": row.pk}) for row in contacts]
    log.record_many(stage.business, events)


def _customer(stage: Stage, persona: Persona, day: datetime.date) -> Customer:
    land, place = persona.land, persona.place
    return Customer(
        business=stage.business,
        reference=persona.reference,
        name=persona.name,
        legal_name=persona.name,
        kind=persona.kind,
        street=persona.street,
        city=place.city,
        postal_code=place.postal_code,
        region=place.region,
        country=land.country,
        language=land.language,
        time_zone=land.time_zone,
        terms_days=persona.terms_days,
        credit_limit=Decimal(max(500, persona.size * 3 // 500 * 500)),
        po_required=persona.size > 2000,
        pay_run="Last Friday of the month" if persona.habit == Habit.STRETCHER else "",
        created_at=stage.moment(day),
    )


def _contacts(persona: Persona, customer: Customer) -> list[Contact]:
    since = customer.created_at.date()
    today = since + persona.since_days * DAY
    return [
        Contact(
            business=customer.business,
            customer=customer,
            name=person.name,
            role=person.role,
            email=person.email,
            phone=person.phone,
            verified_on=None if person.verified_days_ago is None else max(since, today - person.verified_days_ago * DAY),
        )
        for person in persona.people
    ]


def _write_sales(stage: Stage, sales: list[Sale]) -> None:
    if not sales:
        return
    invoices = Invoice.objects.bulk_create(_invoice(stage, sale) for sale in sales)
    InvoiceLine.objects.bulk_create(line for sale, invoice in zip(sales, invoices, strict=True) for line in _lines(sale, invoice))
    stage.invoices |= {invoice.number: invoice.pk for invoice in invoices}
    log.record_many(
        stage.business,
        [stage.event("invoice.imported", f"invoice:{row.pk}", row.customer, _logged(row)) for row in invoices],
    )


def _invoice(stage: Stage, sale: Sale) -> Invoice:
    return Invoice(
        business=stage.business,
        customer=stage.customers[sale.persona.reference],
        number=sale.number,
        number_key=number_key(sale.number),
        issued_on=sale.issued_on,
        due_on=sale.due_on,
        currency=sale.currency,
        total=sale.total,
        balance=sale.total,
        purchase_order=sale.purchase_order,
        delivered_on=stage.setting.calendar.roll_back(sale.issued_on - DAY),
        first_seen_on=sale.issued_on,
        created_at=stage.moment(sale.issued_on, 240),
    )


def _logged(invoice: Invoice) -> dict[str, str]:
    return {"total": format_plain(invoice.total, invoice.currency), "currency": invoice.currency}


def _lines(sale: Sale, invoice: Invoice) -> list[InvoiceLine]:
    return [
        InvoiceLine(
            invoice=invoice,
            position=position,
            description=item.description,
            quantity=item.quantity,
            unit_price=item.unit_price,
            net=item.net,
            tax_rate=sale.tax_rate,
            tax=item.tax,
        )
        for position, item in enumerate(sale.items, start=1)
    ]


def _write_receipts(stage: Stage, receipts: list[tuple[Sale, datetime.date, Decimal]]) -> None:
    """One payment for all that a customer paid on one day."""
    paid: dict[tuple[Persona, str, datetime.date], list[tuple[int, Decimal]]] = defaultdict(list)
    for sale, day, amount in receipts:
        paid[sale.persona, sale.currency, day].append((stage.invoices[sale.number], amount))
    bookings = [
        Booking(payment(stage, persona, currency, sum(part for _, part in split), day), split)
        for (persona, currency, day), split in paid.items()
    ]
    if bookings:
        book_many(business=stage.business, bookings=bookings, actor=stage.bookkeeper)


def payment(stage: Stage, persona: Persona, currency: str, amount: Decimal, day: datetime.date) -> Payment:
    """An unsaved Payment of this customer."""
    every = PAYS_BY_CHEQUE.get(persona.land.country)
    cheque = every is not None and int(persona.reference[1:]) % every == 0
    return Payment(
        business=stage.business,
        customer=stage.customers[persona.reference],
        received_on=day,
        currency=currency,
        amount=amount,
        method="cheque" if cheque else "transfer",
        reference=f"{'CHQ' if cheque else 'TRF'} {day:%y%m%d}{persona.reference[1:]}",
        fingerprint=fingerprint("demo", persona.reference, day, currency, amount),
        created_at=stage.moment(day, 300),
    )


def _open_dispute(stage: Stage, sale: Sale) -> None:
    stage.disputes[sale.number] = disputing.open_dispute(
        invoice=stage.invoice(sale.number),
        code=sale.objection.code,
        amount=sale.objection.amount,
        on=sale.objection.opened_on,
        calendar=stage.setting.calendar,
        summary=QUERIES[sale.objection.code],
        actor=stage.bookkeeper,
    )


def _resolve_dispute(stage: Stage, sale: Sale) -> None:
    objection, dispute = sale.objection, stage.disputes[sale.number]
    day, found = objection.resolved_on, FOUND[objection.outcome]
    disputing.resolve_dispute(dispute=dispute, outcome=objection.outcome, on=day, resolution=found, actor=stage.bookkeeper)
    if objection.credit:
        note = credit_note(stage, dispute.customer, f"CN-{sale.number[4:]}", sale.currency, objection.credit, day)
        split = [(dispute.invoice_id, objection.credit)]
        apply_credit_note(credit_note=note, split=split, on=day, actor=stage.bookkeeper)


def credit_note(stage: Stage, customer: Customer, number: str, currency: str, total: Decimal, day: datetime.date) -> CreditNote:
    """A stored credit note of which nothing is used yet."""
    note = CreditNote.objects.create(
        business=stage.business,
        customer=customer,
        number=number,
        number_key=number_key(number),
        issued_on=day,
        currency=currency,
        total=total,
    )
    log.record_many(stage.business, [stage.event("credit_note.imported", f"credit_note:{note.pk}", customer)])
    return note
