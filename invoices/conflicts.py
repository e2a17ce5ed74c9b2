"""The only writer of SyncConflict: what the accounts say differently of an invoice the customer heard of, and what came of it."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.desk import close_about, open_task
from customers.models import Business, ImportBatch, Letter, User
from customers.models.desk import TaskKind
from customers.models.letter import LetterState
from invoices.booking import BookingError, apply_credit_note
from invoices.correcting import Changes, correct_invoices
from invoices.models import CreditNote, Invoice, SyncConflict
from invoices.models.incoming import ConflictState
from invoices.numbering import number_key
from invoices.standing import claims

# How a stored text becomes the value of its field again.
TYPES = {"issued_on": datetime.date.fromisoformat, "due_on": datetime.date.fromisoformat, "total": Decimal}
# Not handed over yet: before it is, its figures are read again.
QUEUED = (LetterState.WAITING_FOR_CALL, LetterState.DRAFT, LetterState.APPROVED)


class ConflictError(ValueError):
    """The difference cannot be settled so; the message says why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An invoice, and by field [ours, theirs] as strings; the field "state" says that it is no invoice any more."""

    invoice: Invoice
    changes: dict[str, list[str]]


@transaction.atomic
def raise_conflicts(
    *,
    business: Business,
    found: Sequence[Difference],
    known: Iterable[int],
    batch: ImportBatch,
    on: datetime.date,
    actor: User | None = None,
) -> int:
    """Keeps each difference once, with a task, and returns how many are new. One a person left as it is does not come again.

    `known`: ids of invoices of which the file says the same as we do: what was open about them has settled itself.
    """
    ids = [difference.invoice.pk for difference in found]
    latest = {row.invoice_id: row for row in SyncConflict.objects.filter(invoice__in=ids).order_by("pk")}
    fresh = [difference for difference in found if _is_news(difference, latest.get(difference.invoice.pk))]
    for difference in fresh:
        _raise(difference, batch, on, actor)
    for row in SyncConflict.objects.filter(invoice__in=list(known), state=ConflictState.OPEN).select_related("business"):
        _close(row, ConflictState.OURS, on, None, actor)
    return len(fresh)


def _is_news(difference: Difference, last: SyncConflict | None) -> bool:
    """The same difference is what they say, whatever we have come to say meanwhile; what was taken over once may change again."""
    if last is None or last.state == ConflictState.THEIRS:
        return True
    return _theirs(last.changes) != _theirs(difference.changes)


def _theirs(changes: dict[str, list[str]]) -> dict[str, str]:
    return {name: pair[1] for name, pair in changes.items()}


def _raise(difference: Difference, batch: ImportBatch, on: datetime.date, actor: User | None) -> None:
    """A file that says something else again replaces what was open."""
    invoice = difference.invoice
    row, created = SyncConflict.objects.update_or_create(
        business=invoice.business,
        invoice=invoice,
        state=ConflictState.OPEN,
        defaults={"changes": difference.changes, "batch": batch},
    )
    _note(row, "invoice.conflict_found", actor)
    if created:
        open_task(
            business=invoice.business,
            customer=invoice.customer,
            kind=TaskKind.CONFLICT,
            subject=f"conflict:{row.pk}",
            opens_on=on,
            due_on=invoice.customer.calendar.add(on, 1),
            currency=invoice.currency,
            amount=invoice.balance,
            reason=_("The accounts say something else of invoice %(number)s than the customer heard from us.")
            % {"number": invoice.number},
            actor=actor,
        )


@transaction.atomic
def take_theirs(*, conflict: SyncConflict, on: datetime.date, now: datetime.datetime, actor: User) -> None:
    """Writes what the accounts say, by the importer's own writer. Raises ConflictError where that cannot be."""
    row = _open(conflict, (ConflictState.OPEN, ConflictState.OURS))
    refusal = why_not_theirs(row)
    if refusal:
        raise ConflictError(refusal)
    try:
        if "state" in row.changes:
            _void(row.invoice, on, actor)
        else:
            correct_invoices(
                business=row.business, changed=[(row.invoice, _typed(row, 1))], on=on, actor=actor, batch_id=row.batch_id
            )
    except BookingError as error:
        raise ConflictError(str(error)) from error
    _close(row, ConflictState.THEIRS, on, now, actor)


@transaction.atomic
def keep_ours(*, conflict: SyncConflict, on: datetime.date, now: datetime.datetime, actor: User) -> None:
    """Leaves the invoice as it is, or puts back what was taken over; the same difference is not shown again."""
    row = _open(conflict, (ConflictState.OPEN, ConflictState.THEIRS))
    if row.state == ConflictState.THEIRS:
        if "state" in row.changes:
            raise ConflictError(_("Its credit note stays: an invoice that was taken back is not opened again here."))
        try:
            correct_invoices(business=row.business, changed=[(row.invoice, _typed(row, 0))], on=on, actor=actor)
        except BookingError as error:
            raise ConflictError(str(error)) from error
    _close(row, ConflictState.OURS, on, now, actor)


def why_not_theirs(row: SyncConflict) -> str:
    """Why what the accounts say cannot be taken over here, or ""."""
    if "customer" in row.changes:
        return _("An invoice does not change hands: credit it, and invoice the other customer.")
    against = claims([row.invoice.customer_id])
    if "total" in row.changes and (row.invoice_id in against.planned or row.invoice_id in against.settling):
        return _("A signed payment plan or a settlement covers this invoice: its total stays until that is ended.")
    if "state" in row.changes and not row.invoice.balance:
        return _("Nothing of it is open any more.")
    return ""


def letters_waiting(row: SyncConflict) -> int:
    """How many letters that may speak of the invoice wait to go out; each is looked at again before it does."""
    common = {"customer": row.invoice.customer_id, "currency": row.invoice.currency}
    return Letter.objects.filter(state__in=QUEUED, **common).count()


def _open(conflict: SyncConflict, states: Sequence[ConflictState]) -> SyncConflict:
    """The row, locked; refuses one that somebody settled so already, and one that a later difference stands over."""
    row = (
        SyncConflict.objects.select_for_update(of=("self",))
        .select_related("business", "invoice__customer__business")
        .get(pk=conflict.pk)
    )
    if row.state not in states or SyncConflict.objects.filter(invoice=row.invoice_id, pk__gt=row.pk).exists():
        raise ConflictError(_("This was settled already."))
    return row


def _typed(row: SyncConflict, side: int) -> Changes:
    """From what stands there now to ours (0) or theirs (1)."""
    return {name: (getattr(row.invoice, name), TYPES[name](pair[side])) for name, pair in row.changes.items()}


def _void(invoice: Invoice, on: datetime.date, actor: User) -> None:
    """Takes back what is open of an invoice that is none any more, by a credit note; what was paid on it stays booked."""
    number = _("%(number)s taken back") % {"number": invoice.number[:80]}
    note = CreditNote.objects.create(
        business=invoice.business,
        customer=invoice.customer,
        number=number,
        number_key=number_key(f"{number} {invoice.pk} {invoice.cycle}"),
        issued_on=on,
        currency=invoice.currency,
        total=invoice.balance,
    )
    log.record(
        invoice.business, "credit_note.made", f"credit_note:{note.pk}", customer=invoice.customer, actor=actor, invoice=invoice.pk
    )
    apply_credit_note(credit_note=note, split=[(invoice.pk, invoice.balance)], on=on, actor=actor)


def _close(row: SyncConflict, state: ConflictState, on: datetime.date, now: datetime.datetime | None, actor: User | None) -> None:
    row.state, row.settled_by, row.settled_at = state, actor, now
    row.save(update_fields=["state", "settled_by", "settled_at"])
    _note(row, "invoice.conflict_settled", actor)
    close_about(business=row.business, subject=f"conflict:{row.pk}", outcome=str(state.label), on=on, by=actor)


def _note(row: SyncConflict, kind: str, actor: User | None) -> None:
    subject = f"invoice:{row.invoice_id}"
    fields = sorted(row.changes)
    log.record(
        row.business, kind, subject, customer=row.invoice.customer, actor=actor, conflict=row.pk, fields=fields, state=row.state
    )
