"""The mail server as a way out of the house for letters."""

import hashlib
import smtplib
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage

from customers.models import Contact, Letter
from reminders.hands import Refused, Unsure
from reminders.letters import plain_mail
from reminders.rendering import composed


class MailServer:
    """Hands letters to the SMTP server of EMAIL_URL; keeps sending hours; leaves paper to the printer."""

    keeps_hours = True
    takes_post = False

    def give(self, letter: Letter, contact: Contact | None, pdf: bytes) -> str:
        """Sends the letter as a mail with its PDF. Raises Refused where it surely did not go, Unsure where nobody knows."""
        message = mail_of(letter, contact, pdf)
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise Refused(f"{contact.email}: {_words(text)}", permanent=code >= 500) from error
        except smtplib.SMTPDataError as error:
            raise Refused(f"{contact.email}: {_words(error.smtp_error)}", permanent=error.smtp_code >= 500) from error
        except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError, ConnectionRefusedError) as error:
            raise Refused(f"The mail server did not take it: {error}", permanent=False) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unsure(f"The mail server broke off: {error}") from error
        return message.extra_headers["Message-ID"]

    def give_unaddressed(self, letter: Letter, pdf: bytes) -> None:
        """Nothing to do: the letter and its task wait in the app."""


def mail_of(letter: Letter, contact: Contact, pdf: bytes) -> EmailMessage:
    """The e-mail of a letter: neutral subject (domain.md 7.5), plain text, the PDF; one Message-ID however often it is built."""
    facts, content = composed(letter)
    return EmailMessage(
        subject=content.subject,
        body=plain_mail(content, facts),
        from_email=formataddr((letter.business.name, _sender())),
        to=[contact.email],
        reply_to=[letter.business.email] if letter.business.email else [],
        headers={"Message-ID": message_id(letter), "Auto-Submitted": "auto-generated"},
        attachments=[(file_name(letter), pdf, "application/pdf")],
    )


def message_id(letter: Letter) -> str:
    """The same for the same letter always, so that a mail server or a person can tell a second copy."""
    digest = hashlib.sha256(f"letter {letter.business_id} {letter.pk}".encode()).hexdigest()[:24]
    return f"<{digest}@{_sender().rpartition('@')[2]}>"


def file_name(letter: Letter) -> str:
    """A name that gives nothing away on somebody's screen."""
    return f"{letter.customer.reference}-{letter.pk}.pdf".replace("/", "-")


def _sender() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _words(text: bytes | str) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else text
