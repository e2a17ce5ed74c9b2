"""Reads what happened lately and asks for an answer: promises not kept, queries closed, instalments missed, payments returned."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from django.db.models import Exists, Q
from django.utils.translation import gettext as _

from customers.models import Business, Conversation, Letter
from customers.models.desk import Outcome
from customers.models.letter import LetterCode
from invoices.agreeing import in_its_place
from invoices.models import Allocation, Dispute, Invoice, Payment, Promise, Settlement
from invoices.models.agreement import PromiseState
from invoices.models.settlement import SettlementState
from reminders.following import Happened, together
from reminders.models import FollowUp, Occasion
from reminders.plan_happenings import LATELY, plan_happenings, unanswered
from reminders.worsening import worsening


def happenings(business: Business, today: datetime.date, only: Iterable[int] | None = None) -> list[Happened]:
    """What happened in the last fortnight and nothing followed from yet, or whose letter is to be written anew.

    `only`: ids of customers to look at, instead of all.
    """
    mine = Q(business=business) if only is None else Q(business=business, customer__in=list(only))
    found = [
        *_promises(mine, today),
        *_disputes(mine, business, today),
        *plan_happenings(mine, business, today),
        *_payments(mine, today),
        *_settlements(mine, today),
        *worsening(business, today, only),
    ]
    return _with_conversations(business, together(found))


def _promises(mine: Q, today: datetime.date) -> Iterator[Happened]:
    """Promises not kept; of one that broke because another took its place the talk was had."""
    rows = Promise.objects.filter(
        mine, state__in=[PromiseState.BROKEN, PromiseState.PARTIAL], evaluated_on__gt=today - LATELY, evaluated_on__lte=today
    )
    broken = unanswered(rows, Occasion.PROMISE_BROKEN, "promise").exclude(Exists(in_its_place()))
    for row in broken.prefetch_related("lines"):
        yield Happened(
            Occasion.PROMISE_BROKEN,
            f"promise:{row.pk}",
            row.customer_id,
            row.currency,
            row.evaluated_on,
            row.amount - row.received,
            frozenset(line.invoice_id for line in row.lines.all()),
            {"promise": {"amount": str(row.amount), "due_on": str(row.due_on), "made_on": str(row.made_on)}},
        )


def _disputes(mine: Q, business: Business, today: datetime.date) -> Iterator[Happened]:
    """Queries closed here: one without a clock was taken over, closed, from another program."""
    rows = Dispute.objects.filter(mine, resolved_on__gt=today - LATELY, resolved_on__lte=today, answer_by__isnull=False)
    pay_within = business.rules["dispute"]["pay_after_resolution_days"]
    for row in unanswered(rows, Occasion.QUERY_CLOSED, "dispute", dated="resolved_on").select_related("invoice"):
        what = {"dispute": row.pk, "invoice": row.invoice.number, "query": row.code}
        how = {"outcome": row.outcome, "words": row.resolution, "pay_within": pay_within}
        yield Happened(
            Occasion.QUERY_CLOSED,
            f"dispute:{row.pk}",
            row.customer_id,
            row.invoice.currency,
            row.resolved_on,
            row.invoice.balance,
            frozenset({row.invoice_id}),
            {"resolution": what | how},
        )


def no_longer_so(letter: Letter) -> str:
    """Says that what the letter answers has turned out otherwise, or "": its query is open again, its promise was kept."""
    return _opened_again(letter) or (turned_out_otherwise(letter.follow_ups.all()) if letter.code == LetterCode.LBP else "")


def _opened_again(letter: Letter) -> str:
    """Says that the query an LRES closes is open again, or ended otherwise since, or ""."""
    ended = letter.facts.get("resolution", {})
    if "dispute" not in ended:
        return ""
    still = Dispute.objects.filter(pk=ended["dispute"], outcome=ended["outcome"], resolution=ended["words"]).exists()
    return "" if still else _("The query it says is closed was opened again.")


def turned_out_otherwise(follow_ups: Iterable[FollowUp]) -> str:
    """Says that nothing of what was followed up is so any more, or "": the promises were kept, as the bank told later, and the
    payments stand, whose return was taken back."""
    subjects: dict[str, set[str]] = defaultdict(set)
    for row in follow_ups:
        subjects[row.occasion].add(row.subject.rpartition(":")[2])
    promises, payments = subjects.pop(Occasion.PROMISE_BROKEN, set()), subjects.pop(Occasion.PAYMENT_RETURNED, set())
    if subjects or not (promises or payments):
        return ""
    if Promise.objects.filter(pk__in=promises).exclude(state=PromiseState.KEPT).exists():
        return ""
    if Payment.objects.filter(pk__in=payments, returned_on__isnull=False).exists():
        return ""
    return (
        _("The payment did not come back after all.") if payments else _("The promise was kept: the money had come in in time.")
    )


def _payments(mine: Q, today: datetime.date) -> Iterator[Happened]:
    """Payments that came back, with the invoices they had paid (domain.md 3.4)."""
    rows = Payment.objects.filter(mine, returned_on__gt=today - LATELY, returned_on__lte=today)
    for row in unanswered(rows, Occasion.PAYMENT_RETURNED, "payment", dated="returned_on"):
        paid = Invoice.objects.filter(allocations__in=Allocation.objects.filter(payment=row), balance__gt=0)
        about = frozenset(paid.values_list("pk", flat=True))
        subject = f"payment:{row.pk}"
        yield Happened(Occasion.PAYMENT_RETURNED, subject, row.customer_id, row.currency, row.returned_on, row.amount, about, {})


def _settlements(mine: Q, today: datetime.date) -> Iterator[Happened]:
    """Settlements not paid as agreed: what is left of the full sum is owed again, the owner decides (domain.md 6.6)."""
    rows = Settlement.objects.filter(mine, state=SettlementState.MISSED, ended_on__gt=today - LATELY, ended_on__lte=today)
    for row in unanswered(rows, Occasion.SETTLEMENT_MISSED, "settlement").prefetch_related("covered__invoice"):
        about = frozenset(line.invoice_id for line in row.covered.all())
        left = sum((min(line.amount, line.invoice.balance) for line in row.covered.all()), Decimal(0))
        subject = f"settlement:{row.pk}"
        yield Happened(Occasion.SETTLEMENT_MISSED, subject, row.customer_id, row.currency, row.ended_on, left, about, {})


def _with_conversations(business: Business, found: list[Happened]) -> list[Happened]:
    """Each with the day its customer was last spoken to, and when they agreed to be called back (domain.md 7.2); a mail of
    theirs is no conversation."""
    latest: dict[int, Conversation] = {}
    ids = {one.customer_id for one in found}
    spoken = Conversation.objects.filter(customer__in=ids, outcome=Outcome.REACHED, channel="call").order_by("at")
    for row in spoken.only("customer_id", "at", "next_on", "callback_consent_until"):
        latest[row.customer_id] = row
    return [_after(one, latest.get(one.customer_id), business) for one in found]


def _after(one: Happened, said: Conversation | None, business: Business) -> Happened:
    if said is None:
        return one
    consent = said.callback_consent_until
    on = business.local_date(said.at)
    return replace(one, spoken_on=on, consent_from=said.next_on if consent else None, consent_until=consent)
