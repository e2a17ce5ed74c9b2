"""Decides the two service steps around a new invoice: to verify the contact, and the satisfaction letter (domain.md 3.2). Pure.

Neither asks for money; a policy has them switched on or off.
"""

import datetime
from collections.abc import Sequence

from reminders.cases import NOTHING, Case, Decision, Fire, InvoiceFacts, Line, Setting, Skip, Wait
from reminders.models import StepCode
from reminders.rules import Rule
from reminders.waiting import stopped


def satisfaction_letter(case: Case, setting: Setting, today: datetime.date) -> Decision:
    """The letter that asks right after the delivery, where its day is known, else the invoice, whether all was as ordered;
    days later it would be too late (mission P16)."""
    fresh = setting.rules["satisfaction_within_days"]
    rows = _new(case, setting, StepCode.SATISFACTION, today)
    there = [row for row in rows if 0 <= (today - row.arrived_on).days <= fresh]
    if not there and any(row.arrived_on > today for row in rows):
        coming = min(row.arrived_on for row in rows if row.arrived_on > today)
        return Skip(Rule.NO_SERVICE_DUE, "What they ordered is not delivered yet.", coming)
    return _service(case, setting, StepCode.SATISFACTION, there, today)


def contact_check(case: Case, setting: Setting, today: datetime.date) -> Decision:
    """The call that checks name, address and e-mail before an invoice falls due: nobody did for half a year (mission P17)."""
    rows = _new(case, setting, StepCode.VERIFY_AP, today)
    if case.unverified_from is None or today < case.unverified_from:
        return Skip(Rule.NO_SERVICE_DUE, "The contact is verified.", case.unverified_from if rows else None)
    return _service(case, setting, StepCode.VERIFY_AP, rows, today)


def _new(case: Case, setting: Setting, step: StepCode, today: datetime.date) -> list[InvoiceFacts]:
    """The invoices not due yet for which the step was not taken, where the policy has it on."""
    if step not in setting.policy.steps:
        return []
    return [row for row in case.invoices if row.due_on > today >= row.issued_on and step not in row.fired and row.askable(today)]


def _service(case: Case, setting: Setting, step: StepCode, rows: Sequence[InvoiceFacts], today: datetime.date) -> Decision:
    if not rows:
        return Skip(Rule.NO_SERVICE_DUE, "No new invoice asks for it.")
    waits = stopped(case)
    if waits:
        return waits
    if not setting.calendar.is_business_day(today):
        return Wait(Rule.NO_BUSINESS_DAY, "Today is not a business day.", setting.calendar.roll_forward(today))
    rule = Rule.SATISFACTION_DUE if step == StepCode.SATISFACTION else Rule.VERIFY_DUE
    lines = tuple(Line(row, step, row.collectable(today), row.days_past_due(today), new=True, rule=rule) for row in rows)
    total = sum((line.amount for line in lines), NOTHING)
    return Fire(step, lines, total, _reason(step, len(rows)), setting.calendar.add(today, 1), rule=rule)


def _reason(step: StepCode, count: int) -> str:
    invoices = "1 new invoice" if count == 1 else f"{count} new invoices"
    if step == StepCode.SATISFACTION:
        return f"{invoices}: ask whether all was as ordered."
    return f"{invoices}: check who gets it, and where, before it falls due."
