"""Writes what becomes of a letter on its way out: claimed, sent, failed, put off, rerouted, not known."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from customers import desk, log
from customers.documents import store
from customers.models import Business, Contact, Customer, Event, Letter, Task
from customers.models.business import Role
from customers.models.customer import Channel
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterCode, LetterState
from reminders.cases import NOTHING, InvoiceFacts, case_in
from reminders.confirmations import fallen, outdated
from reminders.confirming import write_anew
from reminders.facts import Settings, cases_of, standing_block
from reminders.hand_offs import threatened
from reminders.happenings import no_longer_so
from reminders.issuing import mail_contacts
from reminders.letter_links import store_link
from reminders.models import PaperCopy, Reminder
from reminders.outbox import close_review, withdraw
from reminders.plan_happenings import instalment_open
from reminders.settlement_letters import offer_gone
from reminders.smtp import message_id
from reminders.timetable import DUNNING, RANK
from reminders.waiting import maybe_paid
from reminders.ways import Way, way_of
from reminders.wordings import worn_out

UNCONFIRMED_AFTER = datetime.timedelta(minutes=15)
# How often a mail server may put one letter off before a person looks at it: with growing pauses, most of a day.
MAX_ATTEMPTS = 8


@transaction.atomic
def claim(
    letter: Letter, contact: Contact | None, pdf: bytes, settings: Settings, today: datetime.date, now: datetime.datetime
) -> tuple[str, bool]:
    """Claims a letter, keeps its PDF and opens its link: ("", False). Else why it must not go, and whether it was withdrawn as
    no longer true.

    `contact` is the one the PDF was made for. Balance, disputes, plans, flags and contact are read again here (T14); a letter
    somebody held, or worded and approved again, since it was read is not the one to go.
    """
    as_read = {"approved_at": letter.approved_at, "hold_until": letter.hold_until}
    mine = Letter.objects.filter(pk=letter.pk, state=LetterState.APPROVED, **as_read).update(
        state=LetterState.SENDING, claimed_at=now, attempts=F("attempts") + 1, contact=contact
    )
    if not mine:
        return _("Taken by another delivery, or changed this moment."), False
    customer = Customer.objects.select_related("business").get(pk=letter.customer_id)
    reason = changed(letter, customer, settings, today)
    if reason:
        withdraw(letter=letter, reason=reason, on=today)
        if letter.code == LetterCode.LCALL:
            write_anew(letter=letter, today=today)
        return reason, True
    if _address(customer, mail_contacts([customer.pk]).get(customer.pk)) != _address(letter.customer, contact):
        Letter.objects.filter(pk=letter.pk).update(state=LetterState.APPROVED, claimed_at=None, attempts=F("attempts") - 1)
        return _("Their contact changed this moment: it goes with the next delivery."), False
    document = store(business=letter.business, content=pdf, content_type="application/pdf", name=f"{letter.code}-{letter.pk}.pdf")
    # Known before the hand-over: what comes back of a letter whose hand-over broke off tells which it was.
    answered_as = message_id(letter) if way_of(letter.channel, customer, contact).email else ""
    Letter.objects.filter(pk=letter.pk).update(document=document, written_on=letter.written_on, message_id=answered_as)
    store_link(letter, contact, today)
    return "", False


def _address(customer: Customer, contact: Contact | None) -> tuple[object, ...]:
    """All that decides where a letter goes."""
    mail = (contact.pk, contact.email, contact.reachable_by_email) if contact else ()
    return customer.address_lines, customer.has_address, customer.represented_by, mail


def changed(letter: Letter, customer: Customer, settings: Settings, today: datetime.date) -> str:
    """What of the letter is no longer true, or "".

    No flag may stop it, each invoice must still be asked for as written, nothing have come in since (T14, T23), and no later
    step been taken.
    """
    cases = cases_of(letter.business, [customer], settings, today).get(customer.pk, [])
    case = case_in(cases, letter.currency)
    block = case.blocked_for(letter.code) if case else standing_block(customer, today)[0]
    if block:
        return block
    if letter.code == LetterCode.LCALL:
        return outdated(letter, case, today) or worn_out(letter, today)
    if "instalment" in letter.facts:
        return "" if instalment_open(letter, today) else _("The instalment came in, or the plan has ended.")
    if "settlement" in letter.facts:
        return offer_gone(letter, today) or worn_out(letter, today)
    if "final" in letter.facts and (reason := threatened(letter, settings.rules)):
        return reason
    rows = {row.id: row for row in case.invoices} if case else {}
    for line in letter.facts["lines"]:
        if _reads_otherwise(line, rows.get(line["invoice"]), today):
            return _("Invoice %(number)s changed since the letter was written.") % {"number": line["number"]}
    if case and case.unapplied != Decimal(letter.facts["unapplied"]):
        return _("Money came in since the letter was written.")
    # The satisfaction letter asks for no money, so that the engine does not wait: taken back, it would be written for ever.
    if case and letter.code != LetterCode.L0 and maybe_paid(case, settings.rules, today):
        return _("Money came in that may be theirs: whose it is must be said first.")
    return _too_late(letter, today) or overtaken(letter) or fallen(letter) or no_longer_so(letter) or worn_out(letter, today)


def _too_late(letter: Letter, today: datetime.date) -> str:
    """Says that what was to be written before the due date is past it, or ""."""
    late = letter.code == LetterCode.LC and any(line["due_on"] < today.isoformat() for line in letter.facts["lines"])
    return _("It is due by now: a note before the due date comes too late.") if late else ""


def _reads_otherwise(line: Mapping[str, Any], row: InvoiceFacts | None, today: datetime.date) -> bool:
    """Whether a line of a letter would be another one today: another sum, or the invoice's own days corrected since."""
    if (row.askable(today) if row else NOTHING) != Decimal(line["collectable"]):
        return True
    return row is not None and (row.issued_on.isoformat(), row.due_on.isoformat()) != (line["issued_on"], line["due_on"])


def overtaken(letter: Letter) -> str:
    """Says that a higher step was taken since, or "": nobody gets the 30-day letter after the 60-day one."""
    ours = Reminder.objects.filter(letter=letter, withdrawn_on=None).first()
    if ours is None or ours.step not in DUNNING:
        return ""
    higher = [step for step in DUNNING if RANK[step] > RANK[ours.step]]
    later = Reminder.objects.filter(customer=ours.customer_id, currency=ours.currency, pk__gt=ours.pk, step__in=higher)
    taken = later.filter(withdrawn_on=None, skipped_reason="").exists()
    return _("A later step was taken since the letter was written.") if taken else ""


@transaction.atomic
def record(letter: Letter, way: Way, message_id: str, today: datetime.date, now: datetime.datetime, *, limit: str = "") -> None:
    """The letter is out: its step is completed (T08), its trace is on the customer and on its invoices (T47).

    `limit`: code of the contact limit it went out in spite of, where that is only to be noted (domain.md 7.2).
    """
    contact = letter.contact if way.email else None
    Letter.objects.filter(pk=letter.pk).update(
        state=LetterState.SENT,
        sent_on=today,
        sent_at=now,
        sent_to=contact.email if contact else "post",
        message_id=message_id,
        problem="",
    )
    Reminder.objects.filter(letter=letter, completed_on=None).update(completed_on=today)
    close_review(letter, None, today)
    noted = {"limit": limit} if limit else {}
    log.record(
        letter.business,
        "letter.sent",
        f"letter:{letter.pk}",
        customer=letter.customer,
        on=today.isoformat(),
        way=way.name,
        contact=letter.contact_id,
        invoices=[line["invoice"] for line in letter.facts["lines"]],
        **noted,
    )


def queue_paper(letter: Letter) -> None:
    """A letter that went by e-mail goes by post as well: its paper waits for the next print run.

    In the transaction that records the e-mail: cut off between the two, the paper would be lost for ever.
    """
    PaperCopy.objects.get_or_create(letter=letter, defaults={"business": letter.business})


@transaction.atomic
def reroute(letter: Letter, way: Way) -> None:
    """Writes on the letter, and into the log, that it goes another way than it was to, and why (T44); once."""
    moved = Letter.objects.filter(pk=letter.pk, state=LetterState.APPROVED).exclude(channel=way.channel)
    if not moved.update(channel=way.channel, problem=way.words):
        return
    letter.channel, letter.problem = way.channel, way.words
    _log(letter, "letter.rerouted", channel=str(way.channel), lost=way.lost)


@transaction.atomic
def fail(letter: Letter, reason: str, today: datetime.date, *, bounced: bool = False) -> None:
    """The letter has nowhere to go: its step is not completed, a task is opened to find the contact (T43).

    `bounced`: the letter's contact takes no mail. Without any address at all the task is the owner's (T44).
    """
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.FAILED, problem=reason[:300])
    if bounced and letter.contact is not None:
        Contact.objects.filter(pk=letter.contact_id).update(bounced_on=today, bounce_reason=reason[:300])
        contact = f"contact:{letter.contact_id}"
        log.record(letter.business, "contact.bounced", contact, customer=letter.customer, contact=letter.contact_id)
    role = Role.BOOKKEEPER if bounced else Role.OWNER
    _open_task(letter, TaskKind.FIND_CONTACT, "contact", reason, today, role)
    _log(letter, "letter.failed", on=today.isoformat())


@transaction.atomic
def give_up(letter: Letter, reason: str, today: datetime.date) -> None:
    """A mail server will not take this letter, though nothing is wrong with the address: a person looks at it."""
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.FAILED, problem=reason[:300], attempts=MAX_ATTEMPTS)
    words = _("A letter cannot be sent. %(why)s") % {"why": reason}
    _open_task(letter, TaskKind.OTHER, f"letter:{letter.pk}", words, today, Role.BOOKKEEPER)
    _log(letter, "letter.failed", on=today.isoformat())


def put_off(letter: Letter, reason: str, *, spent: bool) -> None:
    """Not now: the letter stays approved. `spent`: it counts as an attempt, after which the next pause is longer."""
    waiting = Letter.objects.filter(pk=letter.pk, state=LetterState.SENDING)
    waiting.update(state=LetterState.APPROVED, problem=reason[:300], attempts=F("attempts") - (0 if spent else 1))


@transaction.atomic
def doubt(letter: Letter, reason: str) -> None:
    """Nobody knows whether it arrived: it is not sent again unless a person says so."""
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.UNCONFIRMED, problem=reason[:300])
    _log(letter, "letter.unconfirmed")


@transaction.atomic
def settle_unconfirmed(business: Business, now: datetime.datetime) -> int:
    """Letters that were being sent when something died: nobody knows, so a person decides (architecture.md).

    What lies printed in a run that is not posted yet is waiting, not lost.
    """
    printed = PaperCopy.objects.filter(business=business, run__isnull=False, posted_on=None, taken_out="")
    stuck = Letter.objects.filter(business=business, state=LetterState.SENDING, claimed_at__lt=now - UNCONFIRMED_AFTER)
    rows = list(stuck.exclude(pk__in=printed.values("letter")).select_for_update().only("pk", "customer_id"))
    ids = [row.pk for row in rows]
    words = _("The hand-over was interrupted: check whether it arrived.")
    Letter.objects.filter(pk__in=ids).update(state=LetterState.UNCONFIRMED, problem=words)
    _log_many(business, "letter.unconfirmed", rows, "letter")
    return len(rows)


@transaction.atomic
def retry_found(business: Business, today: datetime.date) -> None:
    """Failed letters whose customer has an address go back to be sent, and the search for a contact that is there is over.

    It goes on where a letter only goes by post because mail to the contact bounced (T43).
    """
    failed = Letter.objects.filter(business=business, state=LetterState.FAILED, attempts__lt=MAX_ATTEMPTS)
    searches = Task.objects.filter(business=business, kind=TaskKind.FIND_CONTACT, subject="contact", state=TaskState.OPEN)
    ids = {*failed.values_list("customer_id", flat=True), *searches.values_list("customer_id", flat=True)}
    contacts = mail_contacts(ids)
    rows = Customer.objects.filter(pk__in=ids).select_related("business")
    found = [row for row in rows if not way_of(Channel.BOTH, row, contacts.get(row.pk)).nowhere]
    solved = [row for row in found if row.pk not in contacts or contacts[row.pk].bounced_on is None]
    again, over = list(failed.filter(customer__in=found)), list(searches.filter(customer__in=solved))
    failed.filter(pk__in=[row.pk for row in again]).update(state=LetterState.APPROVED, problem="", claimed_at=None, attempts=0)
    searches.filter(pk__in=[row.pk for row in over]).update(state=TaskState.DONE, outcome="Found", closed_on=today)
    _log_many(business, "letter.retried", again, "letter")
    _log_many(business, "task.done", over, "task")


@transaction.atomic
def try_again(letter: Letter) -> None:
    """Puts a failed letter back among the approved, as if it were its first attempt: a person asked for it."""
    failed = Letter.objects.filter(pk=letter.pk, state=LetterState.FAILED)
    if failed.update(state=LetterState.APPROVED, problem="", claimed_at=None, attempts=0):
        _log(letter, "letter.retried")


def ask_to_verify(letter: Letter, today: datetime.date) -> None:
    """One task to verify the contact an automatic letter waits for."""
    customer, words = letter.customer, _("A letter waits until the contact is verified.")
    desk.ask_to_verify(customer=customer, opens_on=today, due_on=customer.calendar.add(today, 1), reason=words)


def _open_task(letter: Letter, kind: TaskKind, subject: str, reason: str, today: datetime.date, role: Role) -> None:
    due_on = letter.customer.calendar.add(today, 1)
    Task.objects.get_or_create(
        business=letter.business,
        customer=letter.customer,
        kind=kind,
        state=TaskState.OPEN,
        subject=subject,
        defaults={"opens_on": today, "due_on": due_on, "reason": reason, "role": role},
    )


def _log(letter: Letter, kind: str, **data: object) -> None:
    log.record(letter.business, kind, f"letter:{letter.pk}", customer=letter.customer, **data)


def _log_many(business: Business, kind: str, rows: list[Letter] | list[Task], area: str) -> None:
    log.record_many(
        business,
        [Event(business=business, customer_id=row.customer_id, kind=kind, subject=f"{area}:{row.pk}") for row in rows],
    )
