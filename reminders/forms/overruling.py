"""What the owner may say about how a customer pays, and why a suggestion is not followed."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.widgets import DayInput
from invoices.models.insight import Segment


class OverrideForm(forms.Form):
    """How a customer is treated until a day, whatever the figures say, and why."""

    segment = forms.ChoiceField(label=_("Treat them as"), choices=Segment.choices)
    reason = forms.CharField(label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    until = forms.DateField(label=_("Until"), widget=DayInput, help_text=_("After this day the figures count again."))

    def __init__(self, *args: Any, until: datetime.date, segment: str = "", **kwargs: Any) -> None:
        super().__init__(*args, initial={"until": until, "segment": segment}, **kwargs)


class DeclineForm(forms.Form):
    """Why it stays as it is, and until when that is not asked again."""

    note = forms.CharField(label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    until = forms.DateField(
        label=_("Not suggested again before"),
        widget=DayInput,
        help_text=_("Unless more comes to the reasons."),
    )

    def __init__(self, *args: Any, until: datetime.date, note_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, initial={"until": until}, **kwargs)
        self.fields["note"].required = note_needed
