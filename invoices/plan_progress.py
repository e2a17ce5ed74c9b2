"""Reads how far payment plans are: what came in, what comes next and how late it is (domain.md 6.4)."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import DateField, DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest, TruncDate

from invoices.models import Instalment, PaymentPlan
from invoices.models.agreement import BLOCKING_PLAN_STATES, InstalmentState
from invoices.standing import NOTHING

# What has no day of its own comes after everything that has.
NEVER = datetime.date.max
AMOUNT = DecimalField(max_digits=18, decimal_places=3)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one plan is. `to_pay`: what its instalments come to; `next`: the first not paid in full, due on
    `next_on`; `days_late`: its age."""

    to_pay: Decimal
    paid: Decimal
    next: Instalment | None
    next_on: datetime.date | None
    days_late: int
    missed: int

    @property
    def left(self) -> Decimal:
        """What is still to come of it."""
        return self.to_pay - self.paid

    @property
    def share(self) -> int:
        """What came in, in whole per cent; 100 only when all of it did."""
        return int(self.paid * 100 / self.to_pay) if self.to_pay else 0

    @property
    def next_amount(self) -> Decimal:
        """What is left of the next instalment."""
        return self.next.amount - self.next.paid if self.next else NOTHING


def progress_of(plan: PaymentPlan, rows: Sequence[Instalment], today: datetime.date) -> Progress:
    """How far `plan` is with these instalments, in their order; only a plan that runs can be late."""
    first_open = next((row for row in rows if row.state != InstalmentState.PAID), None)
    next_on = plan.falls_due(first_open.due_on) if first_open else None
    runs = plan.state in BLOCKING_PLAN_STATES
    return Progress(
        to_pay=plan.total - plan.discount,
        paid=sum((row.paid for row in rows), NOTHING),
        next=first_open,
        next_on=next_on,
        days_late=max(0, (today - next_on).days) if runs and next_on else 0,
        missed=sum(row.state == InstalmentState.MISSED for row in rows),
    )


def with_progress(plans: QuerySet[PaymentPlan], time_zone: str) -> QuerySet[PaymentPlan]:
    """These plans, of a business in that zone, with `to_pay`, `paid`, `next_on`, `next_amount` (both of a running one) and
    `comes_on`, to be sorted by."""
    rows = Instalment.objects.filter(plan=OuterRef("pk"))
    received = rows.order_by().values("plan").annotate(sum=Sum("paid")).values("sum")
    coming = rows.filter(plan__state__in=BLOCKING_PLAN_STATES).exclude(state=InstalmentState.PAID).order_by("position")
    return plans.annotate(
        to_pay=F("total") - F("discount"),
        paid=Coalesce(Subquery(received, output_field=AMOUNT), Value(NOTHING), output_field=AMOUNT),
        next_on=Subquery(coming.annotate(on=_falls_due(time_zone)).values("on")[:1]),
        next_amount=Subquery(coming.annotate(left=F("amount") - F("paid")).values("left")[:1], output_field=AMOUNT),
        comes_on=Coalesce("next_on", "accept_by", Value(NEVER), output_field=DateField()),
    )


def _falls_due(time_zone: str) -> Greatest:
    """As `PaymentPlan.falls_due`, of an instalment of a signed plan."""
    return Greatest("due_on", TruncDate("plan__signed_at", tzinfo=ZoneInfo(time_zone)))
