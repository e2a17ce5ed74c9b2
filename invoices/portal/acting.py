"""Writes what a customer does behind their link: each act with its Event, and on the desk where a person must act.

What binds needs the proof of a code (domain.md 6.8): without it every function here that binds refuses, whoever calls it.
"""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.attachments import attach
from customers.desk import open_task
from customers.models import Task
from customers.models.desk import TaskKind, TaskState
from invoices.agreeing import AgreementError, make_promise
from invoices.allocation import OpenItem, oldest_first
from invoices.disputing import open_dispute
from invoices.models import Dispute, Invoice, PortalCode, Promise
from invoices.portal.opening import Portal

# Words a stranger may pile up in one task.
LONGEST = 4000


class NotConfirmed(AgreementError):
    """Who acts has not given the code, or gave it too long ago."""


@transaction.atomic
def promise(*, portal: Portal, items: Iterable[OpenItem], currency: str, amount: Decimal, due_on: datetime.date) -> Promise:
    """Records a day and an amount for the invoices of the link, oldest first, within the limits of every promise (T37)."""
    confirmed(portal)
    row = make_promise(
        customer=portal.customer,
        currency=currency,
        amount=amount,
        made_on=portal.today,
        due_on=due_on,
        split=oldest_first(amount, items),
        contact=portal.link.contact,
        source="portal",
    )
    tell(portal, "portal.promised", promise=row.pk)
    return row


@transaction.atomic
def query(*, portal: Portal, invoice: int, code: str, amount: Decimal, words: str, paper: UploadedFile | None = None) -> Dispute:
    """Opens a dispute over an invoice of the link, with the paper that shows it; it is on the desk at once."""
    confirmed(portal)
    dispute = open_dispute(
        invoice=_listed(portal, invoice),
        code=code,
        amount=amount,
        on=portal.today,
        calendar=portal.business.calendar,
        summary=words,
    )
    if paper is not None:
        attach(customer=portal.customer, subject=f"dispute:{dispute.pk}", upload=paper, by=None)
    tell(portal, "portal.queried", dispute=dispute.pk)
    return dispute


@transaction.atomic
def say_paid(*, portal: Portal, invoice: int, words: str, paper: UploadedFile | None = None) -> None:
    """They say it is paid: somebody looks for the money by the next business day and answers either way (R06)."""
    confirmed(portal)
    row = _listed(portal, invoice)
    said = _("Behind their link: invoice %(number)s is paid already. “%(words)s”") % {"number": row.number, "words": words}
    task = put(portal, TaskKind.MATCH_CASH, portal.today, portal.business.calendar.add(portal.today, 1), said)
    if paper is not None:
        attach(customer=portal.customer, subject=f"invoice:{row.pk}", upload=paper, by=None)
    tell(portal, "portal.paid_said", invoice=row.pk, task=task.pk)


@transaction.atomic
def ask_call(*, portal: Portal, on: datetime.date, time: str, phone: str, words: str) -> None:
    """They ask to be rung: a task for that day. It binds nobody, so it needs no code; the task says whether there was one."""
    day = portal.business.calendar.roll_forward(on)
    said = [_("They asked for a call behind their link."), time, phone, f"“{words}”" if words else "", unconfirmed(portal)]
    task = put(portal, TaskKind.CALLBACK, day, day, " ".join(filter(None, said)))
    tell(portal, "portal.call_asked", task=task.pk, on=day.isoformat())


@transaction.atomic
def tell_contact(*, portal: Portal, changes: Iterable[tuple[str, str]]) -> None:
    """They tell us who it is now: a task for a person. Nothing on file changes by itself: a link may have been passed on."""
    lines = [_("They say behind their link that a contact changed. Check it before you change it."), unconfirmed(portal)]
    lines += [f"{label}: {value}" for label, value in changes if value]
    due_on = portal.business.calendar.add(portal.today, 1)
    task = put(portal, TaskKind.CONTACT_CHANGE, portal.today, due_on, "\n".join(filter(None, lines)))
    tell(portal, "portal.contact_told", task=task.pk)


def confirmed(portal: Portal) -> PortalCode:
    """The code this visitor gave. Raises NotConfirmed where there is none: nothing binds without it (T48)."""
    if portal.proof is None or portal.preview:
        raise NotConfirmed(_("Please confirm first that it is you."))
    return portal.proof


def tell(portal: Portal, kind: str, **data: object) -> None:
    """Logs an act of the customer on the link it came through."""
    link, code = portal.link, portal.proof
    facts = {"link": link.pk, **({"code": code.pk} if code else {}), **data}
    log.record(portal.business, kind, f"link:{link.pk}", customer=portal.customer, **facts)


def _listed(portal: Portal, invoice: int) -> Invoice:
    """An invoice of the link, and no other (T50)."""
    row = portal.link.invoices.filter(pk=invoice).select_related("business", "customer").first()
    if row is None:
        raise AgreementError(_("This invoice is not on this page."))
    return row


def unconfirmed(portal: Portal) -> str:
    return "" if portal.proof else _("Not confirmed by a code.")


def put(portal: Portal, kind: TaskKind, opens_on: datetime.date, due_on: datetime.date, words: str) -> Task:
    """The task of this kind about the link; what is said while one is open joins it, up to a length."""
    about = {"business": portal.business, "customer": portal.customer, "kind": kind, "subject": f"link:{portal.link.pk}"}
    standing = Task.objects.select_for_update().filter(**about, state=TaskState.OPEN).first()
    if standing is None:
        return open_task(**about, opens_on=opens_on, due_on=due_on, currency=portal.link.currency, reason=words[:LONGEST])
    joined = standing.reason if words in standing.reason else f"{standing.reason}\n{words}"[:LONGEST]
    Task.objects.filter(pk=standing.pk).update(reason=joined, due_on=min(standing.due_on, due_on))
    return standing
