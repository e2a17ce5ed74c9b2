"""Freezes what a letter is about, as JSON: its text and figures are made from this and nothing else (T28). Pure."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from reminders.cases import NOTHING, Case, Fire, InvoiceFacts, Line
from reminders.timetable import StepTerms
from reminders.tone import tone_of
from reminders.treatments import kind_of


def asked_today(
    rows: Iterable[InvoiceFacts],
    today: datetime.date,
    *,
    step: str = "",
    steps: Mapping[int, str] | None = None,
    first_contact: bool = False,
) -> Fire:
    """What a letter about these invoices asks for by the sums of today, oldest first, while no step of theirs fires.

    `step` is the letter's, `steps` the invoices' own by id, as the letter it restates had them; a notice has neither.
    """
    own = steps or {}
    lines = tuple(
        Line(row, own.get(row.id, ""), row.askable(today), row.days_past_due(today), new=False)
        for row in sorted(rows, key=lambda row: (row.due_on, row.number))
    )
    return Fire(step, lines, sum((line.amount for line in lines), NOTHING), "", today, first_contact)


def frozen_facts(fire: Fire, case: Case, today: datetime.date) -> dict[str, Any]:
    """What the letter is about: lines asked for, set aside (under query, in a plan, promised), not due yet; unapplied cash;
    whether it may offer a plan."""
    asked = {line.invoice.id for line in fire.lines}
    others = [row for row in case.invoices if row.id not in asked]
    overdue = [row for row in others if row.days_past_due(today) >= 1]
    return {
        "step": fire.step,
        "lines": [_frozen(line.invoice, today, line.step) for line in fire.lines],
        "set_aside": [_frozen(row, today) for row in overdue if row.collectable(today) < row.balance],
        "not_due": [_frozen(row, today) for row in others if row.days_past_due(today) < 1],
        "unapplied": str(case.unapplied),
        "total": str(fire.total),
        "first_contact": fire.first_contact,
        "money_only": case.money_only,
        "plan_barred": case.plan_barred,
        **({"treated": kind_of(case.treated)} if case.treated else {}),
    }


def frozen_tone(fire: Fire, step: StepTerms, *, diagnosis: str, vulnerable: bool) -> dict[str, str]:
    """The tone of the letter of a step, and the one the policy wants, by which a later diagnosis is heard (P21)."""
    voice = tone_of(step.code, diagnosis, wanted=step.tone, first_contact=fire.first_contact, vulnerable=vulnerable)
    return {"tone": str(voice), "wanted_tone": step.tone}


def _frozen(row: InvoiceFacts, today: datetime.date, step: str = "") -> dict[str, Any]:
    promised, offered = _waited_for(row, today) if row.claimed else (NOTHING, NOTHING)
    return {
        "invoice": row.id,
        "number": row.number,
        "purchase_order": row.purchase_order,
        "issued_on": row.issued_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "days_past_due": row.days_past_due(today),
        "total": str(row.total),
        "paid": str(row.total - row.balance),
        "disputed": str(row.disputed),
        "planned": str(row.planned),
        "promised": str(promised),
        "offered": str(offered),
        "collectable": str(row.collectable(today)),
        "step": step,
    }


def _waited_for(row: InvoiceFacts, today: datetime.date) -> tuple[Decimal, Decimal]:
    """(promised, in an offered plan) of what is neither disputed nor in a plan."""
    left = row.balance - row.disputed - row.planned
    promised = min(row.under_promise(today), left)
    offered = min(row.under_offer(today), left - promised)
    return max(promised, NOTHING), max(offered, NOTHING)
