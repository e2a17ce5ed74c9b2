"""The link in a mail that stops the e-mail channel with one click (domain.md 7.6): its token, and what it writes."""

import datetime
import hashlib

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse

from customers import log
from customers.models import Contact, Letter
from customers.models.letter import LetterCode

# Their own salt: a token of this kind opens nothing else.
SALT = "reminders.stop-mail"
# What asks for money, or comes again and again, can be stopped; answers to their own query and what they signed keep coming.
STOPPABLE = {LetterCode.LC, LetterCode.L1, LetterCode.L30, LetterCode.L60, LetterCode.L90, LetterCode.FINAL, LetterCode.LBP}


def stop_link(letter: Letter, contact: Contact) -> str:
    """The address at which this contact stops the e-mails, "" for a letter that is no reminder."""
    if letter.code not in STOPPABLE:
        return ""
    return settings.BASE_URL.rstrip("/") + reverse("mail-stop", args=[token_of(contact)])


def token_of(contact: Contact) -> str:
    """Signed: the contact's id and a trace of its address, so that the link of a former address stops nothing. No names."""
    return Signer(salt=SALT).sign(f"{contact.pk}-{_trace(contact.email)}")


def contact_of(token: str) -> Contact | None:
    """The contact a token is for, or None: forged, or of an address that is not in use any more. Forged ones cost no query."""
    try:
        number, _dash, trace = Signer(salt=SALT).unsign(token).partition("-")
    except BadSignature:
        return None
    contact = Contact.objects.select_related("business", "customer").filter(pk=number).first()
    return contact if contact is not None and _trace(contact.email) == trace else None


@transaction.atomic
def stop_mail(*, contact: Contact, today: datetime.date) -> None:
    """No e-mail goes to this contact any more, from this commit on; letters go by post. What is owed stays owed."""
    if Contact.objects.filter(pk=contact.pk, email_stopped_on=None).update(email_stopped_on=today):
        _tell(contact, "contact.mail_stopped")


@transaction.atomic
def resume_mail(*, contact: Contact) -> None:
    """They changed their mind: e-mails go out again."""
    if Contact.objects.filter(pk=contact.pk, email_stopped_on__isnull=False).update(email_stopped_on=None):
        _tell(contact, "contact.mail_resumed")


def _tell(contact: Contact, kind: str) -> None:
    log.record(contact.business, kind, f"contact:{contact.pk}", customer=contact.customer, contact=contact.pk)


def _trace(email: str) -> str:
    return hashlib.sha256(email.lower().encode()).hexdigest()[:12]
