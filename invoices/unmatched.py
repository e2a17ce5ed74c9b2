"""Money nobody matched yet is something to do, before any letter to that customer (domain.md 1): match it, or pay it back."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import CharField, DecimalField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from arcollect.dates import Calendar
from customers.desk import cancel_task, close_about, open_task
from customers.models import Business, Task, User
from customers.models.desk import TaskKind, TaskState
from invoices.models import CreditNote, Invoice, Payment
from invoices.refunding import Source, subject_of

PAYMENT, CREDIT_NOTE = "payment:", "credit_note:"
EVERYBODY = Q()
ABOUT_MONEY = [TaskKind.MATCH_CASH, TaskKind.REFUND]


@transaction.atomic
def ask_to_match(*, business: Business, calendar: Calendar, today: datetime.date) -> int:
    """Opens the task of matching each payment with money left on it, once; returns how many. A few cents are left alone."""
    asked = tasks_about(PAYMENT).filter(business=business, kind=TaskKind.MATCH_CASH)
    least = Decimal(business.rules["unapplied_wait_from"])
    rows = Payment.objects.filter(business=business, returned_on=None, amount__gte=F("allocated") + least)
    found = list(rows.filter(~Exists(asked)).select_related("customer")) if rows.exists() else []
    for payment in found:
        open_task(
            business=business,
            customer=payment.customer,
            kind=TaskKind.MATCH_CASH,
            subject=f"payment:{payment.pk}",
            opens_on=today,
            due_on=calendar.add(payment.received_on, business.rules["unapplied_wait_bd"]),
            currency=payment.currency,
            amount=payment.unapplied,
            reason=_("Came in without an invoice to book it on."),
        )
    return len(found)


@transaction.atomic
def ask_to_pay_back(*, business: Business, calendar: Calendar, today: datetime.date) -> int:
    """Opens the task of paying back what a customer has with us and owes nothing for, once; returns how many.

    Due is what came in `refund_after_days` ago or earlier, where since then no invoice of theirs in that currency was open. It
    takes the place of the task of matching it.
    """
    until = today - datetime.timedelta(days=business.rules["refund_after_days"])
    due_on, found = calendar.add(today, business.rules["unapplied_wait_bd"]), list(_owed_back(business, until))
    for source in found:
        subject = subject_of(source)
        close_about(business=business, subject=subject, outcome="REFUND_DUE", on=today, by=None)
        open_task(
            business=business,
            customer=source.customer,
            kind=TaskKind.REFUND,
            subject=subject,
            opens_on=today,
            due_on=due_on,
            currency=source.currency,
            amount=source.unapplied,
            reason=_("They owe nothing it could be for."),
        )
    return len(found)


@transaction.atomic
def leave_on_account(*, source: Source, reason: str, on: datetime.date, by: User) -> None:
    """Notes that this money stays with us for a reason: nobody is asked to match it or to pay it back any more."""
    asked = _open_about(source) or [_ask(source, on, by)]
    for task in asked:
        cancel_task(task=task, reason=reason, on=on, by=by)


@transaction.atomic
def ask_again(*, source: Source, on: datetime.date, by: User) -> None:
    """Takes `leave_on_account` back: matching it is on the desk again."""
    if not _open_about(source):
        _ask(source, on, by)


def on_account(business: Business, by: Sequence[str], whose: Q = EVERYBODY) -> dict[tuple[Any, ...], Decimal]:
    """What no invoice has of the payments that stand and of credit notes, by the values of the fields `by`. Two queries.

    `whose`: a condition on `customer`.
    """
    found: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    cash = Payment.objects.filter(whose, business=business, returned_on=None, allocated__lt=F("amount"))
    notes = CreditNote.objects.filter(whose, business=business, allocated__lt=F("total"))
    for rows, worth in ((cash, "amount"), (notes, "total")):
        left = ExpressionWrapper(F(worth) - F("allocated"), output_field=DecimalField())
        for *key, amount in rows.order_by().values_list(*by).annotate(left=Sum(left)):
            found[tuple(key)] += amount
    return found


def tasks_about(prefix: str) -> QuerySet[Task]:
    """The tasks about the payment, or credit note, of an outer query, whose subject begins with `prefix`."""
    return Task.objects.filter(subject=Concat(Value(prefix), Cast(OuterRef("pk"), CharField())))


def left_aside(prefix: str) -> Q:
    """Whether somebody said that this money stays with us: for a query over payments or credit notes."""
    about = tasks_about(prefix).filter(business=OuterRef("business"), kind__in=ABOUT_MONEY)
    closed, still = about.filter(state=TaskState.CANCELLED), about.filter(state=TaskState.OPEN)
    return Q(Exists(closed)) & ~Q(Exists(still))


def _owed_back(business: Business, until: datetime.date) -> list[Source]:
    """What is left of payments and credit notes from `until` or before, of customers who owed nothing since."""
    least = Decimal(business.rules["unapplied_wait_from"])
    theirs = Invoice.objects.filter(customer=OuterRef("customer"), currency=OuterRef("currency"))
    owing = Exists(theirs.filter(Q(balance__gt=0) | Q(paid_on__gt=until)))
    cash = Payment.objects.filter(returned_on=None, amount__gte=F("allocated") + least, received_on__lte=until)
    notes = CreditNote.objects.filter(total__gte=F("allocated") + least, issued_on__lte=until)
    found: list[Source] = []
    for rows, prefix in ((cash, PAYMENT), (notes, CREDIT_NOTE)):
        # Most nights there is none: asked first, for what follows is long in words.
        if not rows.filter(business=business).exists():
            continue
        asked = tasks_about(prefix).filter(business=business, kind=TaskKind.REFUND)
        open_rows = rows.filter(~owing, ~Exists(asked), ~left_aside(prefix), business=business)
        found += list(open_rows.select_related("customer"))
    return found


def _open_about(source: Source) -> list[Task]:
    subject = subject_of(source)
    return list(Task.objects.filter(business=source.business, subject=subject, kind__in=ABOUT_MONEY, state=TaskState.OPEN))


def _ask(source: Source, on: datetime.date, by: User) -> Task:
    return open_task(
        business=source.business,
        customer=source.customer,
        kind=TaskKind.MATCH_CASH,
        subject=subject_of(source),
        opens_on=on,
        due_on=on,
        currency=source.currency,
        amount=source.unapplied,
        actor=by,
    )
