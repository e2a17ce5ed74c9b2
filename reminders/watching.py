"""Reads whom to watch: the customers in trouble with the sign that says so, and what waits for the owner's answer."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from customers.models import Business, Customer
from invoices.behaviour_words import sign_words
from invoices.models import AccountStanding, CreditAdvice, CustomerScore, Invoice
from invoices.models.insight import AdviceState, Segment
from invoices.segments import in_force

# Whom an owner should look at, the most pressing first.
WATCHED = (
    Segment.DETERIORATING,
    Segment.PROMISE_BREAKER,
    Segment.LEGAL_BLOCK,
    Segment.STRETCHER,
    Segment.DISPUTER,
)
# The dashboard shows the first of these only: who stretches or disputes always did.
WORRYING = WATCHED[:3]


@dataclass(frozen=True, slots=True)
class Worry:
    """A customer to watch: the segment they are treated as, what raised it in words, and what they owe by currency."""

    customer: Customer
    segment: Segment
    sign: str
    since: datetime.date
    by_owner: bool
    owed: dict[str, Decimal]
    overdue: dict[str, Decimal]

    @property
    def segment_label(self) -> str:
        """How they pay, in words."""
        return str(self.segment.label)


def worrying(business: Business, today: datetime.date, limit: int) -> list[Worry]:
    """At most so many customers who are in trouble or break their word, the newest alarm first, of one day the most money.

    Three queries.
    """
    first = _most_pressing(watched(business, today, WORRYING), business).values("pk")[:limit]
    # Found by their ids first: thousands of scores are not sorted with all they say.
    scores = CustomerScore.objects.filter(pk__in=first).select_related("customer")
    return worries(business, list(_most_pressing(scores, business)), today)


def _most_pressing(scores: QuerySet[CustomerScore], business: Business) -> QuerySet[CustomerScore]:
    """The newest first; of one day who owes most overdue, as last stored: in the business's currency, then in any other.

    All alarms of a ledger just brought in are of one day.
    """
    late = AccountStanding.objects.filter(customer=OuterRef("customer"), overdue__gt=0).order_by()
    rows = scores.alias(late=Subquery(late.filter(currency=business.currency).values("overdue")), late_at_all=Exists(late))
    return rows.order_by("-since", F("late").desc(nulls_last=True), "-late_at_all", "customer__name", "pk")


def watched(business: Business, today: datetime.date, segments: Collection[str] = WATCHED) -> QuerySet[CustomerScore]:
    """The scores of customers treated as one of these segments: by the figures, or by the owner while that holds."""
    held = in_force(business, today)
    by_owner = Q(customer__in=held.filter(segment__in=segments).values("customer"))
    by_figures = Q(segment__in=segments) & ~Q(customer__in=held.values("customer"))
    rows = CustomerScore.objects.filter(by_owner | by_figures, business=business, customer__merged_into=None)
    return rows.select_related("customer")


def worries(business: Business, scores: Sequence[CustomerScore], today: datetime.date) -> list[Worry]:
    """The scores with what is owed and the sign in words, in their order. Two queries."""
    ids = [score.customer_id for score in scores]
    held = {row.customer_id: row for row in in_force(business, today).filter(customer__in=ids)}
    owed, overdue = _owed(ids, today)
    found = []
    for score in scores:
        override = held.get(score.customer_id)
        found.append(
            Worry(
                customer=score.customer,
                segment=Segment(override.segment if override else score.segment),
                sign=override.reason if override else sign_words(score),
                since=override.set_on if override else score.since,
                by_owner=override is not None,
                owed=owed[score.customer_id],
                overdue=overdue[score.customer_id],
            )
        )
    return found


def open_advices(business: Business) -> QuerySet[CreditAdvice]:
    """What is suggested about credit and waits for the owner, the oldest first."""
    # The few that were merged, not every customer of thousands of advices, are looked up.
    merged = Customer.objects.filter(business=business, merged_into__isnull=False)
    rows = CreditAdvice.objects.filter(business=business, state=AdviceState.OPEN).exclude(customer__in=merged)
    return rows.select_related("customer").order_by("made_on", "pk")


def _owed(
    ids: Iterable[int], today: datetime.date
) -> tuple[defaultdict[int, dict[str, Decimal]], defaultdict[int, dict[str, Decimal]]]:
    """(owed, overdue) by customer and currency. One query."""
    owed: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    overdue: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    rows = Invoice.objects.filter(customer__in=ids, balance__gt=0).order_by().values("customer_id", "currency")
    sums = rows.annotate(owed=Sum("balance"), late=Sum("balance", filter=Q(due_on__lt=today))).order_by("currency")
    for row in sums:
        owed[row["customer_id"]][row["currency"]] = row["owed"]
        if row["late"]:
            overdue[row["customer_id"]][row["currency"]] = row["late"]
    return owed, overdue
