"""Writes who owes us: the only writer of customers and contacts that people edit."""

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.desk import close_about, complete_task
from customers.models import Contact, Customer, Task, User
from customers.models.customer import ContactRole
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterState

# Free text of these stays out of the log, which says only that it changed (architecture.md, "The one log").
FREE_TEXT = {"hold_reason", "represented_by", "pay_run"}


@transaction.atomic
def save_customer(*, customer: Customer, changed: Collection[str], actor: User) -> None:
    """Stores a new customer, or the `changed` fields of one we have."""
    if customer.pk is None:
        customer.save()
        _record(customer, "customer.added", actor)
    elif changed:
        if "channel" in changed:
            _reroute(customer)
        customer.save(update_fields=changed)
        _record(customer, "customer.edited", actor, fields=sorted(changed))


def _reroute(customer: Customer) -> None:
    """Letters not yet out that went the customer's old way go the new one; what a step of the policy set stays."""
    before = Customer.objects.values_list("channel", flat=True).get(pk=customer.pk)
    waiting = [LetterState.WAITING_FOR_CALL, LetterState.DRAFT, LetterState.APPROVED]
    customer.letters.filter(channel=before, state__in=waiting).update(channel=customer.channel)


@transaction.atomic
def set_flags(*, customer: Customer, values: Mapping[str, Any], actor: User | None) -> None:
    """Sets flags and holds (domain.md 7.4). They count from this commit: delivery reads them again inside its claim."""
    stored = Customer.objects.select_for_update().get(pk=customer.pk)
    changes = {name: [getattr(stored, name), value] for name, value in values.items() if getattr(stored, name) != value}
    if not changes:
        return
    for name, (_before, value) in changes.items():
        setattr(stored, name, value)
    stored.save(update_fields=changes)
    _record(stored, "customer.flags_changed", actor, changes={name: _loggable(name, pair) for name, pair in changes.items()})


@transaction.atomic
def save_contact(*, contact: Contact, changed: Collection[str], actor: User | None) -> None:
    """Stores a new contact, or the `changed` fields of one we have.

    Another address or number is nobody's verified one yet, and another address has not bounced.
    """
    if contact.pk is None:
        contact.save()
        _record(contact.customer, "contact.added", actor, contact=contact.pk)
        return
    if not changed:
        return
    reset = set()
    if "email" in changed:
        contact.bounced_on, contact.bounce_reason, contact.email_stopped_on = None, "", None
        reset = {"bounced_on", "bounce_reason", "email_stopped_on"}
    if {"email", "phone"} & set(changed):
        contact.verified_on = None
        reset |= {"verified_on"}
    contact.save(update_fields={*changed, *reset})
    _record(contact.customer, "contact.edited", actor, contact=contact.pk, fields=sorted(changed))


@transaction.atomic
def put_right(
    *,
    customer: Customer,
    contact: Contact | None,
    on: datetime.date,
    actor: User | None,
    name: str = "",
    email: str = "",
    phone: str = "",
    role: str = "",
) -> Contact:
    """A contact as somebody there just told us: put right where one is given, else new; verified on the day it was said.

    Empty fields of one put right stay as they are.
    """
    contact = contact or Contact(business=customer.business, customer=customer)
    told = {"name": name, "email": email, "phone": phone, "role": role}
    changed = {field for field, value in told.items() if value and getattr(contact, field) != value}
    for field in changed:
        setattr(contact, field, told[field])
    save_contact(contact=contact, changed=changed, actor=actor)
    verify_contact(contact=contact, on=on, actor=actor)
    return contact


@transaction.atomic
def verify_contact(*, contact: Contact, on: datetime.date, actor: User | None) -> None:
    """Notes that somebody made sure, on this day, that the contact's details are right (P17); its tasks are done."""
    contact.verified_on, contact.verified_by = on, actor
    contact.save(update_fields=["verified_on", "verified_by"])
    _record(contact.customer, "contact.verified", actor, contact=contact.pk)
    words = _("The details were verified.")
    close_about(business=contact.business, subject=f"contact:{contact.pk}", outcome=words, on=on, by=actor)


@transaction.atomic
def doubt_contact(*, contact: Contact, actor: User | None) -> None:
    """Notes that the number of a contact reached somebody else: its details are nobody's verified ones any more."""
    Contact.objects.filter(pk=contact.pk).update(verified_on=None, verified_by=None)
    _record(contact.customer, "contact.doubted", actor, contact=contact.pk)


@transaction.atomic
def confirm_card(
    *,
    customer: Customer,
    contact: Contact,
    of_contact: Mapping[str, Any],
    of_customer: Mapping[str, Any],
    on: datetime.date,
    actor: User,
    told: Task | None = None,
    approver: str = "",
) -> None:
    """What somebody there confirmed or put right in one call: the contact is verified, whatever asked for it is done (P17).

    `told`: the open task with what they told us of a change; it is done with this. `approver`: the name of who approves the
    invoices there, kept as a decision maker where nobody of that name is known.
    """
    changed = {name for name, value in of_customer.items() if getattr(customer, name) != value}
    for name in changed:
        setattr(customer, name, of_customer[name])
    save_customer(customer=customer, changed=changed, actor=actor)
    edited = {name for name, value in of_contact.items() if getattr(contact, name) != value}
    for name in edited:
        setattr(contact, name, of_contact[name])
    save_contact(contact=contact, changed=edited, actor=actor)
    verify_contact(contact=contact, on=on, actor=actor)
    if approver and not customer.contacts.filter(name__iexact=approver).exists():
        person = Contact(business=customer.business, customer=customer, name=approver, role=ContactRole.DECISION_MAKER)
        save_contact(contact=person, changed=(), actor=actor)
    asking = Task.objects.filter(customer=customer, kind=TaskKind.VERIFY_AP, state=TaskState.OPEN)
    for task in (*asking.select_related("business", "customer"), *([told] if told else [])):
        complete_task(task=task, outcome=_("The details were verified."), on=on, by=actor)


def _loggable(name: str, pair: list[Any]) -> list[Any]:
    """Before and after as JSON keeps them; of free text only whether there was any."""
    if name in FREE_TEXT:
        return [bool(value) for value in pair]
    return [value.isoformat() if isinstance(value, datetime.date) else value for value in pair]


def _record(customer: Customer, kind: str, actor: User | None, **data: Any) -> None:
    log.record(customer.business, kind, f"customer:{customer.pk}", customer=customer, actor=actor, **data)
