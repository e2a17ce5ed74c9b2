"""What an owner decides about segments: whether they act, from where on somebody belongs to one, what is then different."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from customers.models import Business
from invoices.forms.plan_rules import share, whole, yes
from invoices.forms.rule_paths import HUNDRED, RuleForm
from invoices.models.insight import Segment, SubType
from reminders.treatments import advice_on, named

KEY = "segments"


def times(label: Any) -> forms.DecimalField:
    """What a segment counts in the order of the desk, kept as text."""
    return forms.DecimalField(label=label, min_value=Decimal("0.1"), max_value=Decimal(10), max_digits=4, decimal_places=2)


# Where each field stands in `arcollect.defaults`.
PATHS: Mapping[str, tuple[str, ...]] = {
    "act": (KEY, "act"),
    "override_days": (KEY, "override_days"),
    "breaker_days": (KEY, "breaker", "days"),
    "breaker_resolved": (KEY, "breaker", "resolved"),
    "breaker_share": (KEY, "breaker", "share"),
    "breaker_weight": (KEY, "weight", "PROMISE_BREAKER"),
    "worse_shift": ("deterioration", "shift_days"),
    "worse_signs": ("deterioration", "signs"),
    "worse_signs_days": ("deterioration", "signs_days"),
    "worse_call": (KEY, "warning_call_bd"),
    "worse_weight": (KEY, "weight", "DETERIORATING"),
    "disputer_invoices": (KEY, "disputer", "invoices"),
    "disputer_disputes": (KEY, "disputer", "disputes"),
    "disputer_share": (KEY, "disputer", "share"),
    "disputer_our_fault": (KEY, "disputer", "our_fault"),
    "disputer_tactical": (KEY, "disputer", "tactical"),
    "stretcher_settled": (KEY, "stretcher", "settled"),
    "stretcher_share": (KEY, "stretcher", "share"),
    "stretcher_least": (KEY, "stretcher", "least_days"),
    "stretcher_most": (KEY, "stretcher", "most_days"),
    "stretcher_stdev": (KEY, "stretcher", "stdev"),
    "stretcher_weight": (KEY, "weight", "STRETCHER"),
    "stretcher_calls": (KEY, "stretcher_calls"),
    "forgetful_settled": (KEY, "forgetful", "settled"),
    "forgetful_late": (KEY, "forgetful", "late"),
    "forgetful_after": (KEY, "forgetful", "after_reminder"),
    "forgetful_within": (KEY, "forgetful", "within_days"),
    "forgetful_before": (KEY, "pre_due_email_days"),
    "prompt_settled": (KEY, "prompt", "settled"),
    "prompt_late": (KEY, "prompt", "late"),
    "prompt_share": (KEY, "prompt", "share"),
    "prompt_by": (KEY, "prompt", "by_days"),
    "prompt_open": (KEY, "prompt", "open_days"),
    "prompt_weight": (KEY, "weight", "PROMPT"),
    "prompt_notice": (KEY, "prompt_notice_days"),
    "new_settled": (KEY, "new", "settled"),
}
# The fields of each segment in the order of the page, which is the order in which the first match wins.
GROUPS: Mapping[str, str] = {
    Segment.PROMISE_BREAKER: "breaker_",
    Segment.DETERIORATING: "worse_",
    Segment.DISPUTER: "disputer_",
    Segment.STRETCHER: "stretcher_",
    Segment.FORGETFUL: "forgetful_",
    Segment.PROMPT: "prompt_",
    Segment.NEW: "new_",
}


@dataclass(frozen=True, slots=True)
class Group:
    """One segment on the page: its name, what is done differently, and what may be set."""

    code: str
    name: str
    advice: tuple[str, ...]
    numbers: list[forms.BoundField]
    boxes: list[forms.BoundField]


class SegmentsForm(RuleForm):
    """The thresholds of domain.md 5 and 5.1, and what their treatments may be told."""

    paths = PATHS

    act = yes(lazy("Segments change what is done"), lazy("Else they are only shown."))
    override_days = whole(lazy("What you set by hand holds for days"), 1, 365)
    breaker_days = whole(lazy("Promises of so many days count"), 30, 730)
    breaker_resolved = whole(lazy("At least so many promises"), 1, 20)
    breaker_share = share(lazy("Not kept, per cent"), 1, 100)
    breaker_weight = times(lazy("Counts times in the order of the desk"))
    worse_shift = whole(lazy("Later than usual by days"), 1, 90, lazy("The latest three invoices, against their own habit."))
    worse_signs = whole(lazy("or so many signs"), 1, 10)
    worse_signs_days = whole(lazy("within days"), 7, 365)
    worse_call = whole(lazy("Called within business days"), 1, 10)
    worse_weight = times(lazy("Counts times in the order of the desk"))
    disputer_invoices = whole(lazy("At least so many invoices"), 1, 100)
    disputer_disputes = whole(lazy("with so many queries"), 1, 100)
    disputer_share = share(lazy("Invoices with a query, per cent"), 1, 100)
    disputer_our_fault = share(lazy("Ours where they were right, per cent or more"), 1, 100)
    disputer_tactical = share(lazy("To gain time where they were right, per cent or less"), 0, 99)
    stretcher_settled = whole(lazy("At least so many invoices paid"), 1, 100)
    stretcher_share = share(lazy("Paid late, per cent"), 1, 100)
    stretcher_least = whole(lazy("Late from days on, with short terms"), 1, 90)
    stretcher_most = whole(lazy("and with long terms"), 1, 180)
    stretcher_stdev = whole(lazy("Steady within days"), 1, 90, lazy("The standard deviation of the days late."))
    stretcher_weight = times(lazy("Counts times in the order of the desk"))
    stretcher_calls = yes(lazy("Ring them the day after the due date"), lazy("The notice by mail waits for that call."))
    forgetful_settled = whole(lazy("At least so many invoices paid"), 1, 100)
    forgetful_late = share(lazy("Paid late, per cent"), 1, 100)
    forgetful_after = share(lazy("of these soon after the first reminder, per cent"), 1, 100)
    forgetful_within = whole(lazy("Soon is within days"), 1, 60)
    forgetful_before = whole(lazy("Mail before the due date, days"), 1, 30)
    prompt_settled = whole(lazy("At least so many invoices paid"), 1, 100)
    prompt_late = whole(lazy("Late on average by days at most"), 0, 30)
    prompt_share = share(lazy("Paid in time, per cent"), 1, 100)
    prompt_by = whole(lazy("In time is within days of the due date"), 0, 30)
    prompt_open = whole(lazy("and nothing open for longer than days"), 0, 90)
    prompt_weight = times(lazy("Counts times in the order of the desk"))
    prompt_notice = whole(lazy("The notice comes later by days"), 0, 14)
    new_settled = whole(lazy("New until so many invoices are paid"), 1, 20)

    def __init__(self, *args: Any, business: Business, currencies: Iterable[str], **kwargs: Any) -> None:
        """`currencies`: those in use; in each a sum from which on who pays promptly is still called."""
        super().__init__(*args, business=business, **kwargs)
        self.currencies = sorted({business.currency, *currencies})
        for code in self.currencies:
            self.fields[f"prompt_call_{code}"] = forms.DecimalField(
                label=_("Call them from so much open, %(currency)s") % {"currency": code},
                min_value=0,
                max_digits=12,
                decimal_places=2,
                required=False,
                initial=business.rules[KEY]["prompt_call_from"].get(code),
                help_text=_("Empty: they always get the mail."),
            )

    def groups(self) -> list[Group]:
        """The page, segment by segment."""
        return [self._group(code, prefix) for code, prefix in GROUPS.items()]

    def _group(self, code: str, prefix: str) -> Group:
        fields = [self[name] for name in self.fields if name.startswith(prefix)]
        boxes = [one for one in fields if isinstance(one.field, forms.BooleanField)]
        kinds = (SubType.OUR_FAULT, SubType.TACTICAL) if code == Segment.DISPUTER else (code,)
        named_apart = len(kinds) > 1
        advice = tuple(f"{named(kind)}: {advice_on(kind)}" if named_apart else advice_on(kind) for kind in kinds)
        return Group(code, str(Segment(code).label), advice, [one for one in fields if one not in boxes], boxes)

    def clean(self) -> dict[str, Any]:
        """What is less stays less than what is more: else a segment would catch everybody, or nobody."""
        data = super().clean()
        if data.get("disputer_tactical", 0) >= data.get("disputer_our_fault", HUNDRED):
            self.add_error("disputer_tactical", _("Less than where it is our own mistake."))
        if data.get("stretcher_least", 0) > data.get("stretcher_most", HUNDRED * 10):
            self.add_error("stretcher_most", _("Not less than with short terms."))
        return data

    def own_rules(self) -> dict[str, Any]:
        """With the sums from which on who pays promptly is called."""
        own = super().own_rules()
        sums = {code: self.cleaned_data[f"prompt_call_{code}"] for code in self.currencies}
        own[KEY]["prompt_call_from"] = {code: f"{amount:.2f}" for code, amount in sums.items() if amount is not None}
        return own
