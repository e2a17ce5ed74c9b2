"""Reads what each step brought in: which of them works, told from the money that followed it."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from arcollect.money import format_plain
from customers.models import Business
from invoices.models import Allocation
from reminders.models import ReminderLine, StepCode

LOOKED_AT = datetime.timedelta(days=90)
CHUNK = 2000
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step asked for in the days looked at, of how many invoices, and what came in after it."""

    step: str
    asked: Decimal
    recovered: Decimal
    invoices: int

    @property
    def label(self) -> str:
        """The step as people call it."""
        return str(StepCode(self.step).label)

    @property
    def share(self) -> Decimal | None:
        """Recovered in per cent of what was asked, one decimal; None of nothing."""
        return round(self.recovered * HUNDRED / self.asked, 1) if self.asked else None

    @property
    def share_words(self) -> str:
        """ "62 %", or nothing."""
        return "" if self.share is None else f"{self.share:.0f} %"


@dataclass(frozen=True, slots=True)
class Recovery:
    """Money that came in soon after a step. `by`: the id of who made the call or approved the letter; None: nobody looked."""

    customer_id: int
    invoice_id: int
    step: str
    completed_on: datetime.date
    paid_on: datetime.date
    currency: str
    amount: Decimal
    by: int | None


def step_results(business: Business, as_of: datetime.date) -> dict[str, list[StepResult]]:
    """By currency, in the order of the steps: those completed in the 90 days up to `as_of`. Three queries.

    The latest of them have had less time to bring something in than the others.
    """
    recovered: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in recoveries(business, as_of - LOOKED_AT, as_of):
        recovered[one.currency, one.step] += one.amount
    asked = _completed(business, as_of - LOOKED_AT, as_of).order_by().values("reminder__currency", "step")
    found: dict[str, list[StepResult]] = defaultdict(list)
    for row in asked.annotate(asked=Sum("amount"), invoices=Count("invoice", distinct=True)):
        currency, step = row["reminder__currency"], row["step"]
        found[currency].append(StepResult(step, row["asked"], recovered[currency, step], row["invoices"]))
    order = list(StepCode)
    return {code: sorted(rows, key=lambda row: order.index(row.step)) for code, rows in sorted(found.items())}


def section(business: Business, as_of: datetime.date) -> dict[str, dict[str, Any]]:
    """`steps` for the figures of a day (reminders.scoring): amounts as the currency writes them, shares in per cent."""
    return {
        currency: {"steps": [plain(row, currency) for row in rows]} for currency, rows in step_results(business, as_of).items()
    }


def plain(row: StepResult, currency: str) -> dict[str, Any]:
    """A result as text."""
    return {
        "step": row.step,
        "asked": format_plain(row.asked, currency),
        "recovered": format_plain(row.recovered, currency),
        "share": f"{row.share:.1f}" if row.share is not None else None,
        "invoices": row.invoices,
    }


def recoveries(
    business: Business, since: datetime.date, until: datetime.date, *, paid_since: datetime.date | None = None
) -> Iterator[Recovery]:
    """What was paid until `until` within `step_credit_days` of the last step its invoice had by then, itself completed after
    `since`; with `paid_since` only what was paid from that day on. By invoice, in two queries, whatever their number.

    The day of the step itself counts: who is called may pay at once. What was taken back by `until` does not.
    """
    days = datetime.timedelta(days=business.rules["step_credit_days"])
    stands = Q(reversed_on=None) | Q(reversed_on__gt=until)
    paid = Allocation.objects.filter(stands, business=business, payment__isnull=False, on__lte=until)
    paid = paid.filter(on__gte=paid_since or since).order_by("invoice_id", "on", "pk")
    steps = _completed(business, since, until)
    if paid_since is not None:
        steps = steps.filter(invoice__in=paid.order_by().values("invoice"))
    who = Coalesce("reminder__letter__approved_by", "reminder__task__closed_by")
    steps = steps.annotate(who=who).order_by("invoice_id", "reminder__completed_on", "pk")
    lines = steps.values_list("invoice_id", "reminder__completed_on", "step", "who").iterator(CHUNK)
    names = ("invoice_id", "on", "amount", "invoice_currency", "invoice__customer_id")
    for invoice_id, money, taken in _joined(paid.values_list(*names).iterator(CHUNK), lines):
        for _, on, amount, currency, customer_id in money:
            last = next((step for step in reversed(taken) if step[1] <= on), None)
            if last and on - last[1] <= days:
                _, completed_on, code, by = last
                yield Recovery(customer_id, invoice_id, code, completed_on, on, currency, amount, by)


def _completed(business: Business, since: datetime.date, until: datetime.date) -> QuerySet[ReminderLine]:
    """What was asked by the steps completed after `since` and by `until`."""
    done = {"reminder__completed_on__gt": since, "reminder__completed_on__lte": until}
    return ReminderLine.objects.filter(reminder__business=business, reminder__withdrawn_on=None, **done)


def _joined(money: Iterable[Any], lines: Iterable[Any]) -> Iterator[tuple[int, list[Any], list[Any]]]:
    """(invoice id, its payments, its steps) for invoices with both, from two streams in the order of the invoices."""
    steps = groupby(lines, key=itemgetter(0))
    at, taken = next(steps, (None, []))
    for invoice_id, rows in groupby(money, key=itemgetter(0)):
        while at is not None and at < invoice_id:
            at, taken = next(steps, (None, []))
        if at == invoice_id:
            yield invoice_id, list(rows), list(taken)
