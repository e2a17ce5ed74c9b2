"""Reads what one link shows: what is owed of its invoices, what was agreed about them. A fixed number of queries (T50)."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from customers.models import Letter
from customers.models.letter import LetterCode
from invoices.allocation import OpenItem
from invoices.models import Dispute, Instalment, Invoice, PaymentPlan, PlanInvoice, PortalLink, Promise, PromiseLine, Settlement
from invoices.models.agreement import BLOCKING_PLAN_STATES, LIVE_PLAN_STATES, InstalmentState, PlanState, Proposer
from invoices.models.agreement import PromiseState as State
from invoices.models.settlement import LIVE_SETTLEMENT_STATES, SettlementState

NOTHING = Decimal(0)
# These letters ask for payment within a week of their date (domain.md 3.6); the page says the same day as the letter.
WEEK_LETTERS = {LetterCode.L1, LetterCode.L30, LetterCode.L60, LetterCode.L90}
WEEK = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice of the link: `questioned` is in query, `planned` in a signed plan, `promised` announced for a day."""

    id: int
    number: str
    issued_on: datetime.date
    due_on: datetime.date
    total: Decimal
    balance: Decimal
    has_copy: bool
    questioned: Decimal = NOTHING
    planned: Decimal = NOTHING
    promised: Decimal = NOTHING

    @property
    def paid(self) -> Decimal:
        return self.total - self.balance

    @property
    def payable(self) -> Decimal:
        """What is open of it and not in query."""
        return max(NOTHING, self.balance - self.questioned)

    @property
    def free(self) -> Decimal:
        """What of it can still go into a plan."""
        return max(NOTHING, self.payable - self.planned)


@dataclass(frozen=True, slots=True)
class Ask:
    """The one large figure and its day. `kind`: "instalment", "missed", "settlement", "promise", "open" or "nothing"."""

    kind: str
    amount: Decimal = NOTHING
    by: datetime.date | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands behind one link, on a day."""

    today: datetime.date
    currency: str
    lines: tuple[Line, ...]
    disputes: tuple[Dispute, ...] = ()
    promises: tuple[Promise, ...] = ()
    plans: tuple[PaymentPlan, ...] = ()
    settlement: Settlement | None = None
    letter: Letter | None = None
    instalments: tuple[Instalment, ...] = field(default=())

    @property
    def owed(self) -> Decimal:
        return sum((line.balance for line in self.lines), NOTHING)

    @property
    def questioned(self) -> Decimal:
        return sum((min(line.balance, line.questioned) for line in self.lines), NOTHING)

    @property
    def payable(self) -> Decimal:
        """Owed and not in query."""
        return sum((line.payable for line in self.lines), NOTHING)

    @property
    def beside_plan(self) -> Decimal:
        """Of the payable, what no signed plan covers."""
        return sum((line.free for line in self.lines), NOTHING)

    @property
    def plan(self) -> PaymentPlan | None:
        """The plan to show: one that runs, else one on offer, else what the customer proposed and we have to answer."""
        wanted = (BLOCKING_PLAN_STATES, LIVE_PLAN_STATES, [PlanState.DRAFT])
        return next((plan for states in wanted for plan in self.plans if plan.state in states), None)

    @property
    def running(self) -> PaymentPlan | None:
        """The plan if it is signed and not over."""
        return self.plan if self.plan and self.plan.state in BLOCKING_PLAN_STATES else None

    @property
    def offered(self) -> PaymentPlan | None:
        """The plan if it waits for the customer's signature."""
        return self.plan if self.plan and self.plan.state in (PlanState.OFFERED, PlanState.VIEWED) else None

    @property
    def proposed(self) -> PaymentPlan | None:
        """The customer's own proposal if we have not answered it."""
        return self.plan if self.plan and self.plan.state == PlanState.DRAFT else None

    @property
    def kept(self) -> PaymentPlan | None:
        """Their newest plan if it is paid in full."""
        newest = self.plans[0] if self.plans else None
        return newest if newest and newest.state == PlanState.COMPLETED else None

    @property
    def refused(self) -> PaymentPlan | None:
        """The customer's newest proposal if we declined it: of one of theirs that they declined themselves there is a paper."""
        newest = self.plans[0] if self.plans else None
        if newest is None or (newest.state, newest.proposed_by) != (PlanState.DECLINED, Proposer.CUSTOMER):
            return None
        return None if newest.document_id or self.payable <= 0 else newest

    @property
    def successor(self) -> PaymentPlan | None:
        """The new version of a running plan, on offer beside it."""
        states = (PlanState.OFFERED, PlanState.VIEWED)
        return next((plan for plan in self.plans if self.running and plan.replaces_id and plan.state in states), None)

    @property
    def promise(self) -> Promise | None:
        """The next promise that is open."""
        opened = (row for row in self.promises if row.state == State.OPEN)
        return min(opened, key=lambda row: row.due_on, default=None)

    @property
    def open_disputes(self) -> list[Dispute]:
        return [row for row in self.disputes if row.resolved_on is None]

    @property
    def ask(self) -> Ask:
        """What is to pay, by when: what was agreed comes before what is open."""
        if self.running and (due := next_due(self.running.instalments.all())):
            missed = due.state in (InstalmentState.MISSED, InstalmentState.LATE)
            day = (self.running.cure_by if missed else None) or self.running.falls_due(due.due_on)
            return Ask("missed" if missed else "instalment", due.amount - due.paid, day, day < self.today)
        if self.payable <= 0:
            return Ask("nothing")
        if self.settlement and self.settlement.state == SettlementState.ACCEPTED:
            left = max(NOTHING, self.settlement.amount - self.settlement.received)
            # What was credited since need not be paid to settle the rest.
            return Ask("settlement", min(left, self.payable), self.settlement.pay_by)
        now, promise = sum((line.payable for line in self.asked), NOTHING), self.promise
        if promise and promise.due_on >= self.today and all(line.promised >= line.payable for line in self.asked):
            announced = sum((min(line.promised, line.payable) for line in self.lines), NOTHING)
            return Ask("promise", min(promise.amount, announced), promise.due_on)
        return Ask("open", now, *self._asked_by())

    @property
    def asked(self) -> list[Line]:
        """What is to be paid now: the invoices past their due date; before any is, those that fall due first (domain.md 3.5)."""
        payable = [line for line in self.lines if line.payable]
        first = max(self.today, min((line.due_on for line in payable), default=self.today))
        return [line for line in payable if line.due_on <= first]

    @property
    def not_yet_due(self) -> Decimal:
        """What is open beside that, for information."""
        return self.payable - sum((line.payable for line in self.asked), NOTHING)

    def _asked_by(self) -> tuple[datetime.date, bool]:
        """The day the letter named while it is still to come; else when the oldest fell due, and whether that has passed."""
        due_on = min(line.due_on for line in self.asked)
        if due_on < self.today and self.letter is not None and self.letter.code in WEEK_LETTERS:
            named = self.letter.written_on + WEEK
            if named >= self.today:
                return named, False
        return due_on, due_on < self.today

    def items(self) -> list[OpenItem]:
        """The invoices for allocation: what is open of each and not in query."""
        return [OpenItem(line.id, line.number, line.issued_on, line.due_on, line.payable) for line in self.lines]


def asks_whether_all_is_well(link: PortalLink) -> bool:
    """Whether the link went out in a satisfaction letter, whose question it takes the answer to (P16)."""
    return link.letter is not None and link.letter.code == LetterCode.L0


def next_due(instalments: Iterable[Instalment]) -> Instalment | None:
    """The first instalment that is not paid."""
    return next((row for row in instalments if row.paid < row.amount), None)


def show(link: PortalLink, today: datetime.date) -> Shown:
    """What the link shows on this day: of its invoices, and of nothing else of the account. Eight queries, nine with a letter."""
    rows = list(link.invoices.order_by("due_on", "issued_on", "number").defer("number_key"))
    ids = [row.pk for row in rows]
    disputes = tuple(Dispute.objects.filter(invoice__in=ids).select_related("invoice").order_by("opened_on", "id"))
    promises, promised = _promises(ids)
    planned = _planned(ids)
    questioned: dict[int, Decimal] = defaultdict(Decimal)
    for dispute in disputes:
        if dispute.resolved_on is None:
            questioned[dispute.invoice_id] += dispute.amount
    lines = tuple(_line(row, questioned, planned, promised) for row in rows)
    settlement = link.settlement if link.settlement and link.settlement.state in LIVE_SETTLEMENT_STATES else None
    return Shown(
        today=today,
        currency=link.currency,
        lines=lines,
        disputes=disputes,
        promises=promises,
        plans=tuple(_plans(link, set(ids))),
        settlement=settlement,
        letter=link.letter,
    )


def _line(row: Invoice, questioned: dict, planned: dict, promised: dict) -> Line:
    return Line(
        id=row.pk,
        number=row.number,
        issued_on=row.issued_on,
        due_on=row.due_on,
        total=row.total,
        balance=row.balance,
        has_copy=row.document_id is not None,
        questioned=min(row.balance, questioned.get(row.pk, NOTHING)),
        planned=min(row.balance, planned.get(row.pk, NOTHING)),
        promised=min(row.balance, promised.get(row.pk, NOTHING)),
    )


def _promises(ids: Sequence[int]) -> tuple[tuple[Promise, ...], dict[int, Decimal]]:
    """The promises all of which is for these invoices, and what of each invoice is promised now."""
    promised: dict[int, Decimal] = defaultdict(Decimal)
    found: dict[int, Promise] = {}
    strangers = PromiseLine.objects.exclude(invoice__in=ids)
    lines = PromiseLine.objects.filter(invoice__in=ids).select_related("promise").order_by("promise__made_on", "promise_id")
    ours = set(lines.exclude(promise__lines__in=strangers).values_list("promise", flat=True))
    for line in lines:
        if line.promise.state == State.OPEN:
            promised[line.invoice_id] += line.amount
        if line.promise_id in ours:
            found[line.promise_id] = line.promise
    return tuple(found.values()), promised


def _planned(ids: Sequence[int]) -> dict[int, Decimal]:
    """What of each invoice is in a signed plan."""
    planned: dict[int, Decimal] = defaultdict(Decimal)
    rows = PlanInvoice.objects.filter(invoice__in=ids, plan__state__in=BLOCKING_PLAN_STATES)
    for invoice_id, amount in rows.values_list("invoice_id", "amount"):
        planned[invoice_id] += amount
    return planned


def _plans(link: PortalLink, ids: set[int]) -> list[PaymentPlan]:
    """The plans of this customer over invoices of the link alone, newest first; our own drafts are nobody's business yet."""
    rows = PaymentPlan.objects.filter(customer=link.customer_id, currency=link.currency)
    rows = rows.exclude(state=PlanState.DRAFT, proposed_by=Proposer.CREDITOR).order_by("-id")
    plans = list(rows.defer("terms").prefetch_related("covered", "instalments"))
    for plan in plans:
        plan.business, plan.customer = link.business, link.customer
    return [plan for plan in plans if {part.invoice_id for part in plan.covered.all()} <= ids or plan.pk == link.plan_id]
