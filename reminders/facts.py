"""Reads what the engine must know of many customers, in a fixed number of queries."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Max, Min, Q
from django.db.models.functions import Coalesce

from arcollect.dates import Calendar, calendar_of, closing_days
from customers.models import Business, Contact, Conversation, Customer, Letter
from customers.models.customer import ContactRole
from customers.models.desk import Outcome
from customers.models.letter import LetterCode, LetterState
from invoices.models import Dispute, Payment, Promise
from invoices.models.insight import Segment
from invoices.offering import barred_accounts
from invoices.segments import Treated
from reminders.cases import NOTHING, Case, Setting
from reminders.hand_offs import block_of, handed_off
from reminders.invoice_facts import open_invoices, settled_promises
from reminders.models import CustomerPolicy, Policy, Reminder, Step, StepCode
from reminders.money_facts import part_payments, suggested_money, unapplied_money
from reminders.rules import Rule
from reminders.timetable import DAYS, DUNNING, PolicyTerms, StepTerms
from reminders.treating import treating
from reminders.treatments import Means, changes_on, kind_of, means_of, money_only, tailored

Key = tuple[int, str]
OUTSIDE_THE_GAP = [LetterCode.L0, LetterCode.LC, LetterCode.LBP, LetterCode.LPD, LetterCode.LPI, LetterCode.LCALL]
NO_REPRESENTATIVE = "Represented: only the representative may be written to, and no e-mail address of one is known."
PROTECTED = "Counts as legally protected: the owner decides."


@dataclass(frozen=True, slots=True)
class Settings:
    """The policies and business days of one business; `setting(customer, case)` picks what one customer follows."""

    rules: Mapping[str, Any]
    weekend: frozenset[int]
    home: tuple[str, str]
    default: PolicyTerms
    by_name: Mapping[str, PolicyTerms]
    chosen: Mapping[int, str]
    closed: frozenset[datetime.date] = frozenset()
    known: dict[tuple[Any, ...], Setting] = field(default_factory=dict, init=False, repr=False, compare=False)

    def setting(self, customer: Customer, case: Case | None = None) -> Setting:
        """The policy of this customer, and the days that are business days both here and there.

        With a `case` the policy as its segment changes it (domain.md 5); those treated alike share one.
        """
        policy = self.by_name.get(self.chosen.get(customer.pk, ""), self.default)
        treated = case.treated if case else None
        means = means_of(case, self.rules) if case and treated else Means()
        key = (policy.name, kind_of(treated), means, customer.country, customer.region)
        if key not in self.known:
            terms = tailored(policy, treated, self.rules, means)
            self.known[key] = Setting(terms, self.calendar(customer.country, customer.region), self.rules)
        return self.known[key]

    def calendar(self, country: str = "", region: str = "") -> Calendar:
        return calendar_of(self.weekend, [self.home, (country, region)], self.closed)


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
        closed=closing_days(rules["closing_days"]),
    )


def policy_terms(policy: Policy, drafted: Iterable[Step] | None = None) -> PolicyTerms:
    """A policy version as the pure code takes it; `drafted` are the steps of one that is not stored yet."""
    steps = {
        step.code: StepTerms(
            step.code, step.offset_days, step.calls, step.letter_code, step.approve_first, step.basis, step.channel, step.tone
        )
        for step in (policy.steps.all() if drafted is None else drafted)
        if step.enabled
    }
    return PolicyTerms(
        policy.pk,
        steps,
        policy.basis,
        policy.min_gap_days,
        policy.min_balance,
        policy.entry_cap,
        policy.name,
        policy.version,
    )


def cases_of(
    business: Business, customers: Sequence[Customer], settings: Settings, today: datetime.date
) -> dict[int, list[Case]]:
    """The cases of these customers by customer id, one for each currency with something open."""
    ids = [customer.pk for customer in customers]
    promises = settled_promises(ids, settings.rules, today)
    invoices = open_invoices(ids, settings.calendar(), settings.rules, promises.hurried)
    money, maybe, letters = unapplied_money(ids), suggested_money(ids), _letters(ids)
    paid, said = part_payments(ids, settings.rules, today), _said(business, ids)
    reachable, unverified = _representatives(customers), _unverified(customers, settings)
    handed, treats = handed_off(ids), treating(business, ids, today)
    planless = barred_accounts(ids, settings.rules, today)
    cases: dict[int, list[Case]] = defaultdict(list)
    for customer in customers:
        flag = standing_block(customer, today, represented=customer.pk in reachable)
        last_step_on = letters.any_step_on.get(customer.pk)
        spoken, answered = said.get(customer.pk, (None, None))
        treated = treats.treated.get(customer.pk)
        for currency, rows in invoices.get(customer.pk, {}).items():
            key = (customer.pk, currency)
            stop = Block(*block_of(handed[key])) if key in handed and not flag.reason else flag
            stop = stop if stop.reason else _protected(treated)
            unapplied, since = money.get(key, (NOTHING, None))
            suggested, suggested_on = maybe.get(key, (NOTHING, None))
            part_paid, part_paid_on = paid.get(key, (NOTHING, None))
            cases[customer.pk].append(
                Case(
                    customer_id=customer.pk,
                    reference=customer.reference,
                    currency=currency,
                    invoices=tuple(rows),
                    block=stop.reason,
                    block_until=stop.until,
                    block_rule=stop.rule,
                    represented=bool(customer.represented_by),
                    unapplied=unapplied,
                    unapplied_since=since,
                    suggested=suggested,
                    suggested_on=suggested_on,
                    part_paid=part_paid,
                    part_paid_on=part_paid_on,
                    spoken_since=spoken,
                    unanswered=last_step_on is not None and (answered is None or answered < last_step_on),
                    kept_on=promises.kept.get(key),
                    money_only=promises.broken.get(customer.pk, 0) >= settings.rules["promise"]["broken_limit"]
                    or money_only(treated),
                    plan_barred=key in planless,
                    released=business.released_on is not None,
                    last_letter_on=letters.letter_on.get(key),
                    last_step_on=letters.step_on.get(key),
                    last_notice_on=letters.notice_on.get(customer.pk),
                    contact_invalid=key in letters.returned,
                    unverified_from=unverified.get(customer.pk),
                    treated=treated,
                    reads_mail=customer.pk in treats.readers,
                    warning=customer.pk in treats.to_warn,
                )
            )
    return cases


class Block(NamedTuple):
    """A flag that stops every automatic step: why in words, the first day it holds no longer, and its rule."""

    reason: str = ""
    until: datetime.date | None = None
    rule: str = ""


def standing_block(customer: Customer, today: datetime.date, *, represented: bool = False) -> Block:
    """The flag that stops every automatic step for this customer (domain.md 7.4, T23); an empty one without.

    `represented`: the representative can be reached, so that letters go there instead of nowhere.
    """
    moratorium, quiet = customer.moratorium_until, customer.no_reminders_until
    flags = [
        (customer.insolvent, Rule.INSOLVENT, "Insolvent: the owner decides.", None),
        (customer.deceased, Rule.DECEASED, "Deceased: the owner decides.", None),
        (customer.vulnerable, Rule.VULNERABLE, "Marked as vulnerable: a person decides.", None),
        (customer.cease_contact, Rule.CEASE, "Asked not to be contacted.", None),
        (bool(customer.represented_by) and not represented, Rule.REPRESENTED, NO_REPRESENTATIVE, None),
        (bool(moratorium and moratorium >= today), Rule.MORATORIUM, "Moratorium.", moratorium),
        (customer.no_reminders and quiet is None, Rule.NO_REMINDERS, "Marked as not to be reminded.", None),
        (bool(quiet and quiet >= today), Rule.NO_REMINDERS, "Not to be reminded for now.", quiet),
    ]
    for holds, rule, reason, last_day in flags:
        if holds:
            return Block(reason, last_day + DAYS(days=1) if last_day else None, rule)
    return Block()


def _protected(treated: Treated | None) -> Block:
    """An owner may say that a customer counts as protected, whatever the flags say (domain.md 5, LEGAL_BLOCK)."""
    if treated is None or treated.segment != Segment.LEGAL_BLOCK:
        return Block()
    return Block(PROTECTED, changes_on(treated), Rule.LEGAL_BLOCK)


def _representatives(customers: Iterable[Customer]) -> set[int]:
    """The represented customers whose representative has an e-mail address that works: our post goes to the customer's own."""
    represented = [customer.pk for customer in customers if customer.represented_by]
    if not represented:
        return set()
    contacts = Contact.objects.filter(customer__in=represented, role=ContactRole.REPRESENTATIVE).exclude(email="")
    return set(contacts.filter(bounced_on=None, email_stopped_on=None).values_list("customer_id", flat=True))


def _unverified(customers: Sequence[Customer], settings: Settings) -> dict[int, datetime.date]:
    """The first day on which a customer has no contact anybody verified lately; asked only where a policy checks it."""
    if not any(StepCode.VERIFY_AP in policy.steps for policy in (settings.default, *settings.by_name.values())):
        return {}
    ids, valid = [customer.pk for customer in customers], DAYS(days=settings.rules["contact_reverify_days"] + 1)
    known = Contact.objects.filter(customer__in=ids, bounced_on=None, verified_on__isnull=False).order_by()
    latest = known.values("customer_id").annotate(latest=Max("verified_on")).values_list("customer_id", "latest")
    return dict.fromkeys(ids, datetime.date.min) | {customer_id: on + valid for customer_id, on in latest}


@dataclass(frozen=True, slots=True)
class Letters:
    """The days of the last letter and step by customer and currency; of the last NOTICE and the last step in any currency by
    customer; `returned`: where one never arrived."""

    letter_on: dict[Key, datetime.date] = field(default_factory=dict)
    step_on: dict[Key, datetime.date] = field(default_factory=dict)
    notice_on: dict[int, datetime.date] = field(default_factory=dict)
    any_step_on: dict[int, datetime.date] = field(default_factory=dict)
    returned: set[Key] = field(default_factory=set)


def _letters(ids: list[int]) -> Letters:
    """What was written, also to whom was merged into them, and what fired; three queries.

    A step a person skipped was none; a letter of service, and notices about a broken promise or a missed instalment, are
    outside the gap (domain.md 3.3).
    """
    found = Letters()
    merged = dict(Customer.objects.filter(merged_into__in=ids).order_by().values_list("pk", "merged_into_id"))
    standing = Letter.objects.filter(customer__in=[*ids, *merged]).exclude(state=LetterState.CANCELLED).order_by()
    counts = ~Q(state=LetterState.FAILED) & ~Q(code__in=OUTSIDE_THE_GAP)
    grouped = standing.values("customer_id", "currency").annotate(
        last=Max(Coalesce("sent_on", "written_on"), filter=counts),
        failed=Min("id", filter=Q(state=LetterState.FAILED)),
    )
    for customer_id, currency, last, failed in grouped.values_list("customer_id", "currency", "last", "failed"):
        customer_id = merged.get(customer_id, customer_id)
        _keep_latest(found.letter_on, (customer_id, currency), last)
        if failed is not None:
            found.returned.add((customer_id, currency))
    taken = Q(skipped_reason="")
    steps = Reminder.objects.filter(customer__in=ids, step__in=DUNNING, withdrawn_on=None).order_by()
    grouped = steps.values("customer_id", "currency").annotate(
        last=Max("fired_on", filter=taken),
        notice=Max("fired_on", filter=taken & Q(step=StepCode.NOTICE)),
        bounced=Max("bounced_on"),
    )
    rows = grouped.values_list("customer_id", "currency", "last", "notice", "bounced")
    for customer_id, currency, last, notice, bounced in rows:
        _keep_latest(found.step_on, (customer_id, currency), last)
        _keep_latest(found.any_step_on, customer_id, last)
        _keep_latest(found.notice_on, customer_id, notice)
        if bounced is not None:
            found.returned.add((customer_id, currency))
    return found


def _keep_latest(days: dict[Any, datetime.date], key: Any, day: datetime.date | None) -> None:
    if day is not None:
        days[key] = max(day, days.get(key, day))


Said = tuple[datetime.date | None, datetime.date | None]


def _said(business: Business, ids: list[int]) -> dict[int, Said]:
    """(spoken, answered) by customer: the day, where the business is, on which somebody there was last reached (T39), and the
    day of the last sign of any kind: a call, a message, a promise, a query, a payment."""
    reached = Q(outcome=Outcome.REACHED)
    calls = Conversation.objects.filter(reached | Q(inbound=True), customer__in=ids).order_by()
    latest = calls.values("customer_id").annotate(spoken=Max("at", filter=reached), heard=Max("at"))
    found: dict[int, Said] = {
        customer_id: (business.local_date(spoken) if spoken else None, business.local_date(heard))
        for customer_id, spoken, heard in latest.values_list("customer_id", "spoken", "heard")
    }
    for model, dated in ((Promise, "made_on"), (Dispute, "opened_on"), (Payment, "received_on")):
        signs = model.objects.filter(customer__in=ids).order_by().values("customer_id").annotate(latest=Max(dated))
        for customer_id, on in signs.values_list("customer_id", "latest"):
            spoken, answered = found.get(customer_id, (None, None))
            found[customer_id] = (spoken, max(on, answered or on))
    return found
