"""What the owner may choose before an imported ledger starts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reminders.models import StepCode

RULES = {
    StepCode.NOTICE: _("A friendly notice, however old it is"),
    StepCode.DAY_30: _("The 30-day letter at most"),
    StepCode.DAY_60: _("The 60-day call and letter at most"),
}


class ReleaseForm(forms.Form):
    """The highest first step, and how many calls a day come from it."""

    entry_rule = forms.ChoiceField(label=_("Nobody starts above"), widget=forms.RadioSelect)
    calls_per_day = forms.IntegerField(
        label=_("New calls a day"), min_value=0, max_value=500, help_text=_("So that the desk can make them. 0 for no limit.")
    )

    def __init__(self, *args: Any, rules: list[str], **kwargs: Any) -> None:
        """`rules`: the steps there are to choose from."""
        super().__init__(*args, **kwargs)
        self.fields["entry_rule"].choices = [(code, RULES[code]) for code in rules]
