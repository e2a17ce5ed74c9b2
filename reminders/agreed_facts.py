"""What was agreed on the telephone, as the letter that confirms it states it: frozen, plain values, no queries. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PromiseFacts:
    """A promise in the letter's currency: in a letter about a call one just made, in LBP the broken one."""

    amount: Decimal
    due_on: date
    made_on: date


@dataclass(frozen=True, slots=True)
class SettlementFacts:
    """Less taken in full satisfaction: `amount` instead of `total`, accepted by one day, paid by another (domain.md 6.6)."""

    amount: Decimal
    total: Decimal
    accept_by: date
    pay_by: date


@dataclass(frozen=True, slots=True)
class QueryFacts:
    """A query raised in the call about `amount` of an invoice; `query` is words in the customer's language."""

    invoice_number: str
    query: str
    amount: Decimal
    answer_by: date | None = None


@dataclass(frozen=True, slots=True)
class AgreedFacts:
    """What a call brought, in one currency. `promises` stand by their day, the next one first.

    `instalments`: (due date, amount) of a plan on offer until `accept_by`. `callback_on`: the day they agreed to be called.
    `decide_on`: the day the owner decides, where they refuse to pay. `terms_days`: the terms to be said again, 0 for none.
    `settlement`: the one on offer. `statement`: the letter lists what is open because they asked for it; `document`: they send
    us what shows what they said.
    """

    promises: tuple[PromiseFacts, ...] = ()
    queries: tuple[QueryFacts, ...] = ()
    instalments: tuple[tuple[date, Decimal], ...] = ()
    accept_by: date | None = None
    callback_on: date | None = None
    decide_on: date | None = None
    terms_days: int = 0
    statement: bool = False
    document: bool = False
    settlement: SettlementFacts | None = None
