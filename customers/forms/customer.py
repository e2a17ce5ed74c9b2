"""What people may write about a customer."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.money import parse_locale
from arcollect.widgets import ClockInput, DayInput
from customers.models import Customer
from customers.models.customer import Approach


def countries(language: str) -> list[tuple[str, str]]:
    """(ISO code, name) of every country in the reader's language, by name, nothing first."""
    names = parse_locale(language).territories
    known = [(code, name) for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES]
    return [("", "-"), *sorted(known, key=lambda pair: pair[1])]


def currencies(language: str) -> list[tuple[str, str]]:
    """(ISO code, code and name) of every currency in the reader's language, nothing first."""
    names = parse_locale(language).currencies
    return [("", "-"), *((code, f"{code} · {names[code]}") for code in sorted(list_currencies()) if code in names)]


@cache
def zones() -> tuple[str, ...]:
    """The time zones people live in, by name."""
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))))


# Codes CLDR lists beside the countries: the European Union, the euro area, the United Nations, pseudo and unknown regions.
NO_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}


class CustomerForm(forms.ModelForm):
    """Who the customer is and how they pay; flags have a form of their own because they stop things at once."""

    class Meta:
        model = Customer
        fields = [
            "name",
            "reference",
            "legal_name",
            "kind",
            "street",
            "postal_code",
            "city",
            "region",
            "country",
            "language",
            "terms_days",
            "credit_limit",
            "channel",
            "time_zone",
            "quiet_from",
            "quiet_until",
            "po_required",
            "po_rule",
            "portal",
            "pay_run",
            "approach",
            "tax_id",
            "registration",
            "terms_accepted_on",
            "invoiced_in",
            "discount_pct",
            "discount_days",
            "notes",
        ]
        widgets = {
            "street": forms.Textarea(attrs={"rows": 2}),
            "notes": forms.Textarea(attrs={"rows": 4}),
            "terms_accepted_on": DayInput,
            "quiet_from": ClockInput,
            "quiet_until": ClockInput,
        }
        help_texts = {
            "time_zone": _("Left open, it is read from their telephone number."),
            "quiet_until": _("In this time, which may reach over midnight, nobody calls or mails them."),
            "legal_name": _("As it is registered, with its legal form; invoices are made out to it."),
            "registration": _("Register and number, for example HRB 12345 Hamburg."),
            "po_rule": _("In words, or as a pattern: # for a digit, * for anything, such as 45######."),
            "terms_accepted_on": _("The day from which it is on file that they accepted your terms and conditions."),
            "discount_pct": _("Agreed with them for paying early."),
            "pay_run": _("Days on which they pay, for example: Thursdays, or the 15th."),
            "approach": _("Why they pay late. It sets the tone of letters and calls."),
        }

    def __init__(self, *args: Any, language: str, languages: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].widget = forms.Select(choices=countries(language))
        self.fields["language"].widget = forms.Select(choices=[("", _("As the business writes")), *languages])
        self.fields["time_zone"].widget = forms.Select(choices=[("", "-"), *((zone, zone) for zone in zones())])
        self.fields["invoiced_in"].widget = forms.Select(choices=currencies(language))
        self.fields["approach"].choices = Approach.choices

    def clean_reference(self) -> str:
        """One customer a reference: said here, with the other one's name, before the database says it less kindly."""
        reference = self.cleaned_data["reference"].strip()
        others = Customer.objects.filter(business=self.instance.business, reference=reference).exclude(pk=self.instance.pk)
        taken = others.first()
        if taken is not None:
            raise forms.ValidationError(_("%(name)s has this reference already."), params={"name": taken.name})
        return reference

    def clean_time_zone(self) -> str:
        """A zone we can reckon with, or none."""
        zone = self.cleaned_data["time_zone"]
        if zone and zone not in zones():
            raise forms.ValidationError(_("No such time zone."))
        return zone

    def clean(self) -> dict[str, Any]:
        """A time in which they are not to be disturbed begins and ends."""
        data = super().clean()
        for given, missing in (("quiet_from", "quiet_until"), ("quiet_until", "quiet_from")):
            if data.get(given) is not None and data.get(missing) is None and missing not in self.errors:
                self.add_error(missing, _("Say both when it begins and when it ends."))
        for given, missing in (("discount_pct", "discount_days"), ("discount_days", "discount_pct")):
            if data.get(given) and not data.get(missing) and missing not in self.errors:
                self.add_error(missing, _("Say both how much it is and for how many days."))
        if data.get("quiet_from") is not None and data.get("quiet_from") == data.get("quiet_until"):
            self.add_error("quiet_until", _("It ends when it begins: choose another time."))
        return data


class FlagsForm(forms.ModelForm):
    """What must not happen to this customer, from this minute on (domain.md 7.4)."""

    class Meta:
        model = Customer
        fields = [
            "no_reminders",
            "no_reminders_until",
            "on_hold",
            "hold_reason",
            "cease_contact",
            "represented_by",
            "vulnerable",
            "moratorium_until",
            "insolvent",
            "deceased",
        ]
        widgets = {"no_reminders_until": DayInput, "moratorium_until": DayInput}
        help_texts = {
            "no_reminders": _("No letter and no call task, whatever falls due."),
            "no_reminders_until": _("Reminders start again after this day. Leave empty for no end."),
            "on_hold": _("No new supply on credit. Reminders go on."),
            "cease_contact": _("They asked us to stop. Nothing goes out but a legal notice the owner approves."),
            "represented_by": _("Name of the adviser or lawyer: we write to nobody else."),
            "vulnerable": _("Nothing automatic, no firm words, the owner sees it."),
            "moratorium_until": _("Breathing space by law: no contact about the debt until then."),
            "insolvent": _("Everything stops; file the claim."),
            "deceased": _("Everything stops."),
        }

    def clean(self) -> dict[str, Any]:
        """A hold needs its reason: whoever answers the customer's question must know it."""
        data = super().clean()
        if data.get("on_hold") and not data.get("hold_reason"):
            self.add_error("hold_reason", _("Say why: the next person to answer the phone will be asked."))
        if data.get("no_reminders_until") and not data.get("no_reminders"):
            self.add_error("no_reminders", _("Tick this too, or leave the day empty."))
        return data
