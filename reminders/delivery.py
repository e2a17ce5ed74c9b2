"""Hands letters over: claims one, reads the facts again, gives it to the mail server or the printer, records it by id."""

import datetime
import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from customers import log
from customers.models import Business, Letter, Task, User
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterCode, LetterState
from reminders import claiming
from reminders.claiming import MAX_ATTEMPTS, retry_found, settle_unconfirmed
from reminders.contact_history import SERVICE_LETTERS, history_of, limits_of
from reminders.contact_limits import Block, History, Limits, Verdict, Warn, letter_findings, strictest
from reminders.copies import with_copies
from reminders.facts import Settings, settings_of
from reminders.freshness import stale
from reminders.hands import Hand, Refused, Unreachable, Unsure
from reminders.issuing import mail_contacts
from reminders.letter_links import mint
from reminders.nightly import escalate
from reminders.outbox import approve_all as approve_every_draft
from reminders.rendering import letter_pdf
from reminders.ways import NO_ADDRESS, Way, way_of
from reminders.wordings import date_on

logger = logging.getLogger(__name__)

TRY_AGAIN_AFTER = datetime.timedelta(minutes=15)
LONGEST_PAUSE = datetime.timedelta(hours=4)
# After so many letters in a row that found nobody at the other end, the rest is not tried.
NOBODY_THERE = 3
# What was decided anew, or approved meanwhile, goes with the same delivery; so often and no more: the next one goes on.
MAX_TURNS = 5
# The letters of the steps: what waits while somebody in trouble is to be called.
ASKING = frozenset({LetterCode.L1, LetterCode.L30, LetterCode.L60, LetterCode.L90})
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Delivered:
    """What a delivery did: how many went out, which failed, which were skipped and why; how many wait for the printer."""

    sent: int = 0
    failed: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    to_print: int = 0
    unreachable: int = 0

    @property
    def nobody_there(self) -> bool:
        return self.unreachable >= NOBODY_THERE


@dataclass(frozen=True, slots=True)
class Round:
    """One delivery: by which hand, under which rules, at what moment. `override`: hours and contact limits do not count.

    `asked_for`: a person asked for this letter now, so that a hold ends.
    `money_stale`: no money was entered for days, and the rules let automatic letters wait for it (T15).
    """

    hand: Hand
    settings: Settings
    today: datetime.date
    now: datetime.datetime
    delivered: Delivered
    override: bool = False
    asked_for: bool = False
    money_stale: bool = False


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
    here, seen = _round(business, hand, today, now), set[int]()
    for _turn in range(MAX_TURNS):
        ids = [pk for pk in _ready(business, here) if pk not in seen]
        if not ids:
            break
        for done, letter_id in enumerate(_from_somewhere(ids), start=1):
            seen.add(letter_id)
            _deliver_one(letter_id, here)
            if progress is not None:
                progress(done, len(ids))
            if here.delivered.nobody_there:
                return here.delivered
        if approve_all:
            approve_every_draft(business=business, by=None, now=now)
    return here.delivered


def send_now(
    letter: Letter,
    hand: Hand,
    *,
    today: datetime.date,
    now: datetime.datetime,
    override: bool = False,
    by: User | None = None,
) -> str:
    """Hands over one approved letter, or one that failed, in this request. Returns a sentence that says what became of it.

    `override`: sending hours and contact limits do not count; the caller has asked who may say so. It is logged.
    """
    if letter.state == LetterState.FAILED:
        claiming.try_again(letter)
    here = replace(_round(letter.business, hand, today, now), override=override, asked_for=True)
    if override:
        log.record(letter.business, "letter.hurried", f"letter:{letter.pk}", customer=letter.customer, actor=by)
    _deliver_one(letter.pk, here)
    letter.refresh_from_db()
    if here.delivered.sent:
        return _("Sent to %(recipient)s.") % {"recipient": letter.sent_to}
    if here.delivered.to_print:
        return _("It goes by post: it waits to be printed.")
    told = [*here.delivered.failed, *here.delivered.skipped]
    return _("It did not go out. %(reason)s") % {"reason": told[0]["reason"]}


def claim_for_paper(letter: Letter, *, settings: Settings, today: datetime.date, now: datetime.datetime) -> str:
    """Claims an approved letter for the printer and keeps its PDF: "". Else why it must not go; what is not true is withdrawn.

    Whoever claims records it with `record_posted`, or gives it back to be approved.
    """
    letter.contact = mail_contacts([letter.customer_id]).get(letter.customer_id)
    way = way_of(letter.channel, letter.customer, letter.contact)
    if not way.post:
        return _("It does not go by post.")
    claiming.reroute(letter, way)
    calendar = settings.calendar(letter.customer.country, letter.customer.region)
    closed, _noted = _too_often(letter, limits_of(letter.customer, settings.rules, calendar), now)
    if closed:
        return closed
    letter.written_on = date_on(letter, today)
    mint(letter)
    return _claimed(letter, with_copies(letter, letter_pdf(letter)), settings, today, now)


def record_posted(letter: Letter, *, today: datetime.date, now: datetime.datetime) -> None:
    """A person put the letter, which was claimed for paper, into the post on `today`."""
    claiming.record(letter, Way(email=False, post=True), "", today, now)


def _round(business: Business, hand: Hand, today: datetime.date, now: datetime.datetime) -> Round:
    settings = settings_of(business)
    waits_for_money = settings.rules["stale_money_stops_automatic"] and stale(business, today)
    return Round(hand, settings, today, now, Delivered(), money_stale=waits_for_money)


def _ready(business: Business, here: Round) -> Iterator[int]:
    """Letters that may go by this hand, oldest first; what waits for the printer is counted, not listed every minute.

    One a mail server just put off is not offered to it again at once.
    """
    rows = Letter.objects.filter(business=business, state=LetterState.APPROVED).filter(
        Q(hold_until=None) | Q(hold_until__lte=here.today)
    )
    letters = list(rows.select_related("business", "customer").defer("facts").order_by("id"))
    contacts = mail_contacts({letter.customer_id for letter in letters})
    here.delivered.to_print = 0
    for letter in letters:
        way = way_of(letter.channel, letter.customer, contacts.get(letter.customer_id))
        if way.post and not way.email and not here.hand.takes_post:
            claiming.reroute(letter, way)
            here.delivered.to_print += 1
        elif not (here.hand.keeps_hours and _paused(letter, here.now)):
            yield letter.pk


def _from_somewhere(ids: list[int]) -> list[int]:
    """The ids from a random one on, round to the one before: two deliveries side by side would else make every PDF twice."""
    start = random.randrange(len(ids))
    return ids[start:] + ids[:start]


def _paused(letter: Letter, now: datetime.datetime) -> bool:
    """Whether a mail server put it off lately: each time the pause doubles."""
    if letter.claimed_at is None:
        return False
    pause = min(LONGEST_PAUSE, TRY_AGAIN_AFTER * 2 ** max(0, letter.attempts - 1))
    return now < letter.claimed_at + pause


def _deliver_one(letter_id: int, here: Round) -> None:
    """One letter from approved to sent; an error in it is logged and listed, the others go on (T07)."""
    try:
        _send(letter_id, here)
    except Exception as error:
        logger.exception("Letter %s could not be delivered", letter_id)
        here.delivered.failed.append({"letter": letter_id, "reason": f"{type(error).__name__}: {error}"})


def _send(letter_id: int, here: Round) -> None:
    """Claims a letter that may go out now, and hands it over; what is no longer true is decided anew instead."""
    letter = Letter.objects.select_related("business", "customer__business").get(pk=letter_id)
    if letter.state != LetterState.APPROVED:
        here.delivered.skipped.append({"letter": letter.pk, "reason": _("Taken by another delivery.")})
        return
    letter.contact = mail_contacts([letter.customer_id]).get(letter.customer_id)
    way = way_of(letter.channel, letter.customer, letter.contact)
    if way.lost:
        claiming.reroute(letter, way)
    if way.post and not way.email and not here.hand.takes_post:
        here.delivered.to_print += 1
        return
    closed, limit = _closed_now(letter, way, here)
    if closed:
        here.delivered.skipped.append({"letter": letter.pk, "reason": closed})
        return
    letter.written_on = date_on(letter, here.today)
    mint(letter)
    pdf = letter_pdf(letter) if way.email else with_copies(letter, letter_pdf(letter))
    reason = _claimed(letter, pdf, here.settings, here.today, here.now)
    if reason:
        here.delivered.skipped.append({"letter": letter.pk, "reason": reason})
    elif way.nowhere:
        here.hand.give_unaddressed(letter, pdf)
        claiming.fail(letter, str(NO_ADDRESS), here.today)
        here.delivered.failed.append({"letter": letter.pk, "customer": letter.customer.reference, "reason": str(NO_ADDRESS)})
    else:
        _hand_over(letter, way, pdf, here, limit)


def _claimed(letter: Letter, pdf: bytes, settings: Settings, today: datetime.date, now: datetime.datetime) -> str:
    """Claims the letter, or says why not; what was withdrawn is decided anew."""
    reason, withdrawn = claiming.claim(letter, letter.contact, pdf, settings, today, now)
    if withdrawn:
        # After the claim's commit: a nightly run locks cursor, then letters; the other way round both would wait for ever.
        escalate(letter.business, today, only=[letter.customer_id])
    return reason


def _closed_now(letter: Letter, way: Way, here: Round) -> tuple[str, str]:
    """Why this letter cannot go out now; "" where it can, with the code of a limit it exceeds that is only to be noted.

    Weekends and hours are a mail's (T42, domain.md 7.1), too often is too often on paper as well (7.2).
    """
    if letter.hold_until and letter.hold_until > here.today and not here.asked_for:
        return _("Somebody holds it."), ""
    if here.money_stale and letter.approved_at is None:
        return _("Waits: no money was entered for days, so it may be paid."), ""
    if letter.code in ASKING and not here.asked_for and _to_be_called(letter):
        return _("Waits: signs of trouble, they are called first."), ""
    if here.override:
        return "", ""
    if letter.approved_at is None and here.settings.rules["automatic_needs_verified"] and not _verified(letter, here):
        claiming.ask_to_verify(letter, here.today)
        return _("Waits: nobody verified the contact."), ""
    customer, timed = letter.customer, here.hand.keeps_hours
    calendar = here.settings.calendar(customer.country, customer.region)
    if timed and not calendar.is_business_day(here.today):
        return _("Not sent on a weekend or holiday."), ""
    phone = letter.contact.phone if letter.contact else ""
    limits = limits_of(customer, here.settings.rules, calendar, phone=phone, sending=True)
    if timed and (found := letter_findings(limits, History(), here.now)):
        return _waits(strictest(found)), ""
    return _too_often(letter, limits, here.now) if not way.nowhere else ("", "")


def _to_be_called(letter: Letter) -> bool:
    """Whether the early-warning call is on the desk: what was ready before waits for it too (domain.md 5, DETERIORATING)."""
    calls = Task.objects.filter(customer=letter.customer_id, kind=TaskKind.WARNING_CALL, state=TaskState.OPEN)
    return calls.exists()


def _verified(letter: Letter, here: Round) -> bool:
    """Whether somebody made sure of the contact lately (P17)."""
    valid = datetime.timedelta(days=here.settings.rules["contact_reverify_days"])
    contact = letter.contact
    return contact is not None and contact.verified_on is not None and contact.verified_on + valid >= here.today


def _too_often(letter: Letter, limits: Limits, now: datetime.datetime) -> tuple[str, str]:
    """(why it must wait, "") where too often is forbidden; ("", code of the limit) where it is only noted."""
    history, service = history_of(letter.customer, now), letter.code in SERVICE_LETTERS
    verdict = strictest(letter_findings(limits, history, now, service=service, keeps_hours=False))
    if isinstance(verdict, Block):
        return _waits(verdict), ""
    return "", verdict.code if isinstance(verdict, Warn) else ""


def _waits(verdict: Verdict) -> str:
    """The reason, and when it is over, in the zone of the customer."""
    until = getattr(verdict, "until", None)
    words = _("%(reason)s It goes from %(until)s on.")
    return words % {"reason": verdict.reason, "until": f"{until:%Y-%m-%d %H:%M}"} if until else verdict.reason


def _hand_over(letter: Letter, way: Way, pdf: bytes, here: Round, limit: str) -> None:
    try:
        message_id = here.hand.give(letter, letter.contact if way.email else None, pdf)
    except Refused as refusal:
        _refused(letter, refusal, here)
        return
    except Exception as doubt:
        if not isinstance(doubt, Unsure):
            logger.exception("Letter %s: the hand-over broke off", letter.pk)
        claiming.doubt(letter, str(doubt))
        here.delivered.failed.append({"letter": letter.pk, "reason": str(doubt)})
        return
    printed = way.post and here.hand.takes_post
    with transaction.atomic():
        claiming.record(letter, Way(way.email, printed), message_id, here.today, here.now, limit=limit)
        if way.post and not printed:
            claiming.queue_paper(letter)
    here.delivered.sent += 1
    here.delivered.unreachable = 0


def _refused(letter: Letter, refusal: Refused, here: Round) -> None:
    """It surely did not go: fails where it never will by this address, is put off else, and not for ever."""
    reason, delivered = str(refusal), here.delivered
    delivered.unreachable = delivered.unreachable + 1 if isinstance(refusal, Unreachable) else 0
    listed = {"letter": letter.pk, "customer": letter.customer.reference, "reason": reason}
    if refusal.permanent and refusal.bounced:
        claiming.fail(letter, reason, here.today, bounced=True)
    elif refusal.permanent or (letter.attempts + 1 >= MAX_ATTEMPTS and not isinstance(refusal, Unreachable)):
        claiming.give_up(letter, reason, here.today)
    else:
        claiming.put_off(letter, reason, spent=not isinstance(refusal, Unreachable))
        delivered.skipped.append({"letter": letter.pk, "reason": reason})
        return
    delivered.failed.append(listed)
