"""Reads what was sold on credit, month by month (domain.md 2.2)."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import F, Min, Q, Sum

from customers.models import Business
from invoices.ledger_metrics import NOTHING, Turn
from invoices.models import CreditNote, Invoice
from invoices.months import Month, full_months, month_start, months_back

DSO_MONTHS = 3
RATIO_MONTHS = 12
KEPT_MONTHS = 13
# A ledger that began later in its first month than this has too little of that month for a full one.
BEGAN_BY = 15


@dataclass(frozen=True, slots=True)
class Sales:
    """The credit sales of one currency by the first day of each month, tax included; `since`: the first sale there ever was."""

    as_of: datetime.date
    since: datetime.date
    by_month: dict[datetime.date, Decimal] = field(default_factory=dict)

    def of(self, months: Sequence[Month]) -> Turn:
        """What was sold in these months together, and how many days they have."""
        return Turn(
            sum((self.by_month.get(month.first, NOTHING) for month in months), NOTHING), sum(month.days for month in months)
        )

    def full(self, count: int) -> list[Month]:
        """The last full months there were sales in, or since: at most `count`, newest first.

        The month of the first sale counts where that lies in its first half: in the oracle ledger O1 (domain.md 2) it is
        the 10th.
        """
        return [month for month in full_months(self.as_of, count) if month.first.replace(day=BEGAN_BY) >= self.since]

    def months(self) -> list[Month]:
        """Every month read, newest first, the one under way up to the day itself: what DSO is counted back on."""
        return months_back(self.as_of, max(self.since, full_months(self.as_of, KEPT_MONTHS)[-1].first))

    def named(self) -> dict[str, Decimal]:
        """The last thirteen months by name, oldest first, the one under way included."""
        return {month.name: self.by_month.get(month.first, NOTHING) for month in reversed(self.months()[:KEPT_MONTHS])}


def credit_sales(business: Business, as_of: datetime.date) -> dict[str, Sales]:
    """What was sold on credit by `as_of`, by currency, in three queries.

    Invoices with their tax, in the month of their date. Left out are cash sales: due on the day they were issued and paid that
    day. A credit note for a named invoice, which takes a sale back, lowers the sales of its own month, unless that
    was a cash sale; any other is a credit on the account and no matter of sales (oracle ledger O1).
    """
    first = full_months(as_of, KEPT_MONTHS)[-1].first
    issued = Invoice.objects.filter(business=business, issued_on__lte=as_of).order_by()
    since = dict(issued.values_list("currency").annotate(since=Min("issued_on")).values_list("currency", "since"))
    cash = Q(due_on__lte=F("issued_on"), paid_on=F("issued_on"))
    sold = issued.filter(~cash | Q(paid_on=None), issued_on__gte=first)
    back = CreditNote.objects.filter(business=business, issued_on__gte=first, issued_on__lte=as_of, corrects__isnull=False)
    back = back.exclude(corrects__due_on__lte=F("corrects__issued_on"), corrects__paid_on=F("corrects__issued_on"))
    by_month: dict[str, dict[datetime.date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for rows, sign in ((sold, 1), (back, -1)):
        by_day = rows.order_by().values("currency", "issued_on").annotate(sum=Sum("total"))
        for currency, day, total in by_day.values_list("currency", "issued_on", "sum"):
            by_month[currency][month_start(day)] += sign * total
    return {currency: Sales(as_of, day, dict(by_month[currency])) for currency, day in since.items()}
