"""What people may say about a bank's file: which column is which, and how dates and amounts are written in it."""

from collections.abc import Mapping, Sequence
from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from invoices.statements.headings import is_clear

LABELS = {
    "booked_on": _("Day"),
    "amount": _("Amount"),
    "credit": _("Money in"),
    "debit": _("Money out"),
    "mark": _("In or out"),
    "payer": _("Who"),
    "payer_account": _("Their account"),
    "text": _("What it is for"),
    "text_more": _("What it is for, more"),
    "reference": _("Reference"),
    "bank_reference": _("The bank's own number"),
    "currency": _("Currency"),
    "account": _("Our account"),
    "balance": _("Balance after it"),
    "valued_on": _("Value date"),
    "charges": _("Charges"),
}
WRITTEN = ("date_order", "decimal", "default_currency")


def check_size(file: UploadedFile) -> None:
    """Refuses what is too large before it is read."""
    if file.size > settings.UPLOAD_LIMIT_BYTES:
        words = _("The file is larger than %(limit)s. Split it, or use the command import_statement.")
        raise forms.ValidationError(words, params={"limit": filesizeformat(settings.UPLOAD_LIMIT_BYTES)})


class ColumnsForm(forms.Form):
    """Which column of a table holds what. A file that is no table has no columns, and only asks how it is written."""

    date_order = forms.ChoiceField(
        label=_("3/4/2026 is"),
        choices=(("", _("what the whole column says")), ("dmy", _("3 April")), ("mdy", _("March 4")), ("ymd", _("year first"))),
        required=False,
    )
    decimal = forms.ChoiceField(
        label=_("1,234 is"),
        choices=(
            ("", _("what the whole column says")),
            ("point", _("one thousand two hundred thirty-four")),
            ("comma", _("one and a bit")),
        ),
        required=False,
    )
    default_currency = forms.CharField(label=_("Currency, unless named"), max_length=3, required=False)

    def __init__(self, *args: Any, header: Sequence[str], layout: Mapping[str, Any], **kwargs: Any) -> None:
        """`layout`: what is offered, as `invoices.statements.layouts` has it."""
        super().__init__(*args, **kwargs)
        self.header = header
        choices = [("", _("not in the file")), *((title, title) for title in header if title)]
        for name, label in LABELS.items() if header else ():
            self.fields[f"column_{name}"] = forms.ChoiceField(label=label, choices=choices, required=name == "booked_on")
            self.fields[f"column_{name}"].initial = _offered(layout, name)
        for name in WRITTEN:
            self.fields[name].initial = layout.get(name, "")

    def clean_default_currency(self) -> str:
        """A code that exists, or none."""
        code = self.cleaned_data["default_currency"].upper()
        if code and code not in list_currencies():
            raise forms.ValidationError(_("%(code)s is not a currency code such as EUR."), params={"code": code})
        return code

    def clean(self) -> dict[str, Any]:
        """A day, and an amount or money in beside money out: without them a table is no statement."""
        data = super().clean()
        named = {name: data[f"column_{name}"] for name in LABELS if data.get(f"column_{name}")}
        if self.header and not is_clear(named):
            raise forms.ValidationError(_("Choose the columns of the day and of the amount, or of money in and money out."))
        return data

    def columns(self) -> list[forms.BoundField]:
        """The selects that say which column holds what."""
        return [self[f"column_{name}"] for name in LABELS] if self.header else []

    def layout(self) -> dict[str, Any]:
        """What was chosen, as `invoices.statements.layouts` has it."""
        data = self.cleaned_data
        chosen = {name: data.get(f"column_{name}", "") for name in LABELS if name != "text_more"}
        texts = [title for title in (chosen["text"], data.get("column_text_more", "")) if title]
        written = {name: data[name] for name in WRITTEN}
        return {name: value for name, value in (chosen | {"text": list(dict.fromkeys(texts))} | written).items() if value}


def _offered(layout: Mapping[str, Any], name: str) -> str:
    texts = layout.get("text") or []
    texts = [texts] if isinstance(texts, str) else texts
    if name in ("text", "text_more"):
        place = int(name == "text_more")
        return texts[place] if len(texts) > place else ""
    return layout.get(name, "")
