"""Reads, before somebody dials, what stands against ringing each number of a customer (domain.md 7.1, 7.2)."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from arcollect.dates import Calendar
from arcollect.phones import show_phone
from customers.models import Contact, Task
from reminders.contact_history import SERVICE_CALLS, history_of, limits_of
from reminders.contact_limits import Block, Warn, call_findings, next_call


@dataclass(frozen=True, slots=True)
class Number:
    """One number to ring: as people read it, what stands against it now, and the first moment nothing does."""

    contact: Contact
    phone: str
    findings: tuple[Warn | Block, ...]
    next_at: datetime.datetime | None

    @property
    def blocked(self) -> bool:
        return any(isinstance(one, Block) for one in self.findings)


def numbers_of(task: Task, calendar: Calendar, now: datetime.datetime) -> list[Number]:
    """The numbers of the task's customer, in the order of their contacts; two queries however many there are."""
    customer, rules = task.customer, task.business.rules
    contacts = list(customer.contacts.exclude(phone=""))
    history, service, numbers = history_of(customer, now), task.kind in SERVICE_CALLS, []
    for contact in contacts:
        limits = limits_of(customer, rules, calendar, phone=contact.phone)
        findings = tuple(call_findings(limits, history, now, service=service))
        free = next_call(limits, history, now, service=service) if findings else None
        numbers.append(Number(contact, show_phone(contact.phone, task.business.country), findings, free))
    return numbers


def findings_for(numbers: Sequence[Number], contact: Contact | None) -> tuple[Warn | Block, ...]:
    """What stood against the call: of the number of whom was spoken with, else of the number with the least against it."""
    theirs = [number for number in numbers if contact is not None and number.contact.pk == contact.pk]
    least = sorted(theirs or numbers, key=lambda number: (number.blocked, len(number.findings)))
    return least[0].findings if least else ()
