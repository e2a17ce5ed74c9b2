"""What a call may bring, each part of the call form that can be there several times."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.filters import money
from arcollect.widgets import DayInput
from customers.claims import OWNER_CHECKS
from customers.models.claim import ClaimCheck
from invoices.account import Position
from invoices.forms.payment import check_precision
from invoices.models import Invoice
from invoices.models.agreement import DisputeCode
from reminders.call_notes import ClaimNote, PromiseNote, QueryNote


def _amount_field(label: Any, *, help_text: Any = "") -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.DecimalField(label=label, help_text=help_text, max_digits=18, decimal_places=3, required=False, widget=widget)


class PromiseForm(forms.Form):
    """So much, by that day. A row with nothing in it is no promise."""

    amount = _amount_field(_("Amount"))
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    due_on = forms.DateField(label=_("Paid by"), required=False, widget=DayInput)
    method = forms.CharField(label=_("How"), max_length=60, required=False)

    def __init__(self, *args: Any, currencies: list[str], today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["currency"].choices = [(code, code) for code in currencies]

    def clean(self) -> dict[str, Any]:
        """Both or neither: half a promise is none."""
        data = super().clean()
        amount, due_on = data.get("amount"), data.get("due_on")
        if self.errors or (amount is None and due_on is None):
            return data
        if not amount or amount <= 0:
            self.add_error("amount", _("How much do they pay?"))
        elif data["currency"]:
            check_precision(amount, data["currency"])
        if due_on is None:
            self.add_error("due_on", _("“Soon” is no promise: by which day?"))
        elif due_on < self.today:
            self.add_error("due_on", _("Choose today or a later day."))
        return data

    @property
    def note(self) -> PromiseNote | None:
        """What was promised; None for an empty row."""
        data = self.cleaned_data
        if not data.get("amount"):
            return None
        return PromiseNote(data["currency"], data["amount"], data["due_on"], data["method"])


class QueryForm(forms.Form):
    """A query about an invoice. A row without an invoice is none."""

    invoice = forms.ModelChoiceField(label=_("Invoice"), queryset=None, required=False, empty_label="")
    code = forms.ChoiceField(label=_("About"), choices=DisputeCode.choices, required=False)
    amount = _amount_field(_("Amount"), help_text=_("Left empty: all that is open."))
    summary = forms.CharField(label=_("What they say"), max_length=2000, required=False)

    def __init__(self, *args: Any, accounts: list[Position], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open = {item.row.pk: item for account in accounts for item in account.invoices}
        self.fields["invoice"].queryset = Invoice.objects.filter(pk__in=self.open)
        self.fields["invoice"].choices = [("", ""), *((pk, item.row.number) for pk, item in self.open.items())]

    def clean(self) -> dict[str, Any]:
        """No more than is open and not in query yet."""
        data = super().clean()
        invoice = data.get("invoice")
        if invoice is None or self.errors:
            return data
        item = self.open[invoice.pk]
        free = item.row.balance - item.disputed
        amount = data.get("amount") or free
        check_precision(amount, invoice.currency)
        if not 0 < amount <= free:
            self.add_error(
                "amount", _("Of this invoice %(free)s is open and not in query yet.") % {"free": money(free, invoice.currency)}
            )
        data["amount"] = amount
        return data

    @property
    def note(self) -> QueryNote | None:
        """The query; None for an empty row."""
        data = self.cleaned_data
        if data.get("invoice") is None:
            return None
        return QueryNote(data["invoice"], data["code"], Decimal(data["amount"]), data["summary"])


class ClaimForm(forms.Form):
    """Something they said that is checked afterwards. A row with no words is none."""

    what = forms.CharField(label=_("What is to be checked"), max_length=300, required=False)
    how = forms.ChoiceField(label=_("How"), choices=ClaimCheck.choices, required=False)
    check_by = forms.DateField(label=_("By"), required=False, widget=DayInput)

    def __init__(self, *args: Any, owner: bool, next_day: datetime.date, **kwargs: Any) -> None:
        """Only an owner asks others about a customer (domain.md 7.9)."""
        super().__init__(*args, **kwargs)
        self.next_day = next_day
        if not owner:
            self.fields["how"].choices = [choice for choice in ClaimCheck.choices if choice[0] not in OWNER_CHECKS]

    @property
    def note(self) -> ClaimNote | None:
        """What is to be checked; None for an empty row. Without a day it is the next business day."""
        data = self.cleaned_data
        if not data.get("what"):
            return None
        return ClaimNote(data["what"], data["how"], data["check_by"] or self.next_day)
