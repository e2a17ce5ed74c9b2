"""What stops or delays a step, in words (domain.md 3.3, 3.4, 7.4). Pure."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from arcollect.money import format_plain
from reminders.cases import NOTHING, Case, InvoiceFacts, Setting, Wait
from reminders.models import StepCode
from reminders.rules import Rule
from reminders.timetable import DAYS, PolicyTerms
from reminders.treatments import CALLED_LATELY


def stopped(case: Case) -> Wait | None:
    """What stops every step of the case, courtesy calls too."""
    if not case.released:
        return Wait(Rule.NOT_RELEASED, "The imported ledger waits for the owner to release it.")
    if case.block:
        return Wait(case.block_rule, case.block, case.block_until)
    return None


def blocked(case: Case, overdue: Sequence[InvoiceFacts], asked: Sequence[InvoiceFacts], today: datetime.date) -> Wait | None:
    """What stops every dunning step of the case."""
    found = stopped(case)
    if found is None and case.contact_invalid:
        return Wait(Rule.CONTACT_INVALID, "The last letter did not arrive: it, or the contact, must be seen to first.")
    return found if found or asked else _not_asked(overdue, case.currency, today)


def _not_asked(overdue: Sequence[InvoiceFacts], currency: str, today: datetime.date) -> Wait:
    """Why nothing of what is overdue may be asked for; the first reason names the rule."""
    promised = [part for row in overdue for part in row.promised if today <= part[0]]
    offered = [part for row in overdue for part in row.offered if today <= part[0]]
    settling = [part for row in overdue for part in row.settling if today <= part[0]]
    reasons = [
        (Rule.PROMISE_OPEN, f"promise of {_sum(promised, currency)} open until {_first(promised)}", promised),
        (Rule.PLAN_OFFERED, f"a payment plan is offered until {_first(offered)}", offered),
        (Rule.SETTLEMENT_OPEN, f"a settlement stands until {_first(settling)}", settling),
        (Rule.DISPUTED, "in dispute", any(row.disputed for row in overdue)),
        (Rule.PLANNED, "in a payment plan", any(row.planned for row in overdue)),
        (Rule.NO_REMINDERS, "marked as not to be reminded", any(row.no_reminders for row in overdue)),
        (
            Rule.ENTRY_HOLD,
            "first seen long overdue: waits for the owner to release it",
            any(row.entry_hold for row in overdue),
        ),
    ]
    holding = [(rule, words) for rule, words, holds in reasons if holds]
    ends = [through + DAYS(days=1) for through, _ in [*promised, *offered, *settling]]
    return Wait(holding[0][0], "; ".join(words for _, words in holding), min(ends, default=None))


def _sum(parts: Iterable[tuple[datetime.date, Decimal]], currency: str) -> str:
    return format_plain(sum((amount for _, amount in parts), NOTHING), currency)


def _first(parts: Iterable[tuple[datetime.date, Decimal]]) -> str:
    return min((through.isoformat() for through, _ in parts), default="")


def warned_first(case: Case, today: datetime.date) -> Wait | None:
    """Who gets into trouble is called first: until then nothing is written, and no other call made (domain.md 5).

    Where that call is not on the desk yet, because there are too many, it is waited for so long and no longer.
    """
    if not case.warning:
        return None
    until = case.treated.since + CALLED_LATELY if case.treated else today
    words = "Signs of trouble: they are called first, what else is due waits for that call."
    return Wait(Rule.WARNING_CALL, words, until if until > today else None)


def too_little(case: Case, total: Decimal, policy: PolicyTerms) -> Wait | None:
    """The threshold is compared with what the letter would show, net of unapplied cash (T17, T26)."""
    net, smallest = total - case.unapplied, policy.smallest_sum(case.currency)
    if net <= 0:
        held = format_plain(case.unapplied, case.currency)
        return Wait(Rule.UNAPPLIED_COVERS, f"Unapplied cash of {held} covers what is overdue: match it.")
    if net < smallest:
        asked, least = format_plain(net, case.currency), format_plain(smallest, case.currency)
        words = f"{asked} is less than {least}, the smallest sum worth a letter: leave it, or write it off as a small balance."
        return Wait(Rule.SMALL_BALANCE, words)
    return None


def delayed(case: Case, step: str, total: Decimal, setting: Setting, today: datetime.date) -> Wait | None:
    """What puts the step off to a later day."""
    if not setting.calendar.is_business_day(today):
        return Wait(Rule.NO_BUSINESS_DAY, "Today is not a business day.", setting.calendar.roll_forward(today))
    return (
        maybe_paid(case, setting.rules, today)
        or _unmatched(case, setting, today)
        or _kept(case, setting, today)
        or _paused(case, total, setting.rules, today)
        or _too_soon(case, step, setting, today)
    )


def maybe_paid(case: Case, rules: Mapping[str, Any], today: datetime.date) -> Wait | None:
    """A line of the bank's statement that may be theirs is confirmed by a person first; after a week the steps go on.

    A reminder to somebody who has paid is the worst letter there is, a customer nobody ever reminds the second worst.
    """
    if case.suggested_on is None:
        return None
    until = case.suggested_on + DAYS(days=rules["suggested_wait_days"])
    held = format_plain(case.suggested, case.currency)
    words = f"{held} came in that may be theirs: say whose it is first."
    return Wait(Rule.MAYBE_PAID, words, until) if today < until else None


def _unmatched(case: Case, setting: Setting, today: datetime.date) -> Wait | None:
    """Money we hold gets two business days to be matched; then the letter takes it off visibly (domain.md 3.4)."""
    if case.unapplied_since is None or case.unapplied < Decimal(setting.rules["unapplied_wait_from"]):
        return None
    matched_by = setting.calendar.add(case.unapplied_since, setting.rules["unapplied_wait_bd"])
    held = format_plain(case.unapplied, case.currency)
    waits = today < matched_by
    return Wait(Rule.UNAPPLIED_CASH, f"Unapplied cash of {held} should be matched first.", matched_by) if waits else None


def _kept(case: Case, setting: Setting, today: datetime.date) -> Wait | None:
    """Who kept a promise gets three business days before the rest is asked for (domain.md 3.4)."""
    if case.kept_on is None:
        return None
    until = setting.calendar.add(case.kept_on, setting.rules["promise"]["kept_pause_bd"])
    words = f"A promise was kept on {case.kept_on.isoformat()}: the rest is asked for later."
    return Wait(Rule.PROMISE_KEPT, words, until) if today < until else None


def _paused(case: Case, total: Decimal, rules: Mapping[str, Any], today: datetime.date) -> Wait | None:
    """A part payment of half or more gives the customer some days (domain.md 3.4)."""
    if case.part_paid_on is None or case.part_paid < (case.part_paid + total) * Decimal(rules["part_payment_pause_ratio"]):
        return None
    until = case.part_paid_on + DAYS(days=rules["part_payment_pause_days"])
    words = f"Part payment of {format_plain(case.part_paid, case.currency)} received."
    return Wait(Rule.PART_PAYMENT, words, until) if today < until else None


def _too_soon(case: Case, step: str, setting: Setting, today: datetime.date) -> Wait | None:
    """The gap between letters and steps; a NOTICE for what was never mentioned is exempt, once a week (T10, T11)."""
    if step == StepCode.NOTICE:
        rule, last, gap = Rule.NOTICE_GAP, case.last_notice_on, DAYS(days=setting.rules["notice_gap_days"])
    else:
        rule, gap = Rule.MIN_GAP, setting.policy.gap
        last = max(filter(None, (case.last_letter_on, case.last_step_on)), default=None)
    if step == StepCode.DECIDE or last is None or today >= last + gap:
        return None
    until = setting.calendar.roll_forward(last + gap)
    return Wait(rule, f"The last step was on {last.isoformat()}: {gap.days} days must pass.", until)
