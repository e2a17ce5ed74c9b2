"""Reads, before somebody dials, what stands against ringing each number of a customer (domain.md 7.1, 7.2, 7.4)."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from arcollect.dates import Calendar
from arcollect.phones import show_phone
from customers.models import Contact, Customer, Task
from customers.models.customer import ContactRole
from customers.models.desk import TaskKind
from reminders.contact_history import SERVICE_CALLS, history_of, limits_of
from reminders.contact_limits import Block, Warn, call_findings, next_call
from reminders.models import HandOff, HandOffState

# A callback answers something of theirs where it is about one of these; any other is a call about money like the rest.
ANSWERS = ("dispute", "mail")


@dataclass(frozen=True, slots=True)
class Number:
    """One number to ring: as people read it, the time there, what stands against it now, and the first moment nothing does."""

    contact: Contact
    phone: str
    there: datetime.time
    findings: tuple[Warn | Block, ...]
    next_at: datetime.datetime | None

    @property
    def blocked(self) -> bool:
        return any(isinstance(one, Block) for one in self.findings)


def numbers_of(customer: Customer, task: Task | None, calendar: Calendar, now: datetime.datetime) -> list[Number]:
    """The customer's numbers, in the order of their contacts. `task`: what one rings for. Four queries."""
    rules, region = customer.business.rules, customer.business.country
    today = customer.business.local_date(now)
    history, service, numbers = history_of(customer, now), is_service(task), []
    handed = tuple(_with_agency(customer, task))
    for contact in customer.contacts.exclude(phone=""):
        limits = limits_of(customer, rules, calendar, phone=contact.phone)
        flags = (*flag_findings(customer, contact, today), *handed)
        findings = (*flags, *call_findings(limits, history, now, service=service))
        free = next_call(limits, history, now, service=service) if findings and not flags else None
        there = now.astimezone(ZoneInfo(limits.known_zones[0].key)).time()
        numbers.append(Number(contact, show_phone(contact.phone, region), there, findings, free))
    return numbers


def is_service(task: Task | None) -> bool:
    """Whether a call asks for nothing, or answers what they asked: such calls are counted, never too many (domain.md 7.2)."""
    if task is None or task.kind not in SERVICE_CALLS:
        return False
    return task.kind != TaskKind.CALLBACK or task.subject.partition(":")[0] in ANSWERS


def flag_findings(customer: Customer, contact: Contact, today: datetime.date) -> Iterator[Warn | Block]:
    """What the flags of the customer say about ringing this contact (domain.md 7.4)."""
    moratorium, pause = customer.moratorium_until, customer.no_reminders_until
    if customer.deceased:
        yield Block("DECEASED", _("Deceased: the owner decides."))
    if customer.insolvent:
        yield Block("INSOLVENT", _("Insolvent: the owner decides."))
    if customer.cease_contact:
        yield Block("CEASE", _("They asked not to be contacted."))
    if moratorium and moratorium >= today:
        words = _("A moratorium runs until %(day)s: no contact about the debt.")
        yield Block("MORATORIUM", words % {"day": moratorium.isoformat()})
    if customer.represented_by and contact.role != ContactRole.REPRESENTATIVE:
        yield Block("REPRESENTED", _("Represented: speak to the representative only."))
    if customer.vulnerable:
        yield Warn("VULNERABLE", _("Marked as vulnerable: go gently, press for nothing."))
    if customer.no_reminders or (pause and pause >= today):
        yield Warn("NO_REMINDERS", _("Not to be reminded for now."))


def _with_agency(customer: Customer, task: Task | None) -> Iterator[Warn]:
    """What an agency collects nobody here asks for (P22)."""
    rows = HandOff.objects.filter(customer=customer, state=HandOffState.HANDED)
    for row in rows:
        if task is None or task.currency in ("", row.currency):
            words = _("%(agency)s collects what they owe in %(currency)s: ask for none of it.")
            yield Warn("HANDED_OFF", words % {"agency": row.agency, "currency": row.currency})


def findings_for(numbers: Sequence[Number], contact: Contact | None) -> tuple[Warn | Block, ...]:
    """What stood against the call: of the number of whom was spoken with, else of the number with the least against it."""
    theirs = [number for number in numbers if contact is not None and number.contact.pk == contact.pk]
    least = sorted(theirs or numbers, key=lambda number: (number.blocked, len(number.findings)))
    return least[0].findings if least else ()
