"""The nightly run: finds who must be looked at, decides case by case, writes batch by batch."""

import datetime
import hashlib
import json
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from arcollect.memory import collected_once
from arcollect.money import format_plain
from customers import log
from customers.models import Business, Customer, Event, User
from invoices.keeping import settle_promises
from invoices.models import Invoice, PaymentPlan, Settlement
from invoices.models.settlement import LIVE_SETTLEMENT_STATES
from invoices.plan_keeping import settle_plans
from invoices.plan_moves import ON_OFFER
from invoices.planning import expire_offers, void_offers
from invoices.segments import acts
from invoices.settling import settle_settlements
from invoices.unmatched import ask_to_match, ask_to_pay_back
from reminders.call_budget import CallBudget, budget_of
from reminders.cases import Case, Fire, Wait
from reminders.escalation import next_looks
from reminders.explaining import DECIDERS, explained
from reminders.facts import Settings, cases_of, settings_of
from reminders.halving import by_halves
from reminders.issuing import asked_line, write_verdicts
from reminders.models import Cursor, LastDecision, Reminder, Verdict, Watch
from reminders.policies import switch_on_service_steps
from reminders.responding import respond
from reminders.sweeping import queued_customers, sweep
from reminders.verdicts import Verdicts

logger = logging.getLogger(__name__)

# One batch is held in memory and written in one transaction: so many customers, or as many as have so many open invoices.
BATCH, BATCH_INVOICES = 500, 4000
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Outcome:
    """What a run did, as `escalate` prints it; `failed`: the customers that could not be decided, with the error."""

    fired: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Takes over what a part of the run did."""
        self.fired += other.fired
        self.waiting += other.waiting
        self.failed += other.failed


def release(
    *, business: Business, today: datetime.date, actor: User | None = None, leave_out: Collection[int] = frozenset()
) -> int:
    """Lets an imported ledger start: the business goes live, what an import held is freed. Returns how many were freed.

    `leave_out`: ids of customers whose overdue invoices wait on, to be released another day.
    """
    with transaction.atomic():
        first = Business.objects.filter(pk=business.pk, released_on=None).update(released_on=today)
        waiting = Invoice.objects.filter(business=business, balance__gt=0, released_on=None)
        left_out = waiting.filter(customer__in=leave_out, due_on__lt=today)
        if first:
            left_out.filter(reminder_lines=None).update(entry_hold=True)
        freed = waiting.filter(Q(entry_hold=True) | Q(reminder_lines=None) if first else Q(entry_hold=True))
        freed = freed.exclude(pk__in=left_out.values("pk"))
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
    brief: bool = False,
) -> Outcome:
    """Fires what is due today, once; safe to run twice, late, or at the same time as itself (T01, T05).

    `only`: the ids of the customers to look at, instead of everybody whose day has come.

    `calls_per_day`: new call tasks from a released ledger, 0 for no limit, None for the business's own setting.
    `dry_run` decides and writes nothing. `brief`: the outcome names no invoices, which of a large ledger fill the memory.
    Customers with an error are listed in the outcome and stop nobody else (T07).
    """
    if not dry_run and only is None:
        switch_on_service_steps(business=business)
    settings = settings_of(business)
    cursor, _ = Cursor.objects.get_or_create(business=business)
    settled = Outcome()
    if not dry_run and only is None:
        settled.add(_settle(business, settings, today))
        ask_to_match(business=business, calendar=settings.calendar(), today=today)
        ask_to_pay_back(business=business, calendar=settings.calendar(), today=today)
    key = _settings_key(business, settings, today)
    with transaction.atomic():
        horizon = log.horizon(business)
    everyone = cursor.settings_key != key
    outcome = Outcome()
    if not dry_run and only is None:
        outcome.add(_sweep(business, settings, cursor, horizon, today, everyone=everyone))
    swept = not outcome.failed
    outcome.add(settled)
    batches = _to_look_at(business, cursor, horizon, today, everyone=everyone) if only is None else _batches(only)
    budget = budget_of(business, settings, today, calls_per_day)
    work = partial(_batch, business, settings=settings, today=today, budget=budget, dry_run=dry_run, brief=brief)
    outcome.add(_guarded(work, batches, progress))
    if not dry_run:
        errors = respond(business, settings, today, only=only)
        outcome.failed += [_failure(customer_id, error) for customer_id, error in errors.items()]
    if outcome.failed:
        _name_failed(outcome, look_again=not dry_run)
    if not dry_run and only is None:
        if swept:
            # Else the next run reads the same events again: what was not cleared away must be.
            Cursor.objects.filter(business=business).update(last_event_id=horizon, settings_key=key)
        outcome.waiting = _waiting(business)
    return outcome


def explain(business: Business, customer: Customer, today: datetime.date) -> list[dict[str, Any]]:
    """What is decided for one customer today and why, by currency, for dunning and for courtesy calls; writes nothing.

    Each row: currency, what, verdict, step, rule and its words, reason, next_on, the facts in words, the open invoices.
    """
    settings = settings_of(business)
    cases = cases_of(business, [customer], settings, today).get(customer.pk, [])
    return [row for case in cases for row in explained(case, settings.setting(customer, case), today)]


def _batches(ids: Iterable[int], invoices: Mapping[int, int] | None = None) -> list[list[int]]:
    """Customers in batches; `invoices`: how many open ones each of them has, where that is known."""
    batches, held = [[]], 0
    for pk in ids:
        if len(batches[-1]) == BATCH or held >= BATCH_INVOICES:
            batches.append([])
            held = 0
        batches[-1].append(pk)
        held += invoices[pk] if invoices else 0
    return [batch for batch in batches if batch]


def _guarded(work: Callable[[list[int]], Outcome | None], batches: list[list[int]], progress: Progress | None = None) -> Outcome:
    """Does `work` batch by batch, whatever one of them comes to, and returns what all of it did (T07)."""
    outcome, done, all_of_them = Outcome(), 0, sum(map(len, batches))
    for batch in batches:
        with collected_once():
            outcome.add(_attempt(work, batch))
        done += len(batch)
        if progress is not None:
            progress(done, all_of_them)
    return outcome


def _attempt(work: Callable[[list[int]], Outcome | None], ids: list[int]) -> Outcome:
    """One batch; the customers at fault are listed."""
    outcome = Outcome()
    errors = by_halves(lambda some: outcome.add(work(list(some)) or Outcome()), ids)
    outcome.failed += [_failure(pk, error) for pk, error in errors.items()]
    return outcome


def _failure(customer_id: int, error: Exception) -> dict[str, Any]:
    return {"customer": customer_id, "error": f"{type(error).__name__}: {error}"}


def _name_failed(outcome: Outcome, *, look_again: bool) -> None:
    """Names who failed by reference; the next run looks at them, though the events that woke them now are read by then."""
    failed = {row["customer"] for row in outcome.failed}
    if look_again:
        Watch.objects.filter(invoice__customer__in=failed).delete()
    references = dict(Customer.objects.filter(pk__in=failed).values_list("pk", "reference"))
    outcome.failed = [row | {"customer": references[row["customer"]]} for row in outcome.failed]


def _settle(business: Business, settings: Settings, today: datetime.date) -> Outcome:
    """Judges by the day what was agreed; an error in somebody's plan or settlement leaves all others judged (T07)."""
    calendar = settings.calendar()
    settle_promises(business=business, calendar=calendar, today=today)

    def settle(ids: list[int]) -> None:
        settle_plans(business=business, calendar=calendar, today=today, customers=ids)
        settle_settlements(business=business, today=today, customers=ids)

    agreed = PaymentPlan.objects.filter(business=business, signed_at__isnull=False).order_by().values_list("customer", flat=True)
    offered = Settlement.objects.filter(business=business, state__in=LIVE_SETTLEMENT_STATES).values_list("customer", flat=True)
    outcome = _guarded(settle, _batches(sorted({*agreed, *offered})))
    if PaymentPlan.objects.filter(business=business, state__in=ON_OFFER).exists():
        expire_offers(business=business, calendar=calendar, today=today)
        void_offers(business=business, calendar=calendar, today=today)
    return outcome


def _sweep(
    business: Business, settings: Settings, cursor: Cursor, horizon: int, today: datetime.date, *, everyone: bool
) -> Outcome:
    """Clears away what is no longer true for the customers who changed since the last run."""
    changed = None if everyone else set(_changed(business, cursor, horizon).order_by().values_list("customer", flat=True))
    if changed == set():
        return Outcome()
    queued = queued_customers(business) if changed is None else queued_customers(business) & changed

    def clear(ids: list[int]) -> None:
        sweep(business=business, customer_ids=ids, settings=settings, today=today)

    return _guarded(clear, _batches(sorted(queued)))


def _changed(business: Business, cursor: Cursor, horizon: int) -> QuerySet[Event]:
    """The events of customers since the last run; the engine's own are no news to it."""
    events = Event.objects.filter(business=business, id__gt=cursor.last_event_id, id__lte=horizon)
    return events.exclude(kind__startswith="step.").exclude(customer=None)


def _to_look_at(business: Business, cursor: Cursor, horizon: int, today: datetime.date, *, everyone: bool) -> list[list[int]]:
    """The customers whose day has come, or who changed since the last run, in batches; who owes the most past due comes first."""
    unpaid = Invoice.objects.filter(business=business, balance__gt=0).order_by()
    if not everyone:
        due = Watch.objects.filter(business=business, next_look_on__lte=today, invoice__balance__gt=0)
        # Three plain questions: asked as one, every open invoice is looked up three times.
        awake = {
            *_changed(business, cursor, horizon).order_by().values_list("customer_id", flat=True).distinct(),
            *due.values_list("invoice__customer_id", flat=True).distinct(),
            *unpaid.filter(watch=None).values_list("customer_id", flat=True).distinct(),
        }
        if not awake:
            return []
        unpaid = unpaid.filter(customer__in=awake)
    late = Sum("balance", filter=Q(due_on__lt=today))
    rows = list(unpaid.values("customer_id").annotate(late=late, open=Count("id")).values_list("customer_id", "late", "open"))
    ordered = sorted(rows, key=lambda row: (-(row[1] or 0), row[0]))
    return _batches((row[0] for row in ordered), {row[0]: row[2] for row in rows})


def _batch(
    business: Business,
    ids: list[int],
    *,
    settings: Settings,
    today: datetime.date,
    budget: CallBudget,
    dry_run: bool,
    brief: bool,
) -> Outcome:
    """Reads, decides and writes some customers in one transaction; a run beside this one waits, then finds nothing to do."""
    outcome, left = Outcome(), budget.left
    try:
        with transaction.atomic():
            Cursor.objects.select_for_update().get(business=business)
            verdicts = _decisions(business, ids, settings, today, budget, outcome)
            written = [] if dry_run else write_verdicts(business=business, verdicts=verdicts, today=today)
    except Exception:
        budget.left = left  # Its calls were not opened after all.
        raise
    reminders = iter(written)
    outcome.fired = [_entry(one, fire, next(reminders, None), brief=brief) for one in verdicts for fire in one.fires]
    if dry_run:
        outcome.waiting = [row for one in verdicts for row in _waits(one)]
    return outcome


def _decisions(
    business: Business, ids: list[int], settings: Settings, today: datetime.date, budget: CallBudget, outcome: Outcome
) -> list[Verdicts]:
    """The verdicts of these customers, in the order of `ids`."""
    customers = Customer.objects.in_bulk(ids)
    ordered = [customers[pk] for pk in ids if pk in customers]
    cases = cases_of(business, ordered, settings, today)
    verdicts: list[Verdicts] = []
    for customer in ordered:
        verdicts += _decided(customer, cases.get(customer.pk, []), settings, today, budget, outcome)
    return verdicts


def _decided(
    customer: Customer,
    cases: list[Case],
    settings: Settings,
    today: datetime.date,
    budget: CallBudget,
    outcome: Outcome,
) -> list[Verdicts]:
    """The verdicts of one customer; an error is logged and listed, and the next run looks again (T07)."""
    try:
        verdicts = []
        for case in cases:
            setting = settings.setting(customer, case)
            decisions = tuple(budget.grant(decide(case, setting, today), setting) for _, decide in DECIDERS)
            verdicts.append(Verdicts(customer, case, setting, decisions, next_looks(case, decisions, setting, today)))
    except Exception as error:
        logger.exception("Customer %s could not be decided", customer.pk)
        outcome.failed.append(_failure(customer.pk, error))
        return []
    return verdicts


def _settings_key(business: Business, settings: Settings, today: datetime.date) -> str:
    """Changes whenever a policy, a threshold or the business's holidays do, and once segments begin to act: then every customer
    is looked at again."""
    policies = sorted(policy.id for policy in settings.by_name.values())
    chosen = sorted(settings.chosen.items())
    released, treats = str(business.released_on), acts(business, today)
    parts = [policies, settings.default.id, chosen, settings.rules, settings.home, released, treats]
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _entry(one: Verdicts, fire: Fire, reminder: Reminder | None, *, brief: bool) -> dict[str, Any]:
    """A fired step as `escalate` prints it; a brief one without its invoices."""
    currency = one.case.currency
    entry = {
        "customer": one.customer.reference,
        "currency": currency,
        "step": str(fire.step),
        "letter": reminder.letter_id if reminder else None,
        "task": reminder.task_id if reminder else None,
        "total": format_plain(fire.total, currency),
    }
    if not brief:
        entry["invoices"] = reminder.decision["lines"] if reminder else [asked_line(line, currency) for line in fire.lines]
    return entry


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
