"""The rules an owner sets: when things are sent, how often customers are contacted, when nobody is there."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.dates import LONGEST_CLOSING
from arcollect.widgets import DayInput
from customers.models import Business


class RulesForm(forms.Form):
    """The settings of domain.md 11 an owner sets most."""

    sending_from = forms.TimeField(label=_("Nothing is sent before"), widget=forms.TimeInput(attrs={"type": "time"}))
    sending_until = forms.TimeField(label=_("or after"), widget=forms.TimeInput(attrs={"type": "time"}))
    morning_hour = forms.IntegerField(
        label=_("The nightly run starts at"), min_value=0, max_value=23, help_text=_("Full hour, where the business is.")
    )
    max_new_call_tasks_per_day = forms.IntegerField(
        label=_("New calls a day from a released ledger"), min_value=0, max_value=500, help_text=_("0 for no limit.")
    )
    contact_reverify_days = forms.IntegerField(
        label=_("Verify a contact again after this many days"), min_value=30, max_value=1000
    )
    confirm_calls = forms.BooleanField(
        label=_("After a call, write down what was agreed"),
        required=False,
        help_text=_("As a letter to look at before it goes out."),
    )

    automatic_needs_verified = forms.BooleanField(
        label=_("Nothing goes by itself to a contact nobody verified"),
        required=False,
        help_text=_("It waits, and the contact is to be checked first."),
    )
    receipts_by_email = forms.BooleanField(
        label=_("Thank for payments by e-mail"),
        required=False,
        help_text=_("A receipt goes to the customer some minutes after the payment was booked."),
    )

    PLAIN = (
        "morning_hour",
        "max_new_call_tasks_per_day",
        "contact_reverify_days",
        "confirm_calls",
        "automatic_needs_verified",
        "receipts_by_email",
    )

    def __init__(self, *args: Any, hard: Sequence[str], **kwargs: Any) -> None:
        """`hard`: the hours outside of which nobody is contacted (rules["contact"])."""
        super().__init__(*args, **kwargs)
        self.hard = [datetime.time.fromisoformat(text) for text in hard]

    @classmethod
    def of(cls, business: Business, data: Any = None) -> "RulesForm":
        """The form with the rules as they are, or with what was sent."""
        rules = business.rules
        start, end = rules["sending_window"]
        initial = {"sending_from": start, "sending_until": end, **{name: rules[name] for name in cls.PLAIN}}
        return cls(data, initial=initial, hard=rules["contact"]["hard"])

    def clean(self) -> dict[str, Any]:
        """A window that is open for an hour at least, and then not forbidden: else nothing would ever be sent."""
        data = super().clean()
        start, end = data.get("sending_from"), data.get("sending_until")
        if start and end and _minutes(end) - _minutes(start) < 60:
            raise forms.ValidationError(_("Sending needs at least an hour, from earlier to later on one day."))
        if start and end and not _share_an_hour((start, end), self.hard):
            raise forms.ValidationError(_("Nothing would ever be sent: at these hours nobody may be contacted."))
        return data

    def values(self) -> dict[str, Any]:
        """The rules as `arcollect.defaults` names them."""
        data = self.cleaned_data
        window = [f"{data['sending_from']:%H:%M}", f"{data['sending_until']:%H:%M}"]
        return {"sending_window": window, **{name: data[name] for name in self.PLAIN}}


class ContactForm(forms.Form):
    """When and how often customers are contacted (domain.md 7.1, 7.2); checked again at the moment of calling and sending."""

    hard_from = forms.TimeField(label=_("Nobody is contacted before"), widget=forms.TimeInput(attrs={"type": "time"}))
    hard_until = forms.TimeField(
        label=_("or after"), widget=forms.TimeInput(attrs={"type": "time"}), help_text=_("The customer's own clock.")
    )
    soft_from = forms.TimeField(label=_("Businesses are called from"), widget=forms.TimeInput(attrs={"type": "time"}))
    soft_until = forms.TimeField(label=_("until"), widget=forms.TimeInput(attrs={"type": "time"}))
    weekdays_only = forms.BooleanField(label=_("Calls from Monday to Friday only"), required=False)
    attempts_per_day = forms.IntegerField(label=_("Calls a day"), min_value=1, max_value=3)
    attempts_per_7d = forms.IntegerField(label=_("Calls in 7 days"), min_value=1)
    conversations_per_7d = forms.IntegerField(label=_("Conversations in 7 days"), min_value=1, max_value=7)
    contacts_per_7d = forms.IntegerField(label=_("Calls and letters in 7 days"), min_value=1, max_value=20)
    contacts_per_30d = forms.IntegerField(label=_("Calls and letters in 30 days"), min_value=1, max_value=60)
    individual = forms.ChoiceField(label=_("Beyond that, for individuals and sole traders"))
    company = forms.ChoiceField(label=_("Beyond that, for companies"))
    compliance = forms.ChoiceField(
        label=_("Rules of"), required=False, help_text=_("The stricter of these and the above counts.")
    )

    NUMBERS = ("attempts_per_day", "attempts_per_7d", "conversations_per_7d", "contacts_per_7d", "contacts_per_30d")
    ENFORCEMENT = [("block", _("Stop: only an owner goes on, with a reason")), ("warn", _("Warn and ask"))]
    PRESETS = [
        ("", _("The country of the business")),
        ("US", _("United States")),
        ("UK", _("United Kingdom")),
        ("EU", _("European Union")),
        ("AU", _("Australia")),
        ("OTHER", _("Elsewhere: only the limits above")),
    ]

    def __init__(self, *args: Any, ceiling: int, sending: Sequence[str], **kwargs: Any) -> None:
        """`ceiling`: the calls in 7 days no setting may go beyond; `sending`: the hours in which mails go out."""
        super().__init__(*args, **kwargs)
        self.sending = [datetime.time.fromisoformat(text) for text in sending]
        self.fields["attempts_per_7d"] = forms.IntegerField(label=_("Calls in 7 days"), min_value=1, max_value=ceiling)
        self.fields["compliance"].choices = self.PRESETS
        for name in ("individual", "company"):
            self.fields[name].choices = self.ENFORCEMENT

    @classmethod
    def of(cls, business: Business, data: Any = None) -> "ContactForm":
        """The form with the rules as they are, or with what was sent."""
        rules, contact = business.rules, business.rules["contact"]
        windows = dict(
            zip(("hard_from", "hard_until", "soft_from", "soft_until"), contact["hard"] + contact["soft"], strict=True)
        )
        numbers = {name: contact[name] for name in (*cls.NUMBERS, "weekdays_only")}
        initial = {**windows, **numbers, **contact["enforce"], "compliance": rules["compliance"]}
        ceiling = contact["legal_ceiling_attempts_per_7d"]
        return cls(data, initial=initial, ceiling=ceiling, sending=rules["sending_window"])

    def clean(self) -> dict[str, Any]:
        """Windows that are open for an hour at least, the narrower inside the wider; no more in a week than in a month."""
        data = super().clean()
        hard, soft = ([data.get(f"{name}_{end}") for end in ("from", "until")] for name in ("hard", "soft"))
        for start, end in (hard, soft):
            if start and end and _minutes(end) - _minutes(start) < 60:
                raise forms.ValidationError(_("Each needs at least an hour, from earlier to later on one day."))
        if all(hard) and all(soft) and not hard[0] <= soft[0] < soft[1] <= hard[1]:
            raise forms.ValidationError(_("Businesses are called within the hours in which anybody may be contacted."))
        if all(hard) and not _share_an_hour(hard, self.sending):
            raise forms.ValidationError(_("Nothing would ever be sent: mails go out at other hours."))
        if data.get("contacts_per_7d", 0) > data.get("contacts_per_30d", 0):
            self.add_error("contacts_per_30d", _("In 30 days there must be room for what 7 days allow."))
        return data

    def values(self, business: Business) -> dict[str, Any]:
        """The rules as `arcollect.defaults` names them."""
        data = self.cleaned_data
        contact = {
            **business.rules["contact"],
            "hard": [f"{data['hard_from']:%H:%M}", f"{data['hard_until']:%H:%M}"],
            "soft": [f"{data['soft_from']:%H:%M}", f"{data['soft_until']:%H:%M}"],
            "enforce": {"individual": data["individual"], "company": data["company"]},
            **{name: data[name] for name in (*self.NUMBERS, "weekdays_only")},
        }
        return {"contact": contact, "compliance": data["compliance"]}


class ClosingForm(forms.Form):
    """Days on which the business is closed: nothing is sent, nobody is called."""

    first = forms.DateField(label=_("From"), widget=DayInput())
    last = forms.DateField(label=_("To"), widget=DayInput(), help_text=_("This day included."))
    name = forms.CharField(label=_("What for"), max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        """From earlier to later, and not for ever: a closed business would never ask again."""
        data = super().clean()
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("This is before the first day."))
        elif first and last and last - first > LONGEST_CLOSING:
            most = LONGEST_CLOSING.days
            self.add_error("last", _("At most %(days)d days at once.") % {"days": most})
        return data


def _minutes(time: datetime.time) -> int:
    return time.hour * 60 + time.minute


def _share_an_hour(one: Sequence[datetime.time], other: Sequence[datetime.time]) -> bool:
    return _minutes(min(one[1], other[1])) - _minutes(max(one[0], other[0])) >= 60
