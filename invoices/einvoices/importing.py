"""Books electronic invoices in one transaction: customers, invoices and credit notes, and what they say beyond their sums."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from customers.models import Business, ImportBatch, User
from invoices.einvoices.buyers import Known, read_buyers
from invoices.einvoices.content import Content, Party
from invoices.einvoices.deciding import Asked, Choices, LeftOut, check_side, due_of, row_of
from invoices.einvoices.details import keep_credit_copy, write_detail
from invoices.einvoices.new_customers import make_customer
from invoices.einvoices.opening import Refused
from invoices.einvoices.outcomes import ASKS, CHANGED, LEFT_OUT, NEW, REFUSED, UNCHANGED, Outcome, Report
from invoices.einvoices.packing import Files, Item, read_items
from invoices.einvoices.sides import us
from invoices.imports.importing import close_batch
from invoices.imports.importing_invoices import InvoiceImporter
from invoices.imports.problems import CellProblem, LineProblem
from invoices.imports.tally import Tally
from invoices.models import CreditNote, Invoice
from invoices.models.incoming import ConflictState, SourceKind, SyncConflict
from invoices.numbering import number_key
from invoices.preflighting import check_open

KIND = SourceKind.E_INVOICES.value


def import_einvoices(
    *,
    business: Business,
    files: Files,
    today: datetime.date,
    actor: User | None = None,
    due_dates: Mapping[str, datetime.date] | None = None,
    choices: Choices | None = None,
    name: str = "",
    dry_run: bool = False,
) -> Report:
    """Books every invoice in these (name, bytes) pairs that can be booked; zips are unpacked. A second run changes nothing.

    What needs a person's word (no due date, a seller that is not us) is refused with the reason. `due_dates` by the key of an
    Item, or more in `choices`. A dry run does everything and takes it back.
    """
    if choices is None:
        choices = Choices(due_dates=due_dates or {})
    held = list(files)
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            business=business, kind=KIND, file_name=(name or _named(held))[:200], sha256=_digest(held), by=actor
        )
        report = book_einvoices(batch=batch, files=held, choices=choices, today=today)
        if dry_run:
            transaction.set_rollback(True)
        elif not report.tally.changed_anything:
            batch.delete()
    report.batch = batch if report.tally.changed_anything and not dry_run else None
    return report


@transaction.atomic
def book_einvoices(*, batch: ImportBatch, files: Files, choices: Choices, today: datetime.date) -> Report:
    """Books the invoices in these files into a batch that waits for them, and closes it with its counts."""
    # One import of a business at a time: what a second one would call new may just have come in.
    Business.objects.select_for_update(no_key=True).get(pk=batch.business_id)
    report = _Writer(batch, choices, today).write(read_items(files))
    check_open(business=batch.business, on=today, batch=batch)
    close_batch(batch, report.tally)
    return report


class _Writer:
    """One import: customers are found or made, `InvoiceImporter` books the rows by its rules, then come the details."""

    def __init__(self, batch: ImportBatch, choices: Choices, today: datetime.date) -> None:
        self.batch, self.choices, self.today = batch, choices, today
        self.business: Business = batch.business
        self.we = us(
            (self.business.name, self.business.legal_name),
            (self.business.tax_id, self.business.registration),
            (self.business.iban,),
        )
        self.buyers = read_buyers(self.business)
        self.tally = Tally()
        self.known: dict[str, Invoice | CreditNote] = {}
        self.first: dict[str, int] = {}

    def write(self, items: list[Item]) -> Report:
        """Decides every item, books those that can be, and says what became of each."""
        self.known = _known_numbers(self.business, items)
        outcomes = [self._decide(item) for item in items]
        booked = [outcome for outcome in outcomes if outcome.row]
        before = {outcome.item.line: _state_of(self._known_of(outcome.content)) for outcome in booked}
        importer = InvoiceImporter(self.business, self.batch, self.tally, self.today, self.batch.by)
        importer.write([outcome.row for outcome in booked])
        self._conclude(booked, before)
        self._tell(outcomes)
        return Report(self.tally, outcomes)

    def _decide(self, item: Item) -> Outcome:
        outcome = Outcome(item)
        if isinstance(item.found, Refused):
            outcome.state, outcome.reason = REFUSED, item.found.reason
            return outcome
        try:
            self._fill(outcome, item.found)
        except LeftOut as left:
            outcome.state, outcome.reason = LEFT_OUT, str(left)
            self.tally.leave_out(left.state)
        except Asked as asked:
            outcome.state, outcome.asks, outcome.reason = ASKS, asked.what, asked.reason
        except CellProblem as problem:
            outcome.state, outcome.reason = REFUSED, f"{problem.field}: {problem.reason}" if problem.field else problem.reason
        return outcome

    def _fill(self, outcome: Outcome, content: Content) -> None:
        """The row to book and whose it is; makes the customer where it is new, as the last thing that could go wrong."""
        side = check_side(content, self.we, self.choices)
        known = self._known_of(content)
        self._find_customer(outcome, content, known)
        terms = self.business.terms_days
        if outcome.customer and outcome.customer.terms_days is not None:
            terms = outcome.customer.terms_days
        outcome.usual_due = content.issued_on + datetime.timedelta(days=terms)
        outcome.due = due_of(content, outcome.item.key, terms, self.choices)
        reference = outcome.customer.reference if outcome.customer else content.buyer.name
        row = row_of(
            content,
            line=outcome.item.line,
            due=outcome.due,
            reference=reference,
            known_total=known.total if known else None,
            today=self.today,
            side=side,
        )
        first = self.first.setdefault(number_key(content.number), outcome.item.line)
        if outcome.customer is None:
            if first != outcome.item.line:
                words = _("%(number)s was already in line %(line)d, with other values")
                raise CellProblem(words % {"number": content.number, "line": first}, "number")
            outcome.customer, outcome.is_new_customer = self._new_customer(content.buyer), True
            row = replace(row, customer_reference=outcome.customer.reference, warnings=row.warnings + _about(outcome.alike))
        outcome.row = row

    def _find_customer(self, outcome: Outcome, content: Content, known: Invoice | CreditNote | None) -> None:
        """Whose it is: as a person chose, as the books have it, or as the file says. CellProblem where those contradict."""
        chosen = self.buyers.known.get(self.choices.customers.get(outcome.buyer_key, 0))
        buyer = self.buyers.find(content.buyer)
        outcome.customer, outcome.alike = chosen or buyer.customer, buyer.alike
        if known is None or (chosen and chosen.id == known.customer_id):
            return
        if not self.buyers.may_be(known.customer_id, content.buyer):
            words = _("%(number)s is already in your books, for another customer than %(buyer)s")
            raise CellProblem(words % {"number": content.number, "buyer": content.buyer.name}, "number")
        outcome.customer = self.buyers.known.get(known.customer_id)

    def _new_customer(self, party: Party) -> Known:
        self.tally.customers += 1
        return make_customer(batch=self.batch, party=party, buyers=self.buyers)

    def _known_of(self, content: Content) -> Invoice | CreditNote | None:
        return self.known.get(number_key(content.number))

    def _conclude(self, booked: list[Outcome], before: dict[int, object]) -> None:
        """The details of what was booked, and what became of each row."""
        refused = {problem.line: problem for problem in self.tally.refused}
        after = _known_numbers(self.business, [outcome.item for outcome in booked])
        held_back = set(
            SyncConflict.objects.filter(business=self.business, state=ConflictState.OPEN).values_list("invoice_id", flat=True)
        )
        done: set[str] = set()
        for outcome in booked:
            key = number_key(outcome.content.number)
            now = after.get(key)
            if outcome.item.line in refused or now is None:
                outcome.state, outcome.reason = REFUSED, str(refused.get(outcome.item.line, ""))
                continue
            known = before[outcome.item.line]
            outcome.state = NEW if known is None else UNCHANGED if known == _state_of(now) else CHANGED
            if key in done:
                outcome.state = UNCHANGED
                continue
            done.add(key)
            self._keep_detail(outcome, now, held_back)

    def _keep_detail(self, outcome: Outcome, now: Invoice | CreditNote, held_back: set[int]) -> None:
        source = outcome.item.source
        if isinstance(now, CreditNote):
            keep_credit_copy(note=now, content=outcome.content, source=source)
            return
        outcome.invoice_id = now.pk
        if now.pk in held_back:
            outcome.reason = _("says something else than the customer was told: it waits among the differences to be settled")
            return
        due_from = outcome.due.how if outcome.state == NEW else ""
        is_new = write_detail(
            invoice=now, content=outcome.content, source=source, due_from=due_from, batch=self.batch, actor=self.batch.by
        )
        if is_new and outcome.state == UNCHANGED:
            outcome.state = CHANGED
            self.tally.unchanged -= 1
            self.tally.updated += 1

    def _tell(self, outcomes: list[Outcome]) -> None:
        """Counts what was not booked, and lets every problem name its file."""
        files = {outcome.item.line: outcome.item.file for outcome in outcomes}
        booked_before = [_in_file(problem, files) for problem in self.tally.refused]
        others = [
            LineProblem(outcome.item.line, "", f"{outcome.item.file}: {outcome.reason}")
            for outcome in outcomes
            if outcome.row is None and outcome.state in (REFUSED, ASKS)
        ]
        self.tally.refused[:] = sorted(booked_before + others, key=lambda problem: problem.line)
        for outcome in outcomes:
            outcome.warnings = [str(one.reason) for one in self.tally.warnings if one.line == outcome.item.line]
        self.tally.warnings[:] = [_in_file(problem, files) for problem in self.tally.warnings]


def _known_numbers(business: Business, items: Iterable[Item]) -> dict[str, Invoice | CreditNote]:
    """The invoices and credit notes with the numbers of these items, by their keys."""
    keys = {number_key(item.found.number) for item in items if isinstance(item.found, Content)}
    notes = CreditNote.objects.filter(business=business, number_key__in=keys).select_related("business", "customer")
    invoices = Invoice.objects.filter(business=business, number_key__in=keys).select_related("business", "customer")
    return {row.number_key: row for rows in (notes, invoices) for row in rows}


def _state_of(row: Invoice | CreditNote | None) -> tuple[object, ...] | None:
    """What an import may change of a row; None for one that is not there."""
    if row is None:
        return None
    if isinstance(row, CreditNote):
        return (row.issued_on, row.total)
    return (row.issued_on, row.due_on, row.total, row.balance, row.purchase_order, row.delivered_on)


def _about(alike: tuple[Known, ...]) -> tuple[tuple[str, str], ...]:
    """That a new customer was made although one looks much like it."""
    if not alike:
        return ()
    words = _("a new customer was made, though %(names)s look much like it")
    return (("customer_name", words % {"names": ", ".join(f"{one.name} ({one.reference})" for one in alike)}),)


def _in_file(problem: LineProblem, files: Mapping[int, str]) -> LineProblem:
    return replace(problem, reason=f"{files[problem.line]}: {problem.reason}")


def _named(files: list[tuple[str, bytes]]) -> str:
    """The name of an upload: that of its first file and how many more there are."""
    first = files[0][0] if files else ""
    return _("%(name)s and %(count)d more") % {"name": first[:150], "count": len(files) - 1} if len(files) > 1 else first


def _digest(files: list[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for _name, content in files:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()
