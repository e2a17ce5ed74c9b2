"""What people may say about a letter."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from arcollect.widgets import DayInput


class CancelLetterForm(forms.Form):
    """Why a letter does not go out."""

    reason = forms.CharField(label=lazy("Why it must not go out"), max_length=300)


class SkipLetterForm(forms.Form):
    """Why a letter does not go out and its step is left out."""

    reason = forms.CharField(label=lazy("Why this step is left out"), max_length=200)


class HoldLetterForm(forms.Form):
    """Until when a letter stays, and why."""

    until = forms.DateField(label=lazy("Until"), help_text=lazy("From this day on it may go out."), widget=DayInput)
    reason = forms.CharField(label=lazy("Why it waits"), max_length=200)

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self) -> datetime.date:
        """A hold that is over before it begins holds nothing."""
        until = self.cleaned_data["until"]
        if until <= self.today:
            raise forms.ValidationError(_("Pick a day after today."))
        return until
