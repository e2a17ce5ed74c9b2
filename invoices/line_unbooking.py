"""Takes back what was booked for lines of bank statements, with everything that followed from it."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers import log
from customers.desk import reopen_tasks
from customers.models import Business, Event, ImportBatch, User
from invoices import booking
from invoices.balances import BookingError, lock_invoices, lock_notes
from invoices.imports.tally import chunks
from invoices.matches import LIKELY
from invoices.models import Allocation, BankAccount, BankLine, Payment, RemittanceAdvice, WriteOff
from invoices.models.statement import LineState
from invoices.payers import forget
from invoices.unbooking import reinstate_payment, unbook_credits, undo_tasks
from invoices.writing_off import unbook_write_offs


@transaction.atomic
def take_back_line(*, line: BankLine, actor: User | None, on: datetime.date) -> None:
    """Opens a settled line again: what was booked for it is as if it had never been, what it took back counts again.

    It keeps its suggestions, and is not booked by itself again. Raises BookingError where it is open, or where something was
    built on it: its money was paid back, or came back.
    """
    row = BankLine.objects.select_for_update(of=("self",)).select_related("business").get(pk=line.pk)
    if row.state == LineState.OPEN:
        raise BookingError(_("This line is open already."))
    _undo([row], row.business, actor, on)
    _open(row, actor)
    line.refresh_from_db()


@transaction.atomic
def take_out_statement(*, batch: ImportBatch, actor: User | None, on: datetime.date) -> None:
    """Takes every line of a file out, with what was booked for it by itself or by hand, and the accounts only it told of.

    Raises BookingError, and takes out nothing, where something was built on one of them.
    """
    business = batch.business
    lines = BankLine.objects.filter(statement__batch=batch).select_for_update(of=("self",))
    days = lines.order_by("pk").values_list("booked_on", "pk")
    ids = [pk for _day, pk in sorted(days, reverse=True)]
    for chunk in chunks(ids):
        rows = BankLine.objects.filter(pk__in=chunk).select_related("takes_back").order_by("booked_on", "pk")
        _undo(rows, business, actor, on)
        BankLine.objects.filter(pk__in=chunk).delete()
    accounts = BankAccount.objects.filter(statements__batch=batch)
    known = list(accounts.values_list("pk", flat=True))
    batch.statements.all().delete()
    BankAccount.objects.filter(pk__in=known, statements=None).delete()


def _undo(rows: Sequence[BankLine], business: Business, actor: User | None, on: datetime.date) -> None:
    """Undoes what these lines set in motion, the latest first where one undoes another."""
    _lock_all(rows, business)
    returns = [row for row in rows if row.takes_back_id is not None]
    for row in reversed(returns):
        reinstate_payment(payment=row.takes_back, on=on, actor=actor)
    BankLine.objects.filter(pk__in=[row.pk for row in returns]).update(takes_back=None)
    _unbook([row for row in rows if row.state == LineState.BOOKED], business, actor, on)
    log.record_many(business, [_event(row, actor, on) for row in rows if row.state != LineState.OPEN])


def _unbook(rows: Sequence[BankLine], business: Business, actor: User | None, on: datetime.date) -> None:
    if not rows:
        return
    payments = list(Payment.objects.filter(bank_line__in=rows).order_by("pk"))
    unbook_write_offs(business=business, ids=_effects(rows, "write_offs"), actor=actor)
    unbook_credits(business=business, ids=_effects(rows, "credits"), on=on, actor=actor)
    booking.unbook_many(business=business, payments=payments, actor=actor)
    forget(business, [tuple(lesson) for lesson in _effects(rows, "payers")])
    RemittanceAdvice.objects.filter(line__in=rows).update(line=None)
    undo_tasks(business=business, payments=payments, on=on, actor=actor)
    reopen_tasks(business=business, ids=_effects(rows, "tasks"), by=actor)


def _lock_all(rows: Sequence[BankLine], business: Business) -> None:
    """Locks all that is concerned in the order of `invoices.balances`, before each step locks its own."""
    list(RemittanceAdvice.objects.select_for_update().filter(line__in=rows).order_by("pk"))
    moved = Q(bank_line__in=rows) | Q(pk__in=[row.takes_back_id for row in rows])
    payments = list(Payment.objects.select_for_update().filter(moved).order_by("pk"))
    credits = Allocation.objects.filter(pk__in=_effects(rows, "credits"))
    lock_notes(business, credits.values_list("credit_note_id", flat=True))
    ids = set(Allocation.objects.filter(payment__in=payments).values_list("invoice_id", flat=True))
    ids |= set(credits.values_list("invoice_id", flat=True))
    ids |= set(WriteOff.objects.filter(pk__in=_effects(rows, "write_offs")).values_list("invoice_id", flat=True))
    lock_invoices(business, ids)


def _effects(rows: Sequence[BankLine], name: str) -> list:
    return [effect for row in rows for effect in row.effects.get(name, ())]


def _open(row: BankLine, actor: User | None) -> None:
    """The line waits again with what was suggested for it; `settled_at` stays and says that a person took it back."""
    first = row.suggestions[0] if row.suggestions else {}
    row.state, row.effects, row.takes_back = LineState.OPEN, {}, None
    row.sure = min(first.get("sure", 0), LIKELY)
    row.reason = first.get("reason", "")[:300]
    row.customer_id = first.get("customer_id")
    row.settled_by = actor
    row.save(update_fields=["state", "effects", "takes_back", "sure", "reason", "customer", "settled_by"])


def _event(row: BankLine, actor: User | None, on: datetime.date) -> Event:
    return Event(
        business_id=row.business_id,
        actor=actor,
        kind="bank_line.taken_up" if row.state == LineState.LEFT else "bank_line.taken_back",
        subject=f"bank_line:{row.pk}",
        data={"amount": format_plain(row.amount, row.currency), "currency": row.currency, "on": on.isoformat()},
    )
