"""What people may write about a promise to pay."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.widgets import DayInput
from invoices.forms.payment import check_precision


class PromiseForm(forms.Form):
    """So much, by that day."""

    amount = forms.DecimalField(
        label=_("Amount"),
        max_digits=18,
        decimal_places=3,
        min_value=Decimal("0.001"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    currency = forms.ChoiceField(label=_("Currency"))
    due_on = forms.DateField(label=_("Paid by"), widget=DayInput)

    def __init__(self, *args: Any, currencies: list[str], today: datetime.date, may_allow: bool = False, **kwargs: Any) -> None:
        """`may_allow`: who fills it in may take a promise that is too little from this customer (domain.md 5)."""
        super().__init__(*args, **kwargs)
        self.today = today
        if may_allow:
            self.fields["allowed"] = forms.BooleanField(
                label=_("Take it all the same"), required=False, help_text=_("They are known for breaking promises.")
            )
        self.fields["currency"].choices = [(code, code) for code in currencies]

    def clean_due_on(self) -> datetime.date:
        """“Soon” is no promise, and neither is yesterday."""
        if self.cleaned_data["due_on"] < self.today:
            raise forms.ValidationError(_("Choose today or a later day."))
        return self.cleaned_data["due_on"]

    def clean(self) -> dict[str, Any]:
        """No finer than the currency."""
        data = super().clean()
        if data.get("amount") and data.get("currency"):
            check_precision(data["amount"], data["currency"])
        return data
