"""Hands letters over: claims one, reads the facts again, gives it to the mail server or the printer, records it by id."""

import datetime
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q

from customers import log
from customers.documents import store
from customers.models import Business, Contact, Customer, Letter, Task
from customers.models.customer import Channel
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterState
from reminders.escalation import NOTHING
from reminders.facts import Settings, cases_of, settings_of, standing_block
from reminders.issuing import mail_contacts
from reminders.models import Reminder
from reminders.nightly import escalate
from reminders.outbox import approve_all as approve_every_draft
from reminders.outbox import withdraw
from reminders.rendering import letter_pdf

logger = logging.getLogger(__name__)

NO_ADDRESS = "No address: neither an e-mail address that works nor a postal address."
UNCONFIRMED_AFTER = datetime.timedelta(minutes=15)
TRY_AGAIN_AFTER = datetime.timedelta(minutes=15)
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Delivered:
    """What a delivery did: how many went out, which failed, which were skipped and why."""

    sent: int = 0
    failed: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)


class Refused(Exception):
    """The letter was certainly not accepted. `permanent`: this address will never take it."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Unsure(Exception):
    """Nobody knows whether the letter was accepted: a person decides, nothing is sent again by itself."""


class Hand(Protocol):
    """A way out of the house: SMTP, or a folder that a person prints and sends from."""

    keeps_hours: bool
    takes_post: bool

    def give(self, letter: Letter, contact: Contact | None, pdf: bytes) -> str:
        """Hands the letter over and returns its Message-ID ("" for paper). Raises Refused or Unsure."""

    def give_unaddressed(self, letter: Letter, pdf: bytes) -> None:
        """Takes a letter nobody can send, for a person to look at."""


def deliver(
    business: Business,
    hand: Hand,
    *,
    today: datetime.date,
    now: datetime.datetime,
    approve_all: bool = False,
    progress: Progress | None = None,
) -> Delivered:
    """Hands over what is approved. Safe to run twice or beside itself: a letter is claimed by one and sent once (T08)."""
    if approve_all:
        approve_every_draft(business=business, by=None, now=now)
    settle_unconfirmed(business, now)
    retry_found(business, today)
    settings, delivered, seen = settings_of(business), Delivered(), set[int]()
    while ids := [pk for pk in _approved(business, hand, today, now) if pk not in seen]:
        for done, letter_id in enumerate(ids, start=1):
            seen.add(letter_id)
            _deliver_one(letter_id, hand, settings, delivered, today, now)
            if progress is not None:
                progress(done, len(ids))
        if approve_all:
            approve_every_draft(business=business, by=None, now=now)
    return delivered


def settle_unconfirmed(business: Business, now: datetime.datetime) -> int:
    """Letters that were being sent when something died: nobody knows, so a person decides (architecture.md)."""
    stuck = Letter.objects.filter(business=business, state=LetterState.SENDING, claimed_at__lt=now - UNCONFIRMED_AFTER)
    return stuck.update(state=LetterState.UNCONFIRMED, problem="The hand-over was interrupted: check whether it arrived.")


def retry_found(business: Business, today: datetime.date) -> None:
    """Failed letters whose customer has an address go back to be sent, and the search for a contact that is there is over.

    It goes on where a letter only goes by post because mail to the contact bounced (T43).
    """
    failed = Letter.objects.filter(business=business, state=LetterState.FAILED)
    searches = Task.objects.filter(business=business, kind=TaskKind.FIND_CONTACT, state=TaskState.OPEN)
    ids = {*failed.values_list("customer_id", flat=True), *searches.values_list("customer_id", flat=True)}
    contacts = mail_contacts(ids)
    found = [row for row in Customer.objects.filter(pk__in=ids).select_related("business") if _way(row, contacts.get(row.pk))]
    solved = [row for row in found if row.pk not in contacts or contacts[row.pk].bounced_on is None]
    failed.filter(customer__in=found).update(state=LetterState.APPROVED, problem="")
    searches.filter(customer__in=solved).update(state=TaskState.DONE, outcome="Found", closed_on=today)


def _approved(business: Business, hand: Hand, today: datetime.date, now: datetime.datetime) -> list[int]:
    """Letters that may go; one a mail server just put off is not offered to it again every minute."""
    ready = Letter.objects.filter(business=business, state=LetterState.APPROVED)
    ready = ready.filter(Q(hold_until=None) | Q(hold_until__lte=today))
    if hand.keeps_hours:
        ready = ready.filter(Q(claimed_at=None) | Q(claimed_at__lte=now - TRY_AGAIN_AFTER))
    return list(ready.order_by("id").values_list("id", flat=True))


def _deliver_one(
    letter_id: int, hand: Hand, settings: Settings, delivered: Delivered, today: datetime.date, now: datetime.datetime
) -> None:
    """One letter from approved to sent; an error in it is logged and listed, the others go on (T07)."""
    try:
        _send(letter_id, hand, settings, delivered, today, now)
    except Exception as error:
        logger.exception("Letter %s could not be delivered", letter_id)
        delivered.failed.append({"letter": letter_id, "reason": f"{type(error).__name__}: {error}"})


def _send(
    letter_id: int, hand: Hand, settings: Settings, delivered: Delivered, today: datetime.date, now: datetime.datetime
) -> None:
    """Claims a letter that may go out now, and hands it over; what is no longer true is decided anew instead."""
    letter = Letter.objects.select_related("business", "customer").get(pk=letter_id)
    letter.contact = contact = mail_contacts([letter.customer_id]).get(letter.customer_id)
    closed = _closed_now(letter, contact, hand, settings, today, now)
    if closed:
        delivered.skipped.append({"letter": letter.pk, "reason": closed})
        return
    letter.written_on = today  # A draft may be days old: what it asks for in a week counts from the day it goes out.
    pdf = letter_pdf(letter)
    reason = _claim(letter, contact, pdf, settings, today, now)
    if reason:
        delivered.skipped.append({"letter": letter.pk, "reason": reason})
        # After the claim's commit: a nightly run locks cursor, then letters; the other way round both would wait for ever.
        escalate(letter.business, today, only=[letter.customer_id])
    elif _way(letter.customer, contact):
        _hand_over(letter, contact, pdf, hand, delivered, today, now)
    else:
        hand.give_unaddressed(letter, pdf)
        _fail(letter, contact, NO_ADDRESS, today, delivered)


def _closed_now(
    letter: Letter, contact: Contact | None, hand: Hand, settings: Settings, today: datetime.date, now: datetime.datetime
) -> str:
    """Why this letter cannot go out at this hour, or by this hand; "" where it can (T42, domain.md 7.1)."""
    if "email" not in _way(letter.customer, contact) and letter.customer.has_address and not hand.takes_post:
        return "Goes by post: print it from the letters page, or with --outbox."
    if not hand.keeps_hours:
        return ""
    if not settings.calendar(letter.customer.country, letter.customer.region).is_business_day(today):
        return "Not sent on a weekend or holiday."
    zone = ZoneInfo(letter.customer.time_zone or letter.business.time_zone)
    opens, closes = settings.rules["sending_window"]
    local = now.astimezone(zone).strftime("%H:%M")
    return "" if opens <= local <= closes else f"Sent between {opens} and {closes} only; it is {local} there."


def _way(customer: Customer, contact: Contact | None) -> str:
    """How a letter reaches the customer: "email", "post", "email+post", or "" (T44: e-mail missing -> post, explicitly)."""
    by_mail = contact is not None and contact.reachable_by_email and customer.channel != Channel.POST
    by_post = customer.has_address and (customer.channel != Channel.EMAIL or not by_mail)
    by_mail = by_mail or (contact is not None and contact.reachable_by_email and not by_post)
    return "+".join(way for way, there in (("email", by_mail), ("post", by_post)) if there)


@transaction.atomic
def _claim(
    letter: Letter, contact: Contact | None, pdf: bytes, settings: Settings, today: datetime.date, now: datetime.datetime
) -> str:
    """Claims the letter and keeps its PDF, or says why it must not go: what is no longer true is withdrawn."""
    mine = Letter.objects.filter(pk=letter.pk, state=LetterState.APPROVED).update(
        state=LetterState.SENDING, claimed_at=now, attempts=F("attempts") + 1, contact=contact
    )
    if not mine:
        return "Taken by another delivery."
    customer = Customer.objects.get(pk=letter.customer_id)
    block, _ = standing_block(customer, today)
    reason = block or _changed(letter, customer, settings, today)
    if reason:
        withdraw(letter=letter, reason=reason, on=today)
        return reason
    document = store(business=letter.business, content=pdf, content_type="application/pdf", name=f"{letter.code}-{letter.pk}.pdf")
    Letter.objects.filter(pk=letter.pk).update(document=document, written_on=today)
    return ""


def _changed(letter: Letter, customer: Customer, settings: Settings, today: datetime.date) -> str:
    """What of the letter is no longer true: each invoice must still be asked for as written, nothing have come in since (T14)."""
    cases = cases_of(letter.business, [customer], settings, today).get(customer.pk, [])
    case = next((case for case in cases if case.currency == letter.currency), None)
    owed = {row.id: row.askable(today) for row in case.invoices} if case else {}
    for line in letter.facts["lines"]:
        if owed.get(line["invoice"], NOTHING) != Decimal(line["collectable"]):
            return f"Invoice {line['number']} changed since the letter was written."
    if case and case.unapplied != Decimal(letter.facts["unapplied"]):
        return "Money came in since the letter was written."
    return ""


def _hand_over(
    letter: Letter,
    contact: Contact | None,
    pdf: bytes,
    hand: Hand,
    delivered: Delivered,
    today: datetime.date,
    now: datetime.datetime,
) -> None:
    way = _way(letter.customer, contact)
    try:
        message_id = hand.give(letter, contact if "email" in way else None, pdf)
    except Refused as refusal:
        if refusal.permanent:
            _fail(letter, contact, str(refusal), today, delivered)
        else:
            Letter.objects.filter(pk=letter.pk).update(state=LetterState.APPROVED, problem=str(refusal)[:300])
            delivered.skipped.append({"letter": letter.pk, "reason": str(refusal)})
        return
    except Exception as doubt:
        if not isinstance(doubt, Unsure):
            logger.exception("Letter %s: the hand-over broke off", letter.pk)
        Letter.objects.filter(pk=letter.pk).update(state=LetterState.UNCONFIRMED, problem=str(doubt)[:300])
        delivered.failed.append({"letter": letter.pk, "reason": str(doubt)})
        return
    _record(letter, contact, way if hand.takes_post else "email", message_id, today, now)
    delivered.sent += 1


@transaction.atomic
def _record(
    letter: Letter, contact: Contact | None, way: str, message_id: str, today: datetime.date, now: datetime.datetime
) -> None:
    """The letter is out: its step is completed (T08), its trace is on the customer and on its invoices (T47)."""
    recipient = contact.email if contact and "email" in way else ""
    Letter.objects.filter(pk=letter.pk).update(
        state=LetterState.SENT,
        sent_on=today,
        sent_at=now,
        sent_to=recipient or "post",
        message_id=message_id,
        problem="",
    )
    Reminder.objects.filter(letter=letter, completed_on=None).update(completed_on=today)
    log.record(
        letter.business,
        "letter.sent",
        f"letter:{letter.pk}",
        customer=letter.customer,
        on=today.isoformat(),
        way=way,
        contact=contact.pk if contact else None,
        invoices=[line["invoice"] for line in letter.facts["lines"]],
    )


@transaction.atomic
def _fail(letter: Letter, contact: Contact | None, reason: str, today: datetime.date, delivered: Delivered) -> None:
    """The letter has nowhere to go: the step is not completed, one task is opened to find the contact (T43)."""
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.FAILED, problem=reason[:300])
    if contact is not None and reason != NO_ADDRESS:
        Contact.objects.filter(pk=contact.pk).update(bounced_on=today, bounce_reason=reason[:300])
    Task.objects.get_or_create(
        business=letter.business,
        customer=letter.customer,
        kind=TaskKind.FIND_CONTACT,
        state=TaskState.OPEN,
        subject="contact",
        defaults={"opens_on": today, "due_on": today, "reason": reason},
    )
    log.record(letter.business, "letter.failed", f"letter:{letter.pk}", customer=letter.customer, on=today.isoformat())
    delivered.failed.append({"letter": letter.pk, "customer": letter.customer.reference, "reason": reason})
