"""Reads everything about a customer that belongs before somebody's eyes while they call (domain.md 4.4, P15)."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models.functions import Coalesce

from customers.call_texts import reasons_of
from customers.claims import TELLING, found_false
from customers.models import Attachment, Business, Claim, Conversation, Customer, Letter, Task, User
from customers.models.claim import ClaimResult
from customers.models.customer import ContactRole
from customers.models.desk import CALL_KINDS, TaskState
from customers.models.letter import LetterState
from customers.reasons import Reason, overused
from invoices.account import Position, kept_promises, positions
from invoices.models import Allocation, Dispute, InvoiceForecast, PaymentPlan, Promise, Settlement
from invoices.models.agreement import BLOCKING_PLAN_STATES, LIVE_PLAN_STATES
from invoices.models.insight import Segment
from invoices.models.settlement import LIVE_SETTLEMENT_STATES
from invoices.offering import barred, barred_by_age, limits_of
from invoices.plans import ReadyPlan, ready_made
from invoices.segments import Treated
from invoices.settlement_money import settleable
from invoices.settlements import floor_of
from invoices.settling import barred as unsettleable
from invoices.standing import NOTHING
from invoices.track_record import broken_lately
from reminders.call_check import Number, numbers_of
from reminders.calling import WITHOUT_REASON
from reminders.excuses import heard_from
from reminders.levels import Account, reached_90, with_levels
from reminders.script_facts import script_of
from reminders.scripts import Script
from reminders.treating import treating
from reminders.treatments import advice_for, money_only

SHOWN = 5
HABIT_DAYS = datetime.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Contacted:
    """One time they heard from us or we from them: a call, a message or a letter."""

    at: datetime.datetime | datetime.date
    words: str
    said: str
    icon: str
    letter_id: int = 0
    conversation_id: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """What we know (left on the page) and what to say (right). `days_late`: how late they usually pay, weighted by amount,
    None where nothing was paid within a year; `main`: the account the call is about; `least`: what an owner may
    settle it for; `proofs`: papers by invoice id; `broken`: promises broken lately, where no further one may be taken;
    `expected`: when its money probably comes."""

    customer: Customer
    task: Task | None
    others: Sequence[Task]
    today: datetime.date
    numbers: Sequence[Number]
    accounts: Sequence[Account]
    main: Position | None
    proofs: Mapping[int, Sequence[Attachment]]
    disputes: Sequence[Dispute]
    promises: Sequence[Promise]
    kept: tuple[int, int]
    broken: int
    plans: Sequence[PaymentPlan]
    contacted: Sequence[Contacted]
    days_late: Decimal | None
    heard: Sequence[tuple[datetime.date, str]]
    claims: Sequence[Claim]
    misled: bool
    worn_out: Reason | None
    reasons: Mapping[str, Reason]
    script: Script
    offers: Sequence[ReadyPlan]
    no_offer: str
    settlements: Sequence[Settlement]
    least: Decimal | None
    treated: Treated | None = None
    expected: Sequence[InvoiceForecast] = ()

    @property
    def treatment(self) -> str:
        """What is different with this customer, in words; "" where nothing is (domain.md 5)."""
        return advice_for(self.treated)

    @property
    def segment(self) -> str:
        """The name of their segment."""
        return str(Segment(self.treated.segment).label) if self.treated else ""

    @property
    def money_only(self) -> bool:
        """Whether their segment says that no bare promise of theirs is taken."""
        return money_only(self.treated)

    @property
    def nobody_decides(self) -> bool:
        """Whether they are to be spoken to through somebody who can decide, and none is known."""
        deciders = (number.contact.role == ContactRole.DECISION_MAKER for number in self.numbers)
        return self.money_only and not any(deciders)

    @property
    def cash_with_order(self) -> bool:
        """Whether a signed plan runs: while it does, nothing new is supplied on credit (domain.md 6.1)."""
        return any(plan.state in BLOCKING_PLAN_STATES for plan in self.plans)


def sheet_of(customer: Customer, task: Task | None, caller: User, now: datetime.datetime) -> Sheet:
    """The sheet of one customer, in a fixed number of queries however much there is to show."""
    business = customer.business
    today = business.local_date(now)
    standing = positions(customer, today)
    main = next((one for one in standing if task and one.currency == task.currency), standing[0] if standing else None)
    reasons, heard = reasons_of(business), heard_from(customer)
    treated = treating(business, [customer.pk], today).treated.get(customer.pk)
    numbers = _deciding_first(numbers_of(customer, task, customer.calendar, now), treated)
    promises = list(customer.promises.select_related("contact")[:SHOWN])
    offers, no_offer = offers_for(customer, main, today)
    return Sheet(
        customer=customer,
        task=task,
        others=_others(customer, task, today),
        today=today,
        numbers=numbers,
        accounts=with_levels(standing),
        main=main,
        proofs=_proofs(business, standing),
        disputes=list(customer.disputes.filter(resolved_on=None).select_related("invoice", "owner")),
        promises=promises,
        kept=kept_promises(customer),
        broken=broken_lately(customer, today),
        plans=list(customer.plans.filter(state__in=LIVE_PLAN_STATES).prefetch_related("instalments")),
        contacted=_contacted(customer),
        days_late=usual_days_late(customer, today),
        heard=[(one.on, reasons[one.code].label) for one in reversed(heard) if one.code in reasons][:SHOWN],
        claims=list(customer.claims.filter(result=ClaimResult.OPEN)[:SHOWN]),
        misled=found_false(customer, today) >= TELLING,
        worn_out=reasons.get(overused(heard, reasons, today)),
        reasons=reasons,
        script=script_of(customer, task, caller, standing, main, numbers[0].contact.name if numbers else "", today, treated),
        offers=offers,
        no_offer=no_offer,
        settlements=list(customer.settlements.filter(state__in=LIVE_SETTLEMENT_STATES)),
        least=_least(customer, main, today),
        treated=treated,
        expected=_expected(main),
    )


def _expected(main: Position | None) -> list[InvoiceForecast]:
    """The open invoices of the account by the day the last night expects their money."""
    ids = [item.row.pk for item in main.invoices] if main else []
    return list(InvoiceForecast.objects.filter(invoice__in=ids).select_related("invoice").order_by("expected_on", "pk")[:SHOWN])


def _deciding_first(numbers: list[Number], treated: Treated | None) -> list[Number]:
    """Who breaks promises is spoken to through somebody who can decide (domain.md 5, P08)."""
    if not money_only(treated):
        return numbers
    return sorted(numbers, key=lambda number: number.contact.role != ContactRole.DECISION_MAKER)


def _least(customer: Customer, main: Position | None, today: datetime.date) -> Decimal | None:
    """The least an owner may take instead of all of it; None before the 90-day step, or where nothing may be settled (P05)."""
    if main is None or not reached_90(customer, main.currency) or unsettleable(customer, main.currency):
        return None
    total = sum((part for _pk, part in settleable(customer.pk, main.currency, today)), NOTHING)
    return floor_of(total, main.currency, customer.business.rules) or None


def _others(customer: Customer, task: Task | None, today: datetime.date) -> list[Task]:
    """The calls about money that are on the desk for them beside this one: one talk answers them all."""
    if task is None or task.kind in WITHOUT_REASON:
        return []
    about_money = Task.objects.filter(customer=customer, state=TaskState.OPEN, kind__in=set(CALL_KINDS) - WITHOUT_REASON)
    ready = about_money.annotate(starts_on=Coalesce("snoozed_until", "opens_on")).filter(starts_on__lte=today)
    return list(ready.filter(role=task.role).exclude(pk=task.pk).order_by("pk"))


def usual_days_late(customer: Customer, today: datetime.date) -> Decimal | None:
    """How many days after the due date they pay, weighted by amount, over a year of payments (domain.md 2.7)."""
    paid = Allocation.objects.filter(
        invoice__customer=customer, payment__isnull=False, reversed_on=None, payment__received_on__gt=today - HABIT_DAYS
    )
    rows = list(paid.values_list("amount", "payment__received_on", "invoice__due_on"))
    whole = sum((amount for amount, _on, _due in rows), NOTHING)
    if not whole:
        return None
    return round(sum((amount * (on - due).days for amount, on, due in rows), NOTHING) / whole)


def _proofs(business: Business, standing: Sequence[Position]) -> dict[int, list[Attachment]]:
    """Papers kept with the open invoices, as proofs of delivery."""
    ids = {f"invoice:{item.row.pk}": item.row.pk for position in standing for item in position.invoices}
    found: dict[int, list[Attachment]] = {}
    for row in Attachment.objects.filter(business=business, subject__in=list(ids)):
        found.setdefault(ids[row.subject], []).append(row)
    return found


def _contacted(customer: Customer) -> list[Contacted]:
    """The last contacts of every kind, the latest first."""
    business = customer.business
    calls = Conversation.objects.filter(customer=customer).select_related("contact", "by")[:SHOWN]
    letters = Letter.objects.filter(customer=customer, state=LetterState.SENT).order_by("-sent_at", "-id")
    rows = [
        Contacted(
            business.local_date(row.at),
            f"{row.get_outcome_display()}{f', {row.contact or row.spoke_with}' if row.contact or row.spoke_with else ''}",
            row.paraphrase or row.agreement or row.notes,
            "phone" if row.channel == "call" else "mail",
            conversation_id=row.pk,
        )
        for row in calls
    ]
    rows += [
        Contacted(row.sent_on, str(row.get_code_display()), "", "mail", row.pk) for row in letters.defer("facts", "body")[:SHOWN]
    ]
    return sorted(rows, key=lambda row: row.at, reverse=True)[:SHOWN]


def offers_for(
    customer: Customer, main: Position | None, today: datetime.date, contested: Decimal = NOTHING
) -> tuple[list[ReadyPlan], str]:
    """Ready-made plans over what is overdue and undisputed that fit the limits, or why there are none (P24).

    `contested`: what becomes disputed in the call at hand.
    """
    if main is None:
        return [], ""
    reason, total = barred(customer, main.currency, today), plannable_of(customer, main, today) - contested
    if reason or total <= 0:
        return [], reason
    return ready_made(total, main.currency, today, limits_of(customer)), ""


def plannable_of(customer: Customer, main: Position, today: datetime.date) -> Decimal:
    """What of an account a plan may be about: overdue, undisputed, in no other plan and not too old (domain.md 6.1)."""
    since = barred_by_age(customer.business.rules, today)
    late = [one for one in main.invoices if one.days_past_due > 0 and one.row.due_on >= since]
    return sum((max(NOTHING, one.row.balance - one.disputed - one.planned) for one in late), NOTHING)
