"""What people note during a call."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.widgets import DayInput
from customers.models import Customer
from customers.models.desk import Outcome
from reminders.call_check import Number, findings_for
from reminders.contact_limits import CONSENT_DAYS, Block, Warn


class CallForm(forms.Form):
    """How a call went. Reached somebody: what they said, repeated back, and what was agreed."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices, widget=forms.RadioSelect)
    contact = forms.ModelChoiceField(label=_("Spoke with"), queryset=None, required=False, empty_label=_("Somebody else"))
    paraphrase = forms.CharField(
        label=_("What they said, in your words"),
        help_text=_("Repeat it back before you hang up: “So, if I have it right …”. The letter will say it."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    agreement = forms.CharField(
        label=_("What was agreed"),
        help_text=_("A day, an amount and how they will pay."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    notes = forms.CharField(
        label=_("Notes for us only"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    callback_consent_until = forms.DateField(
        label=_("They agreed to be called again until"),
        help_text=_("At most seven days ahead. Left open, the next call is due seven days after this one."),
        required=False,
        widget=DayInput,
    )
    inbound = forms.BooleanField(label=_("They rang us"), required=False)
    limits_seen = forms.BooleanField(label=_("I have read what stands against calling now"), required=False)
    override_reason = forms.CharField(label=_("Why it must be now all the same"), max_length=200, required=False)

    def __init__(
        self, *args: Any, customer: Customer, numbers: Sequence[Number], today: datetime.date, may_override: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.numbers, self.today, self.may_override = numbers, today, may_override
        self.fields["contact"].queryset = customer.contacts.all()
        if not any(number.findings for number in numbers):
            del self.fields["limits_seen"]
        if not may_override or not any(number.blocked for number in numbers):
            del self.fields["override_reason"]

    def clean_callback_consent_until(self) -> datetime.date | None:
        """A consent to be called again holds seven days (domain.md 7.2)."""
        until = self.cleaned_data["callback_consent_until"]
        if until is not None and not self.today <= until <= self.today + datetime.timedelta(days=CONSENT_DAYS):
            raise forms.ValidationError(_("Choose a day within the next seven."))
        return until

    def clean(self) -> dict[str, Any]:
        """Somebody who was reached said something: the letter that follows rests on it. Limits hold for calls of ours."""
        data = super().clean()
        findings = () if data.get("inbound") else findings_for(self.numbers, data.get("contact"))
        data["limits"] = [one.code for one in findings]
        data["override_reason"] = data.get("override_reason", "") if findings else ""
        self._hold_to_limits(findings, data)
        if data.get("outcome") == Outcome.REACHED and not (data.get("paraphrase") or data.get("agreement")):
            self.add_error(
                "paraphrase", _("Write down what they said: the letter that follows tells them how you understood it.")
            )
        return data

    def _hold_to_limits(self, findings: Sequence[Warn | Block], data: dict[str, Any]) -> None:
        """A warning is read and ticked; a block needs an owner's reason."""
        seen = data.pop("limits_seen", False)
        if any(isinstance(one, Block) for one in findings):
            if not self.may_override:
                self.add_error(None, _("Not allowed now: only an owner may decide otherwise. Or tick that they rang you."))
            elif not data["override_reason"]:
                self.add_error("override_reason", _("Say why: it is kept with the call."))
        elif findings and not seen:
            self.add_error("limits_seen", _("Read it and tick this, or tick that they rang you."))
