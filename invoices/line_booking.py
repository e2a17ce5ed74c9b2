"""Books the lines of bank statements, one or many at once, with everything that follows from them."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers import log
from customers.models import Business, Customer, Event, Task, User
from customers.models.business import Role
from customers.models.desk import TaskState
from invoices import booking
from invoices.allowances import GIVEN_UP, Given, beyond
from invoices.balances import BookingError, lock_invoices, lock_notes
from invoices.matches import Match
from invoices.models import BankLine, CreditNote, Invoice, Payment, RemittanceAdvice, WriteOff
from invoices.models.money import WriteOffKind
from invoices.models.statement import LineState
from invoices.payers import learn, lessons
from invoices.plan_keeping import recount_plans
from invoices.writing_off import write_off_many

Pair = tuple[BankLine, Match]
METHOD = "bank"


class LineTaken(BookingError):
    """Somebody else was quicker: the line is not open any more."""


@transaction.atomic
def book_line(*, line: BankLine, match: Match, actor: User | None, on: datetime.date) -> list[Payment]:
    """Books a line as `match` says, a payment a customer: splits, what is given up, credit notes, the advice, who paid for whom.

    `on`: the day it is done; the money counts from the line's own. Raises LineTaken where it is not open any more, BookingError
    where the match does not fit the line or the ledger, or gives up more than `actor` may.
    """
    _check(line, match)
    _check_customers(line, match)
    refuse_generous([(line, match)], actor)
    if line.customer and line.customer_id not in {part.customer_id for part in parts_of(match)}:
        # Their letters waited for it: the engine looks again at whose events are new.
        log.record(line.business, "bank_line.not_theirs", f"bank_line:{line.pk}", customer=line.customer, actor=actor)
    claim(line, LineState.BOOKED, actor, customer_id=match.customer_id, sure=match.sure, reason=match.reason[:300])
    payments = write([(line, match)], business=line.business, actor=actor, on=on)
    line.save(update_fields=["effects"])
    return payments


@transaction.atomic
def leave_line(*, line: BankLine, actor: User, on: datetime.date) -> None:
    """Notes that a line is not a customer's money: who it was thought to be from is asked again."""
    claim(line, LineState.LEFT, actor)
    subject, asked_again = f"bank_line:{line.pk}", line.customer
    log.record(line.business, "bank_line.left", subject, customer=asked_again, actor=actor, on=on.isoformat())


def claim(line: BankLine, state: LineState, actor: User | None, **fields: object) -> None:
    """Settles an open line, or raises LineTaken: of two people who do it at once, one is told (style.md 13)."""
    values = {"state": state, "settled_at": Now(), "settled_by": actor} | fields
    if not BankLine.objects.filter(pk=line.pk, state=LineState.OPEN).update(**values):
        raise LineTaken(_("Somebody else settled this line already: look at it again."))
    line.refresh_from_db()


def parts_of(match: Match) -> tuple[Match, ...]:
    """The match customer by customer."""
    return (match, *match.others)


def write(pairs: Sequence[Pair], *, business: Business, actor: User | None, on: datetime.date) -> list[Payment]:
    """Writes what follows from lines that are claimed already, in a fixed number of queries but for credit notes.

    In a transaction. What was set in motion is in `effects` of the lines, for the caller to store.
    """
    _lock_sources(pairs, business)
    before = _open_tasks(business, pairs)
    payments = _pay(pairs, business, actor)
    given_up = _give_up(pairs, business, actor)
    for line, match in pairs:
        line.effects = {
            "write_offs": [row.pk for row in given_up.get(line.pk, ())],
            "credits": _take_credits(line, match, actor),
            "payers": [] if match.others else [list(lesson) for lesson in lessons(line, match.customer_id)],
            "advices": _use_up(line, match),
            "tasks": [],
        }
    learn(business, [tuple(lesson) for line, _match in pairs for lesson in line.effects["payers"]])
    _note_tasks(pairs, before)
    log.record_many(business, [_event(line, match, actor, on) for line, match in pairs])
    return payments


def lock_all(pairs: Sequence[Pair], business: Business) -> None:
    """Locks what these lines are booked by and on, for booking them one after the other in one transaction."""
    _lock_sources(pairs, business)
    parts = [part for _line, match in pairs for part in parts_of(match)]
    ids = {pk for part in parts for pk, _amount in part.split}
    ids |= {pk for part in parts for pk, _amount, _kind in part.write_offs}
    lock_invoices(business, ids | {pk for part in parts for _note, pk, _amount in part.credits})


def _lock_sources(pairs: Sequence[Pair], business: Business) -> None:
    """What the money is booked by beside the payments, locked before any invoice is (`invoices.balances`)."""
    parts = [part for _line, match in pairs for part in parts_of(match)]
    if advices := {part.advice_id for part in parts if part.advice_id is not None}:
        list(RemittanceAdvice.objects.select_for_update().filter(business=business, pk__in=advices).order_by("pk"))
    if notes := {note_id for part in parts for note_id, _pk, _amount in part.credits}:
        lock_notes(business, notes)


def _pay(pairs: Sequence[Pair], business: Business, actor: User | None) -> list[Payment]:
    bookings = [
        booking.Booking(_payment(line, part, place), part.split)
        for line, match in pairs
        for place, part in enumerate(parts_of(match))
    ]
    booking.book_many(business=business, bookings=bookings, actor=actor)
    return [one.payment for one in bookings]


def _payment(line: BankLine, part: Match, place: int) -> Payment:
    return Payment(
        business_id=line.business_id,
        customer_id=part.customer_id,
        received_on=line.booked_on,
        currency=line.currency,
        amount=own_amount(part),
        method=METHOD,
        reference=" ".join((line.reference or line.text).split())[:200],
        fingerprint=booking.fingerprint("bank_line", line.fingerprint, place),
        bank_line=line,
    )


def own_amount(part: Match) -> Decimal:
    """The money of a match without that of the other customers in it."""
    return sum((amount for _pk, amount in part.split), part.unapplied)


def _give_up(pairs: Sequence[Pair], business: Business, actor: User | None) -> dict[int, list[WriteOff]]:
    """The write-offs by their line; what they close of plans is counted at once."""
    rows: dict[int, list[WriteOff]] = {}
    for line, match in pairs:
        for part in parts_of(match):
            for invoice_id, amount, kind in part.write_offs:
                row = WriteOff(
                    business=business,
                    invoice_id=invoice_id,
                    kind=kind,
                    amount=amount,
                    on=line.booked_on,
                    reason=WriteOffKind(kind).label,
                    by=actor,
                )
                rows.setdefault(line.pk, []).append(row)
    if rows:
        write_off_many(business=business, rows=[row for some in rows.values() for row in some], actor=actor)
        customers = {part.customer_id for line, match in pairs if line.pk in rows for part in parts_of(match)}
        recount_plans(business=business, customers=customers, on=max(line.booked_on for line, _match in pairs))
    return rows


def note_given_up(line: BankLine, rows: Sequence[WriteOff]) -> None:
    """Notes write-offs made later with what a line brought: they go with it when it is taken back. The caller has it locked."""
    line.effects["write_offs"] = [*line.effects.get("write_offs", ()), *(row.pk for row in rows)]
    line.save(update_fields=["effects"])


def _take_credits(line: BankLine, match: Match, actor: User | None) -> list[int]:
    """The ids of the allocations of credit notes the payer took off."""
    found = []
    for part in parts_of(match):
        for note_id, invoice_id, amount in part.credits:
            note = CreditNote.objects.filter(business=line.business_id, pk=note_id).first()
            if note is None:
                raise BookingError(_("There is no such credit note."))
            rows = booking.apply_credit_note(credit_note=note, split=[(invoice_id, amount)], on=line.booked_on, actor=actor)
            found += [row.pk for row in rows]
    return found


def _use_up(line: BankLine, match: Match) -> list[int]:
    """The ids of the advices whose money this is."""
    ids = [part.advice_id for part in parts_of(match) if part.advice_id is not None]
    if not ids:
        return []
    waiting = RemittanceAdvice.objects.filter(business=line.business_id, pk__in=ids, line=None)
    return ids if waiting.update(line=line) else []


def _open_tasks(business: Business, pairs: Sequence[Pair]) -> dict[int, int]:
    """The customers of the open tasks of those who paid, by the tasks' ids."""
    customers = {part.customer_id for _line, match in pairs for part in parts_of(match)}
    rows = Task.objects.filter(business=business, customer__in=customers, state=TaskState.OPEN)
    return dict(rows.values_list("pk", "customer_id"))


def _note_tasks(pairs: Sequence[Pair], before: dict[int, int]) -> None:
    """Notes with each line which tasks its money closed, so that they can be opened again."""
    if not before:
        return
    still = set(Task.objects.filter(pk__in=before, state=TaskState.OPEN).values_list("pk", flat=True))
    of = {part.customer_id: line for line, match in reversed(pairs) for part in parts_of(match)}
    for pk, customer_id in before.items():
        if pk not in still:
            of[customer_id].effects["tasks"].append(pk)


def _check(line: BankLine, match: Match) -> None:
    """Raises BookingError where the match is not about exactly the money of the line."""
    if line.amount <= 0:
        raise BookingError(_("Money that went out cannot be booked as a payment."))
    if match.amount != line.amount or any(own_amount(part) <= 0 for part in parts_of(match)):
        split, amount = format_plain(match.amount, line.currency), format_plain(line.amount, line.currency)
        words = _("%(split)s is split up of a line over %(amount)s: every part must be more than nothing, and all must add up.")
        raise BookingError(words % {"split": split, "amount": amount})
    if any(kind not in GIVEN_UP for part in parts_of(match) for _pk, _amount, kind in part.write_offs):
        raise BookingError(_("Only a discount, bank charges or a small balance can be given up with a payment."))


def _check_customers(line: BankLine, match: Match) -> None:
    """Raises BookingError for a customer, or an invoice given up, of somebody else: matches come from forms, too."""
    customers = {part.customer_id for part in parts_of(match)}
    if Customer.objects.filter(business=line.business_id, pk__in=customers).count() != len(customers):
        raise BookingError(_("There is no such customer."))
    for part in parts_of(match):
        ids = {pk for pk, _amount, _kind in part.write_offs}
        own = Invoice.objects.filter(customer=part.customer_id, currency=line.currency, pk__in=ids)
        if own.count() != len(ids):
            raise BookingError(_("The invoice belongs to somebody else."))


def refuse_generous(pairs: Sequence[Pair], actor: User | None) -> None:
    """Raises BookingError where more is given up than `actor` may; what is booked by itself may what a bookkeeper may."""
    refuse_giving_up(pairs[0][0].business, [part for _line, match in pairs for part in parts_of(match)], actor)


def refuse_giving_up(business: Business, matches: Sequence[Match], actor: User | None) -> None:
    """Raises BookingError where a match, all of one customer, gives up more than `actor` may; None: what a bookkeeper may."""
    if actor is not None and business.memberships.filter(user=actor, role=Role.OWNER).exists():
        return
    parts = [part for part in matches if part.write_offs]
    invoices = Invoice.objects.in_bulk({pk for part in parts for pk, _amount, _kind in part.write_offs})
    agreed = dict(Customer.objects.filter(pk__in={part.customer_id for part in parts}).values_list("pk", "discount_pct"))
    rules, given = business.rules["matching"] if parts else {}, _given_up(invoices)
    for part in parts:
        rows = [(invoices[pk], amount, kind) for pk, amount, kind in part.write_offs if pk in invoices]
        if why := beyond(rows, rules, agreed.get(part.customer_id), given):
            raise BookingError(why)


def _given_up(invoice_ids: Iterable[int]) -> Given:
    """What stands given up of these invoices, by invoice and kind."""
    standing = WriteOff.objects.filter(invoice__in=list(invoice_ids), reversed_on=None, kind__in=GIVEN_UP).order_by()
    sums = standing.values("invoice", "kind").annotate(sum=Sum("amount")).values_list("invoice", "kind", "sum")
    return defaultdict(Decimal, {(pk, kind): amount for pk, kind, amount in sums})


def _event(line: BankLine, match: Match, actor: User | None, on: datetime.date) -> Event:
    return Event(
        business_id=line.business_id,
        actor=actor,
        kind="bank_line.booked",
        subject=f"bank_line:{line.pk}",
        data={
            "amount": format_plain(line.amount, line.currency),
            "currency": line.currency,
            "customers": [part.customer_id for part in parts_of(match)],
            "rule": match.rule,
            "sure": match.sure,
            "by_itself": actor is None,
            "on": on.isoformat(),
        },
    )
