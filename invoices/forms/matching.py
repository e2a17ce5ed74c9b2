"""Which invoice money that waits belongs to."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from invoices.models import Invoice


class MatchForm(forms.Form):
    """The invoice the customer named; without one the oldest come first."""

    invoice = forms.ModelChoiceField(
        label=_("For"), queryset=Invoice.objects.none(), required=False, empty_label=_("The oldest invoices first")
    )

    def __init__(self, *args: Any, invoice_ids: Iterable[int], **kwargs: Any) -> None:
        """`invoice_ids`: the customer's open invoices in the currency of the money."""
        super().__init__(*args, **kwargs)
        self.fields["invoice"].queryset = Invoice.objects.filter(pk__in=list(invoice_ids)).order_by("due_on", "number")
