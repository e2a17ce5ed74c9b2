"""What an owner may decide about a debt that reminders did not bring in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from invoices.models import Invoice
from reminders.forms.settlement import InvoicesField


class HandOffForm(forms.Form):
    """To whom it goes."""

    agency = forms.CharField(label=_("Agency"), max_length=200)
    note = forms.CharField(label=_("Note"), max_length=300, required=False, help_text=_("For us alone."))


class WriteOffForm(forms.Form):
    """What is given up, why, and that it is meant."""

    invoices = InvoicesField(label=_("What we give up"), queryset=Invoice.objects.none())
    reason = forms.CharField(label=_("Why"), max_length=300)
    sure = forms.BooleanField(
        label=_("Write it off as lost"), help_text=_("If money comes in for it later, it is booked as recovered.")
    )

    def __init__(self, *args: Any, invoices: Sequence[Invoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [row.pk for row in invoices]
        self.fields["invoices"].queryset = Invoice.objects.filter(pk__in=ids).order_by("due_on", "issued_on", "number")
        self.fields["invoices"].initial = ids
