"""What people may write about a query or a dispute."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from arcollect.money import format_money
from invoices.forms.payment import check_precision
from invoices.models import Invoice
from invoices.models.agreement import DisputeCode, DisputeOutcome, Preflight


class DisputeForm(forms.Form):
    """What the customer contests, and how much of the invoice."""

    code = forms.ChoiceField(label=_("About"), choices=DisputeCode.choices)
    amount = forms.DecimalField(label=_("Amount in dispute"), max_digits=18, decimal_places=3, min_value=Decimal("0.001"))
    summary = forms.CharField(
        label=_("What the customer says"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )

    def __init__(self, *args: Any, invoice: Invoice, free: Decimal, **kwargs: Any) -> None:
        """`free`: what of the invoice is open and not in dispute already; all of it, until somebody says less."""
        super().__init__(*args, **kwargs)
        self.invoice, self.free = invoice, free
        self.fields["amount"].initial = f"{free:f}"
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"

    def clean_amount(self) -> Decimal:
        """No more than is open and not contested yet."""
        amount = self.cleaned_data["amount"]
        check_precision(amount, self.invoice.currency)
        if amount > self.free:
            free = format_money(self.free, self.invoice.currency, get_language() or "en")
            raise forms.ValidationError(_("Only %(free)s can be put in dispute."), params={"free": free})
        return amount


class ResolveForm(forms.Form):
    """How a query ended; of one the customer was right about, which check would have caught it (domain.md 8)."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=DisputeOutcome.choices, widget=forms.RadioSelect)
    preflight = forms.ChoiceField(
        label=_("If they were right: what had gone wrong?"), choices=[("", ""), *Preflight.choices], required=False
    )
    resolution = forms.CharField(label=_("What was found"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self) -> dict[str, Any]:
        """Who was right tells us what to check next time; who was not does not."""
        data = super().clean()
        right = data.get("outcome") in (DisputeOutcome.UPHELD, DisputeOutcome.PARTLY)
        if right and not data.get("preflight"):
            self.add_error("preflight", _("Say what had gone wrong, so that it is checked before the next invoice."))
        if not right:
            data["preflight"] = ""
        return data


class ReopenForm(forms.Form):
    """Why a closed query is opened again."""

    reason = forms.CharField(
        label=_("Why is it opened again?"),
        help_text=_("What they say now. It stays with the query, beside what was found before."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
