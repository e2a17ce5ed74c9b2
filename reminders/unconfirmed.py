"""Writes what a person found out about a letter whose hand-over broke off: nothing is sent again by itself (architecture.md)."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.models import Letter, User
from customers.models.letter import LetterState
from reminders.claiming import overtaken, queue_paper, record
from reminders.outbox import OutboxError
from reminders.ways import way_of


@transaction.atomic
def arrived(*, letter: Letter, by: User | None, now: datetime.datetime) -> None:
    """The customer has it: sent at the moment it was handed over, its step completed. Raises OutboxError."""
    at = letter.claimed_at or now
    way = way_of(letter.channel, letter.customer, letter.contact)
    _settle(letter, state=LetterState.SENDING)
    record(letter, way, letter.message_id, letter.business.local_date(at), at)
    if way.email and way.post:
        queue_paper(letter)
    _tell("letter.arrived", letter, by)


@transaction.atomic
def did_not_arrive(*, letter: Letter, by: User | None) -> None:
    """The customer does not have it: it goes out with the next delivery, which reads the facts again.

    Raises OutboxError, also where a later step was taken since.
    """
    later = overtaken(letter)
    if later:
        raise OutboxError(later)
    _settle(letter, state=LetterState.APPROVED, claimed_at=None, problem="")
    _tell("letter.not_arrived", letter, by)


@transaction.atomic
def forget(*, letter: Letter, by: User | None) -> None:
    """Nobody finds out and nobody sends it again; its step counts as taken. Raises OutboxError."""
    _settle(letter, state=LetterState.CANCELLED)
    _tell("letter.forgotten", letter, by)


def _settle(letter: Letter, **changes: object) -> None:
    if not Letter.objects.filter(pk=letter.pk, state=LetterState.UNCONFIRMED).update(**changes):
        raise OutboxError(_("Somebody has settled this letter already."))


def _tell(kind: str, letter: Letter, by: User | None, **data: object) -> None:
    log.record(letter.business, kind, f"letter:{letter.pk}", customer=letter.customer, actor=by, **data)
