"""The reports there are, by the name `manage.py report` and the page's address know them by.

Another report joins by a Kind here; the command, its page, its CSV and the index of reports follow. Figures and columns that
`reminders.reports.words` does not know yet are named in the Kind's `fields`.
"""

from django.utils.translation import gettext_lazy as _

from invoices.lanes import LANE_LABELS, Lane
from invoices.models.insight import Segment
from invoices.reduction import DECISION_LABELS
from reminders.models import StepCode
from reminders.reports import behaviour, desk, forecast, ledger, reduction, results
from reminders.reports.report import Field, Kind, Report, Unit
from reminders.team_week import DEEDS

REPORTS: dict[str, Kind] = {
    "ageing": Kind(
        ledger.ageing,
        _("Ageing"),
        _("What is owed to you, by the days it is past its due date, customer by customer."),
        first=("net", "unapplied", "current", "90+"),
        headline=("overdue",),
        unseen=frozenset({"customer"}),
    ),
    "dso": Kind(
        ledger.dso,
        _("Days sales outstanding"),
        _("How many days of sales on credit are owed to you, that is, how long you wait for your money."),
        first=("dso", "dso_countback", "bpdso", "add"),
        headline=("dso",),
    ),
    "cei": Kind(
        ledger.cei,
        _("Collection effectiveness"),
        _("Of all the money that could have been collected in a month, the part that was."),
        first=("cei", "cei_without_write_offs"),
        headline=("cei",),
    ),
    "ledger-ratio": Kind(
        ledger.ledger_ratio,
        _("Ledger ratio"),
        _("How many months of sales on credit are owed to you; one month or less is the aim."),
        first=("ledger_ratio", "light", "excess", "target"),
        headline=("ledger_ratio",),
    ),
    "days-late": Kind(
        ledger.days_late,
        _("Days late"),
        _("How many days after the due date your customers paid within a year, larger amounts counting more."),
        first=("days_late", "dbt", "days_late_with_open", "snapshot_dbt"),
        headline=("days_late",),
        unseen=frozenset({"unweighted", "dbt_with_open"}),
    ),
    "bad-debt": Kind(
        ledger.bad_debt,
        _("Bad debt"),
        _("The part of a year's sales on credit that was given up as lost, less what came in of it after all."),
        first=("bad_debt", "written_off", "recovered"),
        headline=("bad_debt",),
        if_any=frozenset({"small", "settlement", "goodwill", "discount", "charges"}),
    ),
    "promises": Kind(
        desk.promises,
        _("Promises"),
        _("What customers promised to pay and by when, and how often they kept their word within a year."),
        first=("count_rate", "amount_rate", "open"),
        headline=("promises", "count_rate"),
        fields={"invoices": Field(_("Invoices"))},
        unseen=frozenset({"customer"}),
    ),
    "disputes": Kind(
        desk.disputes,
        _("Queries"),
        _("What customers have questions about, for how long, and whether they got an answer in time."),
        first=("amount", "open", "oldest_days", "past_clock"),
        headline=("disputed",),
        fields={"open": Field(_("Open queries"), Unit.COUNT)},
        unseen=frozenset({"customer"}),
    ),
    "worklist": Kind(
        desk.worklist,
        _("Worklist"),
        _("What is to be done on the desk today, the most worthwhile first."),
        first=("tasks", "amount"),
        unseen=frozenset({"task", "customer"}),
        fields={"open": Field(_("Open tasks"), Unit.COUNT), "amount": Field(_("What they are about"), Unit.MONEY)},
        past=False,
        note=_(
            "Broken promises come first, then the greatest weight: what may be asked for, a thirtieth more for each day it is"
            " late, and more or less by how the customer pays."
        ),
    ),
    "segments": Kind(
        behaviour.segments,
        _("How customers pay"),
        _("How each customer pays, by which rule and since when, and what credit would fit them."),
        first=(),
        fields={
            **{segment.value: Field(segment.label, Unit.COUNT) for segment in Segment},
            "customers": Field(_("Customers"), Unit.COUNT),
            "segment": Field(_("How they pay")),
            "sub_type": Field(_("Their queries")),
            "rule": Field(_("Rule")),
            "since": Field(_("Since"), Unit.DATE),
            "scored_on": Field(_("Looked at on"), Unit.DATE),
            "override": Field(_("Set by the owner")),
            "override_until": Field(_("Set until"), Unit.DATE),
            "limit_suggested": Field(_("Limit that fits"), Unit.MONEY),
            "hold_reasons": Field(_("Reasons for a hold")),
        },
        unseen=frozenset({"inputs", "hold", "rule", "scored_on", "currency", "sub_type", "override_until"}),
    ),
    "forecast": Kind(
        forecast.forecast,
        _("Forecast by invoice"),
        _("When each open invoice will probably be paid, and how likely that is to be late."),
        first=("late_amount", "amount", "invoices"),
        fields={
            "late_amount": Field(_("Likely to be paid late"), Unit.MONEY),
            "invoices": Field(_("Open invoices"), Unit.COUNT),
            "probability_late": Field(_("Late"), Unit.SHARE),
            "expected_on": Field(_("Expected on"), Unit.DATE),
            "low": Field(_("At the earliest"), Unit.DATE),
            "high": Field(_("At the latest"), Unit.DATE),
            "rests_on": Field(_("Rests on")),
        },
        past=False,
        by_hand=forecast.forecast_now,
    ),
    "cash": Kind(
        forecast.cash,
        _("Cash expected"),
        _("What may be counted on of what is owed to you, week by week."),
        first=("four_weeks", "eight_weeks", "later", "undated"),
        fields={
            "four_weeks": Field(_("In four weeks"), Unit.MONEY),
            "eight_weeks": Field(_("In eight weeks"), Unit.MONEY),
            "later": Field(_("Later"), Unit.MONEY),
            "undated": Field(_("Nobody knows when"), Unit.MONEY),
            "sure": Field(_("Sure by"), Unit.SHARE),
            "worth": Field(_("Counts as"), Unit.MONEY),
            "expected_on": Field(_("Expected on"), Unit.DATE),
            "rests_on": Field(_("Rests on")),
        },
        past=False,
        page="report-cash",
    ),
    "lanes": Kind(
        reduction.lane_report,
        _("Lanes of work"),
        _("Every overdue invoice in the one way it is worked on, first what is to be done first."),
        first=tuple(lane.value for lane in Lane),
        fields={
            **{lane.value: Field(label, Unit.MONEY) for lane, label in LANE_LABELS.items()},
            "lane": Field(_("Lane of work")),
        },
        unseen=frozenset({"customer"}),
        past=False,
    ),
    "hard-decisions": Kind(
        reduction.hard_decisions,
        _("Hard decisions"),
        _("What to settle, to give to an agency, to take to court or to write off is worth, customer by customer."),
        first=("amount", "best_value", "cases"),
        fields={
            **{decision.value: Field(label, Unit.MONEY) for decision, label in DECISION_LABELS.items()},
            "amount": Field(_("Owed"), Unit.MONEY),
            "best_value": Field(_("Worth, decided for the best"), Unit.MONEY),
            "best": Field(_("Worth most")),
            "cases": Field(_("Customers"), Unit.COUNT),
            "invoices": Field(_("Invoices"), Unit.COUNT),
        },
        unseen=frozenset({"customer", "invoices"}),
        past=False,
        empty=_(
            "Nothing needs a hard decision. An invoice does once it is more than 90 days late with no open query, plan, promise"
            " or unmatched money for it; sooner where the customer may not be asked."
        ),
    ),
    "steps": Kind(
        results.steps,
        _("Money after each step"),
        _("What came in within two weeks of a reminder or call, counted for the last one before it: which step works."),
        first=("recovered", "share", "asked"),
        fields={
            **{code.value: Field(code.label, Unit.MONEY) for code in StepCode},
            "recovered": Field(_("Came in after a step"), Unit.MONEY),
            "share": Field(_("Of what was asked for"), Unit.PERCENT),
            "asked": Field(_("Asked for in 90 days"), Unit.MONEY),
            "invoices": Field(_("Invoices"), Unit.COUNT),
            "step": Field(_("Step")),
            "completed_on": Field(_("Done on"), Unit.DATE),
            "paid_on": Field(_("Paid on"), Unit.DATE),
        },
        unseen=frozenset({"customer"}),
    ),
    "team": Kind(
        results.team,
        _("The team's week"),
        _("What was done in the last seven days and by whom, and what came in after it."),
        first=("received", "after_work", "promised"),
        fields={
            "received": Field(_("Came in"), Unit.MONEY),
            "after_work": Field(_("After a call or letter"), Unit.MONEY),
            "promised": Field(_("Promised"), Unit.MONEY),
            "planned": Field(_("In plans signed"), Unit.MONEY),
            **{kind: Field(label, Unit.COUNT) for kind, label in DEEDS.items()},
            "on": Field(_("Day"), Unit.DATE),
            "person": Field(_("Who")),
            "deed": Field(_("What")),
            "what": Field(_("About")),
        },
        unseen=frozenset({"customer", "what"}),
    ),
}

__all__ = ["REPORTS", "Field", "Kind", "Report", "Unit"]
