"""Decides what to suggest about a customer's credit: a limit, a hold, its end (domain.md 5.2, 5.3). Pure; applies nothing."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from invoices.behaviour_cases import Facts
from invoices.models.agreement import PromiseState
from invoices.models.insight import Advice, Segment, SubType

NOTHING = Decimal(0)


class HoldReason(StrEnum):
    """Why no more should be supplied on credit, in the order of domain.md 5.3."""

    OVERDUE = "overdue"
    OVER_LIMIT = "over_limit"
    PROMISES = "promises"
    PLAN = "plan"
    RETURNED = "returned"
    LEGAL = "legal"


HOLD_WORDS = {
    HoldReason.OVERDUE: _("An invoice nobody contests is %(days)s days past due."),
    HoldReason.OVER_LIMIT: _("They owe %(owed)s; their credit limit is %(limit)s."),
    HoldReason.PROMISES: _("They broke %(count)s promises lately."),
    HoldReason.PLAN: _("Their payment plan is at risk, or ended unpaid."),
    HoldReason.RETURNED: _("A payment of theirs came back."),
    HoldReason.LEGAL: _("They are legally protected: insolvency, moratorium, or deceased."),
}


@dataclass(frozen=True, slots=True)
class Credit:
    """What the advice rests on, all in `currency`, that of the business, in which credit limits are.

    `exposure`: what they owe; `sales`: credit sales of the last `days`, tax included; `plan`: a plan at risk or ended unpaid.
    """

    currency: str
    exposure: Decimal = NOTHING
    limit: Decimal | None = None
    sales: Decimal = NOTHING
    days: int = 180
    terms_days: int = 30
    on_hold: bool = False
    plan: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a hold with the figure it rests on: days, promises, or amounts as text."""

    code: HoldReason
    figures: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """For CreditAdvice.reasons."""
        return {"code": self.code.value, **self.figures}


def daily_sales(credit: Credit) -> Decimal:
    """Average credit sales a day."""
    return credit.sales / credit.days if credit.days > 0 else NOTHING


def suggested_limit(credit: Credit, segment: str, sub_type: str, rules: Mapping[str, Any]) -> Decimal | None:
    """The credit limit that fits what they buy and how they pay, rounded down to 50 (domain.md 5.2). None: they bought nothing
    lately, so that only who gets no credit at all has one.

    It is never above what a DETERIORATING customer owes already, nor above what the owner gave a NEW one.
    """
    factor = factor_of(segment, sub_type, rules["segments"]["limit_factor"])
    if credit.sales <= 0 and factor > 0:
        return None
    base = daily_sales(credit) * (credit.terms_days + rules["limit_buffer_days"])
    worth = base * factor
    if segment == Segment.DETERIORATING:
        worth = min(worth, credit.exposure)
    if segment == Segment.NEW and credit.limit is not None:
        worth = min(worth, credit.limit)
    step = rules["limit_round_to"]
    return Decimal(int(worth // step) * step)


def factor_of(segment: str, sub_type: str, factors: Mapping[str, str]) -> Decimal:
    """How much of the base a segment may have; queries raised to gain time have their own."""
    tactical = segment == Segment.DISPUTER and sub_type == SubType.TACTICAL
    return Decimal(factors["TACTICAL" if tactical else segment])


def hold_reasons(facts: Facts, credit: Credit, segment: str, rules: Mapping[str, Any], today: datetime.date) -> list[Reason]:
    """Why they should get nothing more on credit; none: there is no reason for a hold (domain.md 5.3)."""
    found = []
    oldest, longest = oldest_uncontested(facts, today), rules["hold"]["dpd_stretcher" if segment == Segment.STRETCHER else "dpd"]
    if oldest >= longest:
        found.append(Reason(HoldReason.OVERDUE, {"days": oldest}))
    if credit.limit is not None and credit.exposure > credit.limit * Decimal(rules["hold"]["over_limit_pct"]):
        figures = {"owed": str(credit.exposure), "limit": str(credit.limit), "currency": credit.currency}
        found.append(Reason(HoldReason.OVER_LIMIT, figures))
    broken = broken_lately(facts, rules["promise"], today)
    if broken >= rules["promise"]["broken_limit"]:
        found.append(Reason(HoldReason.PROMISES, {"count": broken}))
    if credit.plan:
        found.append(Reason(HoldReason.PLAN, {}))
    if returned := returned_lately(facts, rules, today):
        found.append(Reason(HoldReason.RETURNED, {"on": returned.isoformat()}))
    if facts.legal or segment == Segment.LEGAL_BLOCK:
        found.append(Reason(HoldReason.LEGAL, {"flag": facts.legal}))
    return found


def oldest_uncontested(facts: Facts, today: datetime.date) -> int:
    """Days past due of the oldest invoice of which something is open that nobody contests; 0 where nothing is late."""
    return max((one.days_past_due(today) for one in facts.unpaid if one.amount > one.disputed), default=0)


def broken_lately(facts: Facts, rule: Mapping[str, Any], today: datetime.date) -> int:
    """Promises broken within 90 days."""
    since = today - datetime.timedelta(days=rule["broken_window_days"])
    return sum(one.state == PromiseState.BROKEN and since < one.on <= today for one in facts.promises)


def returned_lately(facts: Facts, rules: Mapping[str, Any], today: datetime.date) -> datetime.date | None:
    """The last payment that came back, as long as it counts as a sign of trouble."""
    since = today - datetime.timedelta(days=rules["deterioration"]["signs_days"])
    return max((day for day in facts.traces.returned if since < day <= today), default=None)


# Who gets a lower limit suggested, or one at all where they have none, whatever they owe.
NO_FREE_HAND = frozenset({Segment.LEGAL_BLOCK, Segment.PROMISE_BREAKER, Segment.DETERIORATING})
# A limit pinches from so much of it on.
PINCHES = Decimal("0.9")


@dataclass(frozen=True, slots=True)
class Advised:
    """What to suggest to the owner: a kind of Advice, the limit where it is about that, and the reasons as JSON."""

    kind: str
    reasons: tuple[dict[str, Any], ...] = ()
    amount: Decimal | None = None
    currency: str = ""

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the reasons."""
        return frozenset(reason["code"] for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What fits a customer: the limit, None where nobody can say, and the reasons for a hold."""

    limit: Decimal | None
    reasons: tuple[Reason, ...]

    def as_json(self, credit: Credit) -> dict[str, Any]:
        """What the night keeps of it, amounts as text."""
        return {
            "currency": credit.currency,
            "limit": None if self.limit is None else str(self.limit),
            "exposure": str(credit.exposure),
            "hold": [reason.as_json() for reason in self.reasons],
        }


def look_ahead(
    facts: Facts, credit: Credit, segment: str, sub_type: str, rules: Mapping[str, Any], today: datetime.date
) -> Outlook:
    """The limit that fits and the reasons for a hold, whatever is set already."""
    reasons = hold_reasons(facts, credit, segment, rules, today)
    return Outlook(suggested_limit(credit, segment, sub_type, rules), tuple(reasons))


def advise(outlook: Outlook, credit: Credit, segment: str, sub_type: str) -> list[Advised]:
    """What to suggest about a customer's credit. A limit is only suggested where it matters: to those who take more than they
    should have, or whom theirs pinches although more would be right."""
    found = []
    if outlook.reasons and not credit.on_hold:
        found.append(Advised(Advice.HOLD, tuple(reason.as_json() for reason in outlook.reasons)))
    if credit.on_hold and not outlook.reasons:
        found.append(Advised(Advice.RELEASE))
    if outlook.limit is not None and is_worth_changing(credit, outlook.limit, segment, sub_type):
        why = {"code": "segment", "segment": str(segment), "sub_type": str(sub_type)}
        found.append(Advised(Advice.LIMIT, (why,), outlook.limit, credit.currency))
    return found


def is_worth_changing(credit: Credit, suggested: Decimal, segment: str, sub_type: str) -> bool:
    """Whether the owner should be asked to change the limit to what is suggested."""
    if credit.limit is None:
        return segment in NO_FREE_HAND
    if suggested < credit.limit:
        stretched = segment == Segment.STRETCHER or sub_type == SubType.TACTICAL
        return segment in NO_FREE_HAND or (stretched and credit.exposure > suggested)
    return suggested > credit.limit and credit.exposure > credit.limit * PINCHES
