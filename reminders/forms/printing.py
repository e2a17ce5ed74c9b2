"""What people may say about letters by post."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from arcollect.widgets import DayInput


class PostedForm(forms.Form):
    """When the envelopes went into the post."""

    on = forms.DateField(label=lazy("Posted on"), widget=DayInput)

    def __init__(self, *args: Any, printed_on: datetime.date, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.printed_on, self.today = printed_on, today

    def clean_on(self) -> datetime.date:
        """Nothing is posted before it was printed, or tomorrow."""
        on = self.cleaned_data["on"]
        if not self.printed_on <= on <= self.today:
            raise forms.ValidationError(_("Pick a day between the printing and today."))
        return on
