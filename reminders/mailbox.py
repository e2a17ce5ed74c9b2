"""Reads the mailbox over IMAP: each message once, marked there only after what it says is stored here."""

import datetime
import imaplib
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from imap_tools import AND, BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted

from customers.models import Business
from reminders.heartbeat import MAILBOX
from reminders.inbound import header_id, read
from reminders.models import Heartbeat
from reminders.receiving import Receipt, is_known, receive

logger = logging.getLogger(__name__)

# The box and the port of each scheme, named as those of EMAIL_URL are.
SCHEMES = {"imap": (MailBoxUnencrypted, 143), "imap+tls": (MailBoxStartTls, 143), "imap+ssl": (MailBox, 993)}
TIMEOUT = 20
# Our mark beside \Seen: a person who opens a message in their own program does not hide it from us.
MARK = "arcollect"
WHOLE_UP_TO = 10 * 1024 * 1024
AT_ONCE = 200
# Servers that keep no marks of ours are asked for a week of headers each time, never for years.
LOOK_BACK = datetime.timedelta(days=7)
FIRST_LOOK_BACK = datetime.timedelta(days=1)


class MailboxError(Exception):
    """The mailbox could not be read; the message says why, without the password."""


@dataclass(slots=True)
class Fetched:
    """What a look into the mailbox brought: how many of each Receipt, and the messages that could not be read."""

    counts: dict[str, int] = field(default_factory=lambda: {receipt.value: 0 for receipt in Receipt})
    failed: list[str] = field(default_factory=list)

    @property
    def new(self) -> int:
        """How many were not known: on a server that keeps no marks, a week of known ones comes before them each time."""
        return sum(self.counts.values()) - self.counts[Receipt.KNOWN] + len(self.failed)


def problem_with(url: str) -> str:
    """Why MAILBOX_URL cannot be used; "" where it can, or where none is set."""
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        return f"MAILBOX_URL must begin with one of {', '.join(f'{scheme}://' for scheme in SCHEMES)}"
    return (
        ""
        if parts.hostname and parts.username
        else "MAILBOX_URL must name a user and a host: imap+ssl://user:password@host/INBOX"
    )


def fetch_mail(url: str, *, now: datetime.datetime) -> Fetched:
    """Takes in what is new in the mailbox of `url`. Raises MailboxError where it cannot be reached or read."""
    problem = problem_with(url) or ("" if url else "No mailbox is set: MAILBOX_URL.")
    if problem:
        raise MailboxError(problem)
    last = Heartbeat.objects.filter(name=MAILBOX).values_list("beat_at", flat=True).first()
    since = (last - LOOK_BACK if last else now - FIRST_LOOK_BACK).date()
    fetched = Fetched()
    with _opened(urlsplit(url)) as box:
        for uid in box.uids(AND(date_gte=since, no_keyword=MARK)):
            _take(box, uid, fetched, now)
            if fetched.new >= AT_ONCE:
                break
    Heartbeat.objects.update_or_create(name=MAILBOX, defaults={"beat_at": now})
    return fetched


@contextmanager
def _opened(parts: SplitResult) -> Iterator[BaseMailBox]:
    box_class, port = SCHEMES[parts.scheme]
    try:
        box = box_class(parts.hostname, parts.port or port, timeout=TIMEOUT)
        try:
            box.login(unquote(parts.username), unquote(parts.password or ""), parts.path.strip("/") or "INBOX")
            yield box
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                box.client.logout()
    except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
        raise MailboxError(f"{parts.hostname}: {error}") from error


def _take(box: BaseMailBox, uid: str, fetched: Fetched, now: datetime.datetime) -> None:
    """One message: read, stored, then marked. One that cannot be read is listed and not tried again (T07).

    What fails while it is stored (a database that is away) stays unmarked, and is fetched again.
    """
    headers = next(box.fetch(uid_list=[uid], headers_only=True, mark_seen=False), None)
    if headers is None:
        return
    if is_known(header_id(headers.obj)):
        fetched.counts[Receipt.KNOWN] += 1
        _mark(box, uid, seen=True)
        return
    try:
        inbound = read(_bytes(box, uid, headers.size_rfc822), ours=_our_addresses())
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError) as error:
        logger.exception("Message %s of the mailbox could not be read", uid)
        fetched.failed.append(f"{uid}: {type(error).__name__}: {error}")
        _mark(box, uid, seen=False)
        return
    try:
        receipt = receive(inbound, now=now)
    except Exception as error:
        logger.exception("Message %s of the mailbox could not be stored", uid)
        fetched.failed.append(f"{uid}: {type(error).__name__}: {error}")
        return
    fetched.counts[receipt] += 1
    if receipt == Receipt.NOBODY:
        logger.warning("Message %s of the mailbox is left unread: no telling which business it is for", uid)
    _mark(box, uid, seen=receipt != Receipt.NOBODY)


def _bytes(box: BaseMailBox, uid: str, size: int) -> bytes:
    """The message; of a huge one the beginning, which holds its headers and mostly its text."""
    part = "BODY.PEEK[]" if size <= WHOLE_UP_TO else f"BODY.PEEK[]<0.{WHOLE_UP_TO // 10}>"
    status, answer = box.client.uid("FETCH", uid, f"({part})")
    pieces = [item[1] for item in answer if isinstance(item, tuple)]
    if status != "OK" or not pieces:
        raise MailboxError(f"The server did not hand over message {uid}.")
    return pieces[0]


def _mark(box: BaseMailBox, uid: str, *, seen: bool) -> None:
    """Not with imap-tools' own `flag`: it expunges, and would delete what a person marked for deletion.

    Each mark by itself: some servers refuse marks that are not their own.
    """
    for flag in ([r"\Seen"] if seen else []) + [MARK]:
        status, answer = box.client.uid("STORE", uid, "+FLAGS.SILENT", f"({flag})")
        if status != "OK":
            logger.warning("The mailbox keeps no mark %s: %s", flag, answer)


def _our_addresses() -> frozenset[str]:
    """What we send from and what people answer to: their own mail, coming back, is no reply."""
    emails = Business.objects.exclude(email="").values_list("email", flat=True)
    return frozenset(address.lower() for address in (parseaddr(settings.DEFAULT_FROM_EMAIL)[1], *emails))
