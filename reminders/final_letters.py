"""Writes the final letter: only when an owner asks for it, as a draft the owner approves (P22, domain.md 3.2 F, 7.3)."""

import datetime

from django.db import transaction

from customers import log
from customers.models import Customer, Letter, User
from customers.models.customer import Channel
from customers.models.letter import LetterCode, LetterState
from reminders.cases import case_in
from reminders.facts import cases_of, settings_of
from reminders.freezing import asked_today, frozen_facts
from reminders.hand_offs import final_objections, next_steps_of, reply_days
from reminders.issuing import mail_contacts
from reminders.outbox import OutboxError, open_review


@transaction.atomic
def write_final(*, customer: Customer, currency: str, today: datetime.date, actor: User) -> Letter:
    """Drafts it over what is overdue and free; it names only the next steps the owner has enabled.

    Raises OutboxError where it may not be written: in dispute, promised, in a plan, flagged, or before step 90.
    """
    business = customer.business
    cases = cases_of(business, [customer], settings_of(business), today).get(customer.pk, [])
    case = case_in(cases, currency)
    problems = final_objections(customer, case, today)
    if problems or case is None:
        raise OutboxError(" ".join(problems))
    rows = [row for row in case.invoices if row.days_past_due(today) > 0 and row.askable(today) > 0]
    asks = asked_today(rows, today)
    rules = business.rules
    letter = Letter.objects.create(
        business=business,
        customer=customer,
        contact=mail_contacts([customer.pk]).get(customer.pk),
        code=LetterCode.FINAL,
        state=LetterState.DRAFT,
        channel=Channel.EMAIL if case.represented else Channel.BOTH,
        currency=currency,
        language=customer.language or business.language,
        written_on=today,
        total=asks.total,
        facts=frozen_facts(asks, case, today)
        | {
            "final": {
                "next_steps": next_steps_of(rules),
                "respond_days": reply_days(customer, rules),
                "agency": rules["final"]["agency_name"],
            }
        },
    )
    log.record(business, "letter.final", f"letter:{letter.pk}", customer=customer, actor=actor, total=str(asks.total))
    open_review(letter, today)
    return letter
