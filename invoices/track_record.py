"""Reads how promises and queries went within a year (domain.md 2.8, 2.9)."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q

from customers.models import Business, Customer, ImportBatch
from invoices.agreement_metrics import FOR_THE_CUSTOMER, CycleTime, KeptRate, cycle_time, kept_rate
from invoices.models import Dispute, Invoice, InvoiceDetail, PreflightCheck, Promise
from invoices.models.agreement import Preflight, PromiseState
from invoices.models.preflight import Verdict
from invoices.preflight import error_rate
from invoices.reopened import pauses

MEASURED = datetime.timedelta(days=365)
CAUSES = 5
# UNTDID 1001: an invoice that takes the place of a wrong one.
CORRECTED = "384"


def kept_lately(business: Business, today: datetime.date) -> dict[str, KeptRate]:
    """By currency, the rates of the promises settled within a year; a currency without any is left out. One query."""
    settled = Promise.objects.filter(business=business, evaluated_on__gt=today - MEASURED, evaluated_on__lte=today).order_by()
    rows: dict[str, list[tuple[str, Decimal, Decimal]]] = {}
    for currency, state, amount, received in settled.values_list("currency", "state", "amount", "received"):
        rows.setdefault(currency, []).append((state, amount, received))
    rates = {currency: kept_rate(found) for currency, found in sorted(rows.items())}
    return {currency: rate for currency, rate in rates.items() if rate is not None}


def broken_lately(customer: Customer, on: datetime.date) -> int:
    """How many promises they broke lately, where these are too many for a further one: only money today or a signed plan may
    be agreed (domain.md 2.8, 3.4); 0 where they may promise. One query."""
    rules = customer.business.rules["promise"]
    since = on - datetime.timedelta(days=rules["broken_window_days"])
    broken = customer.promises.filter(state=PromiseState.BROKEN, evaluated_on__gt=since, evaluated_on__lte=on).count()
    return broken if broken >= rules["broken_limit"] else 0


def closed_lately(business: Business, today: datetime.date) -> CycleTime | None:
    """How long the queries closed within a year took; one opened again since counts as it stood closed then. Three queries."""
    since = today - MEASURED
    closed = Dispute.objects.filter(business=business, resolved_on__gt=since, resolved_on__lte=today).order_by()
    rows = [*closed.values_list("opened_on", "resolved_on", "outcome"), *_closed_then(business, since, today)]
    return cycle_time([((end - start).days, outcome) for start, end, outcome in rows])


def _closed_then(
    business: Business, since: datetime.date, today: datetime.date
) -> Iterator[tuple[datetime.date, datetime.date, str]]:
    """First day, last day and outcome of queries that stood closed on that day and were opened again later."""
    open_later = Q(resolved_on=None) | Q(resolved_on__gt=today)
    rows = Dispute.objects.filter(open_later, business=business, opened_on__lte=today).in_bulk()
    for pk, times in pauses(rows.values()).items():
        for one in times:
            if one.covers(today) and one.closed_on > since:
                yield rows[pk].opened_on, one.closed_on, one.outcome


def avoidable(business: Business, today: datetime.date) -> list[tuple[str, int]]:
    """(what went wrong, how often) within a year, the most frequent first: the checks that would have caught it. One query."""
    right = Dispute.objects.filter(business=business, resolved_on__gt=today - MEASURED).exclude(
        preflight__in=["", Preflight.NONE]
    )
    counts = right.order_by().values("preflight").annotate(n=Count("pk")).order_by("-n", "preflight")[:CAUSES]
    return [(str(Preflight(row["preflight"]).label), row["n"]) for row in counts]


@dataclass(frozen=True, slots=True)
class OwnErrors:
    """How many of the invoices of a year were wrong: with a query the customer was right about, or issued anew."""

    wrong: int
    invoices: int

    @property
    def share(self) -> Decimal | None:
        return error_rate(self.wrong, self.invoices)


def found_in(batch: ImportBatch) -> int:
    """How many invoices of an import have something to be put right that nobody let pass yet. One query."""
    found = PreflightCheck.objects.filter(invoice__import_batch=batch, verdict=Verdict.BLOCK, ticked_on=None)
    return found.aggregate(n=Count("invoice", distinct=True))["n"]


def own_errors(business: Business, today: datetime.date) -> OwnErrors:
    """The own error rate over the invoices issued within a year (domain.md 8)."""
    issued = Invoice.objects.filter(business=business, issued_on__gt=today - MEASURED, issued_on__lte=today)
    upheld = Dispute.objects.filter(business=business, outcome__in=FOR_THE_CUSTOMER).values("invoice")
    anew = InvoiceDetail.objects.filter(invoice__business=business, type_code=CORRECTED).values("invoice")
    return OwnErrors(issued.filter(Q(pk__in=upheld) | Q(pk__in=anew)).count(), issued.count())
