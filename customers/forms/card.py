"""The short call that makes sure invoices reach the right desk (P17)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.forms.contact import PhoneField
from customers.models import Contact, Customer
from customers.models.customer import ContactRole

OF_CONTACT = ("name", "email", "phone", "fax")
OF_CUSTOMER = ("street", "city", "postal_code", "region", "po_required", "po_rule", "portal", "pay_run")


class CardForm(forms.Form):
    """Everything a contact confirms in one call, as we have it: what is right stays as it is."""

    name = forms.CharField(label=_("Who opens the invoices"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Phone"), required=False)
    fax = forms.CharField(label=_("Fax"), required=False)
    street = forms.CharField(label=_("Street"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    region = forms.CharField(label=_("State or region"), max_length=50, required=False)
    po_required = forms.BooleanField(label=_("An order number must be on the invoice"), required=False)
    po_rule = forms.CharField(
        label=_("What it looks like"),
        max_length=200,
        required=False,
        help_text=_("“ask Ms Lee”, or 45###### where # is a digit and * anything."),
    )
    approver = forms.CharField(label=_("Who approves them"), max_length=200, required=False)
    portal = forms.CharField(
        label=_("A portal invoices go through"), max_length=200, required=False, help_text=_("Its name or address.")
    )
    pay_run = forms.CharField(label=_("They pay on"), max_length=100, required=False, help_text=_("“Every Friday”."))

    def __init__(self, data: Any, *, customer: Customer, contact: Contact) -> None:
        initial = {name: getattr(contact, name) for name in OF_CONTACT} | {name: getattr(customer, name) for name in OF_CUSTOMER}
        approver = customer.contacts.filter(role=ContactRole.DECISION_MAKER).first() if customer.pk else None
        super().__init__(data, initial=initial | {"approver": approver.name if approver else ""})
        region = customer.country or customer.business.country
        for name in ("phone", "fax"):
            self.fields[name] = PhoneField(region=region, label=self.fields[name].label)

    def clean(self) -> dict[str, Any]:
        """Somebody nobody can reach opens no invoice."""
        data = super().clean()
        if not self.errors and not (data["email"] or data["phone"] or data["street"]):
            raise forms.ValidationError(_("Give at least one way to reach them."))
        return data
