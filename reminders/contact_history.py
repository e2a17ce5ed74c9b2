"""Reads what contact limits rest on: the rules for one customer, and what passed between us and them lately."""

import datetime
from collections.abc import Mapping
from typing import Any

from arcollect.dates import Calendar
from arcollect.phones import time_zones
from customers.alike import one_and_merged
from customers.models import Conversation, Customer, Letter
from customers.models.customer import Kind
from customers.models.desk import Outcome, TaskKind
from customers.models.letter import LetterCode, LetterState
from invoices.plans import preset_of
from reminders.contact_limits import AU_CONTACTS, AUSTRALIA, MONTH, WEEK, History, Hours, Limits, Talk

# These ask for nothing, or answer what they asked: counted, never too many (domain.md 7.2).
SERVICE_LETTERS = {LetterCode.L0, LetterCode.LC, LetterCode.LRES, LetterCode.LCALL, LetterCode.LPI}
SERVICE_CALLS = {TaskKind.COURTESY_CALL, TaskKind.VERIFY_AP, TaskKind.CALLBACK, TaskKind.DISPUTE, TaskKind.ANSWER_MAIL}
# Where the law itself allows no call within a week of a conversation, whatever the owner sets.
REG_F = "US"


def limits_of(
    customer: Customer, rules: Mapping[str, Any], calendar: Calendar, *, phone: str = "", sending: bool = False
) -> Limits:
    """The contact limits of `customer` on the number `phone` (E.164, or "").

    `sending`: for a mail, whose hours the owner may have narrowed (rules["sending_window"]).
    """
    contact, company = rules["contact"], customer.kind == Kind.COMPANY
    hard = _hours(contact["hard"])
    if sending:
        narrow = _hours(rules["sending_window"])
        hard = max(hard[0], narrow[0]), min(hard[1], narrow[1])
    preset = preset_of(customer.business.country, rules)
    australian = AUSTRALIA in (customer.country, preset)
    most = AU_CONTACTS if australian else {}
    quiet = (customer.quiet_from, customer.quiet_until) if customer.quiet_from and customer.quiet_until else None
    return Limits(
        zones=(customer.time_zone,) if customer.time_zone else tuple(time_zones(phone)),
        home_zone=customer.business.time_zone,
        calendar=calendar,
        hard=hard,
        office=_hours(contact["soft"]) if company else None,
        weekdays_only=contact["weekdays_only"],
        australian=australian,
        quiet=quiet,
        blocks=contact["enforce"]["company" if company else "individual"] == "block",
        calls_per_day=contact["attempts_per_day"],
        calls_per_week=min(contact["attempts_per_7d"], contact["legal_ceiling_attempts_per_7d"]),
        talks_per_week=1 if REG_F in (customer.country, preset) else contact["conversations_per_7d"],
        contacts_per_week=min(contact["contacts_per_7d"], most.get(WEEK, contact["contacts_per_7d"])),
        contacts_per_month=min(contact["contacts_per_30d"], most.get(MONTH, contact["contacts_per_30d"])),
    )


def history_of(customer: Customer, now: datetime.datetime) -> History:
    """Calls, conversations and letters of the last month, by day where the business is, in three queries.

    Letters to who was merged into them count: it is one and the same who was written to. Calls moved with the merge.
    Mails they sent are neither calls nor conversations: the law counts what was said on the telephone.
    """
    business, since = customer.business, now - datetime.timedelta(days=MONTH + 1)
    spoken = Conversation.objects.filter(customer=customer, channel="call", at__gt=since, at__lte=now)
    rows = list(spoken.only("at", "inbound", "outcome", "next_on", "callback_consent_until"))
    written = Letter.objects.filter(customer__in=one_and_merged(customer), state=LetterState.SENT)
    sent = written.filter(sent_on__gt=business.local_date(since))
    ours = [(business.local_date(row.at), row.outcome) for row in rows if not row.inbound]
    heard = [day for day, outcome in ours if outcome != Outcome.NO_ANSWER]
    return History(
        calls=tuple(day for day, _outcome in ours),
        talks=tuple(
            Talk(business.local_date(row.at), row.next_on, row.callback_consent_until)
            for row in rows
            if row.outcome == Outcome.REACHED
        ),
        contacts=(*heard, *sent.values_list("sent_on", flat=True)),
    )


def _hours(texts: list[str]) -> Hours:
    opens, closes = (datetime.time.fromisoformat(text) for text in texts)
    return opens, closes
