"""What a link made by hand shows."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from arcollect.filters import day, money
from customers.models import Customer
from invoices.models import Invoice, PaymentPlan, Settlement
from invoices.models.agreement import LIVE_PLAN_STATES
from invoices.models.settlement import LIVE_SETTLEMENT_STATES


class InvoicesField(forms.ModelMultipleChoiceField):
    """Open invoices, each with what is open of it and since when."""

    def label_from_instance(self, invoice: Invoice) -> str:
        """ "INV-7: $1,250.00, due May 27, 2026"."""
        amount = money(invoice.balance, invoice.currency)
        return _("%(number)s: %(amount)s, due %(day)s") % {"number": invoice.number, "amount": amount, "day": day(invoice.due_on)}


class LinkForm(forms.Form):
    """Which open invoices, for whom, and which offer with them."""

    invoices = InvoicesField(
        label=_("Invoices it shows"), queryset=Invoice.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )
    contact = forms.ModelChoiceField(
        label=_("For"), queryset=None, required=False, help_text=_("The one-time code goes to the e-mail on file.")
    )
    offer = forms.ChoiceField(label=_("With it"), required=False)

    def __init__(self, data: Any, *, customer: Customer) -> None:
        shown = open_invoices(customer)
        super().__init__(data, initial={"invoices": shown})
        self.fields["invoices"].queryset = shown
        self.fields["contact"].queryset = customer.contacts.all()
        self.offers = {f"plan-{row.pk}": row for row in customer.plans.filter(state__in=LIVE_PLAN_STATES)}
        self.offers |= {f"settlement-{row.pk}": row for row in customer.settlements.filter(state__in=LIVE_SETTLEMENT_STATES)}
        self.fields["offer"].choices = [("", _("nothing")), *((key, self._name(row)) for key, row in self.offers.items())]
        if not self.offers:
            del self.fields["offer"]

    def _name(self, row: PaymentPlan | Settlement) -> str:
        if isinstance(row, PaymentPlan):
            return _("Payment plan: %(what)s") % {"what": row}
        sums = {"amount": money(row.amount, row.currency), "total": money(row.total, row.currency)}
        return _("Settlement: %(amount)s instead of %(total)s") % sums

    @property
    def chosen(self) -> PaymentPlan | Settlement | None:
        """The plan or settlement it shows beside the invoices."""
        return self.offers.get(self.cleaned_data.get("offer", ""))

    @property
    def currency(self) -> str:
        """The one currency of all it shows."""
        return self.chosen.currency if self.chosen else self.cleaned_data["invoices"][0].currency

    def clean(self) -> dict[str, Any]:
        """Something to show, in one currency."""
        data = super().clean()
        rows = [*data.get("invoices", ()), *([self.chosen] if self.chosen else [])]
        currencies = {row.currency for row in rows}
        if not currencies:
            raise forms.ValidationError(_("Choose at least one invoice."))
        if len(currencies) > 1:
            raise forms.ValidationError(_("A link shows one currency: make one for each."))
        return data


def open_invoices(customer: Customer) -> QuerySet[Invoice]:
    """What is open, oldest first."""
    return customer.invoices.filter(balance__gt=0).order_by("due_on", "number")
