"""Writes what the engine decided: Reminder with its lines, Letter, Task and Events, all or nothing."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arcollect.money import format_plain
from customers import log
from customers.models import Business, Contact, Customer, Event, Letter, Task
from customers.models.business import Role
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterState
from reminders.escalation import Case, Decision, Fire, InvoiceFacts, Line, Setting, Wait
from reminders.models import LastDecision, Reminder, ReminderLine, StepCode, Verdict, Watch
from reminders.timetable import RANK, StepTerms

TASK_KINDS = {
    StepCode.COURTESY: TaskKind.COURTESY_CALL,
    StepCode.DAY_30: TaskKind.REVIEW_LETTER,
    StepCode.DAY_60: TaskKind.CALL_60,
    StepCode.DAY_90: TaskKind.CALL_90,
    StepCode.DECIDE: TaskKind.DECIDE,
}
SUPERSEDED = {TASK_KINDS[step]: RANK[step] for step in (StepCode.DAY_30, StepCode.DAY_60, StepCode.DAY_90)}
CALL_REMEMBERED = datetime.timedelta(days=14)
Calls = Mapping[tuple[int, str, str], Mapping[str, Any]]
UNSENT = [LetterState.WAITING_FOR_CALL, LetterState.DRAFT, LetterState.APPROVED]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What was decided for one case: the decisions of dunning and courtesy, and the day to look at each invoice again."""

    customer: Customer
    case: Case
    setting: Setting
    decisions: tuple[Decision, ...]
    next_looks: Mapping[int, datetime.date]

    @property
    def fires(self) -> list[Fire]:
        return [decision for decision in self.decisions if isinstance(decision, Fire)]


def write_verdicts(*, business: Business, verdicts: Sequence[Verdicts], today: datetime.date) -> list[Reminder]:
    """Stores the verdicts of one batch of customers inside the caller's transaction; returns the reminders it fired."""
    fires = [(verdict, fire) for verdict in verdicts for fire in verdict.fires]
    reminders = _write_fires(business, fires, today)
    _remember(business, verdicts, today)
    _watch(business, verdicts)
    return reminders


def _write_fires(business: Business, fires: Sequence[tuple[Verdicts, Fire]], today: datetime.date) -> list[Reminder]:
    customer_ids = {verdict.customer.pk for verdict, _ in fires}
    events, calls = _supersede(business, fires, today), _calls_made(customer_ids, today)
    tasks = _tasks(business, fires, today, customer_ids, calls)
    letters = _letters(business, fires, today, tasks, customer_ids, calls)
    reminders = [
        _reminder(business, verdict, fire, today, task, letter)
        for (verdict, fire), task, letter in zip(fires, tasks, letters, strict=True)
    ]
    Reminder.objects.bulk_create(reminders, batch_size=1000)
    ReminderLine.objects.bulk_create(_lines(reminders, fires), batch_size=1000)
    events += [_fired_event(business, reminder, fire) for reminder, (_, fire) in zip(reminders, fires, strict=True)]
    log.record_many(business, events)
    return reminders


def _supersede(business: Business, fires: Sequence[tuple[Verdicts, Fire]], today: datetime.date) -> list[Event]:
    """Cancels the letters and calls up to the new step that never got out: it speaks for all of them, higher ones stay."""
    ranks = {
        (verdict.customer.pk, verdict.case.currency): RANK[fire.step] for verdict, fire in fires if fire.step != StepCode.COURTESY
    }
    customer_ids = [customer_id for customer_id, _ in ranks]
    unsent = Letter.objects.select_for_update().filter(customer__in=customer_ids, state__in=UNSENT)
    unsent = {letter.pk: letter for letter in unsent.only("customer_id", "currency")}
    steps = Reminder.objects.filter(letter__in=list(unsent)).values_list("letter_id", "step")
    taken = {letter_id: RANK[step] for letter_id, step in steps}
    old = [unsent[pk] for pk, rank in taken.items() if rank <= ranks.get((unsent[pk].customer_id, unsent[pk].currency), -1)]
    Letter.objects.filter(pk__in=[letter.pk for letter in old]).update(
        state=LetterState.CANCELLED, problem="Replaced by a later step."
    )
    stale = Task.objects.filter(customer__in=customer_ids, kind__in=list(SUPERSEDED), state=TaskState.OPEN)
    stale = stale.only("customer_id", "kind", "subject")
    gone = [task.pk for task in stale if SUPERSEDED[task.kind] <= ranks.get((task.customer_id, task.subject), -1)]
    Task.objects.filter(pk__in=gone).update(state=TaskState.CANCELLED, closed_on=today, outcome="Replaced by a later step.")
    return [
        Event(business=business, customer_id=letter.customer_id, kind="letter.superseded", subject=f"letter:{letter.pk}")
        for letter in old
    ]


def _calls_made(customer_ids: Iterable[int], today: datetime.date) -> Calls:
    """What was said in the calls of steps whose letters were withdrawn lately: nobody is called twice for one step."""
    withdrawn = Reminder.objects.filter(
        customer__in=list(customer_ids), withdrawn_on__gt=today - CALL_REMEMBERED, letter__facts__has_key="call"
    )
    rows = withdrawn.order_by("id").values_list("customer_id", "currency", "step", "letter__facts__call")
    return {(customer_id, currency, step): call for customer_id, currency, step, call in rows}


def _tasks(
    business: Business,
    fires: Sequence[tuple[Verdicts, Fire]],
    today: datetime.date,
    customer_ids: Iterable[int],
    calls: Calls,
) -> list[Task | None]:
    """The task of each fire, in order: the one open for the same customer, kind and currency, or a new one."""
    still_open = {
        (task.customer_id, task.kind, task.subject): task
        for task in Task.objects.filter(customer__in=customer_ids, state=TaskState.OPEN)
    }
    tasks: list[Task | None] = []
    for verdict, fire in fires:
        called = (verdict.customer.pk, verdict.case.currency, fire.step) in calls
        kind = None if called else _task_kind(verdict.setting.policy.steps[fire.step])
        key = (verdict.customer.pk, kind, verdict.case.currency)
        if kind is not None and key not in still_open:
            still_open[key] = _task(business, verdict, fire, kind, today)
        tasks.append(still_open.get(key) if kind else None)
    Task.objects.bulk_create([task for task in still_open.values() if task.pk is None], batch_size=1000)
    return tasks


def _task_kind(step: StepTerms) -> TaskKind | None:
    """What a person must do about this step; nothing where its letter goes by itself."""
    kind = TASK_KINDS.get(step.code)
    if kind in {TaskKind.CALL_60, TaskKind.CALL_90} and not step.calls:
        kind = TaskKind.REVIEW_LETTER
    return None if kind == TaskKind.REVIEW_LETTER and not step.approve_first else kind


def _task(business: Business, verdict: Verdicts, fire: Fire, kind: TaskKind, today: datetime.date) -> Task:
    return Task(
        business=business,
        customer=verdict.customer,
        kind=kind,
        subject=verdict.case.currency,
        role=Role.OWNER if fire.step == StepCode.DECIDE else Role.BOOKKEEPER,
        opens_on=today,
        due_on=fire.due_on,
        currency=verdict.case.currency,
        amount=fire.total,
        reason=fire.reason,
    )


def _letters(
    business: Business,
    fires: Sequence[tuple[Verdicts, Fire]],
    today: datetime.date,
    tasks: Sequence[Task | None],
    customer_ids: Iterable[int],
    calls: Calls,
) -> list[Letter | None]:
    """The letter of each fire, in order: waiting for its call, a draft, or born approved as its step says."""
    contacts = mail_contacts(customer_ids)
    letters = []
    for (verdict, fire), task in zip(fires, tasks, strict=True):
        step = verdict.setting.policy.steps[fire.step]
        contact = contacts.get(verdict.customer.pk)
        letter = _letter(business, verdict, fire, step, today, task, contact) if step.letter_code else None
        call = calls.get((verdict.customer.pk, verdict.case.currency, fire.step))
        if letter is not None and call is not None:
            letter.state, letter.facts["call"] = LetterState.DRAFT, call
        letters.append(letter)
    Letter.objects.bulk_create([letter for letter in letters if letter], batch_size=1000)
    return letters


def _letter(
    business: Business,
    verdict: Verdicts,
    fire: Fire,
    step: StepTerms,
    today: datetime.date,
    task: Task | None,
    contact: Contact | None,
) -> Letter:
    customer = verdict.customer
    unwatched = LetterState.DRAFT if step.approve_first else LetterState.APPROVED
    return Letter(
        business=business,
        customer=customer,
        contact=contact,
        code=step.letter_code,
        state=LetterState.WAITING_FOR_CALL if step.calls else unwatched,
        channel=customer.channel,
        currency=verdict.case.currency,
        language=customer.language or business.language,
        written_on=today,
        total=fire.total,
        facts=frozen_facts(fire, verdict.case, today),
        waits_for=task if step.calls else None,
    )


def mail_contacts(customer_ids: Iterable[int]) -> dict[int, Contact]:
    """The contact letters go to, by customer: accounts payable before others, one that can be reached before one that cannot."""
    ranked: dict[int, tuple[tuple[bool, bool, int], Contact]] = {}
    for contact in Contact.objects.filter(customer__in=list(customer_ids)):
        rank = (not contact.reachable_by_email, contact.role != "ap", contact.pk)
        if contact.customer_id not in ranked or rank < ranked[contact.customer_id][0]:
            ranked[contact.customer_id] = (rank, contact)
    return {customer_id: contact for customer_id, (_, contact) in ranked.items()}


def frozen_facts(fire: Fire, case: Case, today: datetime.date) -> dict[str, Any]:
    """What the letter is about, as JSON: lines asked for, under query, in a plan, not due yet; unapplied cash."""
    asked = {line.invoice.id for line in fire.lines}
    others = [row for row in case.invoices if row.id not in asked]
    overdue = [row for row in others if row.days_past_due(today) >= 1]
    return {
        "step": fire.step,
        "lines": [_frozen(line.invoice, today, line.step) for line in fire.lines],
        "set_aside": [_frozen(row, today) for row in overdue if row.disputed or row.planned],
        "not_due": [_frozen(row, today) for row in others if row.days_past_due(today) < 1],
        "unapplied": str(case.unapplied),
        "total": str(fire.total),
        "first_contact": fire.first_contact,
    }


def _frozen(row: InvoiceFacts, today: datetime.date, step: str = "") -> dict[str, Any]:
    return {
        "invoice": row.id,
        "number": row.number,
        "purchase_order": row.purchase_order,
        "issued_on": row.issued_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "days_past_due": row.days_past_due(today),
        "total": str(row.total),
        "paid": str(row.total - row.balance),
        "disputed": str(row.disputed),
        "planned": str(row.planned),
        "collectable": str(row.collectable(today)),
        "step": step,
    }


def _reminder(
    business: Business, verdict: Verdicts, fire: Fire, today: datetime.date, task: Task | None, letter: Letter | None
) -> Reminder:
    return Reminder(
        business=business,
        customer=verdict.customer,
        currency=verdict.case.currency,
        step=fire.step,
        policy_id=verdict.setting.policy.id,
        fired_on=today,
        total=fire.total,
        letter=letter,
        task=task,
        decision={
            "reason": fire.reason,
            "lines": [asked_line(line, verdict.case.currency) for line in fire.lines],
        },
    )


def asked_line(line: Line, currency: str) -> dict[str, Any]:
    """One invoice of a fired step, in the words of `escalate`'s JSON (architecture.md, Commands)."""
    return {
        "number": line.invoice.number,
        "step": str(line.step),
        "amount": format_plain(line.amount, currency),
        "days_past_due": line.days_past_due,
    }


def _lines(reminders: Sequence[Reminder], fires: Sequence[tuple[Verdicts, Fire]]) -> list[ReminderLine]:
    return [
        ReminderLine(
            reminder=reminder,
            invoice_id=line.invoice.id,
            step=line.step,
            cycle=line.invoice.cycle,
            amount=line.amount,
            days_past_due=line.days_past_due,
        )
        for reminder, (_, fire) in zip(reminders, fires, strict=True)
        for line in fire.lines
        if line.new
    ]


def _fired_event(business: Business, reminder: Reminder, fire: Fire) -> Event:
    """Keeps which invoice reached which step, and the lower steps that were skipped on the way."""
    return Event(
        business=business,
        customer_id=reminder.customer_id,
        kind="step.fired",
        subject=f"reminder:{reminder.pk}",
        data={
            "step": str(fire.step),
            "on": reminder.fired_on.isoformat(),
            "policy": reminder.policy_id,
            "total": format_plain(fire.total, reminder.currency),
            "currency": reminder.currency,
            "letter": reminder.letter_id,
            "task": reminder.task_id,
            "reached": {str(line.invoice.id): str(line.step) for line in fire.lines if line.new},
            "skipped": {str(line.invoice.id): list(line.skipped) for line in fire.lines if line.skipped},
        },
    )


def _remember(business: Business, verdicts: Iterable[Verdicts], today: datetime.date) -> None:
    """Keeps the latest word on each case; the dunning decision speaks where both fired."""
    rows = []
    for verdict in verdicts:
        decision = next((one for one in verdict.decisions if isinstance(one, Fire)), verdict.decisions[0])
        waits = isinstance(decision, Wait)
        rows.append(
            LastDecision(
                business=business,
                customer=verdict.customer,
                currency=verdict.case.currency,
                decided_on=today,
                verdict=Verdict.FIRE if isinstance(decision, Fire) else Verdict.WAIT if waits else Verdict.SKIP,
                step=decision.step if isinstance(decision, Fire) else "",
                reason=decision.reason,
                until=decision.until if waits else None,
            )
        )
    LastDecision.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["customer", "currency"],
        update_fields=["decided_on", "verdict", "step", "reason", "until"],
        batch_size=1000,
    )


def _watch(business: Business, verdicts: Iterable[Verdicts]) -> None:
    rows = [
        Watch(invoice_id=invoice_id, business=business, next_look_on=day)
        for verdict in verdicts
        for invoice_id, day in verdict.next_looks.items()
    ]
    Watch.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["invoice"], update_fields=["next_look_on"], batch_size=1000
    )
