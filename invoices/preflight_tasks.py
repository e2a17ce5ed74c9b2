"""Writes the tasks to put an invoice right, and takes them off the desk once it is (domain.md 8).

One task a customer, of their largest invoice: what is wrong with one is mostly wrong with all. A few new ones a day, the
largest sums first, so that a ledger brought in does not bury the desk; the list of invoices to put right names all of them.
"""

import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from customers.desk import complete_task, open_task
from customers.models import Business, Task
from customers.models.desk import TaskKind, TaskState
from invoices.models import Invoice, PreflightCheck
from invoices.models.preflight import Verdict
from invoices.preflight import preflight, stops
from invoices.preflight_cases import CheckResult
from invoices.preflight_facts import invoice_facts
from invoices.preflighting import to_check

# So many candidates are looked at for each task that may still be opened: several may be one customer's, some put right.
LOOKED_AT = 5


@transaction.atomic
def open_fixes(*, business: Business, on: datetime.date) -> list[Task]:
    """Opens today's share of tasks about open invoices, not due yet, that something severe is wrong with."""
    waiting = Task.objects.filter(business=business, kind=TaskKind.FIX_INVOICE)
    left = business.rules["preflight"]["fixes_per_day"] - waiting.filter(opens_on=on).count()
    opened: list[Task] = []
    if left <= 0:
        return opened
    ids = list(_candidates(business, on).values_list("pk", flat=True)[: left * LOOKED_AT])
    invoices = {invoice.pk: invoice for invoice in to_check(ids)}
    facts, taken = invoice_facts(business, list(invoices.values()), on), set()
    for pk in ids:
        found = stops(preflight(facts[pk]))
        if found and invoices[pk].customer_id not in taken and len(opened) < left:
            taken.add(invoices[pk].customer_id)
            opened.append(_open(business, invoices[pk], found, on))
    return opened


@transaction.atomic
def close_fixed(*, business: Business, on: datetime.date) -> int:
    """Closes the tasks whose invoice is paid, or is not stopped by anything any more; returns how many."""
    tasks = list(Task.objects.filter(business=business, kind=TaskKind.FIX_INVOICE, state=TaskState.OPEN))
    by_invoice = {int(task.subject.partition(":")[2]): task for task in tasks if task.subject.startswith("invoice:")}
    invoices = to_check(by_invoice)
    facts = invoice_facts(business, invoices, on)
    closed = 0
    for invoice in invoices:
        if invoice.balance == 0 or not stops(preflight(facts[invoice.pk])):
            complete_task(task=by_invoice[invoice.pk], outcome=_("It was put right."), on=on, by=None)
            closed += 1
    return closed


def _candidates(business: Business, on: datetime.date) -> QuerySet[Invoice]:
    """The invoices with something severe that nobody let pass, of customers without such a task, largest first."""
    findings = PreflightCheck.objects.filter(invoice=OuterRef("pk"), verdict=Verdict.BLOCK, ticked_on=None)
    tasks = Task.objects.filter(customer=OuterRef("customer"), kind=TaskKind.FIX_INVOICE, state=TaskState.OPEN)
    rows = Invoice.objects.filter(Exists(findings), ~Exists(tasks), business=business, balance__gt=0, due_on__gte=on)
    return rows.order_by("-balance", "pk")


def _open(business: Business, invoice: Invoice, found: list[CheckResult], on: datetime.date) -> Task:
    return open_task(
        business=business,
        customer=invoice.customer,
        kind=TaskKind.FIX_INVOICE,
        subject=f"invoice:{invoice.pk}",
        opens_on=on,
        due_on=business.calendar.add(on, 1),
        currency=invoice.currency,
        amount=invoice.balance,
        reason="\n".join(one.reason for one in found),
    )
