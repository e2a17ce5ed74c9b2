"""What people may write on an invoice being made, and how many are credited of its lines."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from arcollect.money import format_plain, parse_locale, quantize
from arcollect.widgets import DayInput
from invoices.drafting import DraftValues, LineValues
from invoices.forms.payment import check_precision
from invoices.models import DraftInvoice, DraftLine, NumberSeries

# UN/ECE Recommendation 20: the units small businesses sell by.
UNITS = [
    ("C62", _("piece")),
    ("HUR", _("hour")),
    ("DAY", _("day")),
    ("MON", _("month")),
    ("LS", _("lump sum")),
    ("KGM", _("kilogram")),
    ("TNE", _("tonne")),
    ("LTR", _("litre")),
    ("MTR", _("metre")),
    ("MTK", _("square metre")),
    ("MTQ", _("cubic metre")),
    ("KMT", _("kilometre")),
    ("KWH", _("kilowatt hour")),
]
# UNTDID 5305, in words somebody without an accountant understands.
CATEGORIES = [
    ("S", _("taxed")),
    ("O", _("no tax on sales here")),
    ("Z", _("taxed at 0 %")),
    ("E", _("exempt by law")),
    ("AE", _("the customer owes it (reverse charge)")),
    ("K", _("to another EU country")),
    ("G", _("export")),
]
MOST_LINES = 500
TAX = ("tax_category", "tax_rate")


class DraftForm(forms.Form):
    """All but the lines, in the order somebody makes an invoice."""

    issue_on = forms.DateField(label=_("Date of the invoice"), widget=DayInput)
    delivered_on = forms.DateField(label=_("Delivered on"), widget=DayInput, required=False)
    terms_days = forms.IntegerField(label=_("To be paid within (days)"), min_value=0, max_value=3650)
    currency = forms.ChoiceField(label=_("Currency"))
    purchase_order = forms.CharField(label=_("Their order number"), max_length=100, required=False)
    buyer_reference = forms.CharField(label=_("Their reference"), max_length=100, required=False)
    quote_reference = forms.CharField(label=_("Our quote or order"), max_length=100, required=False)
    quote_net = forms.DecimalField(
        label=_("Net sum agreed in it"), max_digits=18, decimal_places=3, min_value=Decimal(0), required=False
    )
    prepaid = forms.DecimalField(label=_("Paid already"), max_digits=18, decimal_places=3, min_value=Decimal(0), required=False)
    exemption_reason = forms.CharField(
        label=_("Why no tax is due"), max_length=200, required=False, help_text=_("Only for lines that are exempt by law.")
    )
    note = forms.CharField(
        label=_("Words on the invoice"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = parse_locale(get_language() or "en").currencies
        codes = sorted(code for code in list_currencies() if code in names)
        self.fields["currency"].choices = [(code, f"{code} · {names[code]}") for code in codes]

    @staticmethod
    def of(draft: DraftInvoice) -> dict[str, Any]:
        """What it begins with."""
        return {name: getattr(draft, name) for name in DraftForm.base_fields}

    def clean_note(self) -> str:
        """Browsers end lines as typewriters do."""
        return "\n".join(self.cleaned_data["note"].splitlines())

    def clean(self) -> dict[str, Any]:
        """Amounts fit the currency."""
        data = super().clean()
        for name in ("quote_net", "prepaid"):
            try:
                check_precision(data.get(name) or Decimal(0), data.get("currency") or "XXX")
            except forms.ValidationError as problem:
                self.add_error(name, problem)
        return data

    def values(self) -> DraftValues:
        """What was entered, as the writer takes it."""
        data = dict(self.cleaned_data)
        return DraftValues(**data | {"prepaid": data["prepaid"] or Decimal(0)})


class LineForm(forms.Form):
    """One line. One without words and price is none: it is left out."""

    description = forms.CharField(label=_("What"), max_length=500)
    quantity = forms.DecimalField(label=_("How many"), max_digits=18, decimal_places=6, initial=1)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS, initial="C62")
    unit_price = forms.DecimalField(label=_("Price each, without tax"), max_digits=18, decimal_places=6, min_value=Decimal(0))
    discount_pct = forms.DecimalField(
        label=_("Less %"), max_digits=7, decimal_places=4, min_value=Decimal(0), max_value=Decimal(100), required=False
    )
    tax_category = forms.ChoiceField(label=_("Tax"), choices=CATEGORIES)
    tax_rate = forms.DecimalField(
        label=_("Tax in %"), max_digits=7, decimal_places=4, min_value=Decimal(0), max_value=Decimal(100), required=False
    )

    def has_changed(self) -> bool:
        """Whether anything was written that is not there from the start."""
        typed = {name: self.data.get(self.add_prefix(name), "").strip() for name in ("description", "unit_price", "discount_pct")}
        return any(typed.values())

    def clean(self) -> dict[str, Any]:
        """A taxed line has a rate, any other none."""
        data = super().clean()
        if data.get("tax_category") != "S":
            data["tax_rate"] = Decimal(0)
        elif not data.get("tax_rate") and "tax_rate" not in self.errors:
            self.add_error("tax_rate", _("How much tax is it? Choose why where there is none."))
        return data

    def values(self) -> LineValues:
        """What was entered, as the writer takes it."""
        data = self.cleaned_data
        return LineValues(**data | {"discount_pct": data["discount_pct"] or Decimal(0)})


class LineForms:
    """The lines of one form: as stored, or as they were just typed, one more or one fewer where a button asks for it."""

    def __init__(self, forms_: list[LineForm], problem: str = "") -> None:
        self.forms, self.problem = forms_, problem

    @classmethod
    def of(cls, lines: Sequence[DraftLine | LineValues], currency: str) -> "LineForms":
        """The lines as they are, prices as `currency` writes them."""
        rows = [_initial(line, currency) for line in lines]
        return cls([LineForm(prefix=f"line-{n}", initial=row, use_required_attribute=False) for n, row in enumerate(rows)])

    @classmethod
    def typed(cls, data: Mapping[str, str]) -> "LineForms":
        """As they were typed, to be looked at."""
        places = range(_count(data))
        return cls([LineForm(data, prefix=f"line-{n}", empty_permitted=True, use_required_attribute=False) for n in places])

    @classmethod
    def rearranged(cls, data: Mapping[str, str], blank: LineValues) -> "LineForms":
        """As they were typed, not looked at yet, without the one "remove" names; where "add" was pressed one more, taxed as the
        one above it, and the place where one writes next."""
        kept = [place for place in range(_count(data)) if str(place) != data.get("remove")]
        rows = [{name: data.get(f"line-{place}-{name}", "") for name in LineForm.base_fields} for place in kept]
        another = "add" in data and len(rows) < MOST_LINES
        if another:
            rows.append(_initial(blank, "") | {name: rows[-1][name] for name in TAX if rows})
        forms_ = [LineForm(prefix=f"line-{n}", initial=row, use_required_attribute=False) for n, row in enumerate(rows)]
        if another:
            forms_[-1].fields["description"].widget.attrs["autofocus"] = True
        return cls(forms_)

    def is_valid(self) -> bool:
        """Whether every line says what it must, and there is one."""
        fine = all(form.is_valid() for form in self.forms)
        if fine and not self.values():
            self.problem = _("Write at least one line: what did you sell?")
        return fine and not self.problem

    def values(self) -> list[LineValues]:
        """The lines that say something and are in order."""
        return [form.values() for form in self.forms if form.is_valid() and form.has_changed()]


class CreditForm(forms.Form):
    """How many of each line are taken back; `lines`: (line, how many are left to credit)."""

    on = forms.DateField(label=_("Date of the credit note"), widget=DayInput)
    note = forms.CharField(
        label=_("Why, in words they read"), widget=forms.Textarea(attrs={"rows": 2}), max_length=500, required=False
    )

    def __init__(self, *args: Any, lines: Sequence[tuple[DraftLine, Decimal]], today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial, self.today = today, today
        self.lines = [line for line, left in lines if left]
        for line, left in lines:
            if left:
                self.fields[f"line-{line.pk}"] = forms.DecimalField(
                    label=line.description,
                    max_digits=18,
                    decimal_places=6,
                    initial=left.normalize(),
                    required=False,
                    help_text=_("At most %(left)s.") % {"left": f"{left.normalize():f}"},
                )

    def clean_on(self) -> datetime.date:
        """Nothing is credited tomorrow."""
        if self.cleaned_data["on"] > self.today:
            raise forms.ValidationError(_("That day is still to come."))
        return self.cleaned_data["on"]

    def quantities(self) -> dict[int, Decimal]:
        """How many of which line."""
        return {line.pk: self.cleaned_data[f"line-{line.pk}"] or Decimal(0) for line in self.lines}


class SeriesForm(forms.Form):
    """How invoices are numbered."""

    pattern = forms.CharField(
        label=_("Pattern"),
        max_length=60,
        help_text=_("{number} counts up, {number:04} with four digits; {year} is the year of the invoice."),
    )
    yearly = forms.BooleanField(label=_("Begin again at 1 every year"), required=False)
    next = forms.IntegerField(label=_("Next number"), min_value=1, max_value=999_999_999)
    gap = forms.BooleanField(label=_("I know that numbers in between will be missing"), required=False)

    def __init__(self, *args: Any, series: NumberSeries, **kwargs: Any) -> None:
        """`series`: how they are numbered now, unsaved where none was issued yet."""
        self.series = series
        begun = {"pattern": series.pattern, "yearly": series.year is not None, "next": series.next}
        super().__init__(*args, initial=begun, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Whoever leaves numbers out says so."""
        data, series = super().clean(), self.series
        leaves_out = series.pk and data.get("pattern") == series.pattern and data.get("next", 0) > series.next
        if leaves_out and not data.get("gap"):
            words = _(
                "Numbers from %(first)d to %(last)d would be missing: tax offices ask about gaps. Tick the box if it must be."
            )
            span = {"first": series.next, "last": data["next"] - 1}
            self.add_error("next", forms.ValidationError(words, params=span))
        return data


def _count(data: Mapping[str, str]) -> int:
    count = data.get("lines", "")
    return min(int(count), MOST_LINES) if count.isdecimal() and len(count) < 5 else 0


def _initial(line: DraftLine | LineValues, currency: str) -> dict[str, Any]:
    """Figures without noughts at their end, a price as money; nothing where nothing was said."""
    row = {name: getattr(line, name) for name in LineForm.base_fields}
    bare = {name: _bare(value) if isinstance(value, Decimal) else value for name, value in row.items()}
    if line.description and quantize(line.unit_price, currency) == line.unit_price:
        bare["unit_price"] = format_plain(line.unit_price, currency)
    return bare


def _bare(figure: Decimal) -> str:
    return f"{figure.normalize():f}" if figure else ""
