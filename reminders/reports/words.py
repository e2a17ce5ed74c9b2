"""What the figures and columns of reports are called, and how a page writes them. Stored names stay as domain.md has them."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from arcollect.filters import dated, day, figure, money, month
from customers.models.desk import TaskKind
from invoices.lanes import LANE_LABELS
from invoices.models.agreement import DisputeCode, PromiseState
from invoices.models.insight import Segment
from invoices.models.money import WriteOffKind
from invoices.reduction import DECISION_LABELS
from reminders.models import StepCode
from reminders.reports.report import Field, Unit
from reminders.team_week import DONE

FIELDS: dict[str, Field] = {
    "customer": Field(_("Number")),
    "name": Field(_("Customer")),
    "currency": Field(_("Currency")),
    "invoice": Field(_("Invoice")),
    "month": Field(_("Month"), Unit.MONTH),
    "reason": Field(_("Why")),
    "kind": Field(_("Kind")),
    "code": Field(_("About")),
    "state": Field(_("State")),
    "role": Field(_("For")),
    "task": Field(_("Task")),
    "from": Field(_("From"), Unit.DATE),
    "to": Field(_("To"), Unit.DATE),
    "on": Field(_("Written off on"), Unit.DATE),
    "recovered_on": Field(_("Came back on"), Unit.DATE),
    "made_on": Field(_("Promised on"), Unit.DATE),
    "due_on": Field(_("Due on"), Unit.DATE),
    "opened_on": Field(_("Opened on"), Unit.DATE),
    "clock": Field(_("Answer or close by"), Unit.DATE),
    "current": Field(_("Not due"), Unit.MONEY),
    "0-30": Field(_("0-30 days"), Unit.MONEY),
    "1-30": Field(_("1-30 days late"), Unit.MONEY),
    "31-60": Field(_("31-60"), Unit.MONEY),
    "61-90": Field(_("61-90"), Unit.MONEY),
    "90+": Field(_("Over 90"), Unit.MONEY),
    "unapplied": Field(_("Not matched yet"), Unit.MONEY),
    "net": Field(_("Owed, net"), Unit.MONEY),
    "overdue": Field(_("Overdue"), Unit.MONEY),
    "disputed": Field(_("In dispute"), Unit.MONEY),
    "planned": Field(_("In a signed plan"), Unit.MONEY),
    "sales": Field(_("Sales on credit"), Unit.MONEY),
    "average_sales": Field(_("Average month of sales"), Unit.MONEY),
    "average_months": Field(_("Months it rests on"), Unit.COUNT),
    "target": Field(_("May be owed"), Unit.MONEY),
    "excess": Field(_("Beyond that"), Unit.MONEY),
    "begin": Field(_("Owed before"), Unit.MONEY),
    "end": Field(_("Owed at the end"), Unit.MONEY),
    "written_off": Field(_("Written off"), Unit.MONEY),
    "recovered": Field(_("Came in after all"), Unit.MONEY),
    "small": Field(_("Besides: small balances"), Unit.MONEY),
    "settlement": Field(_("Besides: settlements"), Unit.MONEY),
    "goodwill": Field(_("Besides: goodwill"), Unit.MONEY),
    "discount": Field(_("Besides: discounts for early payment"), Unit.MONEY),
    "charges": Field(_("Besides: bank charges"), Unit.MONEY),
    "amount": Field(_("Amount"), Unit.MONEY),
    "received": Field(_("Received"), Unit.MONEY),
    "dso": Field(_("DSO"), Unit.DAYS),
    "dso_countback": Field(_("Counted back"), Unit.DAYS),
    "dso_countback_more": Field(_("It is longer than that: history ends first")),
    "dso_countback_left": Field(_("Owed beyond all months known"), Unit.MONEY),
    "bpdso": Field(_("Best possible DSO"), Unit.DAYS),
    "add": Field(_("Average days delinquent"), Unit.DAYS),
    "days": Field(_("Days"), Unit.COUNT),
    "counted_days": Field(_("Days counted back"), Unit.RATIO),
    "in_dso": Field(_("In DSO")),
    "cei": Field(_("Collected"), Unit.PERCENT),
    "cei_without_write_offs": Field(_("Without write-offs"), Unit.PERCENT),
    "cei_why": Field(_("Why not known")),
    "ledger_ratio": Field(_("Ledger ratio"), Unit.RATIO),
    "light": Field(_("Light")),
    "days_late": Field(_("Paid late by"), Unit.LATENESS),
    "dbt": Field(_("Late ones alone"), Unit.LATENESS),
    "unweighted": Field(_("Every payment alike"), Unit.LATENESS),
    "n": Field(_("Payments"), Unit.COUNT),
    "days_late_with_open": Field(_("With what is still open"), Unit.LATENESS),
    "dbt_with_open": Field(_("Late ones with what is still open"), Unit.LATENESS),
    "days_late_why": Field(_("Why not known")),
    "snapshot_dbt": Field(_("Age of what is owed"), Unit.LATENESS),
    "bad_debt": Field(_("Bad debt"), Unit.PERCENT),
    "open": Field(_("Open"), Unit.COUNT),
    "kept": Field(_("Kept"), Unit.COUNT),
    "partial": Field(_("Partly kept"), Unit.COUNT),
    "broken": Field(_("Broken"), Unit.COUNT),
    "count_rate": Field(_("Promises kept"), Unit.SHARE),
    "amount_rate": Field(_("Promised money that came"), Unit.SHARE),
    "tasks": Field(_("Tasks"), Unit.COUNT),
    "oldest_days": Field(_("Oldest"), Unit.DAYS),
    "open_days": Field(_("Open for"), Unit.DAYS),
    "past_clock": Field(_("Past their clock")),
    "days_past_due": Field(_("Days late"), Unit.COUNT),
    "priority": Field(_("Weight"), Unit.COUNT),
    "closed": Field(_("Closed within a year"), Unit.COUNT),
    "mean": Field(_("Closed after, on average"), Unit.DAYS),
    "median": Field(_("Half of them within"), Unit.DAYS),
    "upheld_rate": Field(_("The customer was right"), Unit.SHARE),
}
# What stands for something: by the column it stands in.
MEANINGS: dict[str, Mapping[str, object]] = {
    "kind": {**dict(WriteOffKind.choices), **dict(TaskKind.choices)},
    "code": dict(DisputeCode.choices),
    "state": dict(PromiseState.choices),
    "light": {"green": _("Green: within the aim"), "amber": _("Amber: somewhat above"), "red": _("Red: far above")},
    "segment": dict(Segment.choices),
    "override": dict(Segment.choices),
    "lane": LANE_LABELS,
    "best": DECISION_LABELS,
    "step": dict(StepCode.choices),
    "deed": DONE,
    "role": {"owner": _("Owner"), "bookkeeper": _("Bookkeeper")},
}
NUMERIC = {Unit.MONEY, Unit.DAYS, Unit.LATENESS, Unit.PERCENT, Unit.SHARE, Unit.RATIO, Unit.COUNT}


def field_of(name: str, fields: Mapping[str, Field]) -> Field:
    """The label and unit of a figure or column; one nobody named is called by its name."""
    return fields.get(name) or FIELDS.get(name) or Field(name.replace("_", " ").capitalize())


def written(value: Any, field: Field, name: str, currency: str) -> str:
    """The value as a page writes it; nothing where there is none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else ""
    if field.unit == Unit.MONEY:
        return money(Decimal(value), currency) if currency else str(value)
    if field.unit in WRITERS:
        return WRITERS[field.unit](value)
    if name == "reason":
        return dated(str(value))
    return str(MEANINGS.get(name, {}).get(str(value), value))


def _days(value: Any) -> str:
    return ngettext("%(days)s day", "%(days)s days", 1 if Decimal(value) == 1 else 2) % {"days": value}


def _lateness(value: Any) -> str:
    """Days after the due date; before it they are early. A tenth of a day is all a person reads."""
    days = round(Decimal(value), 1)
    if days < 0:
        return ngettext("%(days)s day early", "%(days)s days early", 1 if days == -1 else 2) % {"days": -days}
    return _days(abs(days))


def _share(value: Any) -> str:
    """In per cent; all of it only where it is all."""
    part = Decimal(value)
    return gettext("over 99.9 %") if Decimal("0.9995") <= part < 1 else f"{part * 100:.1f} %"


WRITERS: Mapping[Unit, Callable[[Any], str]] = {
    Unit.DAYS: _days,
    Unit.LATENESS: _lateness,
    Unit.RATIO: figure,
    Unit.COUNT: lambda value: figure(round(Decimal(value))),
    Unit.PERCENT: lambda value: f"{value} %",
    Unit.SHARE: _share,
    Unit.MONTH: lambda value: month(date.fromisoformat(f"{value}-01")),
    Unit.DATE: lambda value: day(date.fromisoformat(str(value))),
}
