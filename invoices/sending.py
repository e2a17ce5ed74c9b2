"""Sends invoices and credit notes made here by e-mail: claimed, handed over, recorded; each once, and again when somebody asks.

The customer gets the PDF, what was enclosed, and a link of their own that shows the invoice. It is no Letter: nothing is
asked for that is not due, and a person presses the button.
"""

import datetime
import hashlib
import logging
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from arcollect.mail import send_paper
from arcollect.money import format_date, format_money
from customers import log
from customers.models import Contact, Document, User
from invoices.drafting import DraftError
from invoices.linking import issue_link, revoke_link
from invoices.models import CreditNote, Invoice, PaperMail, PortalLink
from invoices.models.portal import LinkPurpose
from invoices.paper_words import language_for, words_of
from invoices.plan_notices import reach_of
from invoices.portal.tokens import address_of, new_token

logger = logging.getLogger(__name__)


class SendError(DraftError):
    """It was not sent; the message says why."""


@dataclass(frozen=True, slots=True)
class _Mail:
    """What the mail says, in the customer's language."""

    subject: str
    text: str


def subject_of(row: Invoice | CreditNote) -> str:
    """What the log and the mails call it: "invoice:12"."""
    return f"{'invoice' if isinstance(row, Invoice) else 'credit_note'}:{row.pk}"


def mails_of(row: Invoice | CreditNote) -> list[PaperMail]:
    """Every time it was sent, or begun to be, the last one last."""
    return list(PaperMail.objects.filter(business=row.business_id, subject=subject_of(row)).order_by("ordinal"))


def send_issued(
    *, row: Invoice | CreditNote, ordinal: int, actor: User, today: datetime.date, now: datetime.datetime
) -> PaperMail:
    """Sends it to their accounts payable for the `ordinal`th time; a second click for the same time sends nothing.

    Raises SendError where nobody can be written to, it was sent already, or the mail server did not take it.
    """
    reach = reach_of(row.customer, today)
    if reach.contact is None:
        raise SendError(reach.why)
    mail = _claim(row, reach.contact, ordinal, actor, now)
    link, address = _link(row, reach.contact, actor, today)
    try:
        _hand_over(row, mail, address)
    except (OSError, ValueError) as error:
        logger.warning("%s not sent: %s", mail.subject, error)
        mail.delete()
        if link is not None:
            revoke_link(link=link, actor=actor)
        words = _("The mail server did not take it: %(why)s. Nothing was sent.")
        raise SendError(words % {"why": error}) from error
    return _record(mail, row, actor, now)


def _claim(row: Invoice | CreditNote, contact: Contact, ordinal: int, actor: User, now: datetime.datetime) -> PaperMail:
    try:
        with transaction.atomic():
            return PaperMail.objects.create(
                business=row.business,
                customer=row.customer,
                subject=subject_of(row),
                ordinal=ordinal,
                contact=contact,
                sent_to=contact.email,
                by=actor,
                begun_at=now,
            )
    except IntegrityError:
        raise SendError(_("It was sent already.")) from None


def _link(row: Invoice | CreditNote, contact: Contact, actor: User, today: datetime.date) -> tuple[PortalLink | None, str]:
    """A link that shows the invoice, and its address; none for a credit note."""
    if not isinstance(row, Invoice):
        return None, ""
    token = new_token()
    link = issue_link(
        customer=row.customer,
        purpose=LinkPurpose.LETTER,
        currency=row.currency,
        invoices=[row.pk],
        token=token,
        today=today,
        contact=contact,
        actor=actor,
    )
    return link, address_of(token)


def _hand_over(row: Invoice | CreditNote, mail: PaperMail, address: str) -> None:
    business, words = row.business, _words(row, mail.contact, address)
    send_paper(
        to=mail.sent_to,
        sender=business.name,
        reply_to=business.email,
        subject=words.subject,
        text=words.text,
        message_id=message_id(mail),
        files=[(file.name, bytes(file.bytes), file.content_type) for file in _files(row)],
    )


@transaction.atomic
def _record(mail: PaperMail, row: Invoice | CreditNote, actor: User, now: datetime.datetime) -> PaperMail:
    mail.handed_over_at = now
    mail.save(update_fields=["handed_over_at"])
    kind = "invoice.sent" if isinstance(row, Invoice) else "credit_note.sent"
    data = {"contact": mail.contact_id, "ordinal": mail.ordinal, "message": message_id(mail)}
    log.record(row.business, kind, mail.subject, customer=row.customer, actor=actor, **data)
    return mail


def message_id(mail: PaperMail) -> str:
    """The same for the same sending always, so that a mail server or a person can tell a second copy."""
    digest = hashlib.sha256(f"paper {mail.business_id} {mail.subject} {mail.ordinal}".encode()).hexdigest()[:24]
    return f"<{digest}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition('@')[2]}>"


def _files(row: Invoice | CreditNote) -> list[Document]:
    enclosed = list(row.detail.attachments.order_by("pk")) if isinstance(row, Invoice) else []
    return [row.document, *enclosed]


def _words(row: Invoice | CreditNote, contact: Contact, address: str) -> _Mail:
    customer, business = row.customer, row.business
    language = language_for(customer.language or business.language)
    words, locale = words_of(language)["mail"], f"{language}-{customer.country}"
    kind = "invoice" if isinstance(row, Invoice) else "credit_note"
    values = {
        "number": row.number,
        "business": business.name,
        "name": contact.name,
        "amount": format_money(row.total, row.currency, locale),
        "due": format_date(row.due_on, locale) if isinstance(row, Invoice) else "",
        "link": address,
        "phone": business.signatory_phone or business.phone,
    }
    greeting = words["greeting_named" if contact.name else "greeting"]
    parts = [greeting, words[kind], words["online"] if address else "", words["question"], words["closing"]]
    text = "\n\n".join(part.format(**values) for part in parts if part)
    return _Mail(words[f"{kind}_subject"].format(**values), f"{text}\n{business.signatory or business.name}\n")
