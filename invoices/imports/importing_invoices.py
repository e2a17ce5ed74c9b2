"""Books invoice rows: creates, corrects, settles and disputes invoices, and creates credit notes, chunk by chunk."""

import datetime
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers import log
from customers.models import Business, Event, ImportBatch, User
from invoices import booking, disputing
from invoices.conflicts import Difference, raise_conflicts
from invoices.correcting import Changes, correct_invoices
from invoices.imports.customerbook import CustomerBook, Known, due_date
from invoices.imports.differences import check_changes, conflict, differences, is_other, paid_as_said, whole
from invoices.imports.problems import CellProblem, LineProblem
from invoices.imports.rows import InvoiceRow
from invoices.imports.tally import Tally
from invoices.models import CreditNote, Dispute, Invoice, Payment
from invoices.models.agreement import DisputeCode, DisputeOutcome
from invoices.numbering import number_key
from invoices.spoken_of import spoken_of

# The method of a payment that an invoice file knew of; it gives way to the real payment when that is imported.
FROM_LEDGER = "ledger"


@dataclass(slots=True)
class _Plan:
    """What one chunk will write, decided before anything is."""

    created: list[tuple[InvoiceRow, Invoice]] = field(default_factory=list)
    credit_notes: list[CreditNote] = field(default_factory=list)
    kept: list[tuple[InvoiceRow, Invoice]] = field(default_factory=list)
    changed: list[tuple[Invoice, Changes]] = field(default_factory=list)
    conflicts: list[Difference] = field(default_factory=list)
    agreeing: list[int] = field(default_factory=list)


class InvoiceImporter:
    """Takes chunks of InvoiceRows of one file; every number may come once, word for word the same again does no harm."""

    def __init__(self, business: Business, batch: ImportBatch, tally: Tally, today: datetime.date, actor: User | None) -> None:
        self.business, self.batch, self.tally, self.today, self.actor = business, batch, tally, today, actor
        self.book = CustomerBook(business)
        self.hold_from = today - datetime.timedelta(days=business.rules["entry_hold_days"])
        self._seen: dict[str, tuple[int, int]] = {}

    def write(self, rows: Sequence[InvoiceRow]) -> None:
        """Decides and books these rows, in this order."""
        rows = [row for row in rows if self._first_of_its_number(row)]
        self.tally.customers += self.book.add(self._unknown_customers(rows), self.batch, self.actor)
        plan = self._decide(rows)
        self._create(plan)
        correct_invoices(business=self.business, changed=plan.changed, on=self.today, actor=self.actor, batch_id=self.batch.pk)
        self.tally.conflicts += raise_conflicts(
            business=self.business, found=plan.conflicts, known=plan.agreeing, batch=self.batch, on=self.today, actor=self.actor
        )
        touched = self._settle(plan)
        touched |= self._dispute(plan)
        touched |= {invoice.pk for invoice, _changes in plan.changed}
        kept = {invoice.pk for _row, invoice in plan.kept}
        self.tally.created += len(plan.created) + len(plan.credit_notes)
        self.tally.updated += len(kept & touched)
        self.tally.unchanged += len(plan.kept) - len(kept & touched)

    def finish(self, gone: Mapping[str, str], *, full: bool) -> None:
        """After all rows: what the file says is no invoice any more (number -> state), and what a full one does not name."""
        keys = {number_key(number): state for number, state in gone.items()}
        invoices = Invoice.objects.filter(business=self.business, number_key__in=keys, balance__gt=0)
        found = [
            Difference(row, {"state": ["open", keys[row.number_key]]}) for row in invoices if row.number_key not in self._seen
        ]
        self.tally.conflicts += raise_conflicts(
            business=self.business, found=found, known=[], batch=self.batch, on=self.today, actor=self.actor
        )
        if full:
            rows = Invoice.objects.filter(business=self.business, balance__gt=0).values_list("number", "number_key")
            self.tally.missing = [number for number, key in rows.order_by("pk") if key not in self._seen and key not in keys]

    def _first_of_its_number(self, row: InvoiceRow) -> bool:
        key, content = number_key(row.number), hash((row.customer_reference or row.customer_name, *_content(row)))
        line, earlier = self._seen.setdefault(key, (row.line, content))
        if line == row.line:
            return True
        if earlier == content:
            self.tally.unchanged += 1
            text = _("%(number)s: word for word line %(line)d again")
            self.tally.warn(row.line, "number", text % {"number": row.number, "line": line})
        else:
            reason = _("%(number)s was already in line %(line)d, with other values") % {"number": row.number, "line": line}
            self.tally.refused.append(LineProblem(row.line, "number", reason))
        return False

    def _unknown_customers(self, rows: Sequence[InvoiceRow]) -> list[tuple[str, str]]:
        """(reference, name) of the rows whose number is free; a taken number is some known customer's or refused."""
        keys = [number_key(row.number) for row in rows]
        taken = set(Invoice.objects.filter(business=self.business, number_key__in=keys).values_list("number_key", flat=True))
        pairs = dict.fromkeys((row.customer_reference, row.customer_name) for row in rows if number_key(row.number) not in taken)
        found = []
        for reference, name in pairs:
            try:
                if self.book.find(reference, name) is None:
                    found.append((reference, name))
            except CellProblem:
                continue
        return found

    def _decide(self, rows: Sequence[InvoiceRow]) -> _Plan:
        keys = [number_key(row.number) for row in rows]
        invoices = {row.number_key: row for row in Invoice.objects.filter(business=self.business, number_key__in=keys)}
        notes = {row.number_key: row for row in CreditNote.objects.filter(business=self.business, number_key__in=keys)}
        rows = [whole(row, invoices.get(number_key(row.number))) for row in rows]
        guarded = self._guarded(rows, invoices)
        plan = _Plan()
        for row in rows:
            try:
                self._decide_row(row, plan, invoices.get(number_key(row.number)), notes.get(number_key(row.number)), guarded)
            except CellProblem as problem:
                self.tally.refused.append(LineProblem(row.line, problem.field, problem.reason))
                continue
            for field_name, reason in row.warnings:
                self.tally.warn(row.line, field_name, reason)
        return plan

    def _decide_row(
        self, row: InvoiceRow, plan: _Plan, invoice: Invoice | None, note: CreditNote | None, guarded: Set[int]
    ) -> None:
        known = self.book.find(row.customer_reference, row.customer_name)
        if row.total < 0:
            self._decide_note(row, plan, invoice, note, known)
        elif note is not None:
            raise CellProblem(_("%(number)s is the number of a credit note") % {"number": row.number}, "number")
        elif invoice is None:
            plan.created.append((row, self._new_invoice(row, known)))
        else:
            self._decide_known(row, plan, invoice, known, guarded=invoice.pk in guarded)

    def _decide_known(self, row: InvoiceRow, plan: _Plan, invoice: Invoice, known: Known | None, *, guarded: bool) -> None:
        """What the customer heard of is not changed unasked: the difference is shown. Money is booked all the same."""
        changes = differences(invoice, row)
        theirs = conflict(invoice, row, known, changes) if guarded else {}
        if "customer" in theirs:
            plan.conflicts.append(Difference(invoice, theirs))
            self.tally.unchanged += 1
            return
        check_changes(invoice, row, known, {name: pair for name, pair in changes.items() if name not in theirs})
        if theirs:
            plan.conflicts.append(Difference(invoice, theirs))
            row = paid_as_said(row, invoice)
        else:
            plan.agreeing.append(invoice.pk)
        plan.kept.append((row, invoice))
        changes = {name: pair for name, pair in changes.items() if name not in theirs}
        if changes:
            plan.changed.append((invoice, changes))

    def _guarded(self, rows: Sequence[InvoiceRow], invoices: Mapping[str, Invoice]) -> Set[int]:
        """Of the known invoices that this file says differently those that the customer heard of."""
        pairs = [(row, invoice) for row in rows if (invoice := invoices.get(number_key(row.number)))]
        differing = [invoice.pk for row, invoice in pairs if is_other(invoice, row, self._find(row))]
        return spoken_of(differing) if differing else frozenset()

    def _find(self, row: InvoiceRow) -> Known | None:
        try:
            return self.book.find(row.customer_reference, row.customer_name)
        except CellProblem:
            return None

    def _decide_note(
        self, row: InvoiceRow, plan: _Plan, invoice: Invoice | None, note: CreditNote | None, known: Known | None
    ) -> None:
        if invoice is not None:
            raise CellProblem(_("%(number)s is the number of an invoice") % {"number": row.number}, "number")
        if note is None:
            plan.credit_notes.append(self._new_note(row, known))
            return
        same = (note.issued_on, note.currency, note.total) == (row.issued_on, row.currency, -row.total)
        if not same or known is None or note.customer_id != known.id:
            raise CellProblem(_("credit note %(number)s is known with other values") % {"number": row.number}, "number")
        self.tally.unchanged += 1

    def _new_invoice(self, row: InvoiceRow, known: Known) -> Invoice:
        due_on = row.due_on or due_date(row.issued_on, known, self.business)
        return Invoice(
            business=self.business,
            customer_id=known.id,
            number=row.number,
            number_key=number_key(row.number),
            issued_on=row.issued_on,
            due_on=due_on,
            currency=row.currency,
            total=row.total,
            balance=row.total,
            purchase_order=row.purchase_order,
            delivered_on=row.delivered_on,
            first_seen_on=self.today,
            entry_hold=self.business.released_on is not None and due_on < self.hold_from and _left(row, row.total) > 0,
            import_batch=self.batch,
        )

    def _new_note(self, row: InvoiceRow, known: Known) -> CreditNote:
        return CreditNote(
            business=self.business,
            customer_id=known.id,
            number=row.number,
            number_key=number_key(row.number),
            issued_on=row.issued_on,
            currency=row.currency,
            total=-row.total,
            import_batch=self.batch,
        )

    def _create(self, plan: _Plan) -> None:
        invoices = [invoice for _row, invoice in plan.created]
        Invoice.objects.bulk_create(invoices)
        CreditNote.objects.bulk_create(plan.credit_notes)
        events = [self._event(row, "invoice.imported", batch=self.batch.pk, due_on=str(row.due_on)) for row in invoices]
        events += [self._event(row, "credit_note.imported", batch=self.batch.pk) for row in plan.credit_notes]
        log.record_many(self.business, events)

    def _settle(self, plan: _Plan) -> set[int]:
        """Books what the file says is paid and is not booked yet; the ids of the invoices this touched."""
        wanted = [(row, invoice) for row, invoice in plan.created + plan.kept if row.settled_on or row.paid]
        bookings = [found for row, invoice in wanted if (found := self._payment(row, invoice))]
        prints = [found.payment.fingerprint for found in bookings]
        known = set(Payment.objects.filter(business=self.business, fingerprint__in=prints).values_list("fingerprint", flat=True))
        bookings = [found for found in bookings if found.payment.fingerprint not in known]
        booking.book_many(business=self.business, bookings=bookings, actor=self.actor)
        return {invoice_id for found in bookings for invoice_id, _part in found.split}

    def _payment(self, row: InvoiceRow, invoice: Invoice) -> booking.Booking | None:
        booked = invoice.total - invoice.balance
        due = invoice.balance if row.settled_on else max(Decimal(0), row.paid - booked)
        if row.settled_on and not due and invoice.paid_on and invoice.paid_on != row.settled_on:
            days = {"here": invoice.paid_on, "there": row.settled_on}
            self.tally.warn(row.line, "settled_on", _("paid on %(here)s here, on %(there)s in the file; left as it is") % days)
        if not due:
            return None
        payment = Payment(
            business=self.business,
            customer_id=invoice.customer_id,
            received_on=row.settled_on or row.paid_on or self.today,
            currency=invoice.currency,
            amount=due,
            method=FROM_LEDGER,
            # What was booked before is part of it: the same invoice may be paid, reopened and paid again.
            fingerprint=booking.fingerprint(FROM_LEDGER, invoice.number_key, booked, due, invoice.cycle),
            import_batch=self.batch,
        )
        return booking.Booking(payment, [(invoice.pk, due)])

    def _dispute(self, plan: _Plan) -> set[int]:
        """Opens what the file says is in dispute, records what was, closes what is paid; the ids of the invoices touched."""
        known = Dispute.objects.filter(invoice__in=[invoice for _row, invoice in plan.kept])
        disputes = {dispute.invoice_id: dispute for dispute in known}
        new = [
            self._new_dispute(row, invoice)
            for row, invoice in plan.created + plan.kept
            if row.disputed and invoice.pk not in disputes and (row.settled_on or _left(row, invoice.balance) > 0)
        ]
        disputing.record_disputes(business=self.business, disputes=new, actor=self.actor)
        moot = [
            (dispute, row.settled_on)
            for row, invoice in plan.kept
            if row.settled_on and (dispute := disputes.get(invoice.pk)) and dispute.resolved_on is None
        ]
        for dispute, settled_on in moot:
            disputing.resolve_dispute(
                dispute=dispute, outcome=DisputeOutcome.WITHDRAWN, on=max(settled_on, dispute.opened_on), actor=self.actor
            )
        return {dispute.invoice_id for dispute in new} | {dispute.invoice_id for dispute, _day in moot}

    def _new_dispute(self, row: InvoiceRow, invoice: Invoice) -> Dispute:
        """With a settlement a closed one of the past, else an open one over all that is left, its reason unknown."""
        closed = row.settled_on is not None
        return Dispute(
            business=self.business,
            customer_id=invoice.customer_id,
            invoice=invoice,
            code=DisputeCode.OTHER,
            amount=invoice.total if closed else _left(row, invoice.balance),
            opened_on=min(row.issued_on, row.settled_on) if row.settled_on else self.today,
            resolved_on=row.settled_on,
            outcome=DisputeOutcome.WITHDRAWN if closed else "",
        )

    def _event(self, row: Invoice | CreditNote, kind: str, **data: object) -> Event:
        return Event(
            business=self.business,
            customer_id=row.customer_id,
            actor=self.actor,
            kind=kind,
            subject=f"{'invoice' if isinstance(row, Invoice) else 'credit_note'}:{row.pk}",
            data={"total": format_plain(row.total, row.currency), "currency": row.currency, **data},
        )


def _left(row: InvoiceRow, balance: Decimal) -> Decimal:
    """What is open of an invoice once what its row says is paid is booked too."""
    return Decimal(0) if row.settled_on else min(balance, row.total - row.paid)


def _content(row: InvoiceRow) -> tuple[object, ...]:
    return (
        row.number, row.issued_on, row.due_on, row.currency, row.total, row.purchase_order, row.delivered_on, row.disputed,
        row.settled_on, row.paid,
    )  # fmt: skip
