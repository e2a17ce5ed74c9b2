"""Writes what makes work today: cash nobody matched, a returned payment, lost contacts, flags, queries to answer."""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from customers import log
from customers.models import Contact, Conversation, Customer, Task
from customers.models.business import Role
from customers.models.customer import Approach
from customers.models.desk import TaskKind
from invoices.booking import Booking, book_many, return_payment
from invoices.models import Payment
from reminders.demo.cast import Habit, Persona
from reminders.demo.ledger import DAY
from reminders.demo.stage import Stage
from reminders.demo.story import Story
from reminders.demo.writing_ledger import credit_note, payment

CLAIM_TO_CHECK = "R05"  # "the transfer has gone out"


def write_loose_ends(stage: Stage, story: Story, today: datetime.date) -> None:
    """Each kind of unfinished business once or twice, with its task."""
    by_habit = {habit: [persona for persona in story.cast if persona.habit == habit] for habit in Habit}
    _unapplied_cash(stage, by_habit[Habit.FORGETFUL][-1], Decimal(500), today - DAY)
    _unapplied_cash(stage, by_habit[Habit.PROMPT][0], Decimal("37.50"), today - 20 * DAY)
    _unused_credit(stage, by_habit[Habit.PROMPT][-1], today - 5 * DAY)
    _returned_payment(stage, by_habit[Habit.STRETCHER], today)
    _lost_address(stage, by_habit[Habit.SLOW][0])
    _bounced(stage, by_habit[Habit.FORGETFUL][0], today - 6 * DAY)
    _flags(stage, by_habit, today)
    _claims_to_check(stage, today)
    _contacts_to_verify(stage, today)


def _unapplied_cash(stage: Stage, persona: Persona, amount: Decimal, day: datetime.date) -> None:
    row = payment(stage, persona, persona.land.currency, amount, day)
    row.reference = "thank you"
    book_many(business=stage.business, bookings=[Booking(row, [])], actor=stage.bookkeeper)
    reason = "Came without saying which invoices it is for."
    _open_tasks(stage, [_task(stage, row.customer, TaskKind.MATCH_CASH, f"payment:{row.pk}", reason, day)])


def _unused_credit(stage: Stage, persona: Persona, day: datetime.date) -> None:
    customer = stage.customers[persona.reference]
    credit_note(stage, customer, f"CN-GOODWILL-{persona.reference}", persona.land.currency, Decimal(60), day)


def _returned_payment(stage: Stage, personas: list[Persona], today: datetime.date) -> None:
    """The latest payment of one of these customers comes back from the bank."""
    customers = [stage.customers[persona.reference] for persona in personas]
    recent = Payment.objects.filter(customer__in=customers, received_on__lt=today - 7 * DAY)
    latest = recent.order_by("-received_on", "pk").first()
    if latest:
        return_payment(payment=latest, on=today - 2 * DAY, actor=stage.bookkeeper)


def _lost_address(stage: Stage, persona: Persona) -> None:
    """A customer who moved, leaving neither street nor mailbox nor telephone."""
    customer = stage.customers[persona.reference]
    Customer.objects.filter(pk=customer.pk).update(street="", city="", postal_code="", region="")
    Contact.objects.filter(customer=customer).update(email="", phone="", verified_on=None)
    fields = ["street", "city", "postal_code"]
    log.record_many(stage.business, [stage.event("customer.edited", f"customer:{customer.pk}", customer, {"fields": fields})])


def _bounced(stage: Stage, persona: Persona, day: datetime.date) -> None:
    customer, contact = stage.customers[persona.reference], stage.clerk(persona.reference)
    reason = "550 5.1.1 mailbox unavailable"
    Contact.objects.filter(pk=contact.pk).update(bounced_on=day, bounce_reason=reason)
    event = stage.event("contact.bounced", f"contact:{contact.pk}", customer, {"contact": contact.pk})
    log.record_many(stage.business, [event])
    _open_tasks(stage, [_task(stage, customer, TaskKind.FIND_CONTACT, "contact", f"Mail came back: {reason}", day)])


def _flags(stage: Stage, by_habit: dict[Habit, list[Persona]], today: datetime.date) -> None:
    """What an owner notes about customers over the months."""
    held = {"on_hold": True, "hold_reason": "Two broken promises: cash with order until the account is clear."}
    _set(stage, by_habit[Habit.PROMISE_BREAKER][0], **held)
    _set(stage, by_habit[Habit.DETERIORATING][0], approach=Approach.CANT)
    _set(stage, by_habit[Habit.STRETCHER][-1], approach=Approach.WONT)
    _set(stage, by_habit[Habit.TACTICAL][-1], approach=Approach.SHOULDNT)
    _set(stage, by_habit[Habit.SLOW][-1], vulnerable=True)
    _set(stage, by_habit[Habit.NEW][-1], no_reminders_until=today + 14 * DAY)


def _set(stage: Stage, persona: Persona, **fields: object) -> None:
    customer = stage.customers[persona.reference]
    Customer.objects.filter(pk=customer.pk).update(**fields)
    data = {"fields": sorted(fields)}
    log.record_many(stage.business, [stage.event("customer.edited", f"customer:{customer.pk}", customer, data)])


def _claims_to_check(stage: Stage, today: datetime.date) -> None:
    said = Conversation.objects.filter(business=stage.business, reason=CLAIM_TO_CHECK, at__date__gte=today - 14 * DAY)
    latest = {row.customer_id: row for row in said.select_related("customer").order_by("at")}
    reason = "They say the money was sent: look for it at the bank."
    _open_tasks(
        stage,
        [
            _task(stage, row.customer, TaskKind.VERIFY_CLAIM, f"conversation:{row.pk}", reason, row.at.date())
            for row in latest.values()
        ],
    )


def _contacts_to_verify(stage: Stage, today: datetime.date) -> None:
    unknown = Contact.objects.filter(business=stage.business, verified_on=None).exclude(email="").select_related("customer")
    reason = "Nobody has checked these details yet."
    rows = {contact.customer_id: contact for contact in unknown.order_by("-pk")[:6]}
    _open_tasks(
        stage,
        [_task(stage, contact.customer, TaskKind.VERIFY_AP, f"contact:{contact.pk}", reason, today) for contact in rows.values()],
    )


def _task(
    stage: Stage,
    customer: Customer,
    kind: TaskKind,
    subject: str,
    reason: str,
    day: datetime.date,
    due_on: datetime.date | None = None,
) -> Task:
    return Task(
        business=stage.business,
        customer=customer,
        kind=kind,
        subject=subject,
        role=Role.BOOKKEEPER,
        opens_on=day,
        due_on=due_on or stage.setting.calendar.add(day, 2),
        reason=reason,
        created_at=stage.moment(day),
    )


def _open_tasks(stage: Stage, tasks: Iterable[Task]) -> None:
    rows = Task.objects.bulk_create(tasks)
    log.record_many(stage.business, [stage.event("task.opened", f"task:{row.pk}", row.customer) for row in rows])
