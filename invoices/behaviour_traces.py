"""Reads the signs of trouble that customers left: part payments, what they skipped, what came back, what was said (5.1)."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import F, Q

from customers.models import Business, Conversation
from customers.models.desk import Outcome
from invoices.behaviour_cases import Talk, Traces
from invoices.history import standing_on
from invoices.models import Allocation, CreditNote, Dispute, Payment, PaymentPlan, PlanInvoice
from invoices.models.agreement import Proposer

# A payment of whole hundreds that leaves something over is a sum somebody thought of, not what an invoice says.
ROUND = 100
IN_VAIN = (Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.WRONG_PERSON)


@dataclass(frozen=True, slots=True)
class Row:
    """An invoice as it stood on the day looked at: `paid_on` None where it was open then, and `amount` what was open of it."""

    id: int
    customer_id: int
    issued_on: datetime.date
    due_on: datetime.date
    currency: str
    total: Decimal
    amount: Decimal
    paid_on: datetime.date | None

    @property
    def is_cash(self) -> bool:
        """Due on the day it was issued and paid that day: no credit was given (domain.md 2.2)."""
        return self.due_on <= self.issued_on == self.paid_on


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A credit note for a named invoice: it takes a sale back on its own day, as `invoices.sales` has it. `was_cash`: the
    invoice gave no credit."""

    invoice_id: int
    on: datetime.date
    currency: str
    total: Decimal
    was_cash: bool


@dataclass(frozen=True, slots=True)
class Excused:
    """When part of an invoice was rightly left open: it was in a plan since a day, or in query from a day to another."""

    planned: dict[int, datetime.date] = field(default_factory=dict)
    contested: dict[int, list[tuple[datetime.date, datetime.date]]] = field(default_factory=lambda: defaultdict(list))

    def covers(self, invoice_id: int, on: datetime.date) -> bool:
        """Whether nobody need wonder that it was not paid in full on that day."""
        planned = self.planned.get(invoice_id)
        return (planned is not None and planned <= on) or any(a <= on <= b for a, b in self.contested.get(invoice_id, ()))


def read_traces(
    business: Business,
    ids: Collection[int],
    rows: Mapping[int, Sequence[Row]],
    notes: Mapping[int, Sequence[TakenBack]],
    disputes: Iterable[Dispute],
    since: datetime.date,
    today: datetime.date,
) -> dict[int, Traces]:
    """The traces of these customers by id after `since`, in seven queries. `rows`, `notes`: what they were sold in the last
    months, and what of it was taken back."""
    excused = _excused(business, ids, disputes, today)
    uneven, returned = _uneven(ids, rows, excused, today), _returned(ids, since, today)
    skipped, talks = _skipped(ids, rows, excused, since, today), _talks(business, ids, since, today)
    asked = _asked_for_time(business, ids, since, today)
    return {
        pk: Traces(
            uneven=tuple(uneven[pk]),
            skipped=tuple(skipped[pk]),
            returned=tuple(returned[pk]),
            talks=tuple(talks[pk]),
            asked_for_time=tuple(asked[pk]),
            bought=_bought(rows.get(pk, ()), notes.get(pk, ())),
        )
        for pk in ids
    }


def _excused(business: Business, ids: Collection[int], disputes: Iterable[Dispute], today: datetime.date) -> Excused:
    excused = Excused()
    signed = PlanInvoice.objects.filter(plan__customer__in=ids, plan__signed_at__isnull=False)
    for invoice_id, at in signed.values_list("invoice_id", "plan__signed_at"):
        day = business.local_date(at)
        excused.planned[invoice_id] = min(day, excused.planned.get(invoice_id, day))
    for dispute in disputes:
        excused.contested[dispute.invoice_id].append((dispute.opened_on, dispute.resolved_on or today))
    return excused


def _uneven(
    ids: Collection[int], rows: Mapping[int, Sequence[Row]], excused: Excused, today: datetime.date
) -> dict[int, list[datetime.date]]:
    """The days of payments that left part of an invoice open, or were a round sum with something over; all there ever were."""
    found: dict[int, list[datetime.date]] = defaultdict(list)
    left_open = Q(invoice__paid_on=None) | Q(on__lt=F("invoice__paid_on"))
    parts = Allocation.objects.filter(standing_on(today), left_open, invoice__customer__in=ids, payment__isnull=False)
    # Paid that day, though what paid it came back since, or it was paid again.
    paid = {row.id: row.paid_on for theirs in rows.values() for row in theirs if row.paid_on}
    for pk, invoice_id, on in parts.order_by().values_list("invoice__customer_id", "invoice_id", "on"):
        if on < paid.get(invoice_id, datetime.date.max) and not excused.covers(invoice_id, on):
            found[pk].append(on)
    over = Payment.objects.filter(customer__in=ids, allocated__lt=F("amount"), returned_on=None, received_on__lte=today)
    for pk, on, amount in over.order_by().values_list("customer_id", "received_on", "amount"):
        if amount % ROUND == 0:
            found[pk].append(on)
    return found


def _returned(ids: Collection[int], since: datetime.date, today: datetime.date) -> dict[int, list[datetime.date]]:
    found: dict[int, list[datetime.date]] = defaultdict(list)
    rows = Payment.objects.filter(customer__in=ids, returned_on__gt=since, returned_on__lte=today).order_by()
    for pk, on in rows.values_list("customer_id", "returned_on"):
        found[pk].append(on)
    return found


def _skipped(
    ids: Collection[int], rows: Mapping[int, Sequence[Row]], excused: Excused, since: datetime.date, today: datetime.date
) -> dict[int, list[datetime.date]]:
    """The days on which an invoice was paid while one due before it was late and nobody contested it."""
    paid: dict[tuple[int, str, datetime.date], list[datetime.date]] = defaultdict(list)
    lately = Allocation.objects.filter(standing_on(today), invoice__customer__in=ids, payment__isnull=False, on__gt=since)
    names = ("invoice__customer_id", "invoice_currency", "on", "invoice__due_on")
    for pk, currency, on, due_on in lately.order_by().values_list(*names):
        paid[pk, currency, on].append(due_on)
    found: dict[int, list[datetime.date]] = defaultdict(list)
    for (pk, currency, on), dues in paid.items():
        late = [row.due_on for row in rows.get(pk, ()) if row.currency == currency and _was_late(row, on, excused)]
        if late and min(late) < max(dues):
            found[pk].append(on)
    return found


def _was_late(row: Row, on: datetime.date, excused: Excused) -> bool:
    still_open = row.paid_on is None or row.paid_on > on
    return row.due_on < on and still_open and not excused.covers(row.id, on)


def _talks(business: Business, ids: Collection[int], since: datetime.date, today: datetime.date) -> dict[int, list[Talk]]:
    found: dict[int, list[Talk]] = defaultdict(list)
    first = datetime.datetime.combine(since, datetime.time.min, datetime.UTC)
    rows = Conversation.objects.filter(customer__in=ids, at__gte=first).order_by("at", "pk")
    for pk, at, inbound, outcome, reason in rows.values_list("customer_id", "at", "inbound", "outcome", "reason"):
        day = business.local_date(at)
        if since < day <= today:
            vain = not inbound and outcome in IN_VAIN
            found[pk].append(Talk(day, vain, inbound or outcome == Outcome.REACHED, reason, len(found[pk])))
    return found


def _asked_for_time(
    business: Business, ids: Collection[int], since: datetime.date, today: datetime.date
) -> dict[int, list[datetime.date]]:
    found: dict[int, list[datetime.date]] = defaultdict(list)
    first = datetime.datetime.combine(since, datetime.time.min, datetime.UTC)
    rows = PaymentPlan.objects.filter(customer__in=ids, proposed_by=Proposer.CUSTOMER, created_at__gte=first).order_by()
    for pk, at in rows.values_list("customer_id", "created_at"):
        day = business.local_date(at)
        if since < day <= today:
            found[pk].append(day)
    return found


def read_taken_back(ids: Collection[int], since: datetime.date, today: datetime.date) -> dict[int, list[TakenBack]]:
    """By customer id, the credit notes issued after `since` and by `today` that correct an invoice. One query."""
    found: dict[int, list[TakenBack]] = defaultdict(list)
    notes = CreditNote.objects.filter(customer__in=ids, corrects__isnull=False, issued_on__gt=since, issued_on__lte=today)
    dates = ("corrects__issued_on", "corrects__due_on", "corrects__paid_on")
    rows = notes.order_by().values_list("customer_id", "corrects_id", "issued_on", "currency", "total", *dates)
    for pk, invoice_id, on, currency, total, issued_on, due_on, paid_on in rows:
        found[pk].append(TakenBack(invoice_id, on, currency, total, due_on <= issued_on == paid_on))
    return found


def _bought(rows: Iterable[Row], notes: Iterable[TakenBack]) -> dict[str, dict[datetime.date, Decimal]]:
    """What was sold, less what was taken back, by currency and first day of the month."""
    sums: dict[str, dict[datetime.date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        sums[row.currency][row.issued_on.replace(day=1)] += row.total
    for note in notes:
        sums[note.currency][note.on.replace(day=1)] -= note.total
    return {currency: dict(months) for currency, months in sums.items()}
