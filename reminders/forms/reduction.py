"""What an owner says of the way down: where to and in how many weeks, and how likely each hard decision brings money."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from invoices.reducing import MOST_WEEKS
from invoices.reduction import Decision

HUNDRED = Decimal(100)


class StartForm(forms.Form):
    """The target of a plan and how long it takes."""

    target = forms.DecimalField(
        label=_("No more is to be owed than"),
        min_value=0,
        max_digits=18,
        decimal_places=3,
        help_text=_("One average month of sales on credit, as far as that is known."),
    )
    weeks = forms.IntegerField(label=_("in so many weeks"), min_value=1, max_value=MOST_WEEKS)


def _percent(label: object) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_value=100, max_digits=5, decimal_places=2)


def _sum(label: object) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=12, decimal_places=2)


# Name of the field -> (decision, what of it, whether people say it in per cent).
ODDS = {
    "settle_p": (Decision.SETTLE, "p", True),
    "settle_keeps": (Decision.SETTLE, "keeps", True),
    "agency_p": (Decision.AGENCY, "p", True),
    "agency_cost_pct": (Decision.AGENCY, "cost_pct", True),
    "court_p": (Decision.COURT, "p", True),
    "court_cost": (Decision.COURT, "cost", False),
    "court_cost_pct": (Decision.COURT, "cost_pct", True),
}


class OddsForm(forms.Form):
    """The settings "hard_decisions": in per cent where people say per cent."""

    settle_p = _percent(_("A settlement is paid: how likely, %"))
    settle_keeps = _percent(_("A settlement asks for so much of the debt, %"))
    agency_p = _percent(_("An agency gets it: how likely, %"))
    agency_cost_pct = _percent(_("The agency keeps so much of what comes in, %"))
    court_p = _percent(_("A court gets it: how likely, %"))
    court_cost = _sum(_("A court costs in any case"))
    court_cost_pct = _percent(_("and so much of what comes in, %"))

    @classmethod
    def of(cls, rules: Mapping[str, Any], data: Any = None) -> "OddsForm":
        """The form with the settings as they are, or with what was sent."""
        initial = {}
        for name, (decision, what, in_percent) in ODDS.items():
            value = Decimal(rules["hard_decisions"][decision].get(what, "0"))
            initial[name] = f"{(value * HUNDRED if in_percent else value).normalize():f}"
        return cls(data, initial=initial)

    def values(self, rules: Mapping[str, Any]) -> dict[str, Any]:
        """The settings as `arcollect.defaults` names them; what the form does not ask stays."""
        found = {name: dict(one) for name, one in rules["hard_decisions"].items()}
        for name, (decision, what, in_percent) in ODDS.items():
            value = self.cleaned_data[name] / HUNDRED if in_percent else self.cleaned_data[name]
            if Decimal(found[decision].get(what, "-1")) != value:
                found[decision][what] = f"{value.normalize():f}"
        return {"hard_decisions": found}
