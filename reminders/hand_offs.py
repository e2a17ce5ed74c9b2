"""Reads what is with an agency, and what speaks against giving a debt to one, or writing the last letter (P22, T16)."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from arcollect.filters import day
from arcollect.money import format_plain
from customers.alike import one_and_merged
from customers.models import Customer, Letter
from customers.models.customer import Kind
from customers.models.letter import LetterCode, LetterState
from invoices.settlement_money import settleable
from invoices.settling import barred
from reminders.cases import NOTHING, Case, InvoiceFacts
from reminders.levels import reached_90
from reminders.models import HandOff, HandOffState
from reminders.rules import Rule

# What a final letter may name, in the order it names them: the setting that allows it, and the words' name.
NEXT_STEPS = (("agency", "AGENCY"), ("court", "COURT"), ("credit_report", "CREDIT_REPORT"))

# Under these nobody settles with them: a court, an estate, a moratorium or an agency stands between.
NOT_OURS_TO_SETTLE = frozenset({Rule.INSOLVENT, Rule.DECEASED, Rule.MORATORIUM, Rule.HANDED_OFF})


def handed_off(customer_ids: Iterable[int]) -> dict[tuple[int, str], HandOff]:
    """What is with an agency now, by customer and currency; one query."""
    rows = HandOff.objects.filter(customer__in=list(customer_ids), state=HandOffState.HANDED)
    return {(row.customer_id, row.currency): row for row in rows}


def next_steps_of(rules: dict[str, Any]) -> list[str]:
    """The next steps the owner lets a final letter name (domain.md 7.3): none that is not really meant."""
    return [words for setting, words in NEXT_STEPS if rules["final"][setting]]


def reply_days(customer: Customer, rules: dict[str, Any]) -> int:
    """How long a final letter gives them: 14 days a company, 30 a person or sole trader (domain.md 3.2, F)."""
    kind = "company" if customer.kind == Kind.COMPANY else "individual_or_sole_trader"
    return rules["final_notice_days"][kind]


def objections(customer: Customer, case: Case | None, today: datetime.date) -> list[str]:
    """Why this may not go to an agency today, in words; nothing where it may."""
    return list(_objections(customer, case, today)) if case else [_("Nothing is open.")]


def _objections(customer: Customer, case: Case, today: datetime.date) -> Iterator[str]:
    overdue = [row for row in case.invoices if row.days_past_due(today) > 0]
    if not overdue:
        yield _("Nothing is overdue.")
    if case.block:
        yield case.block
    claimed = list(_claimed(overdue, today))
    yield from claimed
    # An offer that no longer stops the reminders can still be signed, or accepted.
    if not case.block and not claimed and (standing := barred(customer, case.currency)):
        yield standing
    if overdue and not reached_90(customer, case.currency):
        yield _("The 90-day step was not reached.")
    until = _final_until(customer, case.currency)
    if until is not None and until >= today:
        yield _("The final letter gives them until %(day)s.") % {"day": day(until)}


def _claimed(overdue: Iterable[InvoiceFacts], today: datetime.date) -> Iterator[str]:
    """What stands against each invoice: a query, a promise, a plan, a settlement (T16)."""
    for row in overdue:
        reasons = [
            (row.disputed, _("%(number)s is in dispute.")),
            (row.under_promise(today), _("%(number)s is promised.")),
            (row.planned, _("%(number)s is in a payment plan.")),
            (row.under_offer(today), _("%(number)s is in a payment plan on offer.")),
            (row.under_settlement(today), _("%(number)s is being settled.")),
            (row.no_reminders, _("%(number)s is marked as not to be reminded.")),
        ]
        yield from (words % {"number": row.number} for holds, words in reasons if holds)


def settle_objection(customer: Customer, currency: str, case: Case | None, today: datetime.date) -> str:
    """Why nothing may be settled for less today, or "": too early, nothing free, another agreement, or not ours to settle."""
    if case is not None and case.block_rule in NOT_OURS_TO_SETTLE:
        return case.block
    if not settleable(customer.pk, currency, today):
        return _("Nothing overdue and undisputed is left to settle.")
    if not reached_90(customer, currency):
        return _("Less is taken only once the 90-day step was reached.")
    return barred(customer, currency)


def final_objections(customer: Customer, case: Case | None, today: datetime.date) -> list[str]:
    """Why no final letter may be written today; it asks for what is free alone, and for nothing a flag protects (7.3, 7.4)."""
    if case is None or not any(row.askable(today) > 0 and row.days_past_due(today) > 0 for row in case.invoices):
        return [_("Nothing is overdue that may be asked for: it is in dispute, promised, in a plan or being settled.")]
    found = [case.blocked_for(LetterCode.FINAL)] if case.blocked_for(LetterCode.FINAL) else []
    if not reached_90(customer, case.currency):
        found.append(_("The 90-day step was not reached."))
    standing = finals_of(customer, case.currency).filter(state__in=[LetterState.DRAFT, LetterState.APPROVED, LetterState.SENDING])
    if standing.exists():
        found.append(_("A final letter is written already."))
    elif total_of(case, today) <= case.unapplied:
        found.append(_("Money that waits to be matched covers it."))
    return found


def total_of(case: Case, today: datetime.date) -> Any:
    """What may be asked for of what is overdue."""
    return sum((row.askable(today) for row in case.invoices if row.days_past_due(today) > 0), NOTHING)


def finals_of(customer: Customer, currency: str) -> Any:
    """The final letters to a customer, or to who was merged into it, in one currency, the latest first."""
    ours = one_and_merged(customer)
    return Letter.objects.filter(customer__in=ours, currency=currency, code=LetterCode.FINAL).order_by("-id")


def _final_until(customer: Customer, currency: str) -> datetime.date | None:
    """The last day of the reply period of the final letter that went out last."""
    letter = finals_of(customer, currency).filter(state=LetterState.SENT).order_by("-sent_on", "-id").first()
    if letter is None:
        return None
    return letter.sent_on + datetime.timedelta(days=letter.facts["final"]["respond_days"])


def block_of(row: HandOff) -> tuple[str, None, str]:
    """Why nothing of ours goes out meanwhile: in words, without an end, with its rule."""
    words = f"With {row.agency} since {row.handed_on.isoformat()}: they collect it, we do not."
    return words, None, Rule.HANDED_OFF


def threatened(letter: Letter, rules: dict[str, Any]) -> str:
    """Says that a final letter names what the owner does not mean any more, or ""."""
    named = letter.facts["final"]["next_steps"]
    if set(named) <= set(next_steps_of(rules)):
        return ""
    return _("It names a next step that the settings do not allow any more.")


def worth(case: Case, today: datetime.date) -> str:
    """The sum that would go to the agency, as it is written in the log."""
    return format_plain(total_of(case, today), case.currency)
