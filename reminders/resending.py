"""Writes letters that came back anew, once, as soon as there is a way to the customer again (T43, T44)."""

import datetime
import logging

from django.db import transaction

from customers import log
from customers.models import Business, Contact, Letter
from customers.models.customer import Channel
from customers.models.letter import LetterState
from reminders.cases import NOTHING, Case, InvoiceFacts, case_in
from reminders.facts import cases_of, settings_of, standing_block
from reminders.freezing import asked_today, frozen_facts
from reminders.issuing import mail_contacts
from reminders.models import Cursor, Reminder
from reminders.outbox import open_review
from reminders.ways import way_of
from reminders.wordings import LOOK_AGAIN

logger = logging.getLogger(__name__)


def resend_bounced(business: Business, today: datetime.date) -> int:
    """Writes the letters that came back anew where there is a way again: a mended address, or the post (T43, T44).

    The step stays the same; what the letter asks for is brought up to date. Returns how many were written.
    """
    bounced = Reminder.objects.filter(business=business, withdrawn_on=None, letter__isnull=False).exclude(bounced_on=None)
    reminders = list(bounced.select_related("customer__business", "letter__business").order_by("id"))
    if not reminders:
        return 0
    customers = list({reminder.customer_id: reminder.customer for reminder in reminders}.values())
    contacts = mail_contacts([customer.pk for customer in customers])
    cases = cases_of(business, customers, settings_of(business), today)
    written = 0
    for reminder in reminders:
        customer, contact = reminder.customer, contacts.get(reminder.customer_id)
        case = case_in(cases.get(customer.pk, []), reminder.currency)
        block = case.blocked_for(reminder.letter.code) if case else standing_block(customer, today).reason
        if not block and not way_of(Channel.BOTH, customer, contact).nowhere:
            try:
                written += _write_anew(reminder, case, contact, today)
            except Exception:
                # One broken letter keeps no other one back; the next tick tries it again (T07).
                logger.exception("Letter %s could not be written anew", reminder.letter_id)
    return written


@transaction.atomic
def _write_anew(reminder: Reminder, case: Case | None, contact: Contact | None, today: datetime.date) -> bool:
    """One new letter for the step; none while nothing of it may be asked for, or money we hold covers it (T17), and none ever
    where all of it is paid."""
    Cursor.objects.select_for_update().filter(business=reminder.business_id).first()
    rows = _still_open(reminder.letter, case)
    asked = [row for row in rows if row.askable(today) > 0]
    if rows and sum((row.askable(today) for row in asked), NOTHING) <= case.unapplied:
        return False
    if not Reminder.objects.filter(pk=reminder.pk, letter=reminder.letter).exclude(bounced_on=None).update(bounced_on=None):
        return False
    if not asked or case is None:
        return False
    letter = _anew(reminder.letter, case, asked, contact, today)
    if letter.state == LetterState.DRAFT:
        open_review(letter, today)
    Reminder.objects.filter(pk=reminder.pk).update(letter=letter)
    log.record(letter.business, "letter.resent", f"letter:{letter.pk}", customer=reminder.customer, instead_of=reminder.letter_id)
    return True


def _still_open(letter: Letter, case: Case | None) -> list[InvoiceFacts]:
    asked = {line["invoice"] for line in letter.facts["lines"]}
    return [row for row in case.invoices if row.id in asked] if case else []


def _anew(letter: Letter, case: Case, rows: list[InvoiceFacts], contact: Contact | None, today: datetime.date) -> Letter:
    """The letter with the sums of today. It was approved once; one a person had worded is shown to a person again."""
    steps = {line["invoice"]: line["step"] for line in letter.facts["lines"]}
    asks = asked_today(rows, today, step=letter.facts["step"], steps=steps, first_contact=letter.facts["first_contact"])
    return Letter.objects.create(
        business=letter.business,
        customer_id=letter.customer_id,
        contact=contact,
        code=letter.code,
        state=LetterState.DRAFT if letter.edited else LetterState.APPROVED,
        channel=letter.channel,
        currency=letter.currency,
        language=letter.language,
        written_on=today,
        total=asks.total,
        facts=letter.facts | frozen_facts(asks, case, today) | {"instead_of": [letter.pk, *letter.facts.get("instead_of", [])]},
        subject=letter.subject,
        body=letter.body,
        edited=letter.edited,
        problem=str(LOOK_AGAIN) if letter.edited else "",
        approved_by=letter.approved_by,
        approved_at=letter.approved_at,
    )
