"""Sends the receipt for a payment to the customer, once, and writes down what became of it."""

import datetime
import logging

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from arcollect.filters import day
from arcollect.mail import send_receipt
from arcollect.phones import show_phone
from arcollect.reader import reading_in
from customers import log
from customers.models import Business, Contact, Event, User
from invoices.agreement_words import language_for
from invoices.models import Payment
from invoices.plan_notices import Reach, reach_of
from invoices.thanking_words import booked_words, money_words

logger = logging.getLogger(__name__)

# By itself: not before who booked it had the time to take it back, nor for what came in long ago.
AFTER = datetime.timedelta(minutes=10)
WITHIN = datetime.timedelta(days=2)
RECEIVED_WITHIN = datetime.timedelta(days=14)
FAILED = "payment.receipt_failed"


def thank(*, payment: Payment, now: datetime.datetime, actor: User | None = None) -> Reach:
    """Mails the receipt to whom the customer's mail goes to; whom it went to, or why it did not go, in words for staff.

    Claimed before it is sent, so that two clicks, or a click and the clock, send one.
    """
    reach = Reach(why=_("It was returned: there is nothing to thank for.")) if payment.returned_on else _whom(payment, now)
    if reach.contact is None:
        return reach
    if not Payment.objects.filter(pk=payment.pk, receipt_sent_at=None).update(receipt_sent_at=now):
        return Reach(why=_("A receipt was sent already."))
    try:
        _send(payment, reach.contact)
    except (OSError, ValueError) as error:
        logger.warning("Payment %s: no receipt sent: %s", payment.pk, error)
        Payment.objects.filter(pk=payment.pk).update(receipt_sent_at=None)
        _note(payment, FAILED, reach.contact, actor)
        return Reach(why=_("The e-mail to %(address)s could not be sent.") % {"address": reach.contact.email})
    _note(payment, "payment.receipt_sent", reach.contact, actor)
    return reach


def send_receipts(business: Business, now: datetime.datetime) -> int:
    """Where the business wants it so, thanks for what came in lately, by hand or from the bank; returns how many receipts went.

    What came with a ledger's file is the past of another program. One that could not be sent is left to a person.
    """
    if not business.rules["receipts_by_email"]:
        return 0
    fresh = Payment.objects.filter(
        business=business,
        receipt_sent_at=None,
        returned_on=None,
        import_batch=None,
        created_at__gt=now - WITHIN,
        created_at__lte=now - AFTER,
        received_on__gte=business.local_date(now) - RECEIVED_WITHIN,
    )
    rows = list(fresh.select_related("business", "customer").order_by("pk"))
    tried = Event.objects.filter(business=business, kind=FAILED, subject__in=[f"payment:{row.pk}" for row in rows])
    failed = set(tried.values_list("subject", flat=True))
    return sum(thank(payment=row, now=now).contact is not None for row in rows if f"payment:{row.pk}" not in failed)


def _whom(payment: Payment, now: datetime.datetime) -> Reach:
    return reach_of(payment.customer, payment.business.local_date(now))


def _send(payment: Payment, contact: Contact) -> None:
    """In the customer's language, with amounts and dates as they write them."""
    customer, business = payment.customer, payment.business
    country = customer.country or business.country
    with override(language_for(customer.language or business.language)), reading_in(country, business.time_zone):
        send_receipt(
            to=contact.email,
            name=contact.name or customer.name,
            business=business.name,
            phone=show_phone(business.signatory_phone or business.phone, country),
            reply_to=business.email,
            amount=money_words(payment, payment.amount),
            on=day(payment.received_on),
            booked=list(booked_words(payment)),
            left=money_words(payment, payment.unapplied) if payment.unapplied else "",
        )


@transaction.atomic
def _note(payment: Payment, kind: str, contact: Contact, actor: User | None) -> None:
    subject = f"payment:{payment.pk}"
    log.record(payment.business, kind, subject, customer=payment.customer, actor=actor, contact=contact.pk)
