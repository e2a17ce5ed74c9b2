"""Writes what a customer contests: disputes change state here only."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.dates import Calendar
from arcollect.money import format_plain
from customers import log
from customers.desk import close_about
from customers.models import Business, Conversation, Event, Task, User
from customers.models.desk import TaskKind, TaskState
from invoices.agreeing import AgreementError, note, put_on_desk
from invoices.models import Dispute, Invoice
from invoices.reopened import REOPENED
from invoices.standing import NOTHING

# Business days to the target close, by code (domain.md 1, glossary). To the first answer it gives one day to all of them alike:
# that is the business's rule `first_answer_bd`.
CLOSE_WITHIN = {
    "PRICE": 3,
    "QTY_SHORT": 3,
    "DAMAGED": 5,
    "QUALITY": 7,
    "WRONG_ITEM": 5,
    "NOT_DELIVERED": 3,
    "DUPLICATE": 1,
    "TERMS": 2,
    "DISCOUNT": 2,
    "FREIGHT": 3,
    "TAX": 3,
    "PO_MISSING": 1,
    "DOC_MISSING": 1,
    "WRONG_PARTY": 2,
    "SERVICE_INCOMPLETE": 7,
    "OFFSET": 5,
    "OTHER": 5,
}


@transaction.atomic
def open_dispute(
    *,
    invoice: Invoice,
    code: str,
    amount: Decimal,
    on: datetime.date,
    calendar: Calendar,
    summary: str = "",
    conversation: Conversation | None = None,
    owner: User | None = None,
    actor: User | None = None,
) -> Dispute:
    """Opens a dispute over `amount` of an invoice, with its task; its clock runs in business days (domain.md 1).

    `owner` is who finds the answer. Raises AgreementError for more than is open and not in dispute already.
    """
    stored = Invoice.objects.select_for_update().get(pk=invoice.pk)
    contested = sum(stored.disputes.filter(resolved_on=None).values_list("amount", flat=True), NOTHING)
    if not 0 < amount <= stored.balance - contested:
        free = format_plain(max(NOTHING, stored.balance - contested), stored.currency)
        words = _("%(amount)s cannot be in dispute on invoice %(number)s: %(free)s is open and not in dispute.")
        raise AgreementError(words % {"amount": amount, "number": stored.number, "free": free})
    answer_by, close_by = clock(invoice.business, code, on, calendar)
    dispute = Dispute.objects.create(
        business=invoice.business,
        customer=invoice.customer,
        invoice=invoice,
        code=code,
        amount=amount,
        opened_on=on,
        answer_by=answer_by,
        close_by=close_by,
        summary=summary,
        conversation=conversation,
        owner=owner,
    )
    put_on_desk(dispute, TaskKind.DISPUTE, on, dispute.answer_by, invoice.currency, str(dispute.get_code_display()), actor)
    note(dispute, "dispute.opened", actor, code=code, amount=format_plain(amount, invoice.currency), invoice=invoice.pk)
    return dispute


def clock(business: Business, code: str, on: datetime.date, calendar: Calendar) -> tuple[datetime.date, datetime.date]:
    """(first answer by, closed by) of a query opened on a day; what is not answered yet cannot be due to be closed."""
    answer_by = calendar.add(on, business.rules["dispute"]["first_answer_bd"])
    return answer_by, max(answer_by, calendar.add(on, CLOSE_WITHIN[code]))


@transaction.atomic
def record_disputes(*, business: Business, disputes: Sequence[Dispute], actor: User | None = None) -> None:
    """Takes over disputes, open or closed, that another program knew of: no clock of ours ran for them."""
    Dispute.objects.bulk_create(disputes, batch_size=1000)
    events = [
        Event(
            business=business,
            customer_id=dispute.customer_id,
            actor=actor,
            kind="dispute.resolved" if dispute.resolved_on else "dispute.opened",
            subject=f"dispute:{dispute.pk}",
            data={"code": dispute.code, "amount": f"{dispute.amount:f}", "invoice": dispute.invoice_id, "imported": True},
        )
        for dispute in disputes
    ]
    log.record_many(business, events)


@transaction.atomic
def answer_dispute(*, dispute: Dispute, on: datetime.date, actor: User) -> None:
    """Notes the first answer: from now on the clock to the close runs. Refuses one that was answered or closed."""
    if not Dispute.objects.filter(pk=dispute.pk, resolved_on=None, answered_on=None).update(answered_on=on):
        raise AgreementError(_("This query was answered already."))
    Task.objects.filter(business=dispute.business, subject=f"dispute:{dispute.pk}", state=TaskState.OPEN).update(
        due_on=max(on, dispute.close_by or on)
    )
    note(dispute, "dispute.answered", actor, invoice=dispute.invoice_id)


@transaction.atomic
def give_dispute(*, dispute: Dispute, owner: User | None, actor: User) -> None:
    """Makes somebody the one who finds the answer; nobody with None."""
    Dispute.objects.filter(pk=dispute.pk).update(owner=owner)
    tasks = Task.objects.filter(business=dispute.business, subject=f"dispute:{dispute.pk}", state=TaskState.OPEN)
    tasks.update(assigned_to=owner)
    note(dispute, "dispute.given", actor, owner=owner.pk if owner else None)


@transaction.atomic
def resolve_dispute(
    *,
    dispute: Dispute,
    outcome: str,
    on: datetime.date,
    resolution: str = "",
    preflight: str = "",
    actor: User | None = None,
) -> None:
    """Closes a dispute; its invoice is asked for again. Refuses one that is closed already.

    `preflight`: of one the customer was right about, the check of the invoice that would have caught it (domain.md 8).
    """
    closed = Dispute.objects.filter(pk=dispute.pk, resolved_on=None).update(
        outcome=outcome, resolved_on=on, resolution=resolution, preflight=preflight
    )
    if not closed:
        raise AgreementError(_("This query is closed already."))
    close_about(business=dispute.business, subject=f"dispute:{dispute.pk}", outcome=resolution, on=on, by=actor)
    note(dispute, "dispute.resolved", actor, outcome=outcome, invoice=dispute.invoice_id, preflight=preflight)


@transaction.atomic
def reopen_dispute(*, dispute: Dispute, reason: str, on: datetime.date, calendar: Calendar, actor: User) -> Dispute:
    """Opens a closed query again: it is the same case (domain.md 2.9), its clocks start anew, and what it is about is not asked
    for. No more of its invoice than is open now and in no other query.

    What was found and why it is opened again stay with what they said. Raises AgreementError for one that is open, or where
    nothing of its invoice is.
    """
    invoice = Invoice.objects.select_for_update().get(pk=dispute.invoice_id)
    stored = Dispute.objects.select_for_update().get(pk=dispute.pk)
    if stored.resolved_on is None:
        raise AgreementError(_("This query is open."))
    contested = sum(invoice.disputes.filter(resolved_on=None).values_list("amount", flat=True), NOTHING)
    amount = min(stored.amount, invoice.balance - contested)
    if amount <= 0:
        raise AgreementError(_("Nothing of invoice %(number)s is open and in no other query.") % {"number": invoice.number})
    closed_on, outcome, told = stored.resolved_on, stored.outcome, _told_so_far(stored, reason, on)
    stored.amount, stored.summary = amount, told
    stored.answer_by, stored.close_by = clock(dispute.business, stored.code, on, calendar)
    stored.answered_on = stored.resolved_on = None
    stored.outcome = stored.resolution = stored.preflight = ""
    stored.save()
    subject, words = f"dispute:{stored.pk}", _("The query was opened again.")
    close_about(business=dispute.business, subject=subject, outcome=words, on=on, by=actor)
    put_on_desk(stored, TaskKind.DISPUTE, on, stored.answer_by, invoice.currency, str(stored.get_code_display()), actor)
    Task.objects.filter(business=dispute.business, subject=subject, state=TaskState.OPEN).update(assigned_to=stored.owner)
    days = {"closed_on": closed_on.isoformat(), "on": on.isoformat()}
    sums = {"amount": format_plain(amount, invoice.currency), "invoice": invoice.pk}
    note(stored, REOPENED, actor, outcome=outcome, **days, **sums)
    return stored


def _told_so_far(dispute: Dispute, reason: str, on: datetime.date) -> str:
    """What they said, what was found, and what they say now, each a paragraph."""
    found = _("Closed %(day)s, %(outcome)s: %(found)s") % {
        "day": dispute.resolved_on.isoformat(),
        "outcome": dispute.get_outcome_display(),
        "found": dispute.resolution or "–",
    }
    again = _("Opened again %(day)s: %(reason)s") % {"day": on.isoformat(), "reason": reason}
    return "\n\n".join(filter(None, (dispute.summary, found, again)))
