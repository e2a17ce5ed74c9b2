"""What people may say about a file they bring in: what is in it, and how it is to be read."""

from collections.abc import Sequence
from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from customers.models import Business
from invoices.bank_lines import STATEMENT
from invoices.imports.layouts import CUSTOMERS, INVOICES, LAYOUTS, PAYMENTS, REQUIRED, guess_map
from invoices.imports.ledgerfile import Options
from invoices.imports.profiles import Profile
from invoices.imports.reading import AUTO

KIND_LABELS = ((INVOICES, _("Invoices and credit notes")), (PAYMENTS, _("Payments received")), (CUSTOMERS, _("Customers")))
# What else comes in by file, each on a page of its own.
BATCH_LABELS = (*KIND_LABELS, (STATEMENT, _("Bank statement")), ("einvoices", _("Electronic invoices")))
FIELD_LABELS = {
    "reference": _("Reference"), "name": _("Name"), "legal_name": _("Legal name"), "contact_name": _("Contact"),
    "contact_role": _("Role of the contact"), "email": _("E-mail"), "phone": _("Phone"), "fax": _("Fax"),
    "address": _("Street"), "city": _("City"), "postal_code": _("Postal code"), "region": _("State or region"),
    "country": _("Country"), "language": _("Language"), "time_zone": _("Time zone"), "tax_id": _("Tax id"),
    "terms_days": _("Terms in days"), "credit_limit": _("Credit limit"), "customer_reference": _("Customer number"),
    "customer_name": _("Customer name"), "number": _("Invoice number"), "issued_on": _("Issued on"), "due_on": _("Due on"),
    "currency": _("Currency"), "total": _("Total"), "purchase_order": _("Purchase order"), "delivered_on": _("Delivered on"),
    "disputed": _("In dispute"), "settled_on": _("Paid on"), "paid": _("Paid so far"), "received_on": _("Received on"),
    "amount": _("Amount"), "seller": _("Seller"), "method": _("Method"), "invoice_number": _("Invoice number"),
}  # fmt: skip
NONE = "none"
# How a person settles here what a file leaves open, by the option that would.
WAYS_OUT = {
    "date_order": _("Choose below what 3/4/2026 is."),
    "decimal": _("Choose below what 1,234 is."),
    "currency": _("Say the currency below."),
}
FILES = ".csv,.tsv,.txt,.xlsx,.xls,.ods,.xml,.pdf,.zip"


class UploadForm(forms.Form):
    """A file and what is in it."""

    kind = forms.ChoiceField(label=_("What is in the file?"), choices=KIND_LABELS, widget=forms.RadioSelect, initial=INVOICES)
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or Excel. Choose it, or drop it here."),
        widget=forms.ClearableFileInput(attrs={"accept": FILES}),
    )

    def clean_file(self) -> UploadedFile:
        """Refuses what is too large before it is read; what it holds is looked at afterwards."""
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT_BYTES:
            words = _("The file is larger than %(limit)s. Split it, or use the command import_invoices.")
            raise forms.ValidationError(words, params={"limit": filesizeformat(settings.UPLOAD_LIMIT_BYTES)})
        return file


class ReadingForm(forms.Form):
    """How a file is read: as some program's export, or column by column; and what the file alone cannot say."""

    profile = forms.ChoiceField(label=_("Comes from"))
    currency = forms.CharField(label=_("Currency, unless named"), max_length=3)
    date_order = forms.ChoiceField(
        label=_("3/4/2026 is"),
        choices=((AUTO, _("what the whole column says")), ("dmy", _("3 April")), ("mdy", _("March 4"))),
        initial=AUTO,
    )
    decimal = forms.ChoiceField(
        label=_("1,234 is"),
        choices=(
            (AUTO, _("what the whole column says")),
            ("point", _("one thousand two hundred thirty-four")),
            ("comma", _("one and a bit")),
        ),
        initial=AUTO,
    )
    drafts = forms.BooleanField(label=_("Bring in drafts too"), required=False)
    full = forms.BooleanField(label=_("It holds every open invoice: show me those it does not name"), required=False)

    def __init__(
        self, *args: Any, business: Business, kind: str, header: Sequence[str], profile: Profile | None, **kwargs: Any
    ) -> None:
        """`profile`: the export this looks like; with one, columns need not be chosen."""
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["currency"].initial = business.currency
        if profile is None:
            del self.fields["profile"]
        else:
            self.fields["profile"].choices = ((profile.name, profile.title), (NONE, _("Elsewhere: I choose the columns")))
            self.fields["profile"].initial = profile.name
        if profile is None or not profile.status:
            del self.fields["drafts"]
        if kind != INVOICES:
            del self.fields["full"]
        guess = guess_map(kind, header)
        choices = [("", _("not in the file")), *((title, title) for title in header)]
        for field in LAYOUTS[kind]:
            self.fields[_key(field.name)] = forms.ChoiceField(
                label=FIELD_LABELS[field.name], choices=choices, initial=guess.get(field.name, ""), required=False
            )

    def clean_currency(self) -> str:
        """A code that exists."""
        code = self.cleaned_data["currency"].upper()
        if code not in list_currencies():
            raise forms.ValidationError(_("%(code)s is not a currency code such as EUR."), params={"code": code})
        return code

    def clean(self) -> dict[str, Any]:
        """Where the columns are chosen one by one, what cannot be done without must be among them."""
        data = super().clean()
        if data.get("profile", NONE) == NONE:
            missing = [names for names in REQUIRED[self.kind] if not any(data.get(_key(name)) for name in names)]
            if missing:
                needed = {str(_(" or ")).join(str(FIELD_LABELS[name]) for name in sorted(names)): None for names in missing}
                words = _("Choose the columns that hold these: %(needed)s.")
                raise forms.ValidationError(words, params={"needed": ", ".join(needed)})
        return data

    def columns(self) -> list[forms.BoundField]:
        """The selects that say which column holds which field."""
        return [self[_key(field.name)] for field in LAYOUTS[self.kind]]

    def options(self) -> Options:
        """What was chosen, for `open_ledger`."""
        data = self.cleaned_data
        profile = data.get("profile", NONE).removesuffix(NONE)
        mapping = {} if profile else {field.name: data[_key(field.name)] for field in LAYOUTS[self.kind]}
        return Options(
            currency=data["currency"],
            mapping=mapping,
            profile=profile,
            date_order=data["date_order"],
            decimal=data["decimal"],
            drafts=data.get("drafts", False),
            full=data.get("full", False),
        )


def _key(field: str) -> str:
    return f"column_{field}"
