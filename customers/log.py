"""Writes the one log, and seals it."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction

from customers.models import Business, Customer, Event, Seal, User

_moment: ContextVar[datetime.datetime | None] = ContextVar("told_as_of", default=None)


def record(
    business: Business,
    kind: str,
    subject: str,
    *,
    customer: Customer | None = None,
    actor: User | None = None,
    **data: Any,
) -> Event:
    """Adds one Event to the transaction under way. `data`: ids, codes, dates and amounts as strings; never names or free text."""
    _share_the_log(business.pk)
    event = Event(business=business, kind=kind, subject=subject, customer=customer, actor=actor, data=data)
    event.at = _moment.get() or event.at
    event.save(force_insert=True)
    return event


def record_many(business: Business, events: Iterable[Event]) -> None:
    """Adds many unsaved Events of one business at once, in the transaction under way."""
    _share_the_log(business.pk)
    rows, moment = list(events), _moment.get()
    for event in rows if moment else ():
        event.at = moment
    Event.objects.bulk_create(rows, batch_size=2000)


@contextmanager
def told_as_of(moment: datetime.datetime) -> Iterator[None]:
    """Dates the events written inside `moment` instead of now: for a past that is told afterwards, as the demo's is."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


def horizon(business: Business) -> int:
    """The id of the last Event of `business`; no transaction under way can still add one below it. Call it inside a transaction.

    PostgreSQL hands out ids before it commits them: whoever reads "everything past my cursor" would lose what
    commits late. Writers share a lock, the reader waits for all of them once.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, business.pk])
    last = Event.objects.filter(business=business).order_by("-id").values_list("id", flat=True).first()
    return last or 0


_LOCK_SPACE = 7201


def _share_the_log(business_id: int) -> None:
    """Says that this transaction writes events; SQLite's immediate transactions are one at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [_LOCK_SPACE, business_id])


@transaction.atomic
def seal(business: Business) -> Seal | None:
    """Hashes the events since the last seal together with its hash. None where nothing happened since."""
    through = horizon(business)
    previous = Seal.objects.filter(business=business).order_by("-id").first()
    after = previous.last_event_id if previous else 0
    if through <= after:
        return None
    digest, count = chain_hash(business, after, through, previous.hash if previous else "")
    return Seal.objects.create(
        business=business,
        last_event_id=through,
        events=count,
        previous_hash=previous.hash if previous else "",
        hash=digest,
    )


def chain_hash(business: Business, after: int, through: int, previous_hash: str) -> tuple[str, int]:
    """(SHA-256 hex, number of events) of the events with after < id <= through, chained to `previous_hash`."""
    digest, count = hashlib.sha256(previous_hash.encode()), 0
    events = Event.objects.filter(business=business, id__gt=after, id__lte=through).order_by("id")
    for event in events.iterator(chunk_size=2000):
        digest.update(_canonical(event).encode())
        count += 1
    return digest.hexdigest(), count


def broken_seals(business: Business) -> list[str]:
    """One line for each seal whose events, or whose predecessor, are not what was sealed."""
    problems, after, previous_hash = [], 0, ""
    for sealed in Seal.objects.filter(business=business).order_by("id"):
        digest, count = chain_hash(business, after, sealed.last_event_id, previous_hash)
        if (digest, count, previous_hash) != (sealed.hash, sealed.events, sealed.previous_hash):
            problems.append(f"seal {sealed.pk}: the events up to {sealed.last_event_id} are not what was sealed")
        after, previous_hash = sealed.last_event_id, sealed.hash
    return problems


def _canonical(event: Event) -> str:
    """The event as one line of JSON that reads the same on every database and every day."""
    row = [event.pk, event.customer_id, event.actor_id, event.at.isoformat(), event.kind, event.subject, event.data]
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=True) + "\n"
