"""Reports of the ledger: how old it is, how fast it turns into money, and what is lost of it (domain.md 2.1 to 2.11)."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from arcollect.money import format_plain
from customers.models import Business
from invoices.collecting import bad_debts, collected, given_up
from invoices.figures import rounded
from invoices.flagged import disputed, planned
from invoices.history import ageings, open_credits, open_invoices
from invoices.late_sums import late_by_account, plus_open
from invoices.lateness import LateSum, snapshot_dbt
from invoices.ledger_figures import cei_figures, dso_figures, ratio_figures, read_ledger
from invoices.ledger_metrics import NOTHING, CountBack
from invoices.metrics import CURRENT, Ageing, age_ledger, bucket_names, total_by_currency
from invoices.models import WriteOff
from invoices.models.money import WriteOffKind
from invoices.months import Month, full_months
from invoices.sales import RATIO_MONTHS, Sales, credit_sales
from invoices.turnover import BadDebt, Collected, dso_of, ratio_of
from reminders.reports.report import Report, Rows, names_of

ACCOUNT = ["customer", "name", "currency"]
DSO_COLUMNS = ["currency", "month", "days", "sales", "counted_days", "in_dso"]
CEI_COLUMNS = [
    *("currency", "month", "begin", "sales", "end", "current", "written_off"),
    *("cei", "cei_without_write_offs", "cei_why"),
]
SALES_COLUMNS = ["currency", "month", "sales"]
LATE_COLUMNS = [*ACCOUNT, "days_late", "dbt", "unweighted", "n", "days_late_with_open", "dbt_with_open", "days_late_why"]
WRITE_OFF_COLUMNS = ["customer", "name", "invoice", "currency", "kind", "amount", "on", "recovered_on", "reason"]


def ageing(business: Business, as_of: datetime.date) -> Report:
    """What was owed on that day by days past due, by customer and currency, with what of it was in query or in a signed plan
    (domain.md 2.1)."""
    rule = business.rules["ageing"]
    invoices, credits = open_invoices(business, as_of), open_credits(business, as_of)
    ledger = age_ledger(invoices, credits, as_of, basis=rule["basis"], edges=rule["edges"], mode=rule["credits"])
    totals = {currency: _buckets(one, currency) for currency, one in total_by_currency(ledger).items()}
    names, flagged = names_of(business), {"disputed": disputed(business, as_of), "planned": planned(business, as_of)}
    accounts = sorted(ledger, key=lambda account: (names[account[0]][0], account[1]))
    rows = [
        {"customer": names[pk][0], "name": names[pk][1], "currency": code, **_buckets(ledger[pk, code], code)}
        | {name: format_plain(found.get((pk, code), NOTHING), code) for name, found in flagged.items()}
        for pk, code in accounts
    ]
    columns = [*ACCOUNT, *bucket_names(rule["edges"], rule["basis"]), "unapplied", "net", *flagged]
    return Report("Ageing", totals, "customers", columns, rows, opens=[("customer-detail", pk) for pk, _code in accounts])


def dso(business: Business, as_of: datetime.date) -> Report:
    """DSO simple and counted back, best possible DSO and ADD (2.2 to 2.5), with the months they rest on."""
    ledger, figures, rows = read_ledger(business, as_of), {}, []
    for currency in ledger.currencies:
        found, sales = dso_of(ledger.ageing(currency), ledger.sold(currency)), ledger.sold(currency)
        figures[currency] = {
            **dso_figures(found),
            **_unexplained(found.counted_back, currency),
            "net": format_plain(ledger.ageing(currency).net, currency),
            "current": format_plain(ledger.ageing(currency).buckets[CURRENT], currency),
            "sales": format_plain(found.turn.sales, currency),
            "days": found.turn.days,
            **_span(found.months),
        }
        rows += _counted_months(currency, sales, found.months, found.counted_back)
    return Report("Days sales outstanding", figures, "months", DSO_COLUMNS, rows)


def cei(business: Business, as_of: datetime.date) -> Report:
    """How much of what there was to collect came in, in each of the last twelve full months (2.6)."""
    sales = credit_sales(business, as_of)
    months = collected(business, sales, full_months(as_of, RATIO_MONTHS))
    figures, rows = {}, []
    for currency in sorted(sales):
        found = months.get(currency, [])
        figures[currency] = {**cei_figures(found[0] if found else None), **_collected(found[0] if found else None, currency)}
        rows += [_collected_row(month, currency) for month in found]
    return Report("Collection effectiveness", figures, "months", CEI_COLUMNS, rows)


def ledger_ratio(business: Business, as_of: datetime.date) -> Report:
    """What is owed in months of sales on credit, and what is owed beyond the target (2.11)."""
    ledger, figures, rows = read_ledger(business, as_of), {}, []
    target = Decimal(business.rules["ledger_ratio_target"])
    for currency in ledger.currencies:
        sales = ledger.sold(currency)
        found = ratio_of(ledger.ageing(currency), sales, target)
        average = None if found.average is None else format_plain(found.average, currency)
        figures[currency] = {
            **ratio_figures(found, currency),
            "net": format_plain(ledger.ageing(currency).net, currency),
            "average_sales": average,
            **({} if average else {"average_sales_why": found.ratio.why}),
            "average_months": found.months,
        }
        rows += [_sales_row(month, sales, currency) for month in sales.full(RATIO_MONTHS)]
    return Report("Ledger ratio", figures, "months", SALES_COLUMNS, rows)


def days_late(business: Business, as_of: datetime.date) -> Report:
    """How many days after the due date money came within a year, by customer, weighted by amount (2.7)."""
    accounts: dict[tuple[int, str], LateSum] = defaultdict(LateSum, late_by_account(business, as_of))
    overdue: dict[tuple[int, str], list[tuple[Decimal, int]]] = defaultdict(list)
    for one in open_invoices(business, as_of):
        if one.due_on < as_of:
            overdue[one.customer_id, one.currency].append((one.amount, (as_of - one.due_on).days))
    totals: dict[str, tuple[LateSum, LateSum]] = {}
    names, rows, opens = names_of(business), [], []
    for pk, currency in sorted({*accounts, *overdue}, key=lambda account: (names[account[0]][0], account[1])):
        paid = accounts[pk, currency]
        still = plus_open(paid, overdue[pk, currency])
        before = totals.get(currency, (LateSum(), LateSum()))
        totals[currency] = (before[0].plus(paid), before[1].plus(still))
        rows.append({"customer": names[pk][0], "name": names[pk][1], "currency": currency, **_late_row(paid, still)})
        opens.append(("customer-detail", pk))
    ledger = ageings(business, as_of)
    figures = {currency: _late_figures(*sums, ledger.get(currency)) for currency, sums in sorted(totals.items())}
    return Report("Days late", figures, "customers", LATE_COLUMNS, rows, opens=opens)


def bad_debt(business: Business, as_of: datetime.date) -> Report:
    """What was given up within twelve months, what came back of it, and its share of sales (2.10)."""
    found = bad_debts(business, credit_sales(business, as_of), as_of)
    if not found:
        return Report("Bad debt", {}, "write_offs", WRITE_OFF_COLUMNS, [])
    since = next(iter(found.values())).months[-1].first
    written = list(given_up(business, since, as_of).select_related("invoice__customer"))
    figures = {currency: _bad_debt(one, currency, written) for currency, one in sorted(found.items())}
    rows = [_write_off_row(row, as_of) for row in written]
    opens = [("invoice-detail", row.invoice_id) for row in written]
    return Report("Bad debt", figures, "write_offs", WRITE_OFF_COLUMNS, rows, opens=opens)


def _buckets(one: Ageing, currency: str) -> dict[str, str]:
    """The buckets, "unapplied" (nothing or below) and "net" as the currency writes them."""
    figures = {**one.buckets, "unapplied": one.unapplied, "net": one.net}
    return {name: format_plain(value, currency) for name, value in figures.items()}


def _span(months: Sequence[Month]) -> dict[str, Any]:
    """The first and the last day of months that come newest first; None of none."""
    first, last = (months[-1].first.isoformat(), months[0].last.isoformat()) if months else (None, None)
    return {"from": first, "to": last}


def _unexplained(found: CountBack | None, currency: str) -> dict[str, str]:
    """What is owed beyond all the sales there are to count back on; nothing where history explains it all (2.3)."""
    return {"dso_countback_left": format_plain(found.left, currency)} if found and found.more else {}


def _counted_months(currency: str, sales: Sales, in_dso: Sequence[Month], found: CountBack | None) -> Rows:
    """Every month DSO may be counted back on, newest first, with the days of it that what is owed uses up."""
    left, rows = found.days if found else NOTHING, []
    for month in sales.months():
        used = min(left, Decimal(month.days))
        left -= used
        row = {"currency": currency, "month": month.name, "days": month.days}
        row["sales"] = format_plain(sales.of([month]).sales, currency)
        rows.append(row | {"counted_days": f"{rounded(used, 1):f}", "in_dso": month in in_dso})
    return rows


def _sales_row(month: Month, sales: Sales, currency: str) -> dict[str, Any]:
    return {"currency": currency, "month": month.name, "sales": format_plain(sales.of([month]).sales, currency)}


def _collected(month: Collected | None, currency: str) -> dict[str, Any]:
    """What a month's CEI rests on; None each where there was no month."""
    names = ("begin", "sales", "end", "current", "written_off")
    amounts = {name: format_plain(getattr(month, name), currency) if month else None for name in names}
    return {**amounts, **_span([month.month] if month else [])}


def _collected_row(month: Collected, currency: str) -> dict[str, Any]:
    figures = _collected(month, currency)
    del figures["from"], figures["to"]
    return {"currency": currency, "month": month.month.name, **figures, **cei_row(month)}


def cei_row(month: Collected) -> dict[str, Any]:
    """Both CEI of a month, with a reason that is empty where they are known."""
    plain, without = month.cei, month.without_write_offs
    return {"cei": plain.text(1), "cei_without_write_offs": without.text(1), "cei_why": plain.why}


def _late_row(paid: LateSum, still: LateSum) -> dict[str, Any]:
    """How late one account pays, and with what is open and overdue counted at today's age."""
    late, counted = paid.lateness(), still.lateness()
    return {
        "days_late": late.signed.text(2),
        "dbt": late.floored.text(2),
        "unweighted": late.unweighted.text(2),
        "n": late.count,
        "days_late_with_open": counted.signed.text(2),
        "dbt_with_open": counted.floored.text(2),
        "days_late_why": late.signed.why,
    }


def _late_figures(paid: LateSum, still: LateSum, ageing: Ageing | None) -> dict[str, Any]:
    late, counted = paid.lateness(), still.lateness()
    known = {"days_late": late.signed, "dbt": late.floored, "unweighted": late.unweighted}
    known |= {"days_late_with_open": counted.signed, "dbt_with_open": counted.floored}
    known |= {"snapshot_dbt": snapshot_dbt(ageing.buckets if ageing else {})}
    figures: dict[str, Any] = {"n": late.count}
    for name, figure in known.items():
        figures |= figure.named(name, 2)
    return figures


def _bad_debt(one: BadDebt, currency: str, written: Iterable[WriteOff]) -> dict[str, Any]:
    """The figure and its parts; what was given up for other reasons stands apart."""
    apart: dict[str, Decimal] = dict.fromkeys([kind for kind in WriteOffKind if kind != WriteOffKind.BAD_DEBT], NOTHING)
    for row in written:
        counts = row.invoice.currency == currency and row.kind in apart and row.on >= one.months[-1].first
        if counts and (row.reversed_on is None or row.reversed_on > one.months[0].last):
            apart[row.kind] += row.amount
    sums = {"written_off": one.written_off, "recovered": one.recovered, "sales": one.sales, **apart}
    amounts = {str(name): format_plain(amount, currency) for name, amount in sums.items()}
    return {**one.share.named("bad_debt", 2), **amounts, **_span(one.months)}


def _write_off_row(row: WriteOff, as_of: datetime.date) -> dict[str, Any]:
    back = row.reversed_on if row.reversed_on and row.reversed_on <= as_of else None
    return {
        "customer": row.invoice.customer.reference,
        "name": row.invoice.customer.name,
        "invoice": row.invoice.number,
        "currency": row.invoice.currency,
        "kind": row.kind,
        "amount": format_plain(row.amount, row.invoice.currency),
        "on": row.on.isoformat(),
        "recovered_on": back.isoformat() if back else "",
        "reason": row.reason,
    }
