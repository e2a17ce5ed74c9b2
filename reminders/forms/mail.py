"""Whose a message is."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Business, Customer


class GiveMailForm(forms.Form):
    """The customer a message is from, chosen from those shown."""

    customer = forms.ModelChoiceField(label=_("It is from"), queryset=None, widget=forms.RadioSelect, empty_label=None)
    keep_address = forms.BooleanField(label=_("Keep the address as a contact of theirs"), required=False, initial=True)

    def __init__(self, *args: Any, business: Business, shown: Sequence[Customer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.filter(business=business)
        self.fields["customer"].choices = [(row.pk, f"{row.name}, {row.reference}") for row in shown]
        if len(shown) == 1:
            self.fields["customer"].initial = shown[0].pk
