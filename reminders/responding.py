"""Writes what follows at once from something that happened: its letter and its call, once (domain.md 3.4)."""

import datetime
import logging
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.desk import open_task
from customers.models import Business, Contact, Customer, Letter, Task
from customers.models.business import Role
from customers.models.customer import Channel, Kind
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterCode, LetterState
from reminders.cases import Case, case_in
from reminders.facts import Settings, cases_of
from reminders.following import Call, Following, Happened, follow
from reminders.freezing import frozen_facts
from reminders.happenings import happenings
from reminders.issuing import mail_contacts
from reminders.models import Cursor, FollowUp, Occasion
from reminders.outbox import open_review
from reminders.timetable import DUNNING
from reminders.wordings import carry_over

logger = logging.getLogger(__name__)

ABOVE_NOTICE = DUNNING[1:]


def respond(
    business: Business, settings: Settings, today: datetime.date, *, only: Sequence[int] | None = None
) -> dict[int, Exception]:
    """Follows up what happened lately, in one transaction beside no other; safe to run twice or late.

    Returns what went wrong by customer id: it is logged and stops nobody else (T07).
    """
    with transaction.atomic():
        Cursor.objects.select_for_update().get(business=business)
        found = happenings(business, today, only)
        if not found:
            return {}
        customers = {row.pk: row for row in Customer.objects.filter(pk__in={one.customer_id for one in found})}
        cases = cases_of(business, list(customers.values()), settings, today)
        contacts = mail_contacts(customers)
        failed: dict[int, Exception] = {}
        for one in found:
            customer = customers[one.customer_id]
            case = case_in(cases.get(customer.pk, []), one.currency)
            calendar = settings.calendar(customer.country, customer.region)
            person, within = customer.kind != Kind.COMPANY, settings.rules["dispute"]["resolved_call_bd"]
            try:
                following = follow(one, case, calendar, today, individual=person, answer_within=within)
                if following is not None and case is not None:
                    _write(business, customer, case, following, contacts, today)
            except Exception as error:
                logger.exception("What happened to %s could not be followed up", one.subject)
                failed[customer.pk] = error
        return failed


@transaction.atomic
def _write(
    business: Business,
    customer: Customer,
    case: Case,
    following: Following,
    contacts: Mapping[int, Contact],
    today: datetime.date,
) -> None:
    """The row that makes it happen once, its letter, its call unless that was asked for before.

    A letter of a step above the notice, written since it happened, asks for the same money: one is enough.
    """
    happened = following.happened
    row = FollowUp.objects.filter(occasion=happened.occasion, subject=happened.subject).first()
    row = row or FollowUp(business=business, customer=customer, occasion=happened.occasion, subject=happened.subject, on=today)
    if row.on < happened.on and happened.occasion in (Occasion.QUERY_CLOSED, Occasion.PAYMENT_RETURNED):
        row.on, row.task = today, None  # It was opened again since, and closed anew; it stood again, and came back anew.
    asked = customer.letters.filter(currency=case.currency, written_on__gte=happened.on)
    asked = asked.exclude(state__in=[LetterState.WAITING_FOR_CALL, LetterState.CANCELLED])
    if happened.occasion != Occasion.PROMISE_BROKEN or not asked.filter(reminders__step__in=ABOVE_NOTICE).exists():
        row.letter = _letter(business, customer, case, following, contacts.get(customer.pk), today)
    if following.call is not None:
        row.task = row.task or _task(business, customer, happened, following.call)
    if happened.occasion == Occasion.WORSENING:
        _alert(customer, happened, today)
    row.redraft = False
    row.save()
    for subject in happened.also:
        fields = {"business": business, "customer": customer, "on": today, "task": row.task}
        FollowUp.objects.get_or_create(occasion=happened.occasion, subject=subject, defaults=fields)
    log.record(
        business,
        "followup.made",
        f"followup:{row.pk}",
        customer=customer,
        occasion=str(happened.occasion),
        about=happened.subject,
        letter=row.letter_id,
        task=row.task_id,
    )


def _letter(
    business: Business,
    customer: Customer,
    case: Case,
    following: Following,
    contact: Contact | None,
    today: datetime.date,
) -> Letter | None:
    """The letter that follows: a draft to be looked at; the mail before an instalment is born approved (architecture.md)."""
    if following.letter is None or following.asks is None:
        return None
    happened, notice = following.happened, following.letter == LetterCode.LPI
    if notice and (customer.channel == Channel.POST or contact is None or not contact.reachable_by_email):
        return None  # By post it would arrive when the day is past.
    letter = Letter(
        business=business,
        customer=customer,
        contact=contact,
        code=following.letter,
        state=LetterState.APPROVED if notice else LetterState.DRAFT,
        channel=Channel.EMAIL if notice else customer.channel,
        currency=happened.currency,
        language=customer.language or business.language,
        written_on=today,
        total=following.asks.total or happened.amount,
        facts=frozen_facts(following.asks, case, today) | happened.facts,
    )
    carry_over([letter], today)
    letter.save(force_insert=True)
    if not notice:
        open_review(letter, today)
    return letter


def _task(business: Business, customer: Customer, happened: Happened, call: Call) -> Task:
    """The call that follows: a new one, or that about the other half of the same story."""
    if shared := _shared(customer, happened):
        Task.objects.filter(pk=shared.pk).update(
            opens_on=min(shared.opens_on, call.opens_on),
            due_on=min(shared.due_on, call.due_on),
            snoozed_until=None,
            amount=max(shared.amount or call.amount, call.amount),
            reason=f"{shared.reason} {call.reason}",
        )
        return shared
    task, _created = Task.objects.get_or_create(
        business=business,
        customer=customer,
        kind=call.kind,
        state=TaskState.OPEN,
        subject=happened.subject,
        defaults={
            "role": call.role,
            "opens_on": call.opens_on,
            "due_on": call.due_on,
            "currency": happened.currency,
            "amount": call.amount,
            "reason": call.reason,
        },
    )
    return task


def _alert(customer: Customer, happened: Happened, today: datetime.date) -> None:
    """The owner hears of it the same night (domain.md 5, DETERIORATING)."""
    open_task(
        business=customer.business,
        customer=customer,
        kind=TaskKind.WARNING,
        subject=happened.subject,
        role=Role.OWNER,
        opens_on=today,
        due_on=customer.calendar.add(today, 1),
        currency=happened.currency,
        amount=happened.amount,
        reason=_("Getting into trouble: look at the signs, and decide whether to go on supplying on credit."),
    )


def _shared(customer: Customer, happened: Happened) -> Task | None:
    """The open call about a payment that came back, for the promise that breaks with it, and the other way round: nobody is rung
    twice for the same money (domain.md 3.4)."""
    halves = {Occasion.PROMISE_BROKEN: Occasion.PAYMENT_RETURNED, Occasion.PAYMENT_RETURNED: Occasion.PROMISE_BROKEN}
    other = halves.get(happened.occasion)
    calls = Task.objects.filter(customer=customer, currency=happened.currency, state=TaskState.OPEN)
    return calls.filter(follow_ups__occasion=other).order_by("pk").first() if other else None
