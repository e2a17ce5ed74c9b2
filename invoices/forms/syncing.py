"""What an owner says of a folder that is looked into by itself."""

from dataclasses import asdict
from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from customers.models import Business, ImportBatch
from invoices.forms.imports import KIND_LABELS
from invoices.imports.layouts import KINDS
from invoices.imports.ledgerfile import Options
from invoices.imports.profiles import PROFILES
from invoices.imports.reading import AUTO
from invoices.models.incoming import SourceKind
from invoices.sync_folders import is_folder_name

DATE_ORDERS = ((AUTO, _("what the whole column says")), ("dmy", _("3 April")), ("mdy", _("March 4")))
DECIMALS = (
    (AUTO, _("what the whole column says")),
    ("point", _("one thousand two hundred thirty-four")),
    ("comma", _("one and a bit")),
)
EARLIER = 20


class ReadAsForm(forms.Form):
    """How the files of a folder are read; what is in it is settled already."""

    like = forms.ModelChoiceField(
        ImportBatch.objects.none(),
        label=_("Read them as this file"),
        required=False,
        empty_label=_("Find out from each file"),
        help_text=_("Bring in one file by hand first, where the columns must be chosen."),
    )
    profile = forms.ChoiceField(label=_("They come from"), required=False)
    currency = forms.CharField(label=_("Currency, unless named"), max_length=3)
    date_order = forms.ChoiceField(label=_("3/4/2026 is"), choices=DATE_ORDERS, initial=AUTO)
    decimal = forms.ChoiceField(label=_("1,234 is"), choices=DECIMALS, initial=AUTO)
    full = forms.BooleanField(
        label=_("Each file holds every open invoice"),
        required=False,
        help_text=_("Then those it does not name are shown to you. None is deleted."),
    )

    def __init__(
        self, *args: Any, business: Business, kind: str = "", layout: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, initial={"currency": business.currency} | (layout or {}), **kwargs)
        self.kind, self.earlier = kind, layout or {}
        batches = ImportBatch.objects.filter(business=business, kind__in=[kind] if kind else KINDS, undone_at=None)
        # A file brought in again is read as the last time: it is offered once.
        last_times = batches.exclude(by=None).order_by().values("kind", "file_name").annotate(last=Max("pk"))
        latest = last_times.order_by("-last").values_list("last", flat=True)[:EARLIER]
        self.fields["like"].queryset = ImportBatch.objects.filter(pk__in=list(latest))
        programs = sorted({(row.name, row.title) for row in PROFILES if not row.unusable and kind in ("", row.kind)})
        self.fields["profile"].choices = [("", _("Find out from each file")), *programs]
        for name in {"like", "profile", "full"} if kind and kind not in KINDS else ():
            del self.fields[name]
        if kind and kind != SourceKind.INVOICES and "full" in self.fields:
            del self.fields["full"]

    def clean_currency(self) -> str:
        """A code such as EUR, in capitals."""
        code = self.cleaned_data["currency"].upper()
        if code not in list_currencies():
            raise forms.ValidationError(_("That is not a currency code such as EUR."))
        return code

    def layout(self) -> dict[str, Any]:
        """How a source keeps it: the options of a ledger file, of which a statement needs a few."""
        chosen = {name: self.cleaned_data[name] for name in ("currency", "date_order", "decimal")}
        kind = self.cleaned_data.get("kind") or self.kind
        if kind not in KINDS:
            return chosen
        like, more = self.cleaned_data.get("like"), {"mapping": self.earlier.get("mapping", {})}
        if like is not None:
            more = {name: like.layout[name] for name in ("mapping", "profile") if like.layout.get(name)}
        if self.cleaned_data.get("profile"):
            more = {"profile": self.cleaned_data["profile"]}
        full = bool(self.cleaned_data.get("full")) and kind == SourceKind.INVOICES
        return asdict(Options(**chosen, **more, full=full))


class SourceForm(ReadAsForm):
    """A new folder."""

    kind = forms.ChoiceField(label=_("What is in it?"), choices=SourceKind.choices)
    folder = forms.CharField(
        label=_("Folder"),
        max_length=100,
        help_text=_("Letters, digits, blanks and dashes, such as bank or invoices-2026."),
    )
    field_order = ("kind", "folder")

    def clean_folder(self) -> str:
        """One plain name, so that no other place on the machine can be named."""
        name = self.cleaned_data["folder"]
        if not is_folder_name(name):
            raise forms.ValidationError(_("Use letters, digits, blanks and dashes only: the place it lies in is ours."))
        return name

    def clean(self) -> dict[str, Any]:
        """An earlier file and a program must be of what is in the folder."""
        data = super().clean()
        kind, like, profile = data.get("kind"), data.get("like"), data.get("profile")
        if like is not None and like.kind != kind:
            words = _("That file held something else: %(what)s.")
            self.add_error("like", forms.ValidationError(words, params={"what": dict(KIND_LABELS).get(like.kind, like.kind)}))
        if profile and kind in KINDS and not any(row.name == profile and row.kind == kind for row in PROFILES):
            self.add_error("profile", _("No file of that kind is known from this program."))
        return data
