"""Which way each overdue invoice is worked on: every one in exactly one lane (domain.md 5.4). Pure."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from customers.models.customer import Approach
from invoices.models.insight import Segment

NOTHING = Decimal(0)
HARD_AFTER = 90
FIRM_SEGMENTS = {Segment.STRETCHER, Segment.PROMISE_BREAKER}


class Lane(StrEnum):
    """The lanes in the order of the work: what is done first empties the lanes behind it."""

    MATCH = "match"
    ADMIN = "admin"
    DISPUTES = "disputes"
    PLANS = "plans"
    FIRM = "firm"
    HARD = "hard"

    @property
    def label(self) -> str:
        """What is done in it."""
        return str(LANE_LABELS[self])

    @property
    def short(self) -> str:
        """The same in a word, for the head of a column."""
        return str(SHORT_LABELS[self])


LANE_LABELS = {
    Lane.MATCH: _("Match money that is here"),
    Lane.ADMIN: _("Quick wins: papers and approvals"),
    Lane.DISPUTES: _("Answer open queries"),
    Lane.PLANS: _("Payment plans: to agree, or running"),
    Lane.FIRM: _("Firm calls"),
    Lane.HARD: _("Hard decisions"),
}
SHORT_LABELS = {
    Lane.MATCH: _("Match"),
    Lane.ADMIN: _("Quick wins"),
    Lane.DISPUTES: _("Queries"),
    Lane.PLANS: _("Plans"),
    Lane.FIRM: _("Firm calls"),
    Lane.HARD: _("Hard"),
}


@dataclass(frozen=True, slots=True)
class Debt:
    """An overdue invoice with what is known of it today.

    `contested`: an open query stands against it; `clock`: by when that is to be answered or closed. `planned`, `promised`: a plan
    on offer, signed or running, or an open promise covers it.
    `barred`: insolvency, moratorium or death, asked not to be contacted, or somebody else collects it: only the owner decides.
    `gentle`: a vulnerable customer, whom nobody speaks to firmly.
    """

    invoice_id: int
    customer_id: int
    currency: str
    due_on: datetime.date
    amount: Decimal
    approach: str = ""
    segment: str = ""
    contested: bool = False
    clock: datetime.date | None = None
    planned: bool = False
    promised: bool = False
    barred: bool = False
    gentle: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A debt in its lane, `days` past due; `breached`: its query is past its clock."""

    debt: Debt
    lane: Lane
    days: int
    breached: bool = False


def place(debts: Iterable[Debt], unapplied: Mapping[tuple[int, str], Decimal], today: datetime.date) -> list[Placed]:
    """Every overdue debt in its lane, lane by lane, first what is to be done first.

    `unapplied`: money on account by (customer id, currency); it is meant for the oldest debts, those in query left out (6.5).
    """
    debts, found = list(debts), []
    matched = _to_match(debts, unapplied)
    for debt in debts:
        lane = Lane.MATCH if debt.invoice_id in matched else lane_of(debt, (today - debt.due_on).days)
        late = debt.contested and debt.clock is not None and debt.clock < today
        found.append(Placed(debt, lane, (today - debt.due_on).days, late))
    order = {lane: position for position, lane in enumerate(Lane)}
    return sorted(found, key=lambda placed: (order[placed.lane], *first_in_lane(placed)))


def lane_of(debt: Debt, days: int) -> Lane:
    """The lane of a debt no money on account is meant for.

    A query comes before everything: nobody decides about what is contested. What is under way (a plan, a promise) is left to
    run; after 90 days all else is the owner's decision; before, it is what the customer was found to be, and where nobody
    knows, the good reason is assumed.
    """
    if debt.contested:
        return Lane.DISPUTES
    if debt.barred:
        return Lane.HARD
    if debt.planned:
        return Lane.PLANS
    if debt.promised:
        return Lane.ADMIN
    if days > HARD_AFTER:
        return Lane.HARD
    if debt.approach == Approach.CANT:
        return Lane.PLANS
    firm = debt.approach == Approach.WONT or debt.segment in FIRM_SEGMENTS
    return Lane.FIRM if firm and not debt.gentle else Lane.ADMIN


def _to_match(debts: Iterable[Debt], unapplied: Mapping[tuple[int, str], Decimal]) -> set[int]:
    """The debts money on account is meant for: oldest due first, until it is used up."""
    of_account: dict[tuple[int, str], list[Debt]] = defaultdict(list)
    for debt in debts:
        if not debt.contested and unapplied.get((debt.customer_id, debt.currency), NOTHING) > 0:
            of_account[debt.customer_id, debt.currency].append(debt)
    found = set()
    for account, theirs in of_account.items():
        left = unapplied[account]
        for debt in sorted(theirs, key=lambda one: (one.due_on, one.invoice_id)):
            if left <= 0:
                break
            found.add(debt.invoice_id)
            left -= debt.amount
    return found


def first_in_lane(placed: Placed) -> tuple[object, ...]:
    """Within a lane: queries past their clock first, then by clock; all others oldest x largest."""
    weight = (-placed.debt.amount * placed.days, -placed.days, placed.debt.invoice_id)
    if placed.lane == Lane.DISPUTES:
        return (not placed.breached, placed.debt.clock or datetime.date.max, *weight)
    return weight
