"""Writes what the engine decided: Reminder with its lines, Letter, Task and Events, all or nothing."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from arcollect.rows import insert_rows
from customers import log
from customers.desk import VERIFY_SUBJECT
from customers.models import Business, Contact, Event, Letter, Task
from customers.models.business import Role
from customers.models.customer import Channel, ContactRole
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterState
from invoices.models.insight import SubType
from reminders.cases import Fire, Line
from reminders.counsel import reason_of, tone_for
from reminders.explaining import seen
from reminders.freezing import frozen_facts
from reminders.models import Reminder, ReminderLine, StepCode
from reminders.outbox import open_review
from reminders.timetable import DAYS, DUNNING, RANK, StepTerms
from reminders.treatments import kind_of
from reminders.verdicts import Verdicts, remember, watch
from reminders.wordings import carry_over

TASK_KINDS = {
    StepCode.VERIFY_AP: TaskKind.VERIFY_AP,
    StepCode.COURTESY: TaskKind.COURTESY_CALL,
    StepCode.NOTICE: TaskKind.NOTICE_CALL,
    StepCode.DAY_30: TaskKind.REVIEW_LETTER,
    StepCode.DAY_60: TaskKind.CALL_60,
    StepCode.DAY_90: TaskKind.CALL_90,
    StepCode.DECIDE: TaskKind.DECIDE,
}
SUPERSEDED = {TASK_KINDS[step]: RANK[step] for step in DUNNING}
CALL_REMEMBERED = datetime.timedelta(days=14)
NO_RESPONSE = "no-response"
OUR_FAULT = "our-fault"
LINE = ("reminder", "invoice", "step", "cycle", "amount", "days_past_due")
REPLACED = "Replaced by a later step."
Calls = Mapping[tuple[int, str, str], Mapping[str, Any]]
UNSENT = [LetterState.WAITING_FOR_CALL, LetterState.DRAFT, LetterState.APPROVED]


def write_verdicts(*, business: Business, verdicts: Sequence[Verdicts], today: datetime.date) -> list[Reminder]:
    """Stores the verdicts of one batch of customers inside the caller's transaction; returns the reminders it fired."""
    fires = [(verdict, fire) for verdict in verdicts for fire in verdict.fires]
    reminders = _write_fires(business, fires, today)
    remember(business, verdicts, today)
    watch(business, verdicts)
    return reminders


def _write_fires(business: Business, fires: Sequence[tuple[Verdicts, Fire]], today: datetime.date) -> list[Reminder]:
    customer_ids = {verdict.customer.pk for verdict, _ in fires}
    calls = _calls_made(customer_ids, today)
    events = _supersede(business, fires, today, calls)
    tasks = _tasks(business, fires, today, customer_ids, calls)
    letters = _letters(business, fires, today, tasks, customer_ids, calls)
    facts = {(one.customer.pk, one.case.currency): seen(one.case, one.setting, today) for one, _fire in fires}
    reminders = [
        _reminder(business, verdict, fire, today, task, letter, facts[verdict.customer.pk, verdict.case.currency])
        for (verdict, fire), task, letter in zip(fires, tasks, letters, strict=True)
    ]
    Reminder.objects.bulk_create(reminders, batch_size=1000)
    insert_rows(ReminderLine, LINE, _lines(reminders, fires))
    events += _unanswered(business, fires, today)
    events += _reviews(business, fires, today)
    events += [_fired_event(business, reminder, fire) for reminder, (_, fire) in zip(reminders, fires, strict=True)]
    log.record_many(business, events)
    return reminders


def _supersede(business: Business, fires: Sequence[tuple[Verdicts, Fire]], today: datetime.date, calls: Calls) -> list[Event]:
    """Cancels the letters and calls up to the new step that never got out: it speaks for all of them, higher ones stay.

    So does a call the step asks for again: how often they were tried in vain is not forgotten.
    """
    again = {(one.customer.pk, one.case.currency, _asked(one, fire, calls)) for one, fire in fires}
    ranks = {(verdict.customer.pk, verdict.case.currency): RANK[fire.step] for verdict, fire in fires if fire.step in RANK}
    customer_ids = [customer_id for customer_id, _ in ranks]
    unsent = Letter.objects.select_for_update().filter(customer__in=customer_ids, state__in=UNSENT)
    unsent = {letter.pk: letter for letter in unsent.only("customer_id", "currency")}
    steps = Reminder.objects.filter(letter__in=list(unsent)).values_list("letter_id", "step")
    taken = {letter_id: RANK.get(step, -1) for letter_id, step in steps}
    old = [unsent[pk] for pk, rank in taken.items() if rank <= ranks.get((unsent[pk].customer_id, unsent[pk].currency), -1)]
    Letter.objects.filter(pk__in=[letter.pk for letter in old]).update(state=LetterState.CANCELLED, problem=REPLACED)
    stale = Task.objects.filter(customer__in=customer_ids, kind__in=list(SUPERSEDED), state=TaskState.OPEN)
    stale = stale.only("customer_id", "kind", "subject")
    lower = [task for task in stale if SUPERSEDED[task.kind] <= ranks.get((task.customer_id, task.subject), -1)]
    gone = [task for task in lower if (task.customer_id, task.subject, task.kind) not in again]
    looks = [f"letter:{letter.pk}" for letter in old]
    gone += Task.objects.filter(customer__in=customer_ids, kind=TaskKind.REVIEW_LETTER, subject__in=looks, state=TaskState.OPEN)
    Task.objects.filter(pk__in=[task.pk for task in gone]).update(state=TaskState.CANCELLED, closed_on=today, outcome=REPLACED)
    return [
        Event(business=business, customer_id=letter.customer_id, kind="letter.superseded", subject=f"letter:{letter.pk}")
        for letter in old
    ] + [_task_event(business, task, "task.cancelled") for task in gone]


def _task_event(business: Business, task: Task, kind: str) -> Event:
    data = {"task_kind": str(task.kind)}
    return Event(business=business, customer_id=task.customer_id, kind=kind, subject=f"task:{task.pk}", data=data)


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
    """The task of each fire, in order: the one open for the same customer, kind and currency, about the new sum, or a new one."""
    still_open = {
        (task.customer_id, task.kind, _about(task.kind, task.subject)): task
        for task in Task.objects.filter(customer__in=customer_ids, state=TaskState.OPEN)
    }
    tasks: list[Task | None] = []
    again = []
    for verdict, fire in fires:
        kind = _asked(verdict, fire, calls)
        key = (verdict.customer.pk, kind, _about(kind, verdict.case.currency))
        if kind is not None and key not in still_open:
            still_open[key] = _task(business, verdict, fire, kind, today)
        elif kind in SUPERSEDED:
            still_open[key].amount, still_open[key].reason = fire.total, reason_of(verdict, fire)
            again.append(still_open[key])
        tasks.append(still_open.get(key) if kind else None)
    Task.objects.bulk_create([task for task in still_open.values() if task.pk is None], batch_size=1000)
    Task.objects.bulk_update([task for task in again if task.pk], ["amount", "reason"], batch_size=500)
    return tasks


def _asked(verdict: Verdicts, fire: Fire, calls: Calls) -> TaskKind | None:
    """What a person must do about this fire; nothing where they did it before its letter was withdrawn."""
    called = (verdict.customer.pk, verdict.case.currency, fire.step) in calls
    return None if called else _task_kind(verdict.setting.policy.steps[fire.step])


def _about(kind: TaskKind | str | None, subject: str) -> str:
    """The subject of a task: a contact is verified once, whatever currency the invoices are in and whoever asked for it."""
    return VERIFY_SUBJECT if kind == TaskKind.VERIFY_AP else subject


def _task_kind(step: StepTerms) -> TaskKind | None:
    """What a person must do about this step; nothing where its letter goes by itself."""
    kind = TASK_KINDS.get(step.code)
    by_letter = kind == TaskKind.COURTESY_CALL and step.letter_code
    if by_letter or (kind == TaskKind.NOTICE_CALL and not step.calls):
        return None
    if kind in {TaskKind.CALL_60, TaskKind.CALL_90} and not step.calls:
        kind = TaskKind.REVIEW_LETTER
    return None if kind == TaskKind.REVIEW_LETTER and not step.approve_first else kind


def _task(business: Business, verdict: Verdicts, fire: Fire, kind: TaskKind, today: datetime.date) -> Task:
    return Task(
        business=business,
        customer=verdict.customer,
        kind=kind,
        subject=_about(kind, verdict.case.currency),
        role=Role.OWNER if fire.step == StepCode.DECIDE else Role.BOOKKEEPER,
        opens_on=today,
        due_on=fire.due_on,
        currency=verdict.case.currency,
        amount=fire.total,
        reason=reason_of(verdict, fire),
    )


def _unanswered(business: Business, fires: Sequence[tuple[Verdicts, Fire]], today: datetime.date) -> list[Event]:
    """One task for each customer whose second step in a row found no answer: is it them, and there (domain.md 3.4)?"""
    silent = {verdict.customer.pk: verdict for verdict, fire in fires if fire.step in DUNNING and verdict.case.unanswered}
    asked = Task.objects.filter(customer__in=list(silent), kind=TaskKind.FIND_CONTACT, subject=NO_RESPONSE)
    for customer_id, state, opened_on in asked.values_list("customer_id", "state", "opens_on"):
        verdict = silent.get(customer_id)
        if verdict and (state == TaskState.OPEN or today < opened_on + DAYS(days=verdict.setting.rules["contact_reverify_days"])):
            del silent[customer_id]
    tasks = [
        Task(
            business=business,
            customer_id=customer_id,
            kind=TaskKind.FIND_CONTACT,
            subject=NO_RESPONSE,
            opens_on=today,
            due_on=verdict.setting.calendar.add(today, 1),
            reason=_("Two steps without any answer: check who they are and where, in the public register too."),
        )
        for customer_id, verdict in silent.items()
    ]
    Task.objects.bulk_create(tasks, batch_size=1000)
    return [_task_event(business, task, "task.opened") for task in tasks]


def _reviews(business: Business, fires: Sequence[tuple[Verdicts, Fire]], today: datetime.date) -> list[Event]:
    """Whose queries are mostly our own mistakes: their new invoices are looked through when they are called (domain.md 5)."""
    wanted = {
        verdict.customer.pk: (verdict, fire)
        for verdict, fire in fires
        if fire.step == StepCode.COURTESY and kind_of(verdict.case.treated) == SubType.OUR_FAULT
    }
    standing = Task.objects.filter(customer__in=list(wanted), kind=TaskKind.FIX_INVOICE, state=TaskState.OPEN)
    asked = set(standing.values_list("customer_id", flat=True)) if wanted else set()
    tasks = [
        Task(
            business=business,
            customer_id=customer_id,
            kind=TaskKind.FIX_INVOICE,
            subject=OUR_FAULT,
            opens_on=today,
            due_on=verdict.setting.calendar.add(today, 1),
            currency=verdict.case.currency,
            amount=fire.total,
            reason=_("Look through %(invoices)s before you call: order number, prices, quantities, address, delivery.")
            % {"invoices": ", ".join(line.invoice.number for line in fire.lines)},
        )
        for customer_id, (verdict, fire) in wanted.items()
        if customer_id not in asked
    ]
    Task.objects.bulk_create(tasks, batch_size=1000)
    return [_task_event(business, task, "task.opened") for task in tasks]


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
    written = [letter for letter in letters if letter]
    carry_over(written, today)
    Letter.objects.bulk_create(written, batch_size=1000)
    for letter in written:
        if "call" in letter.facts:
            open_review(letter, today)
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
        channel=Channel.EMAIL if verdict.case.represented else step.channel or customer.channel,
        currency=verdict.case.currency,
        language=customer.language or business.language,
        written_on=today,
        total=fire.total,
        facts=frozen_facts(fire, verdict.case, today) | tone_for(verdict, fire),
        waits_for=task if step.calls else None,
    )


def mail_contacts(customer_ids: Iterable[int]) -> dict[int, Contact]:
    """The contact letters go to, by customer: accounts payable before others, one that can be reached before one that cannot.

    Who is represented is written to through a representative that can be reached, or not at all (domain.md 7.4).
    """
    ranked: dict[int, tuple[tuple[bool, bool, int], Contact]] = {}
    for contact in Contact.objects.filter(customer__in=list(customer_ids)).annotate(behind=F("customer__represented_by")):
        if contact.behind and not (contact.role == ContactRole.REPRESENTATIVE and contact.reachable_by_email):
            continue
        rank = (not contact.reachable_by_email, contact.role != ContactRole.ACCOUNTS_PAYABLE, contact.pk)
        if contact.customer_id not in ranked or rank < ranked[contact.customer_id][0]:
            ranked[contact.customer_id] = (rank, contact)
    return {customer_id: contact for customer_id, (_, contact) in ranked.items()}


def _reminder(
    business: Business,
    verdict: Verdicts,
    fire: Fire,
    today: datetime.date,
    task: Task | None,
    letter: Letter | None,
    facts: Mapping[str, Any],
) -> Reminder:
    policy = verdict.setting.policy
    return Reminder(
        business=business,
        customer=verdict.customer,
        currency=verdict.case.currency,
        step=fire.step,
        policy_id=policy.id,
        fired_on=today,
        total=fire.total,
        letter=letter,
        task=task,
        decision={
            "reason": fire.reason,
            "rule": str(fire.rule),
            "lines": [asked_line(line, verdict.case.currency) for line in fire.lines],
            "policy": {"name": policy.name, "version": policy.version},
            "tone": tone_for(verdict, fire)["tone"],
            "facts": facts,
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


def _lines(reminders: Sequence[Reminder], fires: Sequence[tuple[Verdicts, Fire]]) -> list[tuple[Any, ...]]:
    """The rows of the steps that fire now, their values in the order of LINE."""
    return [
        (reminder.pk, line.invoice.id, str(line.step), line.invoice.cycle, line.amount, line.days_past_due)
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
