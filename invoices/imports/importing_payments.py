"""Books payment rows: on the invoice they name, else on the oldest ones; what is left stays unapplied cash."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers.models import Business, ImportBatch, User
from invoices import booking
from invoices.allocation import OpenItem, split_of
from invoices.imports.customerbook import CustomerBook
from invoices.imports.importing_invoices import FROM_LEDGER
from invoices.imports.problems import CellProblem, LineProblem
from invoices.imports.rows import PaymentRow
from invoices.imports.tally import Tally
from invoices.models import Allocation, Invoice, Payment
from invoices.numbering import number_key
from invoices.plan_receipts import awaited_plans
from invoices.standing import claims


@dataclass(frozen=True, slots=True)
class _Payer:
    """A row with the customer it is from and the invoice it is for, if it names one."""

    row: PaymentRow
    customer_id: int
    invoice: Invoice | None
    fingerprint: str


# A payment that an invoice file knew of, and its invoice.
_StandIn = tuple[Payment, int]


class PaymentImporter:
    """Takes chunks of PaymentRows of one file. Equal lines of one file are different payments, the same file again is not."""

    def __init__(self, business: Business, batch: ImportBatch, tally: Tally, today: datetime.date, actor: User | None) -> None:
        self.business, self.batch, self.tally, self.actor = business, batch, tally, actor
        self.book = CustomerBook(business)
        self._equal: Counter[str] = Counter()

    def write(self, rows: Sequence[PaymentRow]) -> None:
        """Decides and books these rows, in this order."""
        payers = self._new_ones(self._payers(rows))
        stand_ins = self._take_out_stand_ins({payer.invoice.pk for payer in payers if payer.invoice})
        ledger = _OpenLedger(payers, stand_ins)
        bookings = [self._booking(payer, ledger) for payer in payers]
        rests = [_rest(stand_in, pk, rest) for stand_in, pk, rest in ledger.uncovered()]
        booking.book_many(business=self.business, bookings=bookings + rests, actor=self.actor)
        self.tally.created += len(bookings)
        self.tally.replaced += len(stand_ins)

    def _payers(self, rows: Sequence[PaymentRow]) -> list[_Payer]:
        keys = {number_key(row.invoice_number) for row in rows if row.invoice_number}
        invoices = {row.number_key: row for row in Invoice.objects.filter(business=self.business, number_key__in=keys)}
        payers = []
        for row in rows:
            try:
                payers.append(self._payer(row, invoices))
            except CellProblem as problem:
                self.tally.refused.append(LineProblem(row.line, problem.field, problem.reason))
        return payers

    def _payer(self, row: PaymentRow, invoices: dict[str, Invoice]) -> _Payer:
        invoice = invoices.get(number_key(row.invoice_number)) if row.invoice_number else None
        if row.invoice_number and invoice is None:
            raise CellProblem(_("there is no invoice %(number)s") % {"number": row.invoice_number}, "invoice_number")
        known = self.book.find(row.customer_reference, row.customer_name)
        if known is None and (row.customer_reference or row.customer_name):
            name = row.customer_reference or row.customer_name
            raise CellProblem(_("there is no customer %(name)s") % {"name": name}, "customer_reference")
        customer_id = known.id if known else invoice.customer_id
        if invoice and invoice.customer_id != customer_id:
            raise CellProblem(_("invoice %(number)s is another customer's") % {"number": row.invoice_number}, "invoice_number")
        if invoice and invoice.currency != row.currency:
            values = {"number": invoice.number, "theirs": invoice.currency, "currency": row.currency}
            raise CellProblem(_("invoice %(number)s is in %(theirs)s, the payment in %(currency)s") % values, "currency")
        return _Payer(row, customer_id, invoice, self._fingerprint(row, customer_id))

    def _fingerprint(self, row: PaymentRow, customer_id: int) -> str:
        """Of everything the row says and which of the file's equal lines it is (style.md anti-pattern 6)."""
        same = booking.fingerprint(
            "import", customer_id, row.received_on, row.amount, row.currency, row.method, row.reference, row.invoice_number
        )
        self._equal[same] += 1
        return booking.fingerprint(same, self._equal[same])

    def _new_ones(self, payers: Sequence[_Payer]) -> list[_Payer]:
        prints = [payer.fingerprint for payer in payers]
        booked = set(Payment.objects.filter(business=self.business, fingerprint__in=prints).values_list("fingerprint", flat=True))
        self.tally.unchanged += sum(payer.fingerprint in booked for payer in payers)
        return [payer for payer in payers if payer.fingerprint not in booked]

    def _take_out_stand_ins(self, invoice_ids: set[int]) -> list[_StandIn]:
        """Unbooks what the invoice file knew as paid on these invoices: the real payments are here now."""
        allocations = Allocation.objects.filter(
            business=self.business, payment__method=FROM_LEDGER, payment__returned_on=None, invoice__in=invoice_ids
        )
        stand_ins = [(row.payment, row.invoice_id) for row in allocations.select_related("payment").order_by("on", "pk")]
        booking.unbook_many(business=self.business, payments=[payment for payment, _pk in stand_ins], actor=self.actor)
        return stand_ins

    def _booking(self, payer: _Payer, ledger: "_OpenLedger") -> booking.Booking:
        row = payer.row
        payment = Payment(
            business=self.business,
            customer_id=payer.customer_id,
            received_on=row.received_on,
            currency=row.currency,
            amount=row.amount,
            method=row.method,
            reference=row.reference,
            fingerprint=payer.fingerprint,
            import_batch=self.batch,
        )
        split = ledger.on_invoice(payer.invoice, row.amount) if payer.invoice else ledger.on_oldest(payer)
        left = row.amount - sum(part for _pk, part in split)
        if left:
            text = _("%(left)s of %(amount)s fits no open invoice and stays unapplied")
            amounts = {"left": format_plain(left, row.currency), "amount": format_plain(row.amount, row.currency)}
            self.tally.warn(row.line, "amount", text % amounts)
        return booking.Booking(payment, split)


class _OpenLedger:
    """What is open while a chunk is decided: each part that is taken is gone for the next payment.

    What stand-ins covered is kept for them until a real payment on the same invoice covers it.
    """

    def __init__(self, payers: Sequence[_Payer], stand_ins: Sequence[_StandIn]) -> None:
        customers = {payer.customer_id for payer in payers if payer.invoice is None}
        named = {payer.invoice.pk for payer in payers if payer.invoice}
        rows = Invoice.objects.filter(Q(customer__in=customers) | Q(pk__in=named), balance__gt=0)
        self._stand_ins = stand_ins
        self._invoices: dict[tuple[int, str], list[Invoice]] = defaultdict(list)
        self._balance: dict[int, Decimal] = {}
        for row in rows.order_by("due_on", "issued_on", "number"):
            self._invoices[row.customer_id, row.currency].append(row)
            self._balance[row.pk] = row.balance
        self._disputed = claims(customers).disputed
        self._plans = awaited_plans(customers)
        self._kept: dict[int, Decimal] = defaultdict(Decimal)
        for payment, pk in stand_ins:
            self._kept[pk] += payment.amount

    def on_invoice(self, invoice: Invoice, amount: Decimal) -> list[tuple[int, Decimal]]:
        """The payer's word: this invoice, as far as it is open, also where it is in dispute (domain.md 6.5)."""
        part = min(amount, self._balance.get(invoice.pk, Decimal(0)))
        if part <= 0:
            return []
        self._balance[invoice.pk] -= part
        self._kept[invoice.pk] = max(Decimal(0), self._kept[invoice.pk] - part)
        return [(invoice.pk, part)]

    def on_oldest(self, payer: _Payer) -> list[tuple[int, Decimal]]:
        """A running plan's invoices where it is meant, else oldest first over what is neither in dispute nor covered by a
        stand-in."""
        row, key = payer.row, (payer.customer_id, payer.row.currency)
        plan = self._plans.get(key)
        split = split_of(row.amount, row.reference, [self._item(invoice) for invoice in self._invoices[key]], plan)
        for pk, part in split:
            self._balance[pk] -= part
        if plan is not None:
            self._plans[key] = plan.less(sum((part for pk, part in split if pk in plan.covered), Decimal(0)))
        return split

    def uncovered(self) -> list[tuple[Payment, int, Decimal]]:
        """(stand-in, invoice id, amount) of what no real payment covers; the oldest stand-ins gave way first."""
        result = []
        for payment, pk in reversed(self._stand_ins):
            rest = min(payment.amount, self._kept[pk])
            self._kept[pk] -= rest
            if rest:
                result.append((payment, pk, rest))
        return result

    def _item(self, invoice: Invoice) -> OpenItem:
        taken = self._disputed.get(invoice.pk, Decimal(0)) + self._kept[invoice.pk]
        payable = max(Decimal(0), self._balance[invoice.pk] - taken)
        return OpenItem(invoice.pk, invoice.number, invoice.issued_on, invoice.due_on, payable)


def _rest(stand_in: Payment, invoice_id: int, amount: Decimal) -> booking.Booking:
    payment = Payment(
        business_id=stand_in.business_id,
        customer_id=stand_in.customer_id,
        received_on=stand_in.received_on,
        currency=stand_in.currency,
        amount=amount,
        method=FROM_LEDGER,
        fingerprint=booking.fingerprint(stand_in.fingerprint, amount),
        import_batch_id=stand_in.import_batch_id,
    )
    return booking.Booking(payment, [(invoice_id, amount)])
