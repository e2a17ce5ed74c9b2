"""Says why: the facts a decision saw, in codes to keep and in words to read, invoice by invoice. Pure."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arcollect.money import format_plain
from reminders.cases import NOTHING, Case, Decision, Fire, InvoiceFacts, Setting, Skip, Wait
from reminders.escalation import courtesy_call, next_step, upcoming
from reminders.models import StepCode
from reminders.policies import title
from reminders.rules import rule_words
from reminders.service_steps import contact_check, satisfaction_letter
from reminders.treatments import advice_on, kind_of, named

DECIDERS: tuple[tuple[str, Callable[[Case, Setting, datetime.date], Decision]], ...] = (
    ("dunning", next_step),
    ("courtesy", courtesy_call),
    ("satisfaction", satisfaction_letter),
    ("contact", contact_check),
)
# Of these nothing is said where the policy has them off.
SERVICES = {"satisfaction": StepCode.SATISFACTION, "contact": StepCode.VERIFY_AP}


def seen(case: Case, setting: Setting, today: datetime.date) -> dict[str, Any]:
    """The facts of a decision as small JSON, for the reminder to keep; what is not there is left out."""
    overdue = [row for row in case.invoices if row.days_past_due(today) >= 1]
    claimed = [row for row in overdue if row.claimed]
    facts = {
        "on": today.isoformat(),
        "business_day": setting.calendar.is_business_day(today),
        "gap": setting.policy.min_gap_days,
        "oldest_days": max((row.days_past_due(today) for row in overdue), default=0),
        "overdue": _total(overdue, lambda row: row.balance),
        "collectable": _total(overdue, lambda row: row.askable(today)),
        "disputed": _total(claimed, lambda row: row.disputed),
        "planned": _total(claimed, lambda row: row.planned),
        "promised": _total(claimed, lambda row: row.under_promise(today)),
        "offered": _total(claimed, lambda row: row.under_offer(today)),
        "settling": _total(claimed, lambda row: row.under_settlement(today)),
        "unapplied": case.unapplied,
        "suggested": case.suggested,
        "part_paid": case.part_paid,
        "part_paid_on": case.part_paid_on,
        "last_letter": case.last_letter_on,
        "last_step": case.last_step_on,
        "last_notice": case.last_notice_on,
        "kept_on": case.kept_on,
        "spoken_on": case.spoken_since,
        "unanswered": case.unanswered,
        "money_only": case.money_only,
        "treated": kind_of(case.treated),
    }
    kept = {name: _plain(value, case.currency) for name, value in facts.items()}
    return {name: value for name, value in kept.items() if value or name in ("business_day", "oldest_days")}


def _total(rows: Iterable[InvoiceFacts], amount: Callable[[InvoiceFacts], Decimal]) -> Decimal:
    return sum((amount(row) for row in rows), NOTHING)


def _plain(value: Any, currency: str) -> Any:
    """A fact as JSON: amounts with their currency's decimals, nothing for none, dates as ISO."""
    if isinstance(value, Decimal):
        return format_plain(value, currency) if value else None
    return value.isoformat() if isinstance(value, datetime.date) else value


def explained(case: Case, setting: Setting, today: datetime.date) -> Iterator[dict[str, Any]]:
    """What is decided for a case today, for dunning and for courtesy calls: verdict, rule, facts in words, every invoice.

    Amounts are strings with the currency's own decimals, dates are ISO.
    """
    facts = in_words(case, setting, today)
    invoices = [_invoice(row, case.currency, setting, today) for row in sorted(case.invoices, key=lambda row: row.due_on)]
    for what, decide in DECIDERS:
        if what in SERVICES and SERVICES[what] not in setting.policy.steps:
            continue
        decision = decide(case, setting, today)
        next_on = _next_on(decision)
        yield {
            "currency": case.currency,
            "what": what,
            "verdict": type(decision).__name__.lower(),
            "step": str(decision.step) if isinstance(decision, Fire) else "",
            "rule": str(decision.rule),
            "rule_words": rule_words(decision.rule),
            "reason": decision.reason,
            "next_on": next_on.isoformat() if next_on else None,
            "facts": facts,
            "invoices": invoices,
        }


def _next_on(decision: Decision) -> datetime.date | None:
    """The day to look again: the end of a wait, or the next step's."""
    if isinstance(decision, Wait):
        return decision.until
    return decision.next_on if isinstance(decision, Skip) else None


def in_words(case: Case, setting: Setting, today: datetime.date) -> list[dict[str, str]]:
    """The facts of a case as people read them: {"label", "value"}; what does not apply is left out."""
    policy, rows = setting.policy, _rows(seen(case, setting, today))
    if case.represented:
        rows.append((_("Represented"), _("Letters and calls go to the representative only")))
    rows.append((_("Policy"), _("%(name)s, version %(version)d") % {"name": title(policy.name), "version": policy.version}))
    return [{"label": label, "value": value} for label, value in rows]


def remembered(decision: Mapping[str, Any]) -> list[dict[str, str]]:
    """The facts a stored decision saw, as people read them; nothing of one that was stored before facts were kept."""
    return [{"label": label, "value": value} for label, value in _rows(decision.get("facts", {}))]


def _rows(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Facts as `seen` keeps them, each with its label; what does not apply is left out."""
    labels = {
        "overdue": _("Overdue"),
        "disputed": _("In dispute"),
        "planned": _("In a payment plan"),
        "promised": _("Promised"),
        "offered": _("In an offered payment plan"),
        "settling": _("Being settled for less"),
        "collectable": _("May be asked for"),
        "unapplied": _("Money not matched yet"),
        "suggested": _("At the bank, perhaps theirs"),
        "part_paid": _("Part payment lately"),
        "part_paid_on": _("Part payment on"),
        "last_letter": _("Last letter on"),
        "last_step": _("Last step on"),
        "last_notice": _("Last notice on"),
        "kept_on": _("Promise kept on"),
        "spoken_on": _("Last spoken to on"),
    }
    rows = [(label, str(facts[name])) for name, label in labels.items() if name in facts]
    if kind := facts.get("treated"):
        rows.append((_("Treated as"), " ".join(filter(None, (f"{named(kind)}.", advice_on(kind))))))
    oldest, gap = facts.get("oldest_days", 0), facts.get("gap", 0)
    for holds, label, words in (
        (oldest, _("Oldest past due"), ngettext("%(days)d day", "%(days)d days", oldest) % {"days": oldest}),
        (facts.get("unanswered"), _("Answers"), _("None since the last step")),
        (facts.get("money_only"), _("Promises"), _("Too many broken: only money today or a signed plan")),
        (not facts.get("business_day", True), _("That day"), _("Not a business day")),
        (gap, _("Gap between letters"), ngettext("%(days)d day", "%(days)d days", gap) % {"days": gap}),
    ):
        if holds:
            rows.append((label, words))
    return rows


def _invoice(row: InvoiceFacts, currency: str, setting: Setting, today: datetime.date) -> dict[str, Any]:
    """One open invoice: what is asked of it, the highest step it took and the next one."""
    step, on = max(row.fired.items(), key=lambda item: (item[1], item[0]), default=("", None))
    coming = upcoming(row, setting, today)
    return {
        "number": row.number,
        "due_on": row.due_on.isoformat(),
        "days_past_due": row.days_past_due(today),
        "balance": format_plain(row.balance, currency),
        "collectable": format_plain(row.askable(today), currency),
        "fired": str(step),
        "fired_on": on.isoformat() if on else None,
        "fired_words": str(StepCode(step).label) if step else "",
        "next_step": str(coming[1]) if coming else "",
        "next_on": coming[0].isoformat() if coming else None,
        "next_words": str(StepCode(coming[1]).label) if coming else "",
    }
