"""Reads what the dashboard shows, in a number of queries that does not grow with the ledger."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Exists, Max, Min, OuterRef, Q

from customers.desk import ready_on
from customers.models import Business, Letter, Task
from customers.models.business import Role
from customers.models.letter import LetterState
from invoices.instalments import COUNTERSIGN
from invoices.models import Dispute, PaymentPlan, Signature
from invoices.models.agreement import PlanState, Proposer
from invoices.models.portal import SignedBy
from invoices.query_ages import past_clock
from reminders.freshness import Freshness, freshness
from reminders.heartbeat import Pulse, mailbox_pulse, pulse
from reminders.models import Run


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for a person: open tasks whose day has come, the late ones among them, letters to approve or gone astray.

    `queries` of customers are open, `overdue_queries` of them past their clock; `oldest_query` is the age of one in days.
    """

    due: int
    late: int
    letters: int
    failed: int
    unconfirmed: int
    queries: int
    overdue_queries: int
    oldest_query: int

    @property
    def astray(self) -> int:
        """Letters that did not arrive, or of which nobody knows."""
        return self.failed + self.unconfirmed


@dataclass(frozen=True, slots=True)
class Health:
    """Whether what the figures rest on is fresh. Days in the business's zone; None where it never happened."""

    pulse: Pulse
    mailbox: Pulse | None
    last_run: datetime.date | None
    money: Freshness


def work(business: Business, today: datetime.date, *, as_owner: bool) -> Work:
    """What is on the desk, in a fixed number of queries; a bookkeeper's desk is without what only the owner decides."""
    ready = Task.objects.filter(ready_on(today), business=business)
    if not as_owner:
        ready = ready.exclude(role=Role.OWNER)
    counts = ready.aggregate(due=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    waiting = [LetterState.DRAFT, LetterState.FAILED, LetterState.UNCONFIRMED]
    letters = Letter.objects.filter(business=business, state__in=waiting).aggregate(
        letters=Count("pk", filter=Q(state=LetterState.DRAFT)),
        failed=Count("pk", filter=Q(state=LetterState.FAILED)),
        unconfirmed=Count("pk", filter=Q(state=LetterState.UNCONFIRMED)),
    )
    return Work(counts["due"], counts["late"], **letters, **_queries(business, today))


def _queries(business: Business, today: datetime.date) -> dict[str, int]:
    """The open queries as `Work` counts them."""
    found = Dispute.objects.filter(business=business, resolved_on=None).aggregate(
        queries=Count("pk"), overdue_queries=Count("pk", filter=past_clock(today)), first=Min("opened_on")
    )
    first = found.pop("first")
    return {**found, "oldest_query": (today - first).days if first else 0}


def plans(business: Business) -> dict[str, int]:
    """Payment plans that need somebody: proposals to answer, agreements for the owner to sign, plans at risk. One query."""
    unsigned = ~Exists(Signature.objects.filter(plan=OuterRef("pk"), party=SignedBy.CREDITOR))
    waits = Q(state=PlanState.SIGNED, terms__rules__active_from=COUNTERSIGN) & unsigned
    return PaymentPlan.objects.filter(business=business).aggregate(
        proposed=Count("pk", filter=Q(state=PlanState.DRAFT, proposed_by=Proposer.CUSTOMER)),
        unsigned=Count("pk", filter=waits),
        at_risk=Count("pk", filter=Q(state=PlanState.AT_RISK)),
    )


def health(business: Business, now: datetime.datetime) -> Health:
    """What the figures rest on, in three queries."""
    run = Run.objects.filter(business=business, job="nightly", finished_at__isnull=False).aggregate(last=Max("on"))["last"]
    money = freshness(business, business.local_date(now))
    return Health(
        pulse=pulse(now),
        mailbox=mailbox_pulse(now),
        last_run=run,
        money=money,
    )
