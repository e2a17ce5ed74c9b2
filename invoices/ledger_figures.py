"""The figures of the ledger at the end of a day, as the nights keep them: named as in domain.md 2, amounts and rates as text."""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers.models import Business
from invoices.collecting import bad_debts, last_month
from invoices.figures import Figure
from invoices.flagged import disputed
from invoices.history import ageings
from invoices.late_sums import late_by_currency
from invoices.lateness import LateSum, snapshot_dbt
from invoices.ledger_metrics import NOTHING, CountBack, LedgerRatio
from invoices.metrics import CURRENT, Ageing
from invoices.models import Payment
from invoices.sales import Sales, credit_sales
from invoices.turnover import NO_AGEING, BadDebt, Collected, Dso, dso_of, ratio_of

RECEIVED_DAYS = (30, 7)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a business's figures rest on at the end of a day, by currency."""

    as_of: datetime.date
    ageings: Mapping[str, Ageing]
    sales: Mapping[str, Sales]

    @property
    def currencies(self) -> list[str]:
        """Those in which anything was ever sold or is on account."""
        return sorted({*self.ageings, *self.sales})

    def ageing(self, currency: str) -> Ageing:
        """How old what is owed is; nothing where nothing is owed."""
        return self.ageings.get(currency, NO_AGEING)

    def sold(self, currency: str) -> Sales:
        """What was sold on credit; nothing ever where nothing was."""
        return self.sales.get(currency) or Sales(self.as_of, datetime.date.max)


def read_ledger(business: Business, as_of: datetime.date) -> Ledger:
    """The ageing and the sales of every currency on that day, in twelve queries."""
    return Ledger(as_of, ageings(business, as_of), credit_sales(business, as_of))


def section(business: Business, as_of: datetime.date) -> dict[str, dict[str, Any]]:
    """The figures by currency; what is not known is None, and "<name>_why" says why. The number of queries is fixed."""
    ledger = read_ledger(business, as_of)
    target = Decimal(business.rules["ledger_ratio_target"])
    months, bad = last_month(business, as_of, ledger.sales), bad_debts(business, ledger.sales, as_of)
    late, came = late_by_currency(business, as_of), received(business, as_of)
    contested = _contested(business, as_of)
    found = {}
    for currency in ledger.currencies:
        ageing, sales = ledger.ageing(currency), ledger.sold(currency)
        ratio = ratio_of(ageing, sales, target)
        found[currency] = {
            **owed_figures(ageing, contested.get(currency, NOTHING), currency),
            **sales_figures(sales, ratio, currency),
            **dso_figures(dso_of(ageing, sales)),
            **cei_figures(months.get(currency)),
            **ratio_figures(ratio, currency),
            **bad_debt_figure(bad.get(currency)),
            **late_figures(late.get(currency, LateSum()), ageing),
            **{f"received_{days}": format_plain(came[days].get(currency, NOTHING), currency) for days in RECEIVED_DAYS},
        }
    return found


def owed_figures(ageing: Ageing, contested: Decimal, currency: str) -> dict[str, Any]:
    """What is owed by age, what stands against it, and what of it is contested."""
    sums = {"unapplied": ageing.unapplied, "net": ageing.net, "owed": ageing.owed}
    sums |= {"overdue": ageing.owed - ageing.buckets[CURRENT], "disputed": contested}
    buckets = {name: format_plain(amount, currency) for name, amount in ageing.buckets.items()}
    return {"buckets": buckets} | {name: format_plain(amount, currency) for name, amount in sums.items()}


def sales_figures(sales: Sales, ratio: LedgerRatio, currency: str) -> dict[str, Any]:
    """Credit sales by month, and the average the ledger ratio rests on."""
    by_month = {name: format_plain(amount, currency) for name, amount in sales.named().items()}
    average = {"average_sales": None, "average_sales_why": ratio.ratio.why}
    if ratio.average is not None:
        average = {"average_sales": format_plain(ratio.average, currency)}
    return {"sales": by_month, **average, "average_months": ratio.months}


def dso_figures(one: Dso) -> dict[str, Any]:
    """DSO, counted back, best possible, ADD: days with one decimal."""
    return {
        **one.simple.named("dso", 1),
        **count_back_figures(one.counted_back),
        **one.best_possible.named("bpdso", 1),
        **one.add.named("add", 1),
    }


def count_back_figures(found: CountBack | None) -> dict[str, Any]:
    """`dso_countback_more`: history ended first, it is longer than that."""
    days = Figure(found.days) if found else Figure(None, _("Nothing was ever sold on credit."))
    return {**days.named("dso_countback", 1), "dso_countback_more": bool(found and found.more)}


def cei_figures(month: Collected | None) -> dict[str, Any]:
    """The collection effectiveness of the last full month, in per cent with one decimal."""
    unknown = Figure(None, _("No full month of sales yet."))
    plain = month.cei if month else unknown
    without = month.without_write_offs if month else unknown
    return {**plain.named("cei", 1), **without.named("cei_without_write_offs", 1)}


def ratio_figures(one: LedgerRatio, currency: str) -> dict[str, Any]:
    """The ledger ratio with its light; target and excess are amounts."""
    found: dict[str, Any] = {**one.ratio.named("ledger_ratio", 2), "light": one.light and one.light.value}
    for name, amount in (("target", one.target), ("excess", one.excess)):
        if amount is None:
            found |= {name: None, f"{name}_why": one.ratio.why}
        else:
            found[name] = format_plain(amount, currency)
    return found


def bad_debt_figure(one: BadDebt | None) -> dict[str, Any]:
    """Bad debt of the last twelve months in per cent of sales, two decimals."""
    share = one.share if one else Figure(None, _("Nothing was ever sold on credit."))
    return share.named("bad_debt", 2)


def late_figures(sums: LateSum, ageing: Ageing) -> dict[str, Any]:
    """Average days late of a year's payments, with early ones (`days_late`) and without (`dbt`), and the snapshot of today."""
    late = sums.lateness()
    return {
        **late.signed.named("days_late", 1),
        **late.floored.named("dbt", 1),
        **snapshot_dbt(ageing.buckets).named("snapshot_dbt", 1),
    }


def received(business: Business, as_of: datetime.date) -> dict[int, dict[str, Decimal]]:
    """What came in within the last 30 and 7 days and was not returned by then: by days, by currency. One query."""
    since = {days: as_of - datetime.timedelta(days=days) for days in RECEIVED_DAYS}
    kept = Q(returned_on=None) | Q(returned_on__gt=as_of)
    rows = Payment.objects.filter(kept, business=business, received_on__gt=min(since.values()), received_on__lte=as_of)
    sums = {f"in_{days}": Sum("amount", filter=Q(received_on__gt=first)) for days, first in since.items()}
    found: dict[int, dict[str, Decimal]] = {days: {} for days in RECEIVED_DAYS}
    for row in rows.order_by().values("currency").annotate(**sums):
        for days in RECEIVED_DAYS:
            found[days][row["currency"]] = row[f"in_{days}"] or NOTHING
    return found


def _contested(business: Business, as_of: datetime.date) -> dict[str, Decimal]:
    """What was contested at the end of that day, by currency. Six queries."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for (_customer_id, currency), amount in disputed(business, as_of).items():
        found[currency] += amount
    return dict(found)
