"""Reads what the engine must know of many customers, in a fixed number of queries."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from arcollect.dates import Calendar, calendar_of
from customers.models import Business, Conversation, Customer, Letter
from customers.models.desk import Outcome
from customers.models.letter import LetterState
from invoices.models import Allocation, CreditNote, Dispute, Invoice, Payment
from invoices.models.agreement import DisputeOutcome
from invoices.standing import claims
from reminders.escalation import NOTHING, Case, InvoiceFacts, Setting
from reminders.models import CustomerPolicy, Policy, Reminder, ReminderLine, Step, StepCode
from reminders.timetable import DAYS, DUNNING, PolicyTerms, StepTerms

Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Settings:
    """The policies and business days of one business; `setting(customer)` picks what one customer follows."""

    rules: Mapping[str, Any]
    weekend: frozenset[int]
    home: tuple[str, str]
    default: PolicyTerms
    by_name: Mapping[str, PolicyTerms]
    chosen: Mapping[int, str]

    def setting(self, customer: Customer) -> Setting:
        """The policy of this customer, and the days that are business days both here and there."""
        policy = self.by_name.get(self.chosen.get(customer.pk, ""), self.default)
        return Setting(policy, self.calendar(customer.country, customer.region), self.rules)

    def calendar(self, country: str = "", region: str = "") -> Calendar:
        return calendar_of(self.weekend, [self.home, (country, region)])


def settings_of(business: Business) -> Settings:
    """Reads the current policies of a business, in three queries."""
    policies = Policy.objects.filter(business=business, current=True).prefetch_related("steps")
    terms = {policy.name: policy_terms(policy) for policy in policies}
    default = next(policy.name for policy in policies if policy.is_default)
    rules = business.rules
    return Settings(
        rules=rules,
        weekend=frozenset(rules["weekend"]),
        home=(business.country, business.region),
        default=terms[default],
        by_name=terms,
        chosen=dict(CustomerPolicy.objects.filter(business=business).values_list("customer_id", "policy_name")),
    )


def policy_terms(policy: Policy, drafted: Iterable[Step] | None = None) -> PolicyTerms:
    """A policy version as the pure code takes it; `drafted` are the steps of one that is not stored yet."""
    steps = {
        step.code: StepTerms(step.code, step.offset_days, step.calls, step.letter_code, step.approve_first)
        for step in (policy.steps.all() if drafted is None else drafted)
        if step.enabled
    }
    return PolicyTerms(policy.pk, steps, policy.basis, policy.min_gap_days, policy.min_balance, policy.entry_cap)


def cases_of(
    business: Business, customers: Sequence[Customer], settings: Settings, today: datetime.date
) -> dict[int, list[Case]]:
    """The cases of these customers by customer id, one for each currency with something open."""
    ids = [customer.pk for customer in customers]
    invoices = _invoices(ids, settings, today)
    money, letters = _unapplied(ids), _letters(ids)
    paid, spoken = _part_payments(ids, settings.rules, today), _spoken(business, ids)
    cases: dict[int, list[Case]] = defaultdict(list)
    for customer in customers:
        block, block_until = standing_block(customer, today)
        for currency, rows in invoices.get(customer.pk, {}).items():
            key = (customer.pk, currency)
            unapplied, since = money.get(key, (NOTHING, None))
            part_paid, part_paid_on = paid.get(key, (NOTHING, None))
            cases[customer.pk].append(
                Case(
                    customer_id=customer.pk,
                    reference=customer.reference,
                    currency=currency,
                    invoices=tuple(rows),
                    block=block,
                    block_until=block_until,
                    unapplied=unapplied,
                    unapplied_since=since,
                    part_paid=part_paid,
                    part_paid_on=part_paid_on,
                    spoken_since=spoken.get(customer.pk),
                    released=business.released_on is not None,
                    **letters.get(key, {}),
                )
            )
    return cases


def standing_block(customer: Customer, today: datetime.date) -> tuple[str, datetime.date | None]:
    """(reason, until) of a flag that stops every automatic step for this customer (domain.md 7.4, T23); ("", None) without."""
    flags = [
        (customer.insolvent, "Insolvent: the owner decides.", None),
        (customer.deceased, "Deceased: the owner decides.", None),
        (customer.vulnerable, "Marked as vulnerable: a person decides.", None),
        (customer.cease_contact, "Asked not to be contacted.", None),
        (bool(customer.represented_by), "Represented: only the representative may be written to.", None),
        (bool(customer.moratorium_until and customer.moratorium_until >= today), "Moratorium.", customer.moratorium_until),
        (customer.no_reminders and customer.no_reminders_until is None, "Marked as not to be reminded.", None),
        (
            bool(customer.no_reminders_until and customer.no_reminders_until >= today),
            "Not to be reminded for now.",
            customer.no_reminders_until,
        ),
    ]
    for holds, reason, last_day in flags:
        if holds:
            return reason, last_day + DAYS(days=1) if last_day else None
    return "", None


def _invoices(ids: list[int], settings: Settings, today: datetime.date) -> dict[int, dict[str, list[InvoiceFacts]]]:
    """Open invoices by customer and currency, with what stands against asking and what fired before."""
    rows = list(Invoice.objects.filter(customer__in=ids, balance__gt=0).defer("number_key"))
    against, fired, shifts = claims(ids), _fired(ids), _shifts(ids, settings.rules)
    calendar, grace = settings.calendar(), settings.rules["promise"]["grace_bd"]
    result: dict[int, dict[str, list[InvoiceFacts]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        promised = tuple((calendar.add(due_on, grace), amount) for due_on, amount in against.promised.get(row.pk, ()))
        result[row.customer_id][row.currency].append(
            InvoiceFacts(
                id=row.pk,
                number=row.number,
                purchase_order=row.purchase_order,
                issued_on=row.issued_on,
                due_on=row.due_on,
                total=row.total,
                balance=row.balance,
                cycle=row.cycle,
                disputed=min(row.balance, against.disputed.get(row.pk, NOTHING)),
                planned=min(row.balance, against.planned.get(row.pk, NOTHING)),
                promised=promised,
                fired=fired.get((row.pk, row.cycle), {}),
                shift_days=shifts.get(row.pk, 0),
                no_reminders=row.no_reminders,
                entry_hold=row.entry_hold,
                released=row.released_on is not None,
            )
        )
    return result


def _fired(ids: list[int]) -> dict[tuple[int, int], dict[str, datetime.date]]:
    """By (invoice, cycle): the day each step fired."""
    lines = ReminderLine.objects.filter(invoice__customer__in=ids, invoice__balance__gt=0)
    fired: dict[tuple[int, int], dict[str, datetime.date]] = defaultdict(dict)
    for invoice_id, cycle, step, on in lines.values_list("invoice_id", "cycle", "step", "reminder__fired_on"):
        fired[invoice_id, cycle][step] = on
    return fired


def _shifts(ids: list[int], rules: Mapping[str, Any]) -> dict[int, int]:
    """Days in dispute, by invoice, where the customer was right or partly right (domain.md 3.4); a day in two counts once."""
    if not rules["dispute"]["shift_clock_if_upheld"]:
        return {}
    upheld = Dispute.objects.filter(customer__in=ids, outcome__in=[DisputeOutcome.UPHELD, DisputeOutcome.PARTLY])
    disputed: dict[int, set[datetime.date]] = defaultdict(set)
    for invoice_id, opened_on, resolved_on in upheld.values_list("invoice_id", "opened_on", "resolved_on"):
        disputed[invoice_id].update(opened_on + DAYS(days=n) for n in range((resolved_on - opened_on).days))
    return {invoice_id: len(days) for invoice_id, days in disputed.items()}


def _unapplied(ids: list[int]) -> dict[Key, tuple[Decimal, datetime.date]]:
    """(sum, date of the latest) of unapplied cash and credit notes, by customer and currency."""
    payments = Payment.objects.filter(customer__in=ids, returned_on=None, allocated__lt=F("amount"))
    notes = CreditNote.objects.filter(customer__in=ids, allocated__lt=F("total"))
    found: dict[Key, tuple[Decimal, datetime.date]] = {}
    for rows in (
        _left(payments, F("amount") - F("allocated"), "received_on"),
        _left(notes, F("total") - F("allocated"), "issued_on"),
    ):
        for customer_id, currency, left, latest in rows:
            so_far, until = found.get((customer_id, currency), (NOTHING, latest))
            found[customer_id, currency] = (so_far + left, max(until, latest))
    return found


def _left(rows: QuerySet[Any], left: Any, dated: str) -> Iterable[tuple[int, str, Decimal, datetime.date]]:
    grouped = rows.order_by().values("customer_id", "currency").annotate(left=Sum(left), latest=Max(dated))
    return grouped.values_list("customer_id", "currency", "left", "latest")


def _letters(ids: list[int]) -> dict[Key, dict[str, Any]]:
    """The fields of Case that come from letters and steps: the last of each, the last NOTICE, one that had nowhere to go."""
    facts: dict[Key, dict[str, Any]] = defaultdict(dict)
    standing = Letter.objects.filter(customer__in=ids).exclude(state=LetterState.CANCELLED).order_by()
    grouped = standing.values("customer_id", "currency").annotate(
        last=Max(Coalesce("sent_on", "written_on"), filter=~Q(state=LetterState.FAILED)),
        failed=Min("id", filter=Q(state=LetterState.FAILED)),
    )
    for customer_id, currency, last, failed in grouped.values_list("customer_id", "currency", "last", "failed"):
        facts[customer_id, currency] |= {"last_letter_on": last, "contact_invalid": failed is not None}
    steps = Reminder.objects.filter(customer__in=ids, step__in=DUNNING, withdrawn_on=None).order_by()
    grouped = steps.values("customer_id", "currency").annotate(
        last=Max("fired_on"), notice=Max("fired_on", filter=Q(step=StepCode.NOTICE))
    )
    for customer_id, currency, last, notice in grouped.values_list("customer_id", "currency", "last", "notice"):
        facts[customer_id, currency] |= {"last_step_on": last, "last_notice_on": notice}
    return facts


def _spoken(business: Business, ids: list[int]) -> dict[int, datetime.date]:
    """The day, where the business is, on which somebody at the customer was last reached (T39)."""
    reached = Conversation.objects.filter(customer__in=ids, outcome=Outcome.REACHED).order_by()
    latest = reached.values("customer_id").annotate(latest=Max("at")).values_list("customer_id", "latest")
    return {customer_id: business.local_date(at) for customer_id, at in latest}


def _part_payments(ids: list[int], rules: Mapping[str, Any], today: datetime.date) -> dict[Key, tuple[Decimal, datetime.date]]:
    """(sum, latest date) of what came in lately on invoices that were overdue, paid in full by it or not (domain.md 3.4)."""
    since = today - DAYS(days=rules["part_payment_pause_days"])
    recent = Allocation.objects.filter(
        invoice__customer__in=ids,
        invoice__due_on__lt=F("on"),
        payment__isnull=False,
        reversed_on=None,
        on__gt=since,
        on__lte=today,
    )
    grouped = recent.order_by().values("invoice__customer_id", "invoice_currency").annotate(sum=Sum("amount"), latest=Max("on"))
    return {
        (customer_id, currency): (amount, latest)
        for customer_id, currency, amount, latest in grouped.values_list(
            "invoice__customer_id", "invoice_currency", "sum", "latest"
        )
    }
