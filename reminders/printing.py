"""Writes the way of letters by post: gathered into a print run, in their envelopes, in the post (T44)."""

import datetime
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from customers import log
from customers.models import Business, Contact, Document, Letter, User
from customers.models.customer import Channel
from customers.models.letter import LetterState
from reminders.claiming import changed
from reminders.delivery import claim_for_paper, record_posted
from reminders.facts import Settings, settings_of
from reminders.issuing import mail_contacts
from reminders.letter_links import revoke_links
from reminders.models import PaperCopy, PrintRun
from reminders.nightly import escalate
from reminders.outbox import withdraw
from reminders.ways import way_of

logger = logging.getLogger(__name__)


class PrintError(ValueError):
    """The print run is not in a state in which this can be done; the message says so."""


@dataclass(slots=True)
class Printed:
    """What became of the letters that waited: the run with those it took (None where it took none), and why not the others."""

    run: PrintRun | None
    left_out: list[tuple[Letter, str]] = field(default_factory=list)


def waiting_for_paper(business: Business, today: datetime.date) -> list[Letter]:
    """The letters that wait to be printed, oldest first: approved ones that go by post, mailed ones that go by post too."""
    may_go = Q(state=LetterState.APPROVED) & (Q(hold_until=None) | Q(hold_until__lte=today))
    copies = PaperCopy.objects.filter(business=business, run=None, posted_on=None, taken_out="").values("letter")
    rows = Letter.objects.filter(may_go | Q(pk__in=copies), business=business).order_by("pk")
    letters = list(rows.select_related("business", "customer__business").defer("body"))
    contacts = mail_contacts({letter.customer_id for letter in letters})
    return [
        letter
        for letter in letters
        if letter.state != LetterState.APPROVED or _goes_by_post_alone(letter, contacts.get(letter.customer_id))
    ]


def print_letters(*, business: Business, by: User | None, today: datetime.date, now: datetime.datetime) -> Printed:
    """Takes every letter that waits for paper into a new run, each in a transaction of its own: two people never print one twice.

    The facts are read again: what is no longer true is withdrawn and named, then decided anew.
    """
    settings = settings_of(business)
    done = Printed(PrintRun.objects.create(business=business, printed_on=today, printed_by=by))
    for letter in waiting_for_paper(business, today):
        reason = _take_in(letter, done.run, settings, by, today, now)
        if reason:
            done.left_out.append((letter, reason))
    if not done.run.copies.exists():
        done.run.delete()
        done.run = None
    return done


def open_copies(run: PrintRun) -> QuerySet[PaperCopy]:
    """The letters of a run that are neither posted nor taken out, in the order they are printed."""
    rows = run.copies.filter(posted_on=None, taken_out="").order_by("letter_id")
    return rows.select_related("letter__business", "letter__customer__business", "letter__document").defer(
        "letter__document__bytes"
    )


def outdated(run: PrintRun, today: datetime.date) -> dict[int, str]:
    """What of an open run is no longer true, by letter: the facts are read again (T14)."""
    settings = settings_of(run.business)
    found = {copy.pk: _outdated(copy.letter, settings, today) for copy in open_copies(run)}
    return {pk: reason for pk, reason in found.items() if reason}


def mark_posted(
    *, run: PrintRun, letters: Iterable[int], on: datetime.date, by: User | None, today: datetime.date, now: datetime.datetime
) -> int:
    """Ends a run: these letters went into the post on that day, the others go back to wait for paper. Returns how many went.

    What is no longer true and was not posted is withdrawn. Raises PrintError where somebody ended the run before.
    """
    stale, ticked = outdated(run, today), set(letters)
    with transaction.atomic():
        if not PrintRun.objects.filter(pk=run.pk, posted_on=None).update(posted_on=on, posted_by=by):
            raise PrintError(_("This run was marked as posted already."))
        copies = list(open_copies(run))
        posted = [copy for copy in copies if copy.pk in ticked]
        for copy in posted:
            _post(copy, on, by, now)
        for copy in copies:
            if copy.pk not in ticked:
                _put_back(copy, stale.get(copy.pk, ""), by, today)
    _decide_anew(run.business, [copy.letter for copy in copies if copy.pk in stale.keys() - ticked], today)
    return len(posted)


def take_out(*, copy: PaperCopy, by: User | None, today: datetime.date) -> str:
    """Takes one letter out of an open run: back to wait for paper, or withdrawn where it is no longer true.

    Returns what is no longer true, or "". Raises PrintError where it is no longer in an open run.
    """
    reason = _outdated(copy.letter, settings_of(copy.business), today)
    with transaction.atomic():
        still_open = PrintRun.objects.select_for_update().filter(pk=copy.run_id, posted_on=None)
        if not still_open.exists() or not open_copies(copy.run).filter(pk=copy.pk).exists():
            raise PrintError(_("This letter is not in an open run any more."))
        _put_back(copy, reason, by, today)
    if reason:
        _decide_anew(copy.business, [copy.letter], today)
    return reason


@transaction.atomic
def cancel_run(*, run: PrintRun, by: User | None, today: datetime.date) -> int:
    """Undoes a run of which nothing was posted: its letters wait for paper again, their copies are dropped. Returns how many.

    Raises PrintError where it was marked as posted.
    """
    if not PrintRun.objects.select_for_update().filter(pk=run.pk, posted_on=None).exists():
        raise PrintError(_("This run was marked as posted already."))
    copies = list(open_copies(run))
    for copy in copies:
        _put_back(copy, "", by, today)
    run.copies.update(run=None)
    run.delete()
    return len(copies)


def _outdated(letter: Letter, settings: Settings, today: datetime.date) -> str:
    """What of the letter is no longer true, or why nothing goes to their own address any more; "" where neither."""
    reason = changed(letter, letter.customer, settings, today)
    if not reason and not way_of(Channel.POST, letter.customer, None).post:
        reason = _("Nothing may go to their own postal address any more.")
    return reason


def _goes_by_post_alone(letter: Letter, contact: Contact | None) -> bool:
    """Mail goes first where a letter goes both ways; its paper follows (delivery)."""
    way = way_of(letter.channel, letter.customer, contact)
    return way.post and not way.email


def _take_in(
    letter: Letter, run: PrintRun, settings: Settings, by: User | None, today: datetime.date, now: datetime.datetime
) -> str:
    """One letter into the run, or why not; an error in it is logged and named, the others go on (T07)."""
    try:
        if letter.state == LetterState.SENT:
            return _take_in_mailed(letter, run, settings, by, today)
        return claim_for_paper(letter, settings=settings, today=today, now=now) or _take_in_claimed(letter, run, by)
    except Exception as error:
        logger.exception("Letter %s could not be printed", letter.pk)
        return f"{type(error).__name__}: {error}"


@transaction.atomic
def _take_in_claimed(letter: Letter, run: PrintRun, by: User | None) -> str:
    """Where this is cut off the letter becomes one of which nobody knows: a person decides, none is printed twice."""
    PaperCopy.objects.create(letter=letter, business=letter.business, run=run)
    _tell("letter.printed", letter, by, run=run.pk)
    return ""


@transaction.atomic
def _take_in_mailed(letter: Letter, run: PrintRun, settings: Settings, by: User | None, today: datetime.date) -> str:
    """The copy of a letter that is out by e-mail: paper that is no longer true is left out for good."""
    waits = PaperCopy.objects.filter(pk=letter.pk, run=None, posted_on=None, taken_out="")
    reason = _outdated(letter, settings, today)
    if reason:
        waits.update(taken_out=reason[:200])
        return reason
    if not waits.update(run=run):
        return _("Taken into another run.")
    _tell("letter.printed", letter, by, run=run.pk)
    return ""


def _post(copy: PaperCopy, on: datetime.date, by: User | None, now: datetime.datetime) -> None:
    PaperCopy.objects.filter(pk=copy.pk).update(posted_on=on)
    if copy.letter.state == LetterState.SENDING:
        record_posted(copy.letter, today=on, now=now)
    _tell("letter.posted", copy.letter, by, on=on.isoformat(), run=copy.run_id)


def _put_back(copy: PaperCopy, reason: str, by: User | None, today: datetime.date) -> None:
    """Out of its run: with a reason for good, else to wait for paper again."""
    letter = copy.letter
    if reason:
        PaperCopy.objects.filter(pk=copy.pk).update(taken_out=reason[:200])
        if letter.state == LetterState.SENDING:
            withdraw(letter=letter, reason=reason, on=today)
            revoke_links(letter, by)
    elif letter.state == LetterState.SENDING:
        PaperCopy.objects.filter(pk=copy.pk).delete()
        Letter.objects.filter(pk=letter.pk, state=LetterState.SENDING).update(
            state=LetterState.APPROVED, claimed_at=None, document=None
        )
        _drop(letter.document_id)
        revoke_links(letter, by)
    else:
        PaperCopy.objects.filter(pk=copy.pk).update(run=None)
    _tell("letter.unprinted", letter, by, run=copy.run_id)


def _drop(document_id: int | None) -> None:
    """The bytes of a copy nobody got, unless another letter has the same."""
    Document.objects.filter(pk=document_id).exclude(
        pk__in=Letter.objects.filter(document=document_id).values("document")
    ).delete()


def _decide_anew(business: Business, letters: Iterable[Letter], today: datetime.date) -> None:
    """What was withdrawn leaves its step open: after the commit, as delivery does, the engine looks at these customers."""
    customers = sorted({letter.customer_id for letter in letters})
    if customers:
        escalate(business, today, only=customers)


def _tell(kind: str, letter: Letter, by: User | None, **data: object) -> None:
    log.record(letter.business, kind, f"letter:{letter.pk}", customer=letter.customer, actor=by, **data)
