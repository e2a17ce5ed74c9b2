"""The nightly run: finds who must be looked at, decides case by case, writes batch by batch."""

import datetime
import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from arcollect.money import format_plain
from customers import log
from customers.models import Business, Customer, Event, User
from invoices.models import Invoice
from reminders.escalation import Case, Decision, Fire, Wait, courtesy_call, next_look, next_step
from reminders.facts import Settings, cases_of, settings_of
from reminders.issuing import Verdicts, asked_line, write_verdicts
from reminders.models import Cursor, LastDecision, Reminder, StepCode, Verdict, Watch
from reminders.sweeping import queued_customers, sweep

logger = logging.getLogger(__name__)

BATCH = 500
CALLS = {StepCode.COURTESY, StepCode.DAY_60, StepCode.DAY_90}
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Outcome:
    """What a run did, as `escalate` prints it; `failed`: the customers that could not be decided, with the error."""

    fired: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class CallBudget:
    """How many new calls of a released ledger may still open today (domain.md 3.4); None for no limit."""

    left: int | None
    next_day: datetime.date

    def grant(self, case: Case, decision: Decision) -> Decision:
        """The decision itself, or a Wait where it opens a call for a released invoice and today's number is used up."""
        if self.left is None or not isinstance(decision, Fire) or decision.step not in CALLS:
            return decision
        if not any(line.invoice.released and not line.invoice.fired for line in decision.lines):
            return decision
        if self.left <= 0:
            return Wait("The day's new calls from the released ledger are all made.", self.next_day)
        self.left -= 1
        return decision


def release(*, business: Business, today: datetime.date, actor: User | None = None) -> int:
    """Lets an imported ledger start: the business goes live, what an import held is freed. Returns how many were freed."""
    with transaction.atomic():
        first = Business.objects.filter(pk=business.pk, released_on=None).update(released_on=today)
        waiting = Invoice.objects.filter(business=business, balance__gt=0, released_on=None)
        freed = waiting.filter(Q(entry_hold=True) | Q(reminder_lines=None) if first else Q(entry_hold=True))
        count = Invoice.objects.filter(pk__in=freed.values("pk")).update(released_on=today, entry_hold=False)
        if first or count:
            Watch.objects.filter(business=business, invoice__released_on=today).delete()
            log.record(business, "ledger.released", f"business:{business.pk}", actor=actor, on=today.isoformat(), invoices=count)
    business.refresh_from_db(fields=["released_on"])
    return count


def escalate(
    business: Business,
    today: datetime.date,
    *,
    calls_per_day: int | None = None,
    dry_run: bool = False,
    only: list[int] | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Fires what is due today, once; safe to run twice, late, or at the same time as itself (T01, T05).

    `only`: the ids of the customers to look at, instead of everybody whose day has come.

    `calls_per_day`: new call tasks from a released ledger, 0 for no limit, None for the business's own setting.
    `dry_run` decides and writes nothing. Customers with an error are listed in the outcome and stop nobody else (T07).
    """
    settings = settings_of(business)
    cursor, _ = Cursor.objects.get_or_create(business=business)
    key = _settings_key(business, settings)
    with transaction.atomic():
        horizon = log.horizon(business)
    everyone = cursor.settings_key != key
    if not dry_run and only is None:
        _sweep(business, settings, cursor, horizon, today, everyone=everyone)
    ids = _to_look_at(business, cursor, horizon, today, everyone=everyone) if only is None else only
    budget = _budget(business, settings, today, calls_per_day)
    outcome = Outcome()
    for start in range(0, len(ids), BATCH):
        _batch(business, ids[start : start + BATCH], settings, today, budget, outcome, dry_run)
        if progress is not None:
            progress(min(start + BATCH, len(ids)), len(ids))
    if not dry_run and only is None:
        Cursor.objects.filter(business=business).update(last_event_id=horizon, settings_key=key)
        outcome.waiting = _waiting(business)
    return outcome


def explain(business: Business, customer: Customer, today: datetime.date) -> list[dict[str, str]]:
    """What is decided for one customer today and why, by currency, for dunning and for courtesy calls; writes nothing."""
    settings = settings_of(business)
    setting = settings.setting(customer)
    rows = []
    for case in cases_of(business, [customer], settings, today).get(customer.pk, []):
        for what, decide in (("dunning", next_step), ("courtesy", courtesy_call)):
            decision = decide(case, setting, today)
            step = str(decision.step) if isinstance(decision, Fire) else ""
            verdict = type(decision).__name__.lower()
            rows.append({"currency": case.currency, "what": what, "verdict": verdict, "step": step, "reason": decision.reason})
    return rows


def _sweep(business: Business, settings: Settings, cursor: Cursor, horizon: int, today: datetime.date, *, everyone: bool) -> None:
    """Clears away what is no longer true for the customers who changed since the last run."""
    queued = queued_customers(business)
    if not everyone:
        queued &= set(_changed(business, cursor, horizon).values_list("customer", flat=True))
    ids = sorted(queued)
    for start in range(0, len(ids), BATCH):
        sweep(business=business, customer_ids=ids[start : start + BATCH], settings=settings, today=today)


def _changed(business: Business, cursor: Cursor, horizon: int) -> QuerySet[Event]:
    """The events of customers since the last run; the engine's own are no news to it."""
    events = Event.objects.filter(business=business, id__gt=cursor.last_event_id, id__lte=horizon)
    return events.exclude(kind__startswith="step.").exclude(customer=None)


def _to_look_at(business: Business, cursor: Cursor, horizon: int, today: datetime.date, *, everyone: bool) -> list[int]:
    """The customers whose day has come, or who changed since the last run; those who owe the most past due come first."""
    unpaid = Invoice.objects.filter(business=business, balance__gt=0)
    if not everyone:
        changed = _changed(business, cursor, horizon)
        awake = Watch.objects.filter(invoice=OuterRef("pk"), next_look_on__gt=today)
        unpaid = unpaid.filter(
            Q(customer__in=changed.values("customer")) | Q(customer__in=unpaid.exclude(Exists(awake)).values("customer"))
        )
    grouped = unpaid.order_by().values("customer_id").annotate(late=Sum("balance", filter=Q(due_on__lt=today)))
    rows = grouped.values_list("customer_id", "late")
    return [customer_id for customer_id, _ in sorted(rows, key=lambda row: (-(row[1] or 0), row[0]))]


def _batch(
    business: Business,
    ids: list[int],
    settings: Settings,
    today: datetime.date,
    budget: CallBudget,
    outcome: Outcome,
    dry_run: bool,
) -> None:
    """Reads, decides and writes some customers in one transaction; a run beside this one waits, then finds nothing to do."""
    with transaction.atomic():
        Cursor.objects.select_for_update().get(business=business)
        customers = list(Customer.objects.filter(pk__in=ids))
        order = {customer_id: place for place, customer_id in enumerate(ids)}
        customers.sort(key=lambda customer: order[customer.pk])
        cases = cases_of(business, customers, settings, today)
        verdicts = []
        for customer in customers:
            verdicts += _decided(customer, cases.get(customer.pk, []), settings, today, budget, outcome)
        if dry_run:
            outcome.fired += [_entry(one, fire, None) for one in verdicts for fire in one.fires]
            outcome.waiting += [row for one in verdicts for row in _waits(one)]
            return
        reminders = iter(write_verdicts(business=business, verdicts=verdicts, today=today))
        outcome.fired += [_entry(one, fire, next(reminders)) for one in verdicts for fire in one.fires]


def _decided(
    customer: Customer,
    cases: list[Case],
    settings: Settings,
    today: datetime.date,
    budget: CallBudget,
    outcome: Outcome,
) -> Iterator[Verdicts]:
    """The verdicts of one customer; an error is logged and listed, and the next night looks again (T07)."""
    try:
        setting = settings.setting(customer)
        verdicts = []
        for case in cases:
            decisions = tuple(budget.grant(case, decide(case, setting, today)) for decide in (next_step, courtesy_call))
            looks = {row.id: next_look(case, row, decisions, setting, today) for row in case.invoices}
            verdicts.append(Verdicts(customer, case, setting, decisions, looks))
    except Exception as error:
        logger.exception("Customer %s could not be decided", customer.pk)
        outcome.failed.append({"customer": customer.reference, "error": f"{type(error).__name__}: {error}"})
        return
    yield from verdicts


def _budget(business: Business, settings: Settings, today: datetime.date, calls_per_day: int | None) -> CallBudget:
    limit = settings.rules["max_new_call_tasks_per_day"] if calls_per_day is None else calls_per_day
    next_day = settings.calendar().add(today, 1)
    if limit == 0:
        return CallBudget(None, next_day)
    opened = Reminder.objects.filter(business=business, fired_on=today, step__in=CALLS, lines__invoice__released_on__isnull=False)
    return CallBudget(limit - opened.distinct().count(), next_day)


def _settings_key(business: Business, settings: Settings) -> str:
    """Changes whenever a policy, a threshold or the business's holidays do: then every customer is looked at again."""
    policies = sorted(policy.id for policy in settings.by_name.values())
    chosen = sorted(settings.chosen.items())
    parts = [policies, settings.default.id, chosen, settings.rules, settings.home, str(business.released_on)]
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _entry(one: Verdicts, fire: Fire, reminder: Reminder | None) -> dict[str, Any]:
    """A fired step as `escalate` prints it."""
    currency = one.case.currency
    return {
        "customer": one.customer.reference,
        "currency": currency,
        "step": str(fire.step),
        "letter": reminder.letter_id if reminder else None,
        "task": reminder.task_id if reminder else None,
        "total": format_plain(fire.total, currency),
        "invoices": [asked_line(line, currency) for line in fire.lines],
    }


def _waits(one: Verdicts) -> Iterator[dict[str, Any]]:
    for decision in one.decisions[:1]:
        if isinstance(decision, Wait):
            yield _waiting_row(one.customer.reference, one.case.currency, decision.reason, decision.until)


def _waiting(business: Business) -> list[dict[str, Any]]:
    """Everybody who owes and waits, whether or not tonight's run had to look at them."""
    unpaid = Invoice.objects.filter(customer=OuterRef("customer"), currency=OuterRef("currency"), balance__gt=0)
    rows = LastDecision.objects.filter(Exists(unpaid), business=business, verdict=Verdict.WAIT)
    rows = rows.order_by("customer__reference", "currency")
    return [_waiting_row(*row) for row in rows.values_list("customer__reference", "currency", "reason", "until")]


def _waiting_row(reference: str, currency: str, reason: str, until: datetime.date | None) -> dict[str, Any]:
    return {"customer": reference, "currency": currency, "reason": reason, "until": until.isoformat() if until else None}
