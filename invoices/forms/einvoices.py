"""What people say about electronic invoices they bring in: the files, and what the files leave open."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from arcollect.ids import read_id
from invoices.einvoices.deciding import ASK_DUE, ASK_SELLER, Choices
from invoices.einvoices.outcomes import Outcome
from invoices.models.incoming import DueFrom

FILES = ".xml,.pdf,.zip"
DUE, USUAL, BUYER, OURS = "due-", "usual-", "buyer-", "ours"
# The ways a due date is known that a person may still change.
SAID = (DueFrom.PERSON, DueFrom.USUAL)


class ManyFiles(forms.ClearableFileInput):
    """A control that takes several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files, at least one."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Every file by itself, as a FileField checks one."""
        files = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files or [None]]


class EInvoiceUploadForm(forms.Form):
    """Electronic invoices, as many as one likes."""

    files = ManyFilesField(
        label=_("Files"),
        help_text=_("XML, PDF or a zip of them. Choose as many as you like, or drop them here."),
        widget=ManyFiles(attrs={"accept": FILES}),
    )

    def clean_files(self) -> list[UploadedFile]:
        """Refuses what is too large together before it is read."""
        files = self.cleaned_data["files"]
        if sum(file.size for file in files) > settings.UPLOAD_LIMIT_BYTES:
            words = _("Together they are larger than %(limit)s. Bring them in in parts.")
            raise forms.ValidationError(words, params={"limit": filesizeformat(settings.UPLOAD_LIMIT_BYTES)})
        return files


def read_choices(data: Mapping[str, str]) -> Choices:
    """What a person filled in so far; a date that is none counts as not given, and `ChoicesForm` says so."""
    dates = {name.removeprefix(DUE): _date(value) for name, value in data.items() if name.startswith(DUE)}
    return Choices(
        due_dates={key: day for key, day in dates.items() if day},
        usual_terms=frozenset(name.removeprefix(USUAL) for name in data if name.startswith(USUAL)),
        customers={
            name.removeprefix(BUYER): pk for name, value in data.items() if name.startswith(BUYER) and (pk := read_id(value))
        },
        any_seller=OURS in data,
    )


class ChoicesForm(forms.Form):
    """A field for everything the invoices of an upload leave open."""

    def __init__(self, data: Mapping[str, str] | None, outcomes: Sequence[Outcome]) -> None:
        super().__init__(data)
        self.open_dues = [one for one in outcomes if one.asks == ASK_DUE or one.due.how in SAID]
        self.strangers = [one for one in outcomes if one.asks == ASK_SELLER]
        for one in self.open_dues:
            label = _("Due date of %(number)s") % {"number": one.content.number}
            self.fields[f"{DUE}{one.item.key}"] = forms.DateField(
                label=label, required=False, widget=forms.DateInput(attrs={"type": "date", "aria-label": label})
            )
            self.fields[f"{USUAL}{one.item.key}"] = forms.BooleanField(label=_("by the usual terms"), required=False)
        for one in outcomes:
            if one.alike and (one.is_new_customer or (data and f"{BUYER}{one.buyer_key}" in data)):
                self.fields[f"{BUYER}{one.buyer_key}"] = _buyer_field(one)
        if self.strangers or (data and OURS in data):
            self.fields[OURS] = forms.BooleanField(label=_("Yes, these are our invoices"), required=False)

    def sellers(self) -> list[tuple[str, list[str]]]:
        """(seller nobody knows, the numbers of their invoices), each once."""
        found: dict[str, list[str]] = {}
        for one in self.strangers:
            found.setdefault(one.content.seller.name, []).append(one.content.number)
        return list(found.items())

    def dues(self) -> list[tuple[Outcome, forms.BoundField, forms.BoundField]]:
        """(invoice, its date, its tick for the usual terms) of each that names no due date."""
        return [(one, self[f"{DUE}{one.item.key}"], self[f"{USUAL}{one.item.key}"]) for one in self.open_dues]

    def buyers(self) -> list[forms.BoundField]:
        """The buyers that look like a customer there is."""
        return [self[name] for name in self.fields if name.startswith(BUYER)]

    def ours(self) -> forms.BoundField | None:
        """The tick that says the sellers are this business; None where it is known."""
        return self[OURS] if OURS in self.fields else None


def _buyer_field(one: Outcome) -> forms.ChoiceField:
    known = [(str(customer.id), f"{customer.name} ({customer.reference})") for customer in one.alike]
    return forms.ChoiceField(label=one.content.buyer.name, choices=[("", _("A new customer")), *known], required=False)


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None
