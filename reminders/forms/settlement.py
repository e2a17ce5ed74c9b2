"""What an owner may write about a settlement."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.filters import money
from arcollect.widgets import DayInput
from invoices.forms.payment import check_precision
from invoices.models import Invoice


class InvoicesField(forms.ModelMultipleChoiceField):
    """Invoices to tick, each with its number and what of it would be settled (`parts`, by id)."""

    widget = forms.CheckboxSelectMultiple
    parts: dict[int, Decimal] = {}

    def label_from_instance(self, invoice: Invoice) -> str:
        """“INV-7: 2,000.00 USD”."""
        return f"{invoice.number}: {money(self.parts.get(invoice.pk, invoice.balance), invoice.currency)}"


class SettlementForm(forms.Form):
    """So much instead of all of it, for these invoices, accepted by one day and paid by another."""

    amount = forms.DecimalField(
        label=_("We take"), max_digits=18, decimal_places=3, min_value=Decimal("0.001"), widget=forms.TextInput
    )
    accept_by = forms.DateField(label=_("They accept by"), widget=DayInput)
    pay_by = forms.DateField(
        label=_("The money is here by"), widget=DayInput, help_text=_("Cleared in your account; a day later is too late.")
    )
    invoices = InvoicesField(label=_("For these invoices"), queryset=Invoice.objects.none())
    reason = forms.CharField(label=_("Why we offer it"), max_length=300, required=False, help_text=_("For us alone."))
    letter = forms.BooleanField(label=_("Draft the letter that says so"), required=False)

    def __init__(self, *args: Any, covered: Sequence[tuple[int, Decimal]], currency: str, **kwargs: Any) -> None:
        """`covered`: (invoice id, amount) of what may be settled in `currency`, all of it ticked at first."""
        super().__init__(*args, **kwargs)
        self.currency, ids = currency, [pk for pk, _part in covered]
        field = self.fields["invoices"]
        field.parts = dict(covered)
        field.queryset = Invoice.objects.filter(pk__in=ids).order_by("due_on", "issued_on", "number")
        field.initial = ids
        self.fields["amount"].widget.attrs |= {"inputmode": "decimal", "autofocus": True}

    def clean_amount(self) -> Decimal:
        """No finer than the currency."""
        check_precision(self.cleaned_data["amount"], self.currency)
        return self.cleaned_data["amount"]

    def terms(self) -> dict[str, Any]:
        """What `offer_settlement` wants of it."""
        data: dict[str, Any] = {name: self.cleaned_data[name] for name in ("amount", "accept_by", "pay_by", "reason")}
        return data | {"only": [row.pk for row in self.cleaned_data["invoices"]]}


def usual_days(rules: dict[str, Any], today: datetime.date) -> dict[str, datetime.date]:
    """The days an offer usually runs: rules["settlement"]."""
    days = rules["settlement"]
    accept_by = today + datetime.timedelta(days=days["accept_days"])
    return {"accept_by": accept_by, "pay_by": today + datetime.timedelta(days=days["pay_days"])}
