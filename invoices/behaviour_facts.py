"""Reads how many customers pay, in a fixed number of queries, as of any day (domain.md 5). What reminders know is handed in."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Max, Min, Q

from customers.models import Business, Customer
from invoices.behaviour_cases import Baseline, Contested, Facts, Kept, Settled, Unpaid
from invoices.behaviour_traces import Row, TakenBack, read_taken_back, read_traces
from invoices.credit_advice import Credit
from invoices.history import standing_on
from invoices.models import Allocation, CustomerScore, Dispute, Invoice, PaymentPlan, Promise, WriteOff
from invoices.models.agreement import PlanState
from invoices.models.money import WriteOffKind
from invoices.promises import NOTHING
from invoices.reissued import issued_anew, last_of

# What is written off beside a payment without anybody giving up money that was due.
STILL_PAID = (WriteOffKind.SMALL_BALANCE, WriteOffKind.CHARGES, WriteOffKind.DISCOUNT)
# Somebody new bought too briefly for a daily average: it is taken over a month at least.
LEAST_DAYS = 30
# Promises are looked at over as many months: a broken one is a sign only after none in the year before it.
PROMISES = relativedelta(months=15)


@dataclass(frozen=True, slots=True)
class Known:
    """A customer as segment and credit advice need them."""

    customer: Customer
    facts: Facts
    credit: Credit


def read_known(
    business: Business, customers: Sequence[Customer], today: datetime.date, reminded: Mapping[int, datetime.date]
) -> dict[int, Known]:
    """Everything about these customers by id, in 20 queries however many they are. `reminded`: the first reminder after the due
    date, by invoice id. For a day in the past: what the ledger says of it, with no baseline of a later night; two queries more
    where something was taken back since."""
    ids, rules = [customer.pk for customer in customers], business.rules
    window = today - relativedelta(months=rules["segment_window_months"])
    known_since = today - relativedelta(months=rules["deterioration"]["window_months"])
    rows, notes = _rows(ids, known_since, today), read_taken_back(ids, known_since, today)
    disputes = list(Dispute.objects.filter(customer__in=ids, opened_on__lte=today).select_related("invoice").order_by("pk"))
    contested, promises, first = _by_customer(disputes), _promises(ids, today), _first(ids)
    since = today - datetime.timedelta(days=rules["deterioration"]["signs_days"])
    traces, scores = read_traces(business, ids, rows, notes, disputes, since, today), _scores(ids, today)
    not_cash, troubled = _not_cash(ids, today), _troubled(ids, today)
    disputed = _disputed(disputes, today)
    known = {}
    for customer in customers:
        pk, theirs = customer.pk, rows.get(customer.pk, [])
        anew = issued_anew(theirs, notes.get(pk, ()))
        baseline, acknowledged = scores.get(pk, (None, None))
        facts = Facts(
            legal=_legal(customer, today),
            settled=tuple(_settled(row, reminded) for row in theirs if row.paid_on and row.id not in not_cash),
            unpaid=tuple(_unpaid(row, disputed) for row in theirs if row.amount > 0),
            invoices=sum(row.issued_on > window and row.id not in anew for row in theirs),
            contested=tuple(_contested(row, anew, today) for row in contested.get(pk, ())),
            promises=tuple(promises.get(pk, ())),
            first_on=first.get(pk),
            traces=traces[pk],
            baseline=baseline,
            acknowledged_on=acknowledged,
        )
        sold = _sold_since(today - datetime.timedelta(days=rules["segments"]["limit_days"]), theirs, notes.get(pk, ()))
        known[pk] = Known(customer, facts, _credit(customer, facts, sold, rules, pk in troubled, today))
    return known


def _rows(ids: Collection[int], since: datetime.date, today: datetime.date) -> dict[int, list[Row]]:
    """Their invoices issued by `today` that are open, or were issued or paid after `since`.

    What was taken back after `today`, such as a payment that came back, still stood on that day.
    """
    lately = Q(issued_on__gt=since) | Q(paid_on__gt=since) | Q(paid_on=None)
    rows = Invoice.objects.filter(lately, customer__in=ids, issued_on__lte=today).order_by()
    later, taken_back = _booked_later(ids, today)
    closed = _last_booked(taken_back, today)
    found: dict[int, list[Row]] = defaultdict(list)
    names = ("pk", "customer_id", "issued_on", "due_on", "currency", "total", "balance", "paid_on")
    for *head, total, balance, paid_on in rows.values_list(*names).iterator(chunk_size=5000):
        amount = balance + later.get(head[0], NOTHING)
        settled = paid_on if paid_on and paid_on <= today else None
        if amount <= 0 and settled is None:
            settled = closed.get(head[0])
        found[head[1]].append(Row(*head, total, NOTHING if settled else amount, settled))
    return found


def _booked_later(ids: Collection[int], today: datetime.date) -> tuple[dict[int, Decimal], set[int]]:
    """What of each invoice was open on `today` beside its balance: booked after that day, less what was taken back after it;
    and the invoices of which something was."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    taken_back: set[int] = set()
    for model in (Allocation, WriteOff):
        after = model.objects.filter(Q(on__gt=today) | Q(reversed_on__gt=today), invoice__customer__in=ids)
        for invoice_id, amount, on, reversed_on in after.values_list("invoice_id", "amount", "on", "reversed_on"):
            counted, now = on <= today, reversed_on is None
            sums[invoice_id] += amount * (int(now) - int(counted))
            if counted and not now:
                taken_back.add(invoice_id)
    return sums, taken_back


def _last_booked(invoice_ids: Collection[int], today: datetime.date) -> dict[int, datetime.date]:
    """The latest value date of what stood on `today` on each of these invoices; no query without any."""
    found: dict[int, datetime.date] = {}
    for model in (Allocation, WriteOff):
        stood = model.objects.filter(standing_on(today), invoice__in=invoice_ids).order_by().values("invoice")
        for pk, latest in stood.annotate(latest=Max("on")).values_list("invoice", "latest"):
            found[pk] = max(latest, found.get(pk, latest))
    return found


def _not_cash(ids: Collection[int], today: datetime.date) -> set[int]:
    """Invoices settled by credit in part, or given up in part: they say nothing about how they pay."""
    standing = standing_on(today)
    credited = Allocation.objects.filter(standing, invoice__customer__in=ids, credit_note__isnull=False)
    given_up = WriteOff.objects.filter(standing, invoice__customer__in=ids).exclude(kind__in=STILL_PAID)
    return {*credited.values_list("invoice_id", flat=True), *given_up.values_list("invoice_id", flat=True)}


def _first(ids: Collection[int]) -> dict[int, datetime.date]:
    """The day of their first invoice."""
    rows = Invoice.objects.filter(customer__in=ids).order_by().values("customer_id").annotate(first=Min("issued_on"))
    return {row["customer_id"]: row["first"] for row in rows}


def _by_customer(disputes: Sequence[Dispute]) -> dict[int, list[Dispute]]:
    found: dict[int, list[Dispute]] = defaultdict(list)
    for dispute in disputes:
        found[dispute.customer_id].append(dispute)
    return found


def _disputed(disputes: Sequence[Dispute], today: datetime.date) -> dict[int, Decimal]:
    """What of each invoice was in query on the evening of `today`."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for dispute in disputes:
        if dispute.resolved_on is None or dispute.resolved_on > today:
            sums[dispute.invoice_id] += dispute.amount
    return sums


def _promises(ids: Collection[int], today: datetime.date) -> dict[int, list[Kept]]:
    found: dict[int, list[Kept]] = defaultdict(list)
    rows = Promise.objects.filter(customer__in=ids, evaluated_on__gt=today - PROMISES, evaluated_on__lte=today).order_by()
    for pk, state, on in rows.values_list("customer_id", "state", "evaluated_on"):
        found[pk].append(Kept(state, on))
    return found


def _scores(ids: Collection[int], today: datetime.date) -> dict[int, tuple[Baseline | None, datetime.date | None]]:
    """What was usual, and when an alarm was last acknowledged, as the nights until `today` left it."""
    rows = CustomerScore.objects.filter(customer__in=ids, scored_on__lte=today)
    found = rows.values_list("customer_id", "baseline", "acknowledged_on")
    return {pk: (Baseline.from_json(baseline), acknowledged) for pk, baseline, acknowledged in found}


def _troubled(ids: Collection[int], today: datetime.date) -> set[int]:
    """Customers with a plan at risk, or one that ended unpaid and of whose invoices something is open still."""
    at_risk = PaymentPlan.objects.filter(customer__in=ids, state=PlanState.AT_RISK)
    ended = PaymentPlan.objects.filter(customer__in=ids, state=PlanState.DEFAULTED, ended_on__lte=today)
    unpaid = ended.filter(covered__invoice__balance__gt=0)
    return {*at_risk.values_list("customer_id", flat=True), *unpaid.values_list("customer_id", flat=True)}


def _legal(customer: Customer, today: datetime.date) -> str:
    if customer.insolvent:
        return "insolvent"
    if customer.moratorium_until is not None and customer.moratorium_until >= today:
        return "moratorium"
    return "deceased" if customer.deceased else ""


def _settled(row: Row, reminded: Mapping[int, datetime.date]) -> Settled:
    terms = (row.due_on - row.issued_on).days
    return Settled(row.id, row.due_on, row.paid_on, row.total, row.currency, terms, reminded.get(row.id))


def _unpaid(row: Row, disputed: Mapping[int, Decimal]) -> Unpaid:
    return Unpaid(row.id, row.due_on, row.amount, row.currency, min(row.amount, disputed.get(row.id, NOTHING)))


def _contested(dispute: Dispute, anew: dict[int, int], today: datetime.date) -> Contested:
    """A query about an invoice and one about that in its place are about one sale."""
    invoice, closed = dispute.invoice, dispute.resolved_on is not None and dispute.resolved_on <= today
    return Contested(
        last_of(invoice.pk, anew), invoice.issued_on, invoice.due_on, dispute.opened_on, dispute.outcome if closed else ""
    )


def _sold_since(since: datetime.date, rows: Iterable[Row], notes: Iterable[TakenBack]) -> dict[str, Decimal]:
    """Credit sales after a day by currency. Of an invoice that was taken back and issued anew only the new one is a sale."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.issued_on > since and not row.is_cash:
            sums[row.currency] += row.total
    for note in notes:
        if note.on > since and not note.was_cash:
            sums[note.currency] -= note.total
    return sums


def _credit(
    customer: Customer,
    facts: Facts,
    sold: Mapping[str, Decimal],
    rules: Mapping[str, Any],
    troubled: bool,
    today: datetime.date,
) -> Credit:
    """Limits are in the business's currency: only what is owed and `sold` in it counts (as PF15 has it)."""
    business, most = customer.business, rules["segments"]["limit_days"]
    owed = (one.amount for one in facts.unpaid if one.currency == business.currency)
    known_for = (today - facts.first_on).days if facts.first_on else 0
    return Credit(
        currency=business.currency,
        exposure=sum(owed, NOTHING),
        limit=customer.credit_limit,
        sales=max(NOTHING, sold.get(business.currency, NOTHING)),
        days=min(most, max(LEAST_DAYS, known_for)),
        terms_days=business.terms_days if customer.terms_days is None else customer.terms_days,
        on_hold=customer.on_hold,
        plan=troubled,
    )


def in_batches(business: Business, size: int, after: int = 0) -> Iterator[list[Customer]]:
    """The customers of a business that were not merged away, so many at a time, by id; those `after` an id."""
    rows, last = Customer.objects.filter(business=business, merged_into=None).order_by("pk"), after
    while found := list(rows.filter(pk__gt=last)[:size]):
        for customer in found:
            customer.business = business
        yield found
        last = found[-1].pk
