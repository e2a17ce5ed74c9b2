"""Writes what makes work today: cash nobody matched, a returned payment, lost contacts, flags, queries to answer."""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from customers import log
from customers.claims import check_claim
from customers.desk import VERIFY_SUBJECT, complete_task
from customers.models import Claim, Contact, Customer, Letter, Task
from customers.models.business import Role
from customers.models.claim import ClaimResult
from customers.models.customer import Approach
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterCode
from invoices.booking import Booking, book_many, return_payment
from invoices.models import Payment
from reminders.demo.cast import Habit, Persona
from reminders.demo.ledger import DAY
from reminders.demo.stage import Stage
from reminders.demo.story import Story
from reminders.demo.writing_ledger import credit_note, payment
from reminders.outbox import OPEN, cancel

# What the last days brought is still to be done.
LEFT_OPEN = 6 * DAY
BY_CALLS = [TaskKind.CALLBACK, TaskKind.WARNING, TaskKind.MATCH_CASH, TaskKind.PROMISE_DUE]
FOUND_OUT = {ClaimResult.TRUE: "It was as they said.", ClaimResult.FALSE: "Nothing of the kind was to be found."}


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
    _entered_twice(stage, by_habit[Habit.FORGETFUL][-1])
    _contacts_to_verify(stage, today)


def clear_desk(stage: Stage, day: datetime.date) -> None:
    """What calls brought to the desk by that day is done: checks, callbacks, warnings, confirmations."""
    waiting = Letter.objects.filter(business=stage.business, code=LetterCode.LCALL, state__in=OPEN, written_on__lte=day)
    for letter in waiting:
        cancel(letter=letter, reason="Sent by hand from the office.", by=stage.bookkeeper, on=day)
    for claim in Claim.objects.filter(business=stage.business, result="", check_by__lte=day).select_related("customer"):
        result = ClaimResult.FALSE if claim.pk % 4 == 0 else ClaimResult.TRUE
        check_claim(claim=claim, result=result, found=FOUND_OUT[result], on=day, by=stage.bookkeeper)
    tasks = Task.objects.filter(business=stage.business, state=TaskState.OPEN, kind__in=BY_CALLS, due_on__lte=day)
    for task in tasks.select_related("business", "customer"):
        complete_task(task=task, outcome="Done.", on=day, by=stage.bookkeeper)


def _unapplied_cash(stage: Stage, persona: Persona, amount: Decimal, day: datetime.date) -> None:
    row = payment(stage, persona, persona.land.currency, amount, day)
    row.reference = "thank you"
    book_many(business=stage.business, bookings=[Booking(row, [])], actor=stage.bookkeeper)
    reason = "Came without saying which invoices it is for."
    _open_tasks(stage, [_task(stage, row.customer, TaskKind.MATCH_CASH, f"payment:{row.pk}", reason, day)])


def _unused_credit(stage: Stage, persona: Persona, day: datetime.date) -> None:
    customer = stage.customers[persona.reference]
    credit_note(stage, customer, f"CN-GOODWILL-{persona.reference}", persona.land.currency, Decimal(60), day)


def _entered_twice(stage: Stage, persona: Persona) -> None:
    """Somebody did not find the customer, and entered it again."""
    first = stage.customers[persona.reference]
    place = {name: getattr(first, name) for name in ("street", "city", "postal_code", "region", "country", "language")}
    names = {"reference": f"{first.reference}-2", "name": first.name.upper()}
    again = Customer.objects.create(business=stage.business, **names, **place)
    log.record_many(stage.business, [stage.event("customer.added", f"customer:{again.pk}", again)])


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


def _contacts_to_verify(stage: Stage, today: datetime.date) -> None:
    unknown = Contact.objects.filter(business=stage.business, verified_on=None).exclude(email="").select_related("customer")
    reason = "Nobody has checked these details yet."
    rows = {contact.customer_id: contact for contact in unknown.order_by("-pk")[:6]}
    _open_tasks(
        stage,
        [_task(stage, contact.customer, TaskKind.VERIFY_AP, VERIFY_SUBJECT, reason, today) for contact in rows.values()],
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
