"""Settles the open lines of bank statements: books what is certain, keeps the rest with what it may be for."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

from django.db import connection, reset_queries, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from customers import log
from customers.models import Business, ImportBatch
from invoices.balances import BookingError
from invoices.candidates import read_ledger
from invoices.imports.tally import chunks
from invoices.line_booking import Pair, lock_all, refuse_generous, write
from invoices.line_doubles import Doubles
from invoices.line_identity import Entered, entered_already, entered_otherwise
from invoices.matches import LIKELY, LineFacts, Match, Parts
from invoices.matching import match, no_match_reason
from invoices.models import BankLine, Invoice
from invoices.models.statement import LineState
from invoices.open_ledger import Ledger, OpenInvoice
from invoices.returns import Candidates, Return, candidates_of, decide_return, return_line, sums_of

# Lines decided and written in one transaction.
AT_ONCE = 500
KEPT = 300
Shown = Callable[[int, int], None]


@dataclass(slots=True)
class Settled:
    """What became of open lines: booked by themselves, kept with or without a suggestion, payments taken back, left."""

    matched: int = 0
    suggested: int = 0
    unmatched: int = 0
    returned: int = 0
    left: int = 0


def book_certain(
    *, business: Business, on: datetime.date, batch: ImportBatch | None = None, show: Shown | None = None
) -> Settled:
    """Looks at every open line, or those of one file, in the order of their days; books what is certain, if the business lets it.

    Every few hundred lines are a transaction of their own: what was done stays done if the rest fails, and a second run goes on.
    Lines somebody settles meanwhile are theirs; what a person took back is not booked again.
    """
    lines = BankLine.objects.filter(business=business, state=LineState.OPEN)
    if batch is not None:
        lines = lines.filter(statement__batch=batch)
    ids = list(lines.order_by("booked_on", "pk").values_list("pk", flat=True))
    settler = _Settler(business, on, Doubles(business, _only_statement(batch)))
    for done, chunk in enumerate(chunks(ids, AT_ONCE)):
        left = list(chunk)
        while left:
            with transaction.atomic():
                left = settler.settle(left)
        reset_queries()
        if show is not None:
            show(min((done + 1) * AT_ONCE, len(ids)), len(ids))
    if batch is not None:
        _note(batch, settler.settled)
    return settler.settled


def _only_statement(batch: ImportBatch | None) -> int | None:
    """The statement all lines of a file are of; None where there are several."""
    ids = list(batch.statements.values_list("pk", flat=True)[:2]) if batch else []
    return ids[0] if len(ids) == 1 else None


def _note(batch: ImportBatch, settled: Settled) -> None:
    """What became of the lines of a file stands beside its counts; after a second run only the last one's open lines."""
    counts = asdict(settled)
    batch.counts |= counts
    batch.save(update_fields=["counts"])
    log.record(batch.business, "import.matched", f"import:{batch.pk}", actor=batch.by, **counts)


class _Settler:
    """Decides line after line, each knowing what the ones before took; writes them together."""

    def __init__(self, business: Business, on: datetime.date, doubles: Doubles) -> None:
        self.business, self.on, self.doubles = business, on, doubles
        self.settled = Settled()
        self._by_itself = bool(business.rules["matching"]["book_certain"])
        self._pending: list[Pair] = []
        self._doubles: dict[int, str] = {}
        self._entered: Entered = {}

    @cached_property
    def ledger(self) -> Ledger:
        """All that is open, read when it is first asked for."""
        return read_ledger(self.business)

    def settle(self, ids: Sequence[int]) -> list[int]:
        """Settles these lines as far as they are still open. In a transaction; returns the ids of those left for the next one.

        Taking a payment back ends a transaction, and begins another where some are to be booked: each locks what comes before
        the invoices the other has locked (`invoices.balances`).
        """
        locked = BankLine.objects.select_for_update().filter(pk__in=ids, state=LineState.OPEN).order_by("pk")
        rows = sorted(locked, key=lambda row: (row.booked_on, row.pk))
        money_in = [row for row in rows if row.amount > 0]
        self._doubles, self._entered = self.doubles.among(rows), entered_otherwise(money_in)
        candidates = candidates_of(self.business, [row for row in rows if row.amount < 0])
        done = 0
        for row in rows:
            row.business = self.business
            if row.amount < 0 and self._waits(row, candidates):
                break
            done += 1
            if row.amount > 0:
                self._money_in(row)
            elif self._money_out(row, candidates):
                break
        self._flush()
        _save(rows[:done])
        return [row.pk for row in rows[done:]]

    def _money_in(self, row: BankLine) -> None:
        facts = LineFacts.of(row)
        found = match(facts, self.ledger)
        row.suggestions = [one.as_json() for one in found]
        why = self._doubles.get(row.pk, "") or (entered_already(row, found[0].customer_id, self._entered) if found else "")
        if not found:
            self._keep(row, 0, why or no_match_reason(facts, self.ledger), None)
        elif not why and self._may_book(row, found[0]):
            self.ledger.less(found[0])
            self._pending.append((row, found[0]))
        else:
            sure = min(found[0].sure, LIKELY) if why else found[0].sure
            self._keep(row, sure, why or found[0].reason, found[0].customer_id)

    def _may_book(self, row: BankLine, best: Match) -> bool:
        """Where the business lets it, and nobody took it back before."""
        asked = row.settled_at is not None or row.reversal
        return self._by_itself and best.certain and not asked

    def _waits(self, row: BankLine, candidates: Candidates) -> bool:
        """Whether it may take back a payment while others wait to be booked, that payment perhaps among them."""
        sums = sums_of(row)
        known = any(candidates.get((row.currency, amount)) for amount in sums)
        return bool(self._pending) and (known or any(line.amount in sums for line, _match in self._pending))

    def _money_out(self, row: BankLine, candidates: Candidates) -> bool:
        """Whether a payment was taken back because of it."""
        found = decide_return(row, candidates)
        row.suggestions = [one.as_json() for one in found]
        asked, why = row.settled_at is not None, self._doubles.get(row.pk, "")
        by_itself = bool(found) and found[0].certain and self._by_itself and not asked and not why
        if by_itself and self._take_back(row, found[0], candidates):
            return True
        if found:
            sure = min(found[0].sure, LIKELY) if why else found[0].sure
            self._keep(row, sure, why or found[0].reason, found[0].customer_id)
        elif row.reversal or asked:
            self._keep(row, 0, _("The bank took money back, but no payment of that sum is known."), None)
        else:
            row.state, row.reason = LineState.LEFT, _("Money that went out.")
            self.settled.left += 1
        return False

    def _take_back(self, row: BankLine, best: Return, candidates: Candidates) -> bool:
        """Whether the payment could be taken back."""
        (payment,) = (one for some in candidates.values() for one in some if one.pk == best.payment_id)
        suggestions = row.suggestions
        try:
            back = return_line(line=row, payment=payment, actor=None, on=self.on)
        except BookingError:
            return False
        row.suggestions, row.sure, row.reason = suggestions, best.sure, best.reason
        self.settled.returned += 1
        self._open_again(payment.customer_id, back)
        return True

    def _open_again(self, customer_id: int, back: Parts) -> None:
        """Lines further on may pay these invoices once more."""
        known = tuple((pk, part) for pk, part in back if pk in self.ledger.invoices)
        self.ledger.more(Match(customer_id, known, 0, "", ""))
        names = ("id", "customer_id", "number", "currency", "issued_on", "due_on", "balance")
        unknown = Invoice.objects.filter(pk__in=[pk for pk, _part in back if pk not in self.ledger.invoices])
        self.ledger.add_invoices(OpenInvoice(*row) for row in unknown.values_list(*names))

    def _keep(self, row: BankLine, sure: int, reason: str, customer_id: int | None) -> None:
        """The line waits for a person."""
        row.sure, row.reason, row.customer_id = sure, reason[:KEPT], customer_id
        self.settled.suggested += bool(row.suggestions)
        self.settled.unmatched += not row.suggestions

    def _flush(self) -> None:
        """Books what is pending; where that cannot be, one by one, and keeps what somebody else's booking has overtaken."""
        pairs, self._pending = self._pending, []
        if not pairs or self._book(pairs):
            return
        lock_all(pairs, self.business)
        for pair in pairs:
            self._book([pair])

    def _book(self, pairs: Sequence[Pair]) -> bool:
        try:
            with transaction.atomic():
                refuse_generous(pairs, None)
                write(pairs, business=self.business, actor=None, on=self.on)
        except BookingError as error:
            if len(pairs) == 1:
                ((row, best),) = pairs
                row.effects = {}
                self.ledger.more(best)
                self._keep(row, min(best.sure, LIKELY), str(error), best.customer_id)
            return False
        for row, best in pairs:
            row.state, row.customer_id, row.sure, row.reason = LineState.BOOKED, best.customer_id, best.sure, best.reason[:KEPT]
        self.settled.matched += len(pairs)
        return True


COLUMNS = ("state", "customer", "suggestions", "sure", "reason", "effects", "id")


def _save(rows: Sequence[BankLine]) -> None:
    """Writes what was decided. By hand, as balances are stored: one statement for all of some hundred lines."""
    columns = [BankLine._meta.get_field(name) for name in COLUMNS]
    values = [[column.get_db_prep_save(getattr(row, column.attname), connection) for column in columns] for row in rows]
    names = ", ".join(f"{column.column} = %s" for column in columns[:-1])
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE invoices_bankline SET {names} WHERE id = %s", values)
    settled = [row.pk for row in rows if row.state in (LineState.BOOKED, LineState.LEFT)]
    BankLine.objects.filter(pk__in=settled).update(settled_at=Now())
