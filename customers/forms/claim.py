"""What people may write about something a customer said."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.widgets import DayInput
from customers.claims import OWNER_CHECKS
from customers.models.claim import ClaimCheck, ClaimResult


class ClaimForm(forms.Form):
    """Something they said, how it is checked, and by when."""

    what = forms.CharField(label=_("What they said"), max_length=300)
    how = forms.ChoiceField(label=_("How it is checked"), choices=ClaimCheck.choices)
    check_by = forms.DateField(label=_("By"), widget=DayInput)

    def __init__(self, *args: Any, is_owner: bool, **kwargs: Any) -> None:
        """Only an owner asks others about a customer (domain.md 7.9)."""
        super().__init__(*args, **kwargs)
        if not is_owner:
            self.fields["how"].choices = [choice for choice in ClaimCheck.choices if choice[0] not in OWNER_CHECKS]


class CheckForm(forms.Form):
    """What was found."""

    result = forms.ChoiceField(
        label=_("Was it so?"), choices=[one for one in ClaimResult.choices if one[0]], widget=forms.RadioSelect
    )
    found = forms.CharField(label=_("What was found"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
