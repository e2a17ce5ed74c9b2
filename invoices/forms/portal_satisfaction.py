"""What a customer may write to the satisfaction letter, behind its link."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from invoices.models.portal import SatisfactionAnswer

ASKED = {
    SatisfactionAnswer.FINE: _("Anything you would like to add?"),
    SatisfactionAnswer.WRONG: _("What is wrong?"),
    SatisfactionAnswer.ADDRESS: _("Where should it go, and to whom?"),
}


class AnswerForm(forms.Form):
    """Their own words: needed where something is to be put right."""

    said = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, answer: SatisfactionAnswer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said"].label = ASKED[answer]
        self.fields["said"].required = answer != SatisfactionAnswer.FINE
        self.fields["said"].error_messages["required"] = _("Please tell us in a few words, so that we can put it right.")
