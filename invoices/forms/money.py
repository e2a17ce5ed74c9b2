"""What people may write about money no invoice has: that it went back, or why it stays."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.money import format_plain
from arcollect.widgets import DayInput
from invoices.forms.payment import check_precision


class RefundForm(forms.Form):
    """How much went back to the customer, and when."""

    amount = forms.DecimalField(label=_("Amount"), max_digits=18, decimal_places=3, min_value=Decimal("0.001"))
    on = forms.DateField(label=_("Paid back on"), widget=DayInput)
    reference = forms.CharField(
        label=_("Reference"), max_length=200, required=False, help_text=_("As it stands on the bank statement.")
    )

    def __init__(self, *args: Any, left: Decimal, currency: str, today: datetime.date, **kwargs: Any) -> None:
        """`left`: what no invoice has of it, offered as the amount."""
        super().__init__(*args, **kwargs)
        self.currency, self.today = currency, today
        self.fields["amount"].initial = format_plain(left, currency)
        self.fields["amount"].widget.attrs |= {"inputmode": "decimal", "autofocus": True}
        self.fields["on"].initial = today

    def clean_amount(self) -> Decimal:
        """As many decimals as the currency has."""
        amount = self.cleaned_data["amount"]
        check_precision(amount, self.currency)
        return amount

    def clean_on(self) -> datetime.date:
        """What will be paid back is not paid back yet."""
        day = self.cleaned_data["on"]
        if day > self.today:
            raise forms.ValidationError(_("That day is still to come."))
        return day


class LeaveForm(forms.Form):
    """Why money stays with us."""

    reason = forms.CharField(
        label=_("Why does it stay?"),
        max_length=300,
        help_text=_("For example: a deposit for the next order."),
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
