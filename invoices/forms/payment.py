"""What people may write about money that came in."""

import datetime
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.money import precision, quantize
from arcollect.widgets import DayInput
from invoices.models import Invoice
from invoices.models.money import WriteOffKind


def check_precision(amount: Decimal, currency: str) -> None:
    """Refuses more decimals than the currency has: rounding would change what somebody paid."""
    if quantize(amount, currency) != amount:
        words = _("%(currency)s has %(digits)s decimals.")
        raise forms.ValidationError(words, params={"currency": currency, "digits": precision(currency)})


class PaymentForm(forms.Form):
    """A payment entered by hand. `token` makes a second click on the button harmless."""

    amount = forms.DecimalField(label=_("Amount"), max_digits=18, decimal_places=3, min_value=Decimal("0.001"))
    currency = forms.ChoiceField(label=_("Currency"))
    received_on = forms.DateField(label=_("Received on"), widget=DayInput)
    invoice = forms.ModelChoiceField(
        label=_("For"), queryset=Invoice.objects.none(), required=False, empty_label=_("The oldest invoices first")
    )
    method = forms.CharField(label=_("Method"), max_length=50, required=False)
    reference = forms.CharField(label=_("Reference"), max_length=200, required=False)
    full_and_final = forms.BooleanField(
        label=_("Marked “payment in full”, or the like"),
        required=False,
        help_text=_("Then it is not booked and not to be banked: the owner decides first."),
    )
    token = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, invoices: Sequence[Invoice], currencies: Sequence[str], today: datetime.date, **kwargs: Any
    ) -> None:
        """`invoices`: the customer's open ones; `currencies`: those the customer may pay in, the likeliest first."""
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["currency"].choices = [(code, code) for code in currencies]
        self.fields["invoice"].queryset = Invoice.objects.filter(pk__in=[row.pk for row in invoices])
        self.fields["received_on"].initial = today
        self.fields["token"].initial = uuid.uuid4().hex
        self.fields["amount"].widget.attrs |= {"inputmode": "decimal", "autofocus": True}
        self.fields["method"].widget.attrs["list"] = "payment-methods"

    def clean_received_on(self) -> datetime.date:
        """Money from the future is a slip of the keyboard."""
        day = self.cleaned_data["received_on"]
        if day > self.today:
            raise forms.ValidationError(_("That day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        """The amount fits the currency, and the currency the invoice."""
        data = super().clean()
        amount, currency, invoice = data.get("amount"), data.get("currency"), data.get("invoice")
        if amount is not None and currency:
            try:
                check_precision(amount, currency)
            except forms.ValidationError as problem:
                self.add_error("amount", problem)
        if invoice is not None and currency and invoice.currency != currency:
            words = _("Invoice %(number)s is in %(currency)s.")
            params = {"number": invoice.number, "currency": invoice.currency}
            self.add_error("currency", forms.ValidationError(words, params=params))
        return data

    def split(self) -> list[tuple[int, Decimal]] | None:
        """What the payer named: that invoice first, the rest unapplied. None where nothing was named."""
        invoice = self.cleaned_data["invoice"]
        if invoice is None:
            return None
        lost = invoice.write_offs.filter(kind=WriteOffKind.BAD_DEBT, reversed_on=None)
        payable = invoice.balance + sum(lost.values_list("amount", flat=True), Decimal(0))
        return [(invoice.pk, min(self.cleaned_data["amount"], payable))]
