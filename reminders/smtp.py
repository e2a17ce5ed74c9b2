"""The mail server as a way out of the house for letters."""

import hashlib
import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from customers.models import Contact, Letter
from reminders.copies import copy_files
from reminders.hands import Refused, Unreachable, Unsure
from reminders.rendering import composed_mail
from reminders.stopping import stop_link

# Enhanced codes (RFC 3463): what is wrong with the mailbox itself, and what is not about it at all.
MAILBOX_GONE = re.compile(r"\b5\.(1\.\d+|2\.1)\b")
OUR_FAULT = re.compile(r"\b5\.7\.\d+\b")
TOO_LARGE = 552


class _Told:
    """An SMTP session that remembers whether it began to hand over the mail itself: from there on nobody knows what a broken
    line means, before it nothing was sent."""

    data_begun = False

    def data(self, msg: bytes | str) -> tuple[int, bytes]:
        self.data_begun = True
        return super().data(msg)


class _Session(_Told, smtplib.SMTP):
    pass


class _SecureSession(_Told, smtplib.SMTP_SSL):
    pass


class TellingBackend(EmailBackend):
    """Django's own, whose session can say how far it came."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SecureSession if self.use_ssl else _Session


class MailServer:
    """Hands letters to the SMTP server of EMAIL_URL; keeps sending hours; leaves paper to the printer."""

    keeps_hours = True
    takes_post = False

    def give(self, letter: Letter, contact: Contact | None, pdf: bytes) -> str:
        """Sends the letter as a mail with its PDF. Raises Refused where it surely did not go, Unsure where nobody knows."""
        message = mail_of(letter, contact, pdf)
        with _opened() as connection:
            try:
                connection.send_messages([message])
            except smtplib.SMTPRecipientsRefused as error:
                code, text = next(iter(error.recipients.values()))
                raise _refused_recipient(contact, code, _words(text)) from error
            except smtplib.SMTPDataError as error:
                raise _refused_mail(contact, error.smtp_code, _words(error.smtp_error)) from error
            except smtplib.SMTPSenderRefused as error:
                raise _refused_sender(error.smtp_code, _words(error.smtp_error)) from error
            except (smtplib.SMTPNotSupportedError, UnicodeError) as error:
                raise Refused(f"{contact.email}: {error}", permanent=True) from error
            except OSError as error:
                if getattr(getattr(connection, "connection", None), "data_begun", True):
                    raise Unsure(f"The mail server broke off: {error}") from error
                raise Unreachable(f"The mail server broke off before it took anything: {error}") from error
        return message.extra_headers["Message-ID"]

    def give_unaddressed(self, letter: Letter, pdf: bytes) -> None:
        """Nothing to do: the letter and its task wait in the app."""


@contextmanager
def _opened() -> Iterator[BaseEmailBackend]:
    """A connection to the mail server. Raises Unreachable where nobody answers, or lets us in; leaving it never fails."""
    connection = get_connection()
    if type(connection) is EmailBackend:
        connection = TellingBackend()
    try:
        connection.open()
    except OSError as error:
        raise Unreachable(f"The mail server did not answer: {error}") from error
    try:
        yield connection
    finally:
        # The mail is accepted or not by now; how they say good-bye changes nothing.
        with suppress(OSError):
            connection.close()


def _refused_recipient(contact: Contact, code: int, text: str) -> Refused:
    """5xx: nobody there (T43), unless the server will not talk to us at all: then every address would seem dead."""
    return Refused(f"{contact.email}: {text}", permanent=code >= 500, bounced=code >= 500 and not OUR_FAULT.search(text))


def _refused_mail(contact: Contact, code: int, text: str) -> Refused:
    """Refused after its data: this letter, and the address only where the server says that it is the mailbox."""
    return Refused(f"{contact.email}: {text}", permanent=code >= 500, bounced=code >= 500 and bool(MAILBOX_GONE.search(text)))


def _refused_sender(code: int, text: str) -> Refused:
    """The server takes no mail from us, or none so large."""
    if code == TOO_LARGE:
        return Refused(f"Too large for the mail server: {text}", permanent=True, bounced=False)
    return Unreachable(f"The mail server does not take mail from {_sender()}: {text}")


def mail_of(letter: Letter, contact: Contact, pdf: bytes) -> EmailMessage:
    """The e-mail of a letter: neutral subject (domain.md 7.5), plain text, the PDF; one Message-ID however often it is built."""
    link = stop_link(letter, contact)
    mail = composed_mail(letter, stop_link=link)
    files = [(file_name(letter), pdf), *copy_files(letter)]
    return EmailMessage(
        subject=mail.subject,
        body=mail.text,
        from_email=formataddr((letter.business.name, _sender())),
        to=[contact.email],
        reply_to=[letter.business.email] if letter.business.email else [],
        headers={"Message-ID": message_id(letter), "Auto-Submitted": "auto-generated", **_stop_headers(link)},
        attachments=[(name, content, "application/pdf") for name, content in files],
    )


def _stop_headers(link: str) -> dict[str, str]:
    """RFC 2369, and RFC 8058's one click, which a mail program only trusts over https."""
    if not link:
        return {}
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if link.startswith("https://") else {}
    return {"List-Unsubscribe": f"<{link}>", **one_click}


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
