"""Clears away what the engine queued and what is no longer true: paid, in dispute, flagged (architecture.md, "At once")."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Prefetch, Q

from customers import log
from customers.models import Business, Customer, Letter, Task
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterCode, LetterState
from invoices.models.insight import Segment
from reminders.cases import NOTHING, Case, InvoiceFacts
from reminders.confirmations import fallen, over, restated, same
from reminders.facts import Settings, cases_of
from reminders.freezing import asked_today, frozen_facts
from reminders.happenings import no_longer_so, turned_out_otherwise
from reminders.issuing import UNSENT
from reminders.models import Cursor, Occasion, ReminderLine
from reminders.outbox import reviews_of, withdraw
from reminders.plan_happenings import instalment_open
from reminders.rules import Rule
from reminders.settlement_letters import offer_gone
from reminders.tone import tone_of
from reminders.wordings import LOOK_AGAIN

CALLS = [TaskKind.COURTESY_CALL, TaskKind.NOTICE_CALL, TaskKind.CALL_60, TaskKind.CALL_90, TaskKind.DECIDE]
# What a call, a lapsed offer or money held back left to do: no step of the engine stands behind it.
LEFT_OVER = reduce(or_, (Q(subject__startswith=area) for area in ("conversation:", "paymentplan:", "settlement:", "held:")))
AGREED = Q(kind__in=[TaskKind.CALLBACK, TaskKind.DECIDE]) & LEFT_OVER
NO_CALLS = frozenset({Rule.CEASE, Rule.DECEASED, Rule.INSOLVENT, Rule.MORATORIUM, Rule.HANDED_OFF})
NO_TROUBLE = "The signs of trouble are gone."
NOTHING_LEFT = "Nothing of it is left to ask for."


@dataclass(frozen=True, slots=True)
class Present:
    """A customer as things stand today: the cases by currency, and what decides the tone."""

    cases: Mapping[str, Case]
    diagnosis: str = ""
    vulnerable: bool = False

    def block(self, currency: str, letter_code: str = "") -> str:
        """What stops a letter of this code, or a call, in words; "" where nothing is open."""
        case = self.cases.get(currency)
        return case.blocked_for(letter_code) if case else ""

    @property
    def worsening(self) -> bool:
        """Whether the customer is treated as one who gets into trouble."""
        treated = next((case.treated for case in self.cases.values()), None)
        return treated is not None and treated.segment == Segment.DETERIORATING

    def invoices(self, currency: str, letter_code: str = "") -> dict[int, InvoiceFacts]:
        """The open invoices by id; none under a block."""
        case = self.cases.get(currency)
        if case is None or case.blocked_for(letter_code):
            return {}
        return {row.id: row for row in case.invoices}


def queued_customers(business: Business) -> set[int]:
    """The customers with a letter not yet out, or a call not yet made."""
    letters = Letter.objects.filter(business=business, state__in=UNSENT).order_by().values_list("customer_id", flat=True)
    calls = Q(kind__in=CALLS) | Q(follow_ups__isnull=False) | AGREED
    tasks = Task.objects.filter(calls, business=business, state=TaskState.OPEN).order_by().values_list("customer_id", flat=True)
    return {*letters, *tasks}


@transaction.atomic
def sweep(*, business: Business, customer_ids: Sequence[int], settings: Settings, today: datetime.date) -> None:
    """Withdraws letters and cancels calls that ask for nothing any more; brings the sums of the others up to date."""
    Cursor.objects.select_for_update().get(business=business)
    customers = list(Customer.objects.filter(pk__in=customer_ids))
    cases = cases_of(business, customers, settings, today)
    present = {
        customer.pk: Present({case.currency: case for case in cases.get(customer.pk, [])}, customer.approach, customer.vulnerable)
        for customer in customers
    }
    lines = Prefetch("reminders__lines", ReminderLine.objects.only("reminder", "invoice", "step"))
    letters = Letter.objects.select_for_update(of=("self",)).filter(customer__in=customers, state__in=UNSENT)
    for letter in letters.select_related("business", "customer").prefetch_related(lines):
        _sweep_letter(letter, present[letter.customer_id], today)
    tasks = Task.objects.filter(customer__in=customers, state=TaskState.OPEN).select_related("business", "customer")
    for task in tasks.filter(kind__in=CALLS, follow_ups=None).exclude(AGREED).prefetch_related(lines):
        _sweep_call(task, present[task.customer_id], today)
    for task in tasks.filter(AGREED):
        _sweep_agreed(task, present[task.customer_id], today)
    for task in tasks.filter(follow_ups__isnull=False).prefetch_related("follow_ups__letter"):
        _sweep_follow_up(task, present[task.customer_id], today)


def _sweep_letter(letter: Letter, present: Present, today: datetime.date) -> None:
    """An approved letter whose sums changed is left to the delivery, which writes it anew."""
    if "instalment" in letter.facts:
        return _sweep_instalment(letter, present, today)
    if "settlement" in letter.facts:
        return _sweep_offer(letter, present, today)
    if letter.code == LetterCode.LCALL:
        return _sweep_confirmation(letter, present, today)
    invoices = present.invoices(letter.currency, letter.code)
    lines = letter.facts["lines"]
    owed = {line["invoice"]: _owed(invoices, line["invoice"], today) for line in lines}
    gone = "" if any(owed.values()) and not outlived(letter, owed) else NOTHING_LEFT
    if gone := gone or fallen(letter) or no_longer_so(letter):
        withdraw(letter=letter, reason=present.block(letter.currency, letter.code) or gone, on=today)
    elif letter.state != LetterState.APPROVED:
        if any(owed[line["invoice"]] != Decimal(line["collectable"]) for line in lines):
            bring_up_to_date(letter, present.cases[letter.currency], invoices, today)
        _heed_diagnosis(letter, present)


def outlived(letter: Letter, owed: Mapping[int, Decimal]) -> bool:
    """Whether nothing is left of what brought the letter's step: what remains has reached a lower one, or was asked for at it."""
    brought = [
        line.invoice_id for reminder in letter.reminders.all() for line in reminder.lines.all() if line.step == reminder.step
    ]
    return bool(brought) and not any(owed.get(pk) for pk in brought)


def _sweep_instalment(letter: Letter, present: Present, today: datetime.date) -> None:
    block = present.block(letter.currency, letter.code)
    if block or not instalment_open(letter, today):
        withdraw(letter=letter, reason=block or NOTHING_LEFT, on=today)


def _sweep_offer(letter: Letter, present: Present, today: datetime.date) -> None:
    if reason := present.block(letter.currency, letter.code) or offer_gone(letter, today):
        withdraw(letter=letter, reason=reason, on=today)


def _sweep_confirmation(letter: Letter, present: Present, today: datetime.date) -> None:
    """What was agreed on the telephone: an approved one is left to the delivery, as any other."""
    case = present.cases.get(letter.currency)
    if reason := present.block(letter.currency, letter.code) or fallen(letter) or over(letter, case, today):
        withdraw(letter=letter, reason=reason, on=today)
    elif letter.state != LetterState.APPROVED and not same(letter.facts, facts := restated(letter, case, today)):
        letter.facts = facts
        letter.problem = str(LOOK_AGAIN) if letter.edited else letter.problem
        letter.save(update_fields=["facts", "problem"])


def _heed_diagnosis(letter: Letter, present: Present) -> None:
    """Keeps the tone of a letter nobody has approved yet as the diagnosis of today asks for (P21)."""
    facts = letter.facts
    if "tone" not in facts:
        return
    wanted, first = facts["wanted_tone"], facts["first_contact"]
    voice = tone_of(facts["step"], present.diagnosis, wanted=wanted, first_contact=first, vulnerable=present.vulnerable)
    if voice != facts["tone"]:
        letter.facts = facts | {"tone": str(voice)}
        letter.save(update_fields=["facts"])


def bring_up_to_date(letter: Letter, case: Case, invoices: Mapping[int, InvoiceFacts], today: datetime.date) -> None:
    """Writes the present sums into a letter nobody has approved yet; what was said on the phone stays."""
    steps = {line["invoice"]: line["step"] for line in letter.facts["lines"]}
    rows = [invoices[pk] for pk in steps if _owed(invoices, pk, today)]
    asks = asked_today(rows, today, step=letter.facts["step"], steps=steps, first_contact=letter.facts["first_contact"])
    letter.facts = letter.facts | frozen_facts(asks, case, today)
    letter.total = asks.total
    letter.problem = str(LOOK_AGAIN) if letter.edited else letter.problem
    letter.save(update_fields=["facts", "total", "problem"])
    Task.objects.filter(pk__in=reviews_of(letter).values("pk")).update(amount=asks.total or None)


def _sweep_call(task: Task, present: Present, today: datetime.date) -> None:
    """A courtesy call is over once its invoices are due: from then on they are asked for otherwise. Any other, and a decision,
    is over with what brought its step: what remains has its own."""
    invoices = present.invoices(task.currency)
    lines = [(line, reminder.step) for reminder in task.reminders.all() for line in reminder.lines.all()]
    about = {line.invoice_id for line, _step in lines}
    brought = {line.invoice_id for line, step in lines if line.step == step} or about
    if task.kind == TaskKind.COURTESY_CALL:
        invoices = {pk: row for pk, row in invoices.items() if row.due_on > today}
    left = sum((_owed(invoices, pk, today) for pk in about), NOTHING)
    if left == 0 or not any(_owed(invoices, pk, today) for pk in brought):
        _cancel(task, present.block(task.currency) or NOTHING_LEFT, today)
    elif left != task.amount:
        Task.objects.filter(pk=task.pk).update(amount=left)


def _sweep_agreed(task: Task, present: Present, today: datetime.date) -> None:
    """What a call left to do stands, in a pause too, until nothing is open; a flag that forbids calls ends the callback."""
    forbidden = (case.block for case in present.cases.values() if case.block_rule in NO_CALLS)
    reason = next(forbidden, "") if task.kind == TaskKind.CALLBACK else ""
    if reason or not present.cases:
        _cancel(task, reason or NOTHING_LEFT, today)


def _sweep_follow_up(task: Task, present: Present, today: datetime.date) -> None:
    """A call about a broken promise or a closed query is over once what its letter asked for is; else once nothing is open, as
    one about a payment that came back: it had paid more than what was promised. It is over, too, when it turns out that the
    promise was kept or the payment stands."""
    invoices = present.invoices(task.currency)
    follow_ups = task.follow_ups.all()
    if any(row.occasion == Occasion.WORSENING for row in follow_ups) and not present.worsening:
        return _cancel(task, present.block(task.currency) or NO_TROUBLE, today)
    if otherwise := turned_out_otherwise(follow_ups):
        return _cancel(task, otherwise, today)
    returned = any(row.occasion == Occasion.PAYMENT_RETURNED for row in follow_ups)
    letters = [] if returned else [row.letter for row in follow_ups if row.letter is not None]
    about = {line["invoice"] for letter in letters for line in letter.facts["lines"]} or set(invoices)
    if not about & set(invoices):
        _cancel(task, present.block(task.currency) or NOTHING_LEFT, today)


def _cancel(task: Task, reason: str, today: datetime.date) -> None:
    Task.objects.filter(pk=task.pk, state=TaskState.OPEN).update(state=TaskState.CANCELLED, outcome=reason, closed_on=today)
    log.record(task.business, "task.cancelled", f"task:{task.pk}", customer=task.customer, task_kind=task.kind)


def _owed(invoices: Mapping[int, InvoiceFacts], invoice_id: int, today: datetime.date) -> Decimal:
    row = invoices.get(invoice_id)
    return row.askable(today) if row else NOTHING
