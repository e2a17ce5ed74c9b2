"""What an owner may set about statutory interest."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.widgets import DayInput
from customers.models import Business
from invoices.interest import Law, is_reference_day
from invoices.models.interest import Reference
from invoices.rates import REFERENCES

LAWS = [
    (Law.OFF, _("None: nothing is added to what is owed")),
    (Law.UK, _("United Kingdom: 8 points over Bank rate, and a fixed sum an invoice")),
    (Law.EU, _("European Union: 8 points over the ECB's rate (France 10, Germany 9 over its base rate), and €40 an invoice")),
]
MODES = [
    ("FIXED", _("Stays at the rate of the day it starts")),
    ("SPLIT", _("Changes with every half-year")),
]


class LawForm(forms.Form):
    """Whether interest is claimed beside late invoices, and by which law (domain.md 7.8)."""

    law = forms.ChoiceField(label=_("Interest the law adds"), choices=LAWS, widget=forms.RadioSelect)
    silent = forms.BooleanField(
        label=_("Our contracts say nothing else about interest on late payment"),
        required=False,
        help_text=_("Where a contract names its own interest, the law's does not apply."),
    )
    mode = forms.ChoiceField(
        label=_("The rate in the United Kingdom"),
        choices=MODES,
        help_text=_("The law reads as the first; some calculators do the second."),
    )

    @classmethod
    def of(cls, business: Business) -> "LawForm":
        """The form with the rules as they are."""
        rules = business.rules
        silent = rules["interest_contracts_silent"]
        return cls(initial={"law": rules["statutory_interest"], "silent": silent, "mode": rules["uk_rate_mode"]})

    def clean(self) -> dict[str, Any]:
        """Claiming needs the owner's word that no contract says otherwise."""
        data = super().clean()
        if data.get("law", Law.OFF) != Law.OFF and not data.get("silent"):
            self.add_error("silent", _("Say so first: without it, nothing may be claimed."))
        return data

    def values(self) -> dict[str, Any]:
        """The rules as `arcollect.defaults` names them."""
        data = self.cleaned_data
        claims = data["law"] != Law.OFF
        return {
            "statutory_interest": data["law"],
            "interest_contracts_silent": claims and data["silent"],
            "uk_rate_mode": data["mode"],
        }


class RateForm(forms.Form):
    """The reference rate that was in force on a day a half-year refers to."""

    reference = forms.ChoiceField(label=_("Rate"), choices=Reference.choices)
    on = forms.DateField(label=_("In force on"), widget=DayInput())
    percent = forms.DecimalField(label=_("Percent a year"), min_value=-10, max_value=100, max_digits=6, decimal_places=3)

    def clean(self) -> dict[str, Any]:
        """Only days that are ever asked for: a rate of another day would be kept and never used."""
        data = super().clean()
        reference, on = data.get("reference"), data.get("on")
        law = next((law for law, name in REFERENCES.items() if name == reference), None)
        if law and on and not is_reference_day(on, law):
            uk, eu = _("The Bank's rate counts on 30 June and 31 December."), _("The ECB's rate counts on 1 January and 1 July.")
            self.add_error("on", uk if law == Law.UK else eu)
        return data


class WaiverForm(forms.Form):
    """Why nothing is claimed beside an invoice."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
