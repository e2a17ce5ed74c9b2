"""How a person splits a bank line up among the invoices of a customer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.money import format_plain
from invoices.forms.payment import check_precision
from invoices.matches import Match
from invoices.models import BankLine, Invoice
from invoices.models.money import WriteOffKind

KINDS = [
    ("", _("stays open")),
    (WriteOffKind.DISCOUNT, _("is a discount")),
    (WriteOffKind.CHARGES, _("is bank charges")),
    (WriteOffKind.SMALL_BALANCE, _("is too small to ask for")),
]
BY_HAND = "by_hand"


class SplitForm(forms.Form):
    """A part for each open invoice, and what becomes of the rest of it; what is left over stays on the customer's account."""

    def __init__(
        self, *args: Any, line: BankLine, invoices: Sequence[Invoice], parts: Mapping[int, Decimal], **kwargs: Any
    ) -> None:
        """`parts`: what is offered for each invoice, by id."""
        super().__init__(*args, **kwargs)
        self.line, self.invoices = line, invoices
        for row in invoices:
            part = parts.get(row.pk)
            amount = forms.DecimalField(label=row.number, max_digits=18, decimal_places=3, min_value=0, required=False)
            amount.initial = f"{part.normalize():f}" if part else None
            amount.widget.attrs |= {"inputmode": "decimal", "aria-label": _("Part for %(number)s") % {"number": row.number}}
            rest = forms.ChoiceField(label=row.number, choices=KINDS, required=False)
            rest.widget.attrs["aria-label"] = _("What is left of %(number)s") % {"number": row.number}
            self.fields |= {f"part-{row.pk}": amount, f"rest-{row.pk}": rest}

    def rows(self) -> Iterator[tuple[Invoice, forms.BoundField, forms.BoundField]]:
        """Each invoice with its two fields."""
        for row in self.invoices:
            yield row, self[f"part-{row.pk}"], self[f"rest-{row.pk}"]

    def clean(self) -> dict[str, Any]:
        """No part is more than is open, all together no more than came in."""
        data = super().clean()
        for row in self.invoices:
            self._check(row, data.get(f"part-{row.pk}") or Decimal(0), bool(data.get(f"rest-{row.pk}")))
        booked = sum((part for _row, part in self._parts(data)), Decimal(0))
        if booked > self.line.amount:
            words = _("%(booked)s is split up, but only %(amount)s came in.")
            sums = {
                "booked": format_plain(booked, self.line.currency),
                "amount": format_plain(self.line.amount, self.line.currency),
            }
            raise forms.ValidationError(words % sums)
        return data

    def _check(self, row: Invoice, part: Decimal, gives_up: bool) -> None:
        name = f"part-{row.pk}"
        try:
            check_precision(part, row.currency)
        except forms.ValidationError as problem:
            self.add_error(name, problem)
        if part > row.balance:
            self.add_error(name, _("Only %(open)s is open.") % {"open": format_plain(row.balance, row.currency)})
        elif gives_up and not 0 < part < row.balance:
            self.add_error(f"rest-{row.pk}", _("Only what is left of an invoice they paid in part can be given up."))

    def _parts(self, data: Mapping[str, Any]) -> Iterable[tuple[Invoice, Decimal]]:
        found = ((row, data.get(f"part-{row.pk}")) for row in self.invoices)
        return [(row, part) for row, part in found if part]

    def match(self, customer_id: int) -> Match:
        """What the form says, to be booked."""
        parts, data = self._parts(self.cleaned_data), self.cleaned_data
        given_up = [(row, row.balance - part, data[f"rest-{row.pk}"]) for row, part in parts if data[f"rest-{row.pk}"]]
        return Match(
            customer_id,
            tuple((row.pk, part) for row, part in parts),
            100,
            BY_HAND,
            str(_("Chosen by a person.")),
            unapplied=self.line.amount - sum((part for _row, part in parts), Decimal(0)),
            write_offs=tuple((row.pk, amount, kind) for row, amount, kind in given_up),
        )
