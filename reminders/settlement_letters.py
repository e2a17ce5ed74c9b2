"""Writes the 90-day letter that names a settlement on offer, and says whether it still may go (domain.md 6.6)."""

import datetime
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.models import Customer, Letter, User
from customers.models.customer import Channel
from customers.models.letter import LetterCode, LetterState
from invoices.models import Invoice, Settlement
from invoices.models.settlement import SettlementState
from reminders.cases import Case, case_in
from reminders.facts import cases_of, settings_of
from reminders.freezing import asked_today, frozen_facts
from reminders.issuing import UNSENT, mail_contacts
from reminders.models import StepCode
from reminders.outbox import open_review


@transaction.atomic
def write_offer(*, settlement: Settlement, today: datetime.date, actor: User | None = None) -> Letter | None:
    """The L90 that says what is offered, as a draft: the one that was to go out anyway, else a new one.

    None where a flag forbids to write to them.
    """
    customer = Customer.objects.select_related("business").get(pk=settlement.customer_id)
    cases = cases_of(customer.business, [customer], settings_of(customer.business), today).get(customer.pk, [])
    case = case_in(cases, settlement.currency)
    if case is None or case.blocked_for(LetterCode.L90):
        return None
    unsent = customer.letters.select_for_update().filter(currency=settlement.currency, code=LetterCode.L90, state__in=UNSENT)
    letter = unsent.order_by("-id").first() or _new(customer, case, today)
    letter.facts = (letter.facts or {}) | _facts(settlement, case, today)
    letter.total, letter.state, letter.edited = settlement.total, LetterState.DRAFT, False
    letter.save()
    log.record(
        customer.business,
        "letter.offers",
        f"letter:{letter.pk}",
        customer=customer,
        actor=actor,
        settlement=settlement.pk,
    )
    open_review(letter, today)
    return letter


def _new(customer: Customer, case: Case, today: datetime.date) -> Letter:
    return Letter(
        business=customer.business,
        customer=customer,
        contact=mail_contacts([customer.pk]).get(customer.pk),
        code=LetterCode.L90,
        channel=Channel.EMAIL if case.represented else customer.channel,
        currency=case.currency,
        language=customer.language or customer.business.language,
        written_on=today,
    )


def _facts(settlement: Settlement, case: Case, today: datetime.date) -> dict[str, Any]:
    """What is covered stands in it as asked for, by its full sums: that it is on offer is what the letter is about."""
    covered = set(settlement.covered.values_list("invoice_id", flat=True))
    free = {"settling": (), "promised": (), "offered": (), "no_reminders": False, "entry_hold": False}
    whole = replace(case, invoices=tuple(replace(row, **free) if row.id in covered else row for row in case.invoices))
    rows = [row for row in whole.invoices if row.id in covered]
    return frozen_facts(asked_today(rows, today, step=StepCode.DAY_90), whole, today) | {
        "settlement": {
            "id": settlement.pk,
            "amount": str(settlement.amount),
            "total": str(settlement.total),
            "accept_by": settlement.accept_by.isoformat(),
            "pay_by": settlement.pay_by.isoformat(),
        }
    }


def offer_gone(letter: Letter, today: datetime.date) -> str:
    """Why a letter must not name its settlement any more, or "": it is over, or no longer over these sums."""
    row = Settlement.objects.get(pk=letter.facts["settlement"]["id"])
    if row.state != SettlementState.OFFERED or today > row.accept_by:
        return _("The settlement is not on offer any more.")
    balances = dict(Invoice.objects.filter(settlement_lines__settlement=row).values_list("pk", "balance"))
    if row.received or any(balances[pk] < amount for pk, amount in row.covered.values_list("invoice_id", "amount")):
        return _("Money came in since the letter was written.")
    return ""
