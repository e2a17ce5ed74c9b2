"""What a customer types to show who they are."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """The six digits from the mail; spaces do not matter."""

    digits = forms.CharField(
        label=_("Code from the e-mail"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
    )


class KnowledgeForm(forms.Form):
    """What is on an invoice, where no e-mail is on file (domain.md 6.8)."""

    number = forms.CharField(
        label=_("Last four signs of an invoice number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    postcode = forms.CharField(
        label=_("Your postal code"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "postal-code"})
    )
