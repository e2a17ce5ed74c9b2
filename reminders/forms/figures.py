"""What an owner decides about figures: how debts age, what is aimed at, when to hold, how surely money comes (domain.md 11)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from arcollect.defaults import DEFAULTS
from invoices.forms.plan_rules import share, whole
from invoices.forms.rule_paths import HUNDRED, Path, RuleForm
from invoices.metrics import Basis, Credits
from invoices.models.insight import Segment
from invoices.reducing import MOST_WEEKS

# The fields of each part of the page, in its order, by how their names begin.
GROUPS: Mapping[str, Any] = {
    "aim": lazy("What you aim at"),
    "ageing": lazy("The report of the ageing"),
    "hold": lazy("When to stop supplying on credit"),
    "limit": lazy("The credit limit that fits"),
    "times": lazy("How many times that limit they may have"),
    "judge": lazy("How customers are judged"),
    "sure": lazy("How surely money comes"),
    "lag": lazy("When it comes"),
}
BUCKETS = {"current": "current", "30": "1-30", "60": "31-60", "90": "61-90", "more": "90+"}


# Whose limit is how many times the usual one, by how they pay. Who is legally protected gets none: that is not offered here.
FACTORS = {
    "good": "PROMPT",
    "new": "NEW",
    "forgetful": "FORGETFUL",
    "disputer": "DISPUTER",
    "tactical": "TACTICAL",
    "slow": "SLOW",
    "stretcher": "STRETCHER",
    "worse": "DETERIORATING",
    "breaker": "PROMISE_BREAKER",
}


def number(label: Any, least: str, most: int, help_text: Any = "") -> forms.DecimalField:
    """A number with up to two decimals, kept as text."""
    return forms.DecimalField(
        label=label, min_value=Decimal(least), max_value=Decimal(most), max_digits=4, decimal_places=2, help_text=help_text
    )


class FiguresForm(RuleForm):
    """The settings of domain.md 2, 5.1, 5.2, 5.3 and 5.4."""

    paths: ClassVar[Mapping[str, Path]] = {
        "aim_dso": ("dso_target",),
        "aim_ratio": ("ledger_ratio_target",),
        "aim_weeks": ("glide_weeks",),
        "ageing_basis": ("ageing", "basis"),
        "ageing_credits": ("ageing", "credits"),
        "hold_dpd": ("hold", "dpd"),
        "hold_stretcher": ("hold", "dpd_stretcher"),
        "hold_over": ("hold", "over_limit_pct"),
        "limit_days": ("limit_buffer_days",),
        "limit_round": ("limit_round_to",),
        **{f"times_{name}": ("segments", "limit_factor", segment) for name, segment in FACTORS.items()},
        "judge_months": ("segment_window_months",),
        "judge_least": ("cusum", "min_baseline"),
        "judge_most": ("cusum", "max_baseline"),
        "judge_recent": ("cusum", "recent"),
        "judge_floor": ("cusum", "sigma_floor_days"),
        "judge_slack": ("cusum", "k"),
        "judge_alarm": ("cusum", "h"),
        **{f"sure_{name}": ("forecast_p", bucket) for name, bucket in BUCKETS.items()},
        **{f"lag_{name}": ("bucket_lag", bucket) for name, bucket in BUCKETS.items() if name != "more"},
    }

    aim_dso = whole(lazy("Paid within days, on average"), 0, 365, lazy("0: within your usual terms."))
    aim_ratio = number(lazy("Owed at most, in months of sales"), "0.1", 12)
    aim_weeks = whole(lazy("Brought down to that in weeks"), 1, MOST_WEEKS)
    ageing_basis = forms.ChoiceField(
        label=lazy("Debts age from"),
        choices=[(Basis.DUE, lazy("the due date")), (Basis.INVOICE, lazy("the invoice date"))],
        help_text=lazy("All other figures go by the due date."),
    )
    ageing_credits = forms.ChoiceField(
        label=lazy("Credits and money not matched"),
        choices=[
            (Credits.SEPARATE, lazy("stand in a column of their own")),
            (Credits.OLDEST_FIRST, lazy("are taken from the oldest debts")),
            (Credits.BY_DATE, lazy("age by their own date")),
        ],
    )
    hold_dpd = whole(lazy("Uncontested and late by days"), 1, 365)
    hold_stretcher = whole(lazy("The same for who stretches the terms"), 1, 365)
    hold_over = share(lazy("Owed, per cent of the credit limit"), 100, 300)
    limit_days = whole(lazy("What they buy within their terms, and days more"), 0, 90)
    limit_round = whole(lazy("Rounded down to"), 1, 10_000)
    times_good = number(Segment.PROMPT.label, "0", 5)
    times_new = number(Segment.NEW.label, "0", 5, lazy("Never more than the limit they have."))
    times_forgetful = number(Segment.FORGETFUL.label, "0", 5)
    times_disputer = number(Segment.DISPUTER.label, "0", 5)
    times_tactical = number(lazy("Has queries mostly to gain time"), "0", 5)
    times_slow = number(Segment.SLOW.label, "0", 5)
    times_stretcher = number(Segment.STRETCHER.label, "0", 5)
    times_worse = number(Segment.DETERIORATING.label, "0", 5, lazy("Never more than they owe now."))
    times_breaker = number(Segment.PROMISE_BREAKER.label, "0", 5)
    # The invoices read for it are those of the window of deterioration: 18 months.
    judge_months = whole(lazy("By the last months"), 3, DEFAULTS["deterioration"]["window_months"])
    judge_least = whole(
        lazy("What is usual: invoices paid, at least"), 2, 50, lazy("The oldest of them; later ones are held against it.")
    )
    judge_most = whole(lazy("and at most"), 2, 50)
    judge_recent = whole(lazy("Held against it: the latest invoices"), 1, 20)
    judge_floor = whole(lazy("Days late usually vary by days, at least"), 1, 30)
    judge_slack = number(lazy("A delay within this many times that is usual"), "0", 5)
    judge_alarm = number(lazy("Alarm when what is beyond adds up to times that"), "0.5", 20)
    sure_current = share(lazy("Not due, per cent"), 0, 100, lazy("Your own history takes over once it is long enough."))
    sure_30 = share(lazy("1-30 days late, per cent"), 0, 100)
    sure_60 = share(lazy("31-60, per cent"), 0, 100)
    sure_90 = share(lazy("61-90, per cent"), 0, 100)
    sure_more = share(lazy("Over 90, per cent"), 0, 100)
    lag_current = whole(lazy("Not due: days after the due date"), 0, 365, lazy("Of who paid too seldom to know better."))
    lag_30 = whole(lazy("1-30 days late: in days"), 1, 365)
    lag_60 = whole(lazy("31-60: in days"), 1, 365)
    lag_90 = whole(lazy("61-90: in days"), 1, 365)

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The page, part by part: its name and its fields."""
        return [(label, [self[name] for name in self.fields if name.startswith(f"{key}_")]) for key, label in GROUPS.items()]

    def clean(self) -> dict[str, Any]:
        """Who stretches the terms is not given more time than others; at least is not more than at most."""
        data = super().clean()
        if data.get("hold_stretcher", 0) > data.get("hold_dpd", 365):
            self.add_error("hold_stretcher", _("Not more than for everybody else."))
        if data.get("judge_least", 0) > data.get("judge_most", HUNDRED):
            self.add_error("judge_most", _("Not fewer than at least."))
        return data
