"""Writes what came in by e-mail, once: replies, bounces, automatic answers."""

import datetime
import re
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from customers import log
from customers.models import Business, Contact, Conversation, Customer, Letter, ReceivedMail, Task
from customers.models.desk import Outcome, TaskKind, TaskState
from customers.models.letter import LetterState, MailKind
from reminders.inbound import Automatic, Bounce, Inbound, Reply, Unknown
from reminders.models import Cursor, FollowUp, PaperCopy, Reminder

ADDRESS = re.compile(r"[^\s<>,;]+@[^\s<>,;]+")
KEPT_OF_AN_AUTOMATIC_ANSWER = 2000


class Receipt(StrEnum):
    """What became of a message: taken in, known already, nothing for us, or of nobody we know."""

    TAKEN = "taken"
    KNOWN = "known"
    IGNORED = "ignored"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a message is about. Without a customer the business's own people look at it."""

    business: Business
    customer: Customer | None = None
    letter: Letter | None = None
    contact: Contact | None = None


def receive(inbound: Inbound, *, now: datetime.datetime) -> Receipt:
    """Takes one message in. A second time, or beside itself, nothing happens."""
    if isinstance(inbound.content, Unknown) or Letter.objects.filter(message_id=inbound.message_id).exists():
        return Receipt.IGNORED
    whose = whose_is(inbound)
    if whose is None:
        return Receipt.NOBODY
    return Receipt.TAKEN if _take(inbound, whose, now) else Receipt.KNOWN


def is_known(message_id: str) -> bool:
    """Whether this message was taken in before."""
    return ReceivedMail.objects.filter(message_id=message_id).exists()


def whose_is(inbound: Inbound) -> Whose | None:
    """By the letter it answers; else by its sender, if that is one customer only; else by the address it was sent to.

    A business that is alone here gets what is left. None: no clue, and several it might belong to.
    """
    letters = {row.message_id: row for row in Letter.objects.filter(message_id__in=inbound.references).select_related("customer")}
    letter = next((letters[one] for one in inbound.references if one in letters), None)
    addresses = {inbound.sender, *(inbound.content.recipients if isinstance(inbound.content, Bounce) else ())} - {""}
    contacts = list(_contacts(addresses).select_related("customer__business"))
    if letter is not None:
        contact = next((row for row in contacts if row.customer_id == letter.customer_id), None)
        return Whose(letter.business, letter.customer, letter, contact)
    if len({contact.customer_id for contact in contacts}) == 1:
        return Whose(contacts[0].customer.business, contacts[0].customer, None, contacts[0])
    business = _business_of(inbound, contacts)
    return Whose(business) if business else None


def _contacts(addresses: set[str]) -> QuerySet[Contact]:
    return Contact.objects.annotate(address=Lower("email")).filter(address__in=addresses).order_by("id")


def _business_of(inbound: Inbound, contacts: list[Contact]) -> Business | None:
    known = {contact.customer.business for contact in contacts}
    if len(known) == 1:
        return known.pop()
    businesses = list(Business.objects.order_by("id"))
    if len(businesses) > 1:
        businesses = [row for row in businesses if row.email and row.email.lower() in inbound.recipients]
    return businesses[0] if len(businesses) == 1 else None


@transaction.atomic
def _take(inbound: Inbound, whose: Whose, now: datetime.datetime) -> bool:
    """Stores the message with all that follows from it; False where it is stored already.

    The cursor first, as the nightly run does: two that lock in another order wait for each other.
    """
    Cursor.objects.select_for_update().filter(business=whose.business).first()
    received_at = min(inbound.sent_at or now, now)
    mail, created = ReceivedMail.objects.get_or_create(
        business=whose.business,
        message_id=inbound.message_id[:300],
        defaults={
            "customer": whose.customer,
            "letter": whose.letter,
            "kind": KINDS[type(inbound.content)],
            "received_at": received_at,
            "sender": inbound.sender[:300],
            "subject": inbound.subject[:300],
            "detail": _detail(inbound),
        },
    )
    if created:
        today = whose.business.local_date(now)
        if isinstance(inbound.content, Reply):
            _take_reply(mail, inbound.content, whose, today)
        elif isinstance(inbound.content, Bounce):
            _take_bounce(mail, inbound.content, whose, today)
        else:
            _record(mail, "mail.automatic")
    return created


KINDS = {Reply: MailKind.REPLY, Bounce: MailKind.BOUNCE, Automatic: MailKind.AUTOMATIC}


def _detail(inbound: Inbound) -> str:
    """The server's words of a bounce, what an automatic answer says; a reply's words are in its conversation."""
    content = inbound.content
    if isinstance(content, Bounce):
        return f"{', '.join(content.recipients)}: {content.reason}"
    return content.text[:KEPT_OF_AN_AUTOMATIC_ANSWER] if isinstance(content, Automatic) else ""


def _take_reply(mail: ReceivedMail, reply: Reply, whose: Whose, today: datetime.date) -> None:
    """A conversation, and a task to answer it by the next business day. What it asks for a person reads, no program."""
    notes = reply.text
    if reply.attachments:
        notes = f"{notes}\n\n{_('With it came, in the mailbox: %(files)s') % {'files': ', '.join(reply.attachments)}}".strip()
    task = _task_to_answer(mail, notes, today)
    if mail.customer is not None:
        mail.conversation = Conversation.objects.create(
            business=mail.business,
            customer=mail.customer,
            contact=whose.contact,
            task=task,
            at=mail.received_at,
            channel="email",
            inbound=True,
            outcome=Outcome.REACHED,
            notes=notes,
            quoted=reply.quoted,
        )
        mail.save(update_fields=["conversation"])
    _record(mail, "mail.received", task=task.pk)


def _task_to_answer(mail: ReceivedMail, notes: str, today: datetime.date) -> Task:
    """The open task of answering about the same letter, or a new one. Of an unknown sender it holds the words themselves."""
    about = f"letter:{mail.letter_id}" if mail.letter_id else "mail"
    who = _("%(sender)s wrote: %(subject)s") % {"sender": mail.sender, "subject": mail.subject}
    calendar = (mail.customer or Customer(business=mail.business)).calendar
    task, _created = Task.objects.get_or_create(
        business=mail.business,
        customer=mail.customer,
        kind=TaskKind.ANSWER_MAIL,
        state=TaskState.OPEN,
        subject=about if mail.customer else f"mail:{mail.pk}",
        defaults={
            "opens_on": today,
            "due_on": calendar.add(today, 1),
            "reason": who if mail.customer else f"{who}\n\n{notes}",
        },
    )
    return task


def _take_bounce(mail: ReceivedMail, bounce: Bounce, whose: Whose, today: datetime.date) -> None:
    """For good: the address is marked, the step is not completed, a contact must be found (T43). A delay is only noted."""
    if not bounce.final:
        _record(mail, "mail.delayed")
        return
    addresses = set(bounce.recipients)
    if mail.letter:
        addresses |= {address.lower() for address in ADDRESS.findall(mail.letter.sent_to)}
        _undo(mail, mail.letter, today)
    contacts = list(_contacts(addresses).filter(customer=mail.customer)) if mail.customer else []
    for contact in contacts:
        _mark(contact, mail, today)
    _record(mail, "mail.bounced" if mail.letter else "mail.returned")
    if contacts or mail.customer is None:
        _task_to_find(mail, today)


def _mark(contact: Contact, mail: ReceivedMail, today: datetime.date) -> None:
    """No more mail to this address; a mended one is another and not meant."""
    marked = Contact.objects.filter(pk=contact.pk, bounced_on=None).update(bounced_on=today, bounce_reason=mail.detail[:300])
    if marked:
        log.record(mail.business, "contact.bounced", f"contact:{contact.pk}", customer=mail.customer, contact=contact.pk)


def _undo(mail: ReceivedMail, letter: Letter, today: datetime.date) -> None:
    """A letter that came back did not arrive, nor did one of which nobody knew; one that is on paper too did.

    One that is to go out again already is left to that: its contact is read anew.
    """
    if PaperCopy.objects.filter(letter=letter, taken_out="").exists():
        return
    unsure = Letter.objects.filter(pk=letter.pk, state__in=[LetterState.SENDING, LetterState.UNCONFIRMED])
    if unsure.update(state=LetterState.FAILED, problem=mail.detail[:300]):
        log.record(mail.business, "letter.failed", f"letter:{letter.pk}", customer=mail.customer, on=today.isoformat())
    elif letter.state == LetterState.SENT:
        _reopen_step(letter, today)
        # What followed from an event has no step: the nightly run writes it anew, while it is true.
        FollowUp.objects.filter(letter=letter).update(letter=None, redraft=True)


def _reopen_step(letter: Letter, today: datetime.date) -> None:
    """The step of a letter that came back is not completed, its level stays; not where a later one reached them since."""
    for reminder in Reminder.objects.filter(letter=letter, withdrawn_on=None, bounced_on=None):
        later = Reminder.objects.filter(customer=reminder.customer_id, currency=reminder.currency, pk__gt=reminder.pk)
        if not later.filter(withdrawn_on=None, letter__state=LetterState.SENT).exists():
            Reminder.objects.filter(pk=reminder.pk).update(completed_on=None, bounced_on=today)


def _task_to_find(mail: ReceivedMail, today: datetime.date) -> None:
    """The same task a delivery opens, so that there is one search; without a customer somebody at the house looks."""
    calendar = (mail.customer or Customer(business=mail.business)).calendar
    Task.objects.get_or_create(
        business=mail.business,
        customer=mail.customer,
        kind=TaskKind.FIND_CONTACT if mail.customer else TaskKind.OTHER,
        state=TaskState.OPEN,
        subject="contact" if mail.customer else f"mail:{mail.pk}",
        defaults={
            "opens_on": today,
            "due_on": calendar.add(today, 1),
            "reason": _("A mail came back: %(reason)s") % {"reason": mail.detail},
        },
    )


def _record(mail: ReceivedMail, kind: str, **data: object) -> None:
    log.record(mail.business, kind, f"mail:{mail.pk}", customer=mail.customer, letter=mail.letter_id, **data)
