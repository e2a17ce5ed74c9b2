"""Writes what the engine fired on one day, what was said in the calls, what was promised, and the letters that went out."""

import datetime
from collections import defaultdict
from dataclasses import replace

from django.db.models import OuterRef, Q, Value
from django.db.models.functions import Coalesce

from arcollect.money import format_date, format_money
from customers import log
from customers.desk import cancel_task
from customers.models import Contact, Customer, Document, Letter, Task
from customers.models.desk import Outcome, TaskKind, TaskState
from customers.models.letter import LetterState
from customers.reasons import Effect, shipped_reasons
from invoices.agreeing import close_promise
from reminders.call_notes import CallNotes, PromiseNote
from reminders.calling import log_call
from reminders.demo.copies import office_copy
from reminders.demo.reminding import Call, Fired
from reminders.demo.stage import Stage
from reminders.demo.story import Page
from reminders.demo.words import COURTESY_SAID, SAID, VOICEMAIL_LEFT
from reminders.escalation import Case, Fire
from reminders.issuing import Verdicts, write_verdicts
from reminders.models import Reminder, StepCode
from reminders.outbox import cancel

READY = [LetterState.DRAFT, LetterState.APPROVED]


def write_reminders(stage: Stage, page: Page, day: datetime.date) -> None:
    """The part of the day's page that is about reminders, calls and promises."""
    for promise in page.evaluated:
        row = stage.promises[promise]
        close_promise(promise=row, state=promise.state, received=promise.received, on=day)
    if page.fired:
        _fire(stage, page.fired, day)
    for fired in page.overtaken:
        _overtake(stage, fired, day)
    for minutes, (fired, call) in enumerate(page.calls):
        _call(stage, fired, call, minutes * 9)
    if page.letters:
        _send(stage, page.letters, day)


def _fire(stage: Stage, told: list[Fired], day: datetime.date) -> None:
    """Stores the steps as the nightly run would have."""
    together: dict[tuple[str, str], list[Fired]] = defaultdict(list)
    for fired in told:
        together[fired.persona.reference, fired.case.currency].append(fired)
    verdicts = [_verdicts(stage, group) for group in together.values()]
    reminders = write_verdicts(business=stage.business, verdicts=verdicts, today=day)
    in_order = [fired for group in together.values() for fired in group]
    stage.reminders |= {fired.key: reminder for fired, reminder in zip(in_order, reminders, strict=True)}


def _verdicts(stage: Stage, group: list[Fired]) -> Verdicts:
    customer = stage.customers[group[0].persona.reference]
    return Verdicts(
        customer=customer,
        case=_with_rows(stage, group[0].case, customer.pk),
        setting=stage.setting,
        decisions=tuple(_asking(stage, fired.fire) for fired in group),
        next_looks={},
    )


def _with_rows(stage: Stage, case: Case, customer_id: int) -> Case:
    """The told case with the ids its rows have in the database."""
    invoices = tuple(replace(row, id=stage.invoices[row.number]) for row in case.invoices)
    return replace(case, customer_id=customer_id, invoices=invoices)


def _asking(stage: Stage, fire: Fire) -> Fire:
    lines = tuple(replace(line, invoice=replace(line.invoice, id=stage.invoices[line.invoice.number])) for line in fire.lines)
    return replace(fire, lines=lines)


def _overtake(stage: Stage, fired: Fired, day: datetime.date) -> None:
    """Money came before anybody was reached: neither call nor letter is needed."""
    reminder = stage.reminders[fired.key]
    if Letter.objects.filter(pk=reminder.letter_id, state=LetterState.WAITING_FOR_CALL).exists():
        reason = "Paid before we called."
        cancel(letter=reminder.letter, reason=reason, by=stage.bookkeeper, on=day)
        cancel_task(task=reminder.task, reason=reason, on=day, by=stage.bookkeeper)


def _call(stage: Stage, fired: Fired, call: Call, minutes: int) -> None:
    reminder, at = stage.reminders[fired.key], stage.moment(call.on, minutes)
    promised = fired.promise if fired.promise and fired.promise.made_on == call.on else None
    customer, calendar = stage.customers[fired.persona.reference], stage.setting.calendar
    calls = stage.setting.policy.steps[fired.fire.step].calls
    task = Task.objects.filter(pk=reminder.task_id, state=TaskState.OPEN).first() if calls else None
    if calls and task is None:
        return
    notes = CallNotes(
        outcome=call.outcome,
        contact=stage.clerk(fired.persona.reference),
        inbound=not calls,
        reason=_reason(customer, call),
        paraphrase=_paraphrase(fired, call),
        agreement=_agreement(stage, fired) if promised else "",
        notes=VOICEMAIL_LEFT if call.outcome == Outcome.VOICEMAIL else "",
        next_on=calendar.add(promised.due_on if promised else call.on, 2),
        promises=(_promise(stage, fired),) if promised else (),
    )
    conversation = log_call(customer=customer, task=task, notes=notes, at=at, by=stage.bookkeeper, calendar=calendar)
    if promised:
        stage.promises[promised] = conversation.promises.get()


def _reason(customer: Customer, call: Call) -> str:
    """The reason of the story; one that brings a query only where the story has one."""
    if call.outcome != Outcome.REACHED:
        return ""
    reason = shipped_reasons().get(call.reason)
    contested = customer.disputes.filter(resolved_on=None).exists()
    return "R20" if reason and Effect.QUERY in reason.effects and not contested else call.reason


def _paraphrase(fired: Fired, call: Call) -> str:
    if call.outcome != Outcome.REACHED:
        return ""
    return COURTESY_SAID if fired.fire.step == StepCode.COURTESY else SAID[call.reason]


def _agreement(stage: Stage, fired: Fired) -> str:
    language, promise = stage.business.language, fired.promise
    amount = format_money(promise.amount, fired.case.currency, language)
    return f"{amount} by {format_date(promise.due_on, language)}."


def _promise(stage: Stage, fired: Fired) -> PromiseNote:
    promise = fired.promise
    split = tuple((stage.invoices[number], amount) for number, amount in promise.split)
    return PromiseNote(fired.case.currency, promise.amount, promise.due_on, split=split)


def _send(stage: Stage, told: list[Fired], day: datetime.date) -> None:
    """Approves the day's letters, keeps a copy of each, and sees them off."""
    ids = [stage.reminders[fired.key].letter_id for fired in told]
    letters = list(Letter.objects.filter(pk__in=ids, state__in=READY).select_related("customer", "contact"))
    if not letters:
        return
    copies = Document.objects.bulk_create(_copy(stage, letter, day) for letter in letters)
    for letter, copy in zip(letters, copies, strict=True):
        letter.document = copy
    Letter.objects.bulk_update(letters, ["document"])
    Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(
        state=LetterState.SENT,
        sent_on=day,
        sent_at=stage.moment(day, 60),
        sent_to=Coalesce(Contact.objects.filter(pk=OuterRef("contact")).values("email")[:1], Value("post")),
        approved_by=stage.bookkeeper,
        approved_at=stage.moment(day, 45),
    )
    reminders = [stage.reminders[fired.key] for fired in told]
    Reminder.objects.filter(letter__in=letters).update(completed_on=day)
    mine = Q(pk__in=[reminder.task_id for reminder in reminders if reminder.task_id])
    reviews = Task.objects.filter(mine | Q(business=stage.business, subject__in=[f"letter:{letter.pk}" for letter in letters]))
    reviews.filter(kind=TaskKind.REVIEW_LETTER, state=TaskState.OPEN).update(
        state=TaskState.DONE, closed_on=day, closed_by=stage.bookkeeper
    )
    log.record_many(
        stage.business,
        [
            stage.event(kind, f"letter:{letter.pk}", letter.customer, data)
            for letter in letters
            for kind, data in (("letter.approved", {}), ("letter.sent", {"on": day.isoformat()}))
        ],
    )


def _copy(stage: Stage, letter: Letter, day: datetime.date) -> Document:
    content, digest = office_copy(stage.business, letter, day)
    return Document(
        business=stage.business,
        sha256=digest,
        content_type="application/pdf",
        name=f"{letter.code}-{letter.pk}.pdf",
        size=len(content),
        bytes=content,
    )
