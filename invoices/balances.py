"""The stored balances of invoices: locked, checked, dated and written. For booking and for writing off, for nobody else.

Whoever locks more than one kind of row does so in this order, so that no two ever wait for each other: lines of the bank's,
remittance advices, payments, credit notes, invoices; of one kind by id.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db import connection
from django.db.models import Max

from arcollect.money import format_plain, quantize
from customers.models import Business
from invoices.models import Allocation, CreditNote, Invoice, WriteOff

Split = Sequence[tuple[int, Decimal]]


class BookingError(ValueError):
    """The booking would misstate money; the message says which and why, in words a bookkeeper can act on."""


def lock_invoices(business: Business, invoice_ids: Iterable[int]) -> dict[int, Invoice]:
    """The invoices by id, locked in one order so that two bookings never wait for each other."""
    rows = Invoice.objects.select_for_update().filter(business=business, pk__in=list(invoice_ids)).order_by("pk")
    return {row.pk: row for row in rows}


def lock_notes(business: Business, note_ids: Iterable[int]) -> dict[int, CreditNote]:
    """The credit notes by id, locked: before the invoices they are booked against."""
    rows = CreditNote.objects.select_for_update().filter(business=business, pk__in=list(note_ids)).order_by("pk")
    return {row.pk: row for row in rows}


def check_split(invoices: Mapping[int, Invoice], split: Split, customer_id: int, currency: str) -> None:
    """Raises BookingError where a part is for somebody else's invoice, one in another currency, or more than is open of it."""
    check_parts(invoices, split, customer_id, currency)
    for invoice_id, part in split:
        if part > invoices[invoice_id].balance:
            raise _not_open(invoices[invoice_id], part)


def check_parts(invoices: Mapping[int, Invoice], split: Split, customer_id: int, currency: str) -> None:
    """As `check_split`, whatever is open: of an invoice given up as lost more may come in."""
    for invoice_id, part in split:
        invoice = invoices.get(invoice_id)
        if invoice is None or invoice.customer_id != customer_id:
            raise BookingError("The invoice belongs to somebody else.")
        if invoice.currency != currency:
            raise BookingError(f"Invoice {invoice.number} is in {invoice.currency}, the money in {currency}.")
        if part <= 0 or part != quantize(part, currency):
            raise _not_open(invoice, part)


def _not_open(invoice: Invoice, part: Decimal) -> BookingError:
    balance = format_plain(invoice.balance, invoice.currency)
    return BookingError(f"{part} cannot be booked on invoice {invoice.number}: {balance} is open.")


def date_payment(invoices: Mapping[int, Invoice]) -> None:
    """An invoice is paid on the latest value date of what was taken off it, in whatever order that was entered."""
    settled = {pk: invoice for pk, invoice in invoices.items() if not invoice.balance}
    for invoice in invoices.values():
        invoice.paid_on = None
    for model in (Allocation, WriteOff):
        standing = model.objects.filter(invoice__in=list(settled), reversed_on=None).order_by()
        for pk, latest in standing.values("invoice").annotate(latest=Max("on")).values_list("invoice", "latest"):
            settled[pk].paid_on = max(latest, settled[pk].paid_on or latest)


def raise_balances(invoices: Mapping[int, Invoice], parts: Iterable[tuple[int, Decimal]]) -> None:
    """Gives the parts back to the balances; a fully paid invoice starts a new cycle, so that its steps may fire again."""
    back: dict[int, Decimal] = defaultdict(Decimal)
    for invoice_id, part in parts:
        back[invoice_id] += part
    for invoice_id, part in back.items():
        invoice = invoices[invoice_id]
        invoice.cycle += invoice.balance == 0
        invoice.balance += part
        invoice.paid_on = None
    store(invoices.values())


def store(invoices: Iterable[Invoice]) -> None:
    """Writes balance, pay day and cycle. By hand: bulk_update takes ten times as long, most of an import's time."""
    columns = [Invoice._meta.get_field(name) for name in ("balance", "paid_on", "cycle", "id")]
    rows = [[column.get_db_prep_save(getattr(row, column.attname), connection) for column in columns] for row in invoices]
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE invoices_invoice SET balance = %s, paid_on = %s, cycle = %s WHERE id = %s", rows)
