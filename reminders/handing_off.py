"""Writes what is given to an agency, taken back or closed: nothing of ours goes out meanwhile (P22, T16)."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.documents import store
from customers.models import Customer, User
from invoices.agreeing import alone_with
from reminders.agency_pack import pack
from reminders.cases import case_in
from reminders.facts import cases_of, settings_of
from reminders.hand_offs import objections, total_of, worth
from reminders.models import Cursor, HandOff, HandOffState
from reminders.sweeping import sweep


class HandOffError(ValueError):
    """This may not be handed off, or not be ended so; the message says why."""


@transaction.atomic
def hand_off(*, customer: Customer, currency: str, agency: str, on: datetime.date, actor: User, note: str = "") -> HandOff:
    """Gives what is overdue in one currency to an agency, with the pack that proves it; what was queued is taken back at once.

    Raises HandOffError while anything of it is disputed, promised, planned, being settled or flagged (T16).
    """
    business = customer.business
    Cursor.objects.select_for_update().get_or_create(business=business)
    alone_with(customer)
    settings = settings_of(business)
    case = case_in(cases_of(business, [customer], settings, on).get(customer.pk, []), currency)
    problems = objections(customer, case, on)
    if not agency.strip():
        problems = [*problems, _("Say which agency.")]
    if problems or case is None:
        raise HandOffError(" ".join(problems))
    content = pack(customer=customer, case=case, agency=agency, on=on)
    name = f"{customer.reference}-{currency}-{on.isoformat()}.zip".replace("/", "-")
    row = HandOff.objects.create(
        business=business,
        customer=customer,
        currency=currency,
        amount=total_of(case, on),
        agency=agency.strip(),
        handed_on=on,
        pack=store(business=business, content=content, content_type="application/zip", name=name),
        note=note,
        by=actor,
    )
    _log(row, "handed", actor, amount=worth(case, on), currency=currency)
    sweep(business=business, customer_ids=[customer.pk], settings=settings, today=on)
    return row


@transaction.atomic
def take_back(*, row: HandOff, on: datetime.date, actor: User) -> None:
    """It is ours again: the steps go on."""
    _end(row, HandOffState.TAKEN_BACK, on, actor)


@transaction.atomic
def close(*, row: HandOff, on: datetime.date, actor: User) -> None:
    """The agency is done with it, whether they collected anything or not."""
    _end(row, HandOffState.CLOSED, on, actor)


def _end(row: HandOff, state: HandOffState, on: datetime.date, actor: User) -> None:
    ended = HandOff.objects.filter(pk=row.pk, state=HandOffState.HANDED).update(state=state, ended_on=on)
    if not ended:
        raise HandOffError(_("It is not with the agency any more."))
    _log(row, str(state), actor, on=on.isoformat())


def _log(row: HandOff, kind: str, actor: User, **data: object) -> None:
    log.record(row.business, f"handoff.{kind}", f"handoff:{row.pk}", customer=row.customer, actor=actor, **data)
