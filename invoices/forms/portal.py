"""What a customer may tell us behind their link: every text of it is theirs, none of it changes what is owed."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from arcollect.filters import day, money
from arcollect.money import format_money
from arcollect.widgets import DayInput
from customers.attachments import LARGEST, TYPES
from customers.forms.contact import PhoneField
from invoices.models.agreement import DisputeCode
from invoices.plans import Every, Limits, Schedule, dates, deposit_of, parts
from invoices.portal.amounts import read_amount
from invoices.portal.showing import Line

# "We have paid it already" is no query: somebody looks for the money.
PAID = "PAID"
QUERIES = [
    ("", _("Please choose")),
    (
        _("What we got"),
        [
            (DisputeCode.NOT_DELIVERED, _("It has not arrived")),
            (DisputeCode.QTY_SHORT, _("Part of it is missing")),
            (DisputeCode.DAMAGED, _("It arrived damaged")),
            (DisputeCode.QUALITY, _("It is not as good as it should be")),
            (DisputeCode.WRONG_ITEM, _("It is not what we ordered")),
            (DisputeCode.SERVICE_INCOMPLETE, _("The work is not finished")),
        ],
    ),
    (
        _("The invoice itself"),
        [
            (DisputeCode.PRICE, _("The price is not what we agreed")),
            (DisputeCode.DISCOUNT, _("A discount is missing")),
            (DisputeCode.FREIGHT, _("The delivery cost is wrong")),
            (DisputeCode.TAX, _("The tax is wrong")),
            (DisputeCode.TERMS, _("The date it is due is wrong")),
            (DisputeCode.PO_MISSING, _("Our order number is missing or wrong")),
            (DisputeCode.DOC_MISSING, _("We need a document first")),
            (DisputeCode.DUPLICATE, _("We were invoiced twice")),
            (DisputeCode.WRONG_PARTY, _("It is not meant for us")),
        ],
    ),
    (
        _("Something else"),
        [
            (PAID, _("We have paid it already")),
            (DisputeCode.OFFSET, _("You owe us something too")),
            (DisputeCode.OTHER, _("Something else")),
        ],
    ),
]
RHYTHMS = [
    (Every.WEEK, _("every week")),
    (Every.FORTNIGHT, _("every two weeks")),
    (Every.MONTH, _("every month")),
]
WORDS = {"rows": 3, "maxlength": 2000}


class AmountField(forms.CharField):
    """An amount of one currency as people write it; its value is Decimal, or None where nothing was said."""

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        super().__init__(max_length=30, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **kwargs)
        self.currency = currency

    def prepare_value(self, value: Decimal | str | None) -> str | None:
        """A figure of ours as the reader writes it; what somebody typed stays as typed."""
        if isinstance(value, Decimal):
            return format_money(value, self.currency, get_language() or "en", symbol=False)
        return value

    def clean(self, value: str | None) -> Decimal | None:
        """More than nothing, and no finer than the currency."""
        raw = super().clean(value)
        if not raw:
            return None
        amount = read_amount(raw, self.currency)
        if not amount:
            raise forms.ValidationError(_("“%(raw)s” is no amount we can read. Write it like this: 250.00"), params={"raw": raw})
        return amount


class PromiseForm(forms.Form):
    """So much, by that day."""

    def __init__(
        self, *args: Any, currency: str, most: Decimal, today: datetime.date, last: datetime.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.most, self.today, self.last, self.currency = most, today, last, currency
        label = _("How much can you pay?")
        self.fields["amount"] = AmountField(label=label, currency=currency, initial=most)
        self.fields["due_on"] = forms.DateField(label=_("By which day will it be with us?"), widget=DayInput())
        self.fields["due_on"].widget.attrs |= {"min": today.isoformat(), "max": last.isoformat()}

    def clean_amount(self) -> Decimal:
        """No more than is open and not in query."""
        amount = self.cleaned_data["amount"]
        if amount > self.most:
            most = {"most": money(self.most, self.currency)}
            raise forms.ValidationError(_("%(most)s is open: no more is needed."), params=most)
        return amount

    def clean_due_on(self) -> datetime.date:
        """A day still to come, and not further off than a promise reaches (T37)."""
        due_on = self.cleaned_data["due_on"]
        if due_on < self.today:
            raise forms.ValidationError(_("This day has passed. Please choose today or a later one."))
        if due_on > self.last:
            words = _("We can note a day up to %(last)s. If you need longer, pay in parts: then we agree it in writing.")
            raise forms.ValidationError(words, params={"last": day(self.last)})
        return due_on


class QueryForm(forms.Form):
    """What is wrong with which invoice, how much of it, in their words, with a picture or a paper."""

    def __init__(self, *args: Any, lines: Sequence[Line], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines, self.currency = {str(line.id): line for line in lines}, currency
        several = [("", _("Please choose"))] if len(lines) > 1 else []
        names = [(str(line.id), f"{line.number} · {money(line.payable, currency)}") for line in lines]
        self.fields["invoice"] = forms.ChoiceField(label=_("Which invoice is it?"), choices=[*several, *names])
        self.fields["code"] = forms.ChoiceField(label=_("What is wrong?"), choices=QUERIES)
        self.fields["amount"] = AmountField(
            label=_("How much of it?"), required=False, currency=currency, help_text=_("Leave it empty for the whole invoice.")
        )
        self.fields["words"] = forms.CharField(label=_("What happened?"), max_length=2000, widget=forms.Textarea(attrs=WORDS))
        self.fields["paper"] = forms.FileField(
            label=_("A picture or a document"),
            required=False,
            help_text=_("A photo, PDF, text, table or e-mail of up to 10 MB."),
            widget=forms.ClearableFileInput(attrs={"accept": ",".join(TYPES)}),
        )

    def clean_paper(self) -> Any:
        """Of a kind and a size we keep; said here, so that what was typed stays."""
        paper = self.cleaned_data["paper"]
        if paper and paper.size > LARGEST:
            raise forms.ValidationError(_("This file is larger than 10 MB. Please send a smaller one, or go on without it."))
        if paper and not paper.name.lower().endswith(tuple(TYPES)):
            raise forms.ValidationError(_("We cannot keep this kind of file. Please send a photo, a PDF, a text or an e-mail."))
        return paper

    def clean(self) -> dict[str, Any]:
        """No more than is open of that invoice; without an amount all of it."""
        data = super().clean()
        line = self.lines.get(data.get("invoice", ""))
        if line is not None and not data.get("amount"):
            data["amount"] = line.payable
        elif line is not None and data["amount"] > line.payable:
            words = _("%(most)s of this invoice is open.") % {"most": money(line.payable, self.currency)}
            self.add_error("amount", words)
        return data


class CallForm(forms.Form):
    """When we may ring, and on which number."""

    TIMES = [
        ("any", _("Any time of the day")),
        ("morning", _("In the morning")),
        ("noon", _("Around noon")),
        ("afternoon", _("In the afternoon")),
    ]
    on = forms.DateField(label=_("On which day?"), widget=DayInput)
    time = forms.ChoiceField(label=_("When is it best?"), choices=TIMES)
    words = forms.CharField(
        label=_("What is it about?"), required=False, max_length=1000, widget=forms.Textarea(attrs=WORDS | {"maxlength": 1000})
    )

    def __init__(self, *args: Any, today: datetime.date, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        phone = PhoneField(region=region, label=_("On which number?"), help_text=_("Leave it empty for the one we have."))
        self.fields["phone"] = phone
        phone.widget.attrs["autocomplete"] = "tel"
        self.order_fields(["on", "time", "phone", "words"])

    def clean_on(self) -> datetime.date:
        """A day still to come, and not in another season."""
        on = self.cleaned_data["on"]
        if not self.today <= on <= self.today + datetime.timedelta(days=30):
            raise forms.ValidationError(_("Please choose a day within the next 30 days."))
        return on


class ContactForm(forms.Form):
    """Who it is now. A person of ours looks at it: nothing on file changes by itself."""

    name = forms.CharField(label=_("Who should we write to?"), required=False, max_length=200)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=40)
    address = forms.CharField(
        label=_("Postal address"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500})
    )
    words = forms.CharField(
        label=_("What has changed?"), required=False, max_length=1000, widget=forms.Textarea(attrs=WORDS | {"maxlength": 1000})
    )

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"] = PhoneField(region=region, label=_("Telephone"))
        for name, hint in (("name", "name"), ("email", "email"), ("phone", "tel"), ("address", "street-address")):
            self.fields[name].widget.attrs["autocomplete"] = hint

    def clean(self) -> dict[str, Any]:
        """Something must have changed."""
        data = super().clean()
        if not self.errors and not any(data.values()):
            raise forms.ValidationError(_("Please fill in what has changed."))
        return data


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan is proposed for: the sum, the currency, the day, and what we can agree to at once."""

    total: Decimal
    currency: str
    today: datetime.date
    limits: Limits


class ProposeForm(forms.Form):
    """A plan in their own words: a first payment, then so many equal ones; or each day and amount set by hand.

    After it is valid `schedule` holds the payments, to the cent (domain.md 6.3, T29).
    """

    ROWS = 6

    def __init__(self, *args: Any, basis: Basis, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.basis = basis
        self.schedule: Schedule = ()
        first = deposit_of(basis.total, max(basis.limits.first_share, Decimal("0.20")), basis.currency)
        counts = [(number, str(number)) for number in range(1, max(basis.limits.max_instalments, 2))]
        blank, by_rule = {"required": False}, {"required": not self.by_hand}
        label = _("How much can you pay first?")
        self.fields["first"] = AmountField(label=label, currency=basis.currency, initial=first, **by_rule)
        self.fields["first_on"] = forms.DateField(label=_("On which day?"), initial=basis.today, widget=DayInput(), **by_rule)
        self.fields["count"] = forms.TypedChoiceField(
            label=_("How many payments for the rest?"), choices=counts, coerce=int, initial=min(3, len(counts)), **by_rule
        )
        self.fields["every"] = forms.ChoiceField(label=_("How often?"), choices=RHYTHMS, initial=Every.MONTH, **by_rule)
        for row in range(self.ROWS):
            nth = {"number": row + 1}
            self.fields[f"day_{row}"] = forms.DateField(label=_("Day %(number)d") % nth, widget=DayInput(), **blank)
            self.fields[f"part_{row}"] = AmountField(label=_("Amount %(number)d") % nth, currency=basis.currency, **blank)
        self.fields["words"] = forms.CharField(
            label=_("What should we know?"), max_length=1000, widget=forms.Textarea(attrs=WORDS | {"maxlength": 1000}), **blank
        )

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The pairs of day and amount set by hand."""
        return [(self[f"day_{row}"], self[f"part_{row}"]) for row in range(self.ROWS)]

    @property
    def by_hand(self) -> bool:
        """Whether anything was typed into these."""
        return any(self.data.get(f"{name}_{row}") for row in range(self.ROWS) for name in ("day", "part"))

    def clean(self) -> dict[str, Any]:
        """The payments come to what is open, each on a day still to come."""
        data = super().clean()
        if not self.errors:
            self.schedule = tuple(self._by_hand(data) if self.by_hand else self._by_rule(data))
        if self.schedule:
            self._refuse(self.schedule)
        return data

    def _by_rule(self, data: Mapping[str, Any]) -> Iterator[tuple[datetime.date, Decimal]]:
        first, first_on, count, basis = data["first"], data["first_on"], data["count"], self.basis
        rest = basis.total - first
        if rest <= 0:
            self.add_error("first", _("That is all of it: then simply pay, or tell us the day."))
            return
        try:
            amounts = parts(rest, count, basis.currency, basis.limits.remainder)
        except ValueError:
            self.add_error("count", _("That is too little for so many payments."))
            return
        yield first_on, first
        # Counted from the first day and never from the one before: the 31st comes back after February (T30).
        yield from zip(dates(first_on, count + 1, Every(data["every"]))[1:], amounts, strict=True)

    def _by_hand(self, data: Mapping[str, Any]) -> list[tuple[datetime.date, Decimal]]:
        typed = [(data.get(f"day_{row}"), data.get(f"part_{row}"), row) for row in range(self.ROWS)]
        for on, amount, row in typed:
            if (on is None) != (amount is None):
                self.add_error(f"day_{row}" if on is None else f"part_{row}", _("A payment needs both a day and an amount."))
        return sorted((on, amount) for on, amount, _row in typed if on and amount) if not self.errors else []

    def _refuse(self, schedule: Schedule) -> None:
        basis = self.basis
        total = sum((amount for _day, amount in schedule), Decimal(0))
        if total != basis.total:
            shown = {"total": money(total, basis.currency), "open": money(basis.total, basis.currency)}
            self.add_error(None, _("Your payments come to %(total)s; %(open)s is open. Please make the two the same.") % shown)
        if schedule[0][0] < basis.today:
            self.add_error(None, _("The first day has passed. Please choose today or a later one."))
        if len({on for on, _amount in schedule}) < len(schedule):
            self.add_error(None, _("Two payments are on the same day. Please make one of them, or choose another day."))


class SignForm(forms.Form):
    """The typed name and role of who signs, and what they tick; `document` is the hash of what they were shown, `opened`
    when, sealed by us."""

    name = forms.CharField(label=_("Your full name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    role = forms.CharField(
        label=_("Your role"),
        max_length=200,
        help_text=_("For example owner, managing director, or for yourself."),
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    document = forms.CharField(widget=forms.HiddenInput, max_length=64)
    opened = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, ticks: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        """`ticks`: (key, exact text)."""
        super().__init__(*args, **kwargs)
        self.keys = [key for key, _text in ticks]
        for key, text in ticks:
            problem = {"required": _("Please tick this too: without it the agreement cannot be signed.")}
            self.fields[f"tick_{key}"] = forms.BooleanField(label=text, error_messages=problem)

    @property
    def boxes(self) -> list[forms.BoundField]:
        """The boxes to tick, in their order."""
        return [self[f"tick_{key}"] for key in self.keys]

    @property
    def ticked(self) -> set[str]:
        """The keys of what was ticked."""
        return {key for key in self.keys if self.cleaned_data.get(f"tick_{key}")}


class NameForm(forms.Form):
    """Who accepts a settlement."""

    name = forms.CharField(label=_("Your full name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class PartForm(forms.Form):
    """Another amount to pay now; it changes nothing, it only fills in the bank details."""

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = AmountField(label=_("How much would you like to pay?"), currency=currency)
