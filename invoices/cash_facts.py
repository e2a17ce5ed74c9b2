"""Reads what the cash forecast rests on, and says what is expected of a business's customers (domain.md 2.12)."""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q

from arcollect.money import format_plain
from customers.models import Business
from invoices.cash_forecast import (
    Coming,
    Expected,
    Item,
    Kept,
    Outlook,
    Rates,
    Settled,
    expect,
    outlooks,
    own_buckets,
)
from invoices.forecast_facts import not_by_money
from invoices.models import Allocation, Dispute, Instalment, Invoice, PlanInvoice, Promise, PromiseLine, WriteOff
from invoices.models.agreement import BLOCKING_PLAN_STATES, InstalmentState, PromiseState
from invoices.models.money import WriteOffKind
from invoices.track_record import MEASURED

# Lookups on a customer's id: {"in": ids}, {"range": (first, last)}, or none for everybody.
Whose = Mapping[str, Any]
EVERYBODY: Whose = {}
NOTHING = Decimal(0)
RESOLVED = [PromiseState.KEPT, PromiseState.PARTIAL, PromiseState.BROKEN]
# So many payments of a customer say when they usually pay.
ENOUGH = 3
# The newest so many settled invoices say how surely money comes.
LOOKED_AT = 5000
# What was not paid a year after it was due counts as not coming, for what may be hoped of others.
NEVER_CAME = datetime.timedelta(days=365)


def expected(
    business: Business, as_of: datetime.date, whose: Whose = EVERYBODY, known: Rates | None = None
) -> Iterator[Expected]:
    """What is expected of what is owed now, slice by slice; `as_of` is today. `whose`: of these customers alone; `known`: how
    surely money comes, where that was read already. A fixed number of queries."""
    yield from expect(_items(business, as_of, whose), _coming(business, whose), known or rates(business, as_of), as_of)


def section(business: Business, as_of: datetime.date) -> dict[str, dict[str, Any]]:
    """By currency {"forecast": {"weeks": [{"from", "until", "amount", "by"}], "later", "undated"}}; amounts are text."""
    found = outlooks(expected(business, as_of), as_of)
    return {currency: {"forecast": figures(outlook, currency)} for currency, outlook in found.items()}


def figures(outlook: Outlook, currency: str) -> dict[str, Any]:
    """As the nights keep it."""
    weeks = [
        {
            "from": week.since.isoformat(),
            "until": week.until.isoformat(),
            "amount": format_plain(week.total, currency),
            "by": {source.value: format_plain(amount, currency) for source, amount in week.by.items()},
        }
        for week in outlook.weeks
    ]
    rest = {"later": format_plain(outlook.later, currency), "undated": format_plain(outlook.undated, currency)}
    return {"weeks": weeks, **rest}


def rates(business: Business, as_of: datetime.date) -> Rates:
    """How surely money comes in this business: the owner's values, or its own history once there is enough. Eight queries."""
    rules = business.rules
    usual = {name: Decimal(value) for name, value in rules["forecast_p"].items()}
    buckets = own_buckets(_settled(business, as_of), usual, rules["own_history_from"])
    return with_words_kept(Rates(buckets, rules["bucket_lag"], rules["kept_prior"]), business, as_of)


def with_words_kept(known: Rates, business: Business, as_of: datetime.date, whose: Whose = EVERYBODY) -> Rates:
    """The same with how well these customers kept promises and plans until now. Two queries."""
    within = Promise.objects.filter(business=business, evaluated_on__gt=as_of - MEASURED, evaluated_on__lte=as_of)
    within = within.filter(of("customer", whose), state__in=RESOLVED)
    done = Instalment.objects.filter(plan__business=business, state__in=[InstalmentState.PAID, InstalmentState.MISSED])
    return replace(
        known,
        promises=_kept(within, "customer", PromiseState.KEPT),
        instalments=_kept(done.filter(of("plan__customer", whose)), "plan__customer", InstalmentState.PAID),
    )


def of(path: str, whose: Whose) -> Q:
    """Keeps the rows whose customer, at the end of `path`, is one of them."""
    return Q(**{f"{path}__id__{lookup}": value for lookup, value in whose.items()})


def _kept(rows: Any, customer: str, state: str) -> dict[int, Kept]:
    counted = rows.order_by().values(customer).annotate(kept=Count("pk", filter=Q(state=state)), settled=Count("pk"))
    return {row[customer]: Kept(row["kept"], row["settled"]) for row in counted}


def _settled(business: Business, as_of: datetime.date) -> list[Settled]:
    """The newest invoices that are done with: paid by money, or given up as lost, said so or not."""
    other = not_by_money(business)
    paid = Invoice.objects.filter(business=business).exclude(paid_on=None).order_by("-paid_on", "-pk")
    rows = paid.values_list("pk", "due_on", "paid_on")[:LOOKED_AT]
    found = [Settled((paid_on - due_on).days, paid=True) for pk, due_on, paid_on in rows if pk not in other]
    lost = WriteOff.objects.filter(business=business, reversed_on=None, kind=WriteOffKind.BAD_DEBT).order_by("-on", "-pk")
    days = lost.values_list("invoice__due_on", "on")[:LOOKED_AT]
    old = Invoice.objects.filter(business=business, balance__gt=0, due_on__lt=as_of - NEVER_CAME).order_by("-due_on", "-pk")
    unpaid = [(due_on, as_of) for due_on in old.values_list("due_on", flat=True)[:LOOKED_AT]]
    return [*found, *(Settled((on - due_on).days, paid=False) for due_on, on in [*days, *unpaid])]


def _items(business: Business, as_of: datetime.date, whose: Whose) -> Iterator[Item]:
    rows = Invoice.objects.filter(of("customer", whose), business=business, balance__gt=0)
    disputed = _sums(Dispute.objects.filter(of("invoice__customer", whose), business=business, resolved_on=None))
    planned = PlanInvoice.objects.filter(of("plan__customer", whose), plan__business=business)
    planned = _sums(planned.filter(plan__state__in=BLOCKING_PLAN_STATES))
    promised: dict[int, list[tuple[datetime.date, Decimal]]] = defaultdict(list)
    lines = PromiseLine.objects.filter(of("promise__customer", whose), promise__business=business)
    lines = lines.filter(promise__state=PromiseState.OPEN)
    for invoice_id, due_on, amount in lines.values_list("invoice_id", "promise__due_on", "amount"):
        promised[invoice_id].append((due_on, amount))
    usual = _usual(business, as_of, whose) if rows.filter(forecast=None).exists() else {}
    fields = ("pk", "customer_id", "currency", "due_on", "balance", "forecast__expected_on", "forecast__rests_on__payments")
    for pk, customer_id, currency, due_on, balance, forecast_on, payments in (
        rows.order_by("pk").values_list(*fields).iterator(5000)
    ):
        yield Item(
            pk,
            customer_id,
            currency,
            due_on,
            balance,
            planned.get(pk, NOTHING),
            disputed.get(pk, NOTHING),
            promised=promised.get(pk, ()),
            forecast_on=forecast_on,
            by_others=(payments or 0) < ENOUGH,
            usual_late=usual.get(customer_id),
        )


def _sums(rows: Any) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    for invoice_id, amount in rows.order_by().values_list("invoice_id", "amount"):
        found[invoice_id] += amount
    return found


def _usual(business: Business, as_of: datetime.date, whose: Whose) -> dict[int, int]:
    """By customer, how many days late they paid within a year, weighted by amount (domain.md 2.7); with enough payments only.

    Money that lay unmatched came when it came.
    """
    sums: dict[int, list[Decimal]] = defaultdict(lambda: [NOTHING, NOTHING])
    invoices: dict[int, set[int]] = defaultdict(set)
    within = {"payment__received_on__gt": as_of - MEASURED, "payment__received_on__lte": as_of}
    parts = Allocation.objects.filter(of("invoice__customer", whose), business=business, reversed_on=None, **within)
    fields = ("invoice__customer_id", "invoice_id", "invoice__balance", "amount", "payment__received_on", "invoice__due_on")
    for customer_id, pk, balance, amount, on, due_on in parts.order_by().values_list(*fields).iterator(5000):
        sums[customer_id][0] += amount
        sums[customer_id][1] += amount * (on - due_on).days
        if not balance:
            invoices[customer_id].add(pk)
    return {pk: round(late / paid) for pk, (paid, late) in sums.items() if len(invoices[pk]) >= ENOUGH}


def _coming(business: Business, whose: Whose) -> list[Coming]:
    rows = Instalment.objects.filter(of("plan__customer", whose), plan__business=business, paid__lt=F("amount"))
    rows = rows.filter(plan__state__in=BLOCKING_PLAN_STATES)
    return [
        Coming(row.plan_id, row.plan.customer_id, row.plan.currency, row.plan.falls_due(row.due_on), row.amount - row.paid)
        for row in rows.exclude(state=InstalmentState.PAID).select_related("plan__business").order_by("due_on", "pk")
    ]
