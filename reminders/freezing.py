"""Freezes what a letter is about, as JSON: its text and figures are made from this and nothing else (T28). Pure."""

import datetime
from typing import Any

from reminders.cases import Case, Fire, InvoiceFacts
from reminders.timetable import StepTerms
from reminders.tone import tone_of


def frozen_facts(fire: Fire, case: Case, today: datetime.date) -> dict[str, Any]:
    """What the letter is about: lines asked for, set aside (under query, in a plan, promised), not due yet; unapplied cash."""
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
    }


def frozen_tone(fire: Fire, step: StepTerms, *, diagnosis: str, vulnerable: bool) -> dict[str, str]:
    """The tone of the letter of a step, and the one the policy wants, by which a later diagnosis is heard (P21)."""
    voice = tone_of(step.code, diagnosis, wanted=step.tone, first_contact=fire.first_contact, vulnerable=vulnerable)
    return {"tone": str(voice), "wanted_tone": step.tone}


def _frozen(row: InvoiceFacts, today: datetime.date, step: str = "") -> dict[str, Any]:
    promised = min(row.under_promise(today), row.balance - row.disputed - row.planned)
    offered = min(row.under_offer(today), row.balance - row.disputed - row.planned - promised)
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
        "promised": str(max(promised, 0)),
        "offered": str(max(offered, 0)),
        "collectable": str(row.collectable(today)),
        "step": step,
    }
