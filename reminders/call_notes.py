"""What a call brought, as the form hands it over and `reminders.calling.log_call` writes it. Plain values, no queries."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from customers.models import Contact, Task
from customers.models.desk import Outcome
from invoices.models import Invoice


@dataclass(frozen=True, slots=True)
class PromiseNote:
    """So much by that day; `method` as they said it ("transfer"). `split`: (invoice id, amount) parts, else the oldest first."""

    currency: str
    amount: Decimal
    due_on: datetime.date
    method: str = ""
    split: tuple[tuple[int, Decimal], ...] | None = None


@dataclass(frozen=True, slots=True)
class QueryNote:
    """A query about `amount` of an invoice: a DisputeCode and what they say."""

    invoice: Invoice
    code: str
    amount: Decimal
    summary: str = ""


@dataclass(frozen=True, slots=True)
class PlanNote:
    """A plan offered to them: (due date, amount) instalments in one currency."""

    currency: str
    instalments: tuple[tuple[datetime.date, Decimal], ...]


@dataclass(frozen=True, slots=True)
class ClaimNote:
    """Something they said that will be checked: `how` is a ClaimCheck."""

    what: str
    how: str
    check_by: datetime.date


@dataclass(frozen=True, slots=True)
class CallbackNote:
    """We ring them again on that day, at that time where they are; `consent`: they agreed to it (domain.md 7.2)."""

    on: datetime.date
    at: datetime.time | None = None
    consent: bool = False


@dataclass(frozen=True, slots=True)
class ContactNote:
    """A contact put right (`contact` given) or new; empty fields of one put right stay as they are."""

    contact: Contact | None = None
    name: str = ""
    email: str = ""
    phone: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class CallNotes:
    """One call, made or taken. With outcome REACHED a `reason` and a `next_on` are there, else neither need be.

    `named_on`: the day they named (a payment run, a return). `answers`: to the reason's questions, by question. `pause_until`,
    `vulnerable`, `insolvent`, `moratorium_until`, `pay_run`: what the person on the telephone ticked or wrote because of the
    reason. `limits`: codes of the contact limits that stood against the call; `override_reason`: why an owner let it be made.
    `answers_too`: other calls of theirs that the talk answered.
    """

    outcome: Outcome | str
    contact: Contact | None = None
    spoke_with: str = ""
    inbound: bool = False
    reason: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    paraphrase: str = ""
    agreement: str = ""
    notes: str = ""
    next_on: datetime.date | None = None
    named_on: datetime.date | None = None
    promises: tuple[PromiseNote, ...] = ()
    queries: tuple[QueryNote, ...] = ()
    plan: PlanNote | None = None
    claims: tuple[ClaimNote, ...] = ()
    callback: CallbackNote | None = None
    put_right: ContactNote | None = None
    pause_until: datetime.date | None = None
    vulnerable: bool = False
    insolvent: bool = False
    moratorium_until: datetime.date | None = None
    pay_run: str = ""
    limits: tuple[str, ...] = ()
    override_reason: str = ""
    answers_too: tuple[Task, ...] = ()
