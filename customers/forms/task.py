"""What people may say about a task."""

from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.widgets import DayInput


class DoneForm(forms.Form):
    """What came of it."""

    outcome = forms.CharField(label=_("What came of it"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class CancelForm(forms.Form):
    """Why it need not be done."""

    reason = forms.CharField(label=_("Why it need not be done"), max_length=300)


class SnoozeForm(forms.Form):
    """Until when it can wait, and why."""

    until = forms.DateField(label=_("Put off until"), widget=DayInput)
    reason = forms.CharField(label=_("Why it can wait"), max_length=300)
