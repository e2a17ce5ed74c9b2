"""Reads what a customer's page says of how they pay: the segment with its reasons, the last invoices, what fits their credit."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from customers.models import Customer
from invoices.advice_words import advice_words, reasons_of
from invoices.behaviour_words import also, why
from invoices.models import CreditAdvice, CustomerScore, Invoice, SegmentOverride
from invoices.models.insight import AdviceState, Segment
from invoices.segments import overrides

LAST = 8


@dataclass(frozen=True, slots=True)
class LastItem:
    """One of the last invoices: days from its due date to its payment, or to today where it is open."""

    invoice: Invoice
    days: int


@dataclass(frozen=True, slots=True)
class Suggested:
    """An advice that waits, in words."""

    row: CreditAdvice
    words: str
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Panel:
    """How they pay. `score` None: no night has looked at them yet. `limit`: what would fit, in the business's currency."""

    score: CustomerScore | None
    override: SegmentOverride | None
    why: list[str]
    also: list[str]
    items: list[LastItem]
    limit: Decimal | None
    advices: list[Suggested]

    @property
    def treated(self) -> str:
        """The segment that counts, in words; "" where none does yet."""
        if self.override is not None:
            return str(Segment(self.override.segment).label)
        return str(self.score.get_segment_display()) if self.score else ""

    @property
    def alarm(self) -> bool:
        """Whether a test for deterioration alarms that nobody acknowledged since."""
        return self.score is not None and bool(self.score.inputs.get("tests"))


def read_panel(customer: Customer, today: datetime.date) -> Panel:
    """In four queries."""
    score = CustomerScore.objects.filter(customer=customer).select_related("acknowledged_by").first()
    held = overrides(customer.business, [customer.pk], today)
    waiting = customer.credit_advices.filter(state=AdviceState.OPEN)
    fits: Mapping[str, Any] = score.inputs.get("credit", {}) if score else {}
    limit = fits.get("limit")
    return Panel(
        score=score,
        override=held[0] if held else None,
        why=why(score) if score else [],
        also=also(score) if score else [],
        items=_last_items(customer, today),
        limit=None if limit is None else Decimal(limit),
        advices=[Suggested(row, advice_words(row), reasons_of(row)) for row in waiting],
    )


def _last_items(customer: Customer, today: datetime.date) -> list[LastItem]:
    due = customer.invoices.filter(due_on__lte=today).order_by("-due_on", "-pk")
    rows = due.only("number", "due_on", "paid_on", "balance", "customer_id")[:LAST]
    return [LastItem(row, ((row.paid_on or today) - row.due_on).days) for row in rows]
