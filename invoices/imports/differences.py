"""What a row of a file says differently of an invoice that is known here. Pure."""

from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from arcollect.money import format_plain
from invoices.correcting import CORRECTED, Changes
from invoices.imports.customerbook import Known
from invoices.imports.problems import CellProblem
from invoices.imports.rows import InvoiceRow
from invoices.models import Invoice

# What a customer was told or agreed to; the rest is ours to complete at any time.
TOLD = ("issued_on", "due_on", "total")


def differences(invoice: Invoice, row: InvoiceRow) -> dict[str, tuple[object, object]]:
    """{field: (before, after)} of what the row corrects; a blank cell corrects nothing."""
    pairs = {name: (getattr(invoice, name), getattr(row, name)) for name in CORRECTED}
    return {name: pair for name, pair in pairs.items() if pair[1] and pair[0] != pair[1]}


def is_other(invoice: Invoice, row: InvoiceRow, known: Known | None) -> bool:
    """Whether the row says anything different that the customer may have been told."""
    return known is None or known.id != invoice.customer_id or bool(differences(invoice, row).keys() & set(TOLD))


def conflict(invoice: Invoice, row: InvoiceRow, known: Known | None, changes: Changes) -> dict[str, list[str]]:
    """By field: [ours, theirs], as strings, of what a customer was told; another customer by the id of theirs, "" if unknown."""
    if known is None or known.id != invoice.customer_id:
        return {"customer": [str(invoice.customer_id), str(known.id) if known else ""]}
    return {name: [_plain(value, row.currency) for value in changes[name]] for name in TOLD if name in changes}


def check_changes(invoice: Invoice, row: InvoiceRow, known: Known | None, changes: Changes) -> None:
    """Raises CellProblem where the row must not be taken for this invoice, or must not change it so."""
    if known is None or invoice.customer_id != known.id:
        raise CellProblem(_("%(number)s is already an invoice of another customer") % {"number": row.number}, "number")
    if invoice.currency != row.currency:
        currencies = {"here": invoice.currency, "there": row.currency}
        raise CellProblem(_("the invoice is in %(here)s, the file says %(there)s") % currencies, "currency")
    booked = invoice.total - invoice.balance
    if "total" in changes and row.total < booked:
        amounts = {"total": format_plain(row.total, row.currency), "booked": format_plain(booked, row.currency)}
        raise CellProblem(_("%(total)s is less than the %(booked)s already booked on it") % amounts, "total")


def whole(row: InvoiceRow, invoice: Invoice | None) -> InvoiceRow:
    """A row that knows only what is open says what was paid of the invoice known here, unless it is more than that."""
    if not row.open_only or invoice is None or row.total > invoice.total:
        return row
    return replace(row, total=invoice.total, paid=invoice.total - row.total)


def paid_as_said(row: InvoiceRow, invoice: Invoice) -> InvoiceRow:
    """As much as the file says came in, which is its own total and not ours, where it says that all of it did."""
    paid, day = (row.total, row.settled_on) if row.settled_on else (row.paid, row.paid_on)
    return replace(row, settled_on=None, paid=min(paid, invoice.total), paid_on=day)


def _plain(value: object, currency: str) -> str:
    return format_plain(value, currency) if isinstance(value, Decimal) else str(value)
