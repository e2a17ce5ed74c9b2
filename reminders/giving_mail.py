"""Gives a message to the customer it is from, where nobody could be found for it when it came in."""

import re
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from arcollect.ids import read_id
from customers import log
from customers.editing import save_contact
from customers.models import Business, Contact, Conversation, Customer, ReceivedMail, Task, User
from customers.models.desk import Outcome, TaskKind, TaskState

MOST = 20
# An order number, a customer's name: words of a subject short of this tell nothing.
TELLING = 4


class MailError(ValueError):
    """The message cannot be given so; the text says why."""


def homeless(business: Business) -> QuerySet[Task]:
    """The open tasks to answer a message of nobody we know."""
    return Task.objects.filter(
        business=business, customer=None, kind=TaskKind.ANSWER_MAIL, state=TaskState.OPEN, subject__startswith="mail:"
    )


def mail_of(task: Task) -> ReceivedMail | None:
    """The message such a task is about."""
    pk = read_id(task.subject.partition(":")[2])
    return ReceivedMail.objects.filter(business=task.business_id, pk=pk).first()


def candidates(mail: ReceivedMail, words: str = "") -> Sequence[Customer]:
    """Customers it may be from: by the words looked for, else by the house of its sender and the words of its subject."""
    customers = Customer.objects.filter(business=mail.business_id)
    if words:
        found = Q(name__icontains=words) | Q(reference__icontains=words) | Q(invoices__number__iexact=words)
        return list(customers.filter(found).distinct()[:MOST])
    house = mail.sender.rpartition("@")[2]
    found = Q(contacts__email__iendswith=f"@{house}") if house else Q(pk=None)
    for word in re.findall(r"[\w-]+", mail.subject):
        if len(word) >= TELLING:
            found |= Q(invoices__number__iexact=word)
    return list(customers.filter(found).distinct()[:MOST])


@transaction.atomic
def give_mail(*, task: Task, customer: Customer, keep_address: bool, by: User | None) -> Conversation:
    """The message becomes something this customer said, its task theirs; the address becomes a contact where asked for.

    Raises MailError where somebody was faster.
    """
    mail = mail_of(task)
    if mail is None or not homeless(task.business).select_for_update().filter(pk=task.pk).exists():
        raise MailError(_("Somebody took this message up already."))
    contact = customer.contacts.filter(email__iexact=mail.sender).first()
    if contact is None and keep_address and mail.sender:
        contact = Contact(business=customer.business, customer=customer, email=mail.sender)
        save_contact(contact=contact, changed=(), actor=by)
    who, _gap, words = task.reason.partition("\n\n")
    said = Conversation.objects.create(
        business=customer.business,
        customer=customer,
        contact=contact,
        task=task,
        at=mail.received_at,
        channel="email",
        inbound=True,
        outcome=Outcome.REACHED,
        notes=words,
        by=by,
    )
    Task.objects.filter(pk=task.pk).update(customer=customer, reason=who)
    ReceivedMail.objects.filter(pk=mail.pk).update(customer=customer, conversation=said)
    log.record(customer.business, "mail.given", f"mail:{mail.pk}", customer=customer, actor=by, task=task.pk)
    return said
