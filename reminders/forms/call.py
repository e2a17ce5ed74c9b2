"""What people note during a call."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.models.desk import Outcome


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

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = customer.contacts.all()

    def clean(self) -> dict[str, Any]:
        """Somebody who was reached said something: the letter that follows rests on it."""
        data = super().clean()
        if data.get("outcome") == Outcome.REACHED and not (data.get("paraphrase") or data.get("agreement")):
            self.add_error(
                "paraphrase", _("Write down what they said: the letter that follows tells them how you understood it.")
            )
        return data
