"""Decides what a message from the mailbox is: a reply, a bounce, an automatic answer, or our own. Pure: bytes in."""

import datetime
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from flufl.bounce import all_failures
from imap_tools import MailMessage
from imap_tools.utils import DEFAULT_EMAIL_DATE

from reminders.quoting import TEXT_LIMIT, from_html, split_reply

DAEMONS = {"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "maildaemon"}
BULK = {"auto_reply", "auto-reply", "bulk", "junk", "list"}
SAYS_SO = ("X-Autoreply", "X-Autorespond", "X-AutoReply-From", "List-Id", "List-Unsubscribe")
# How mail programs begin the subject of an answer nobody wrote, where they say it nowhere else.
AWAY = re.compile(
    r"(?i)\s*(auto(matic|mated)?[ -]?(reply|response)|out of (the )?office|abwesenheit|automatische antwort"
    r"|respuesta autom|fuera de la oficina|réponse automatique|risposta automatica|automatisch antwoord)"
)
MESSAGE_ID = re.compile(r"<[^<>\s]{1,290}>")
QUOTED_ID = re.compile(r"(?im)^[> ]*message-id:\s*(<[^<>\s]{1,290}>)")
STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person wrote. `quoted`: what it repeats of the mail before; `attachments`: the names of the files with it."""

    text: str
    quoted: str = ""
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail server could not deliver to `recipients`. Not `final`: it goes on trying."""

    recipients: tuple[str, ...]
    final: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Automatic:
    """Written by a machine: an out-of-office note, a receipt, a newsletter. Nobody waits for an answer."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing for us, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message. `references`: the Message-IDs it may answer, the likeliest first; `sent_at` None where it does not say."""

    message_id: str
    sender: str
    subject: str
    sent_at: datetime.datetime | None
    references: tuple[str, ...]
    recipients: tuple[str, ...]
    content: Reply | Bounce | Automatic | Unknown


def read(raw: bytes, *, ours: frozenset[str] = frozenset()) -> Inbound:
    """The message in these bytes, however broken. `ours`: our own addresses in lower case; what they send is no answer."""
    mail = MailMessage.from_bytes(raw)
    sender = _clean(mail.from_).lower()
    return Inbound(
        message_id=header_id(mail.obj) or f"sha256:{hashlib.sha256(raw).hexdigest()}",
        sender=sender,
        subject=" ".join(_header(mail.obj, "Subject").split()),
        sent_at=_sent_at(mail),
        references=_references(mail.obj),
        recipients=_recipients(mail.obj),
        content=Unknown("our own mail") if sender in ours else _content(mail.obj, sender),
    )


def header_id(message: Message) -> str:
    """The Message-ID of a message, or of its bare headers; "" where it has none that can be kept."""
    found = MESSAGE_ID.search(_header(message, "Message-ID"))
    return found.group() if found else ""


def _content(message: Message, sender: str) -> Reply | Bounce | Automatic:
    """Reports first, for they call themselves automatic too; what is left was written by a person."""
    report = _delivery_report(message)
    if report is not None:
        return report
    text, quoted = split_reply(_text(message))
    if sender.partition("@")[0] in DAEMONS or _header(message, "Return-Path").strip() == "<>":
        odd = _odd_bounce(message, text)
        if odd is not None:
            return odd
    if _is_automatic(message):
        return Automatic(text)
    return Reply(text, quoted, _attachments(message))


def _delivery_report(message: Message) -> Bounce | Automatic | None:
    """RFC 3464. "failed" is final whatever the code says: a server that gave up after days reports 4.4.7 (T43)."""
    blocks = [block for part in message.walk() if part.get_content_type() == "message/delivery-status" for block in _blocks(part)]
    reports = [block for block in blocks if block.get("Final-Recipient") or block.get("Original-Recipient")]
    if not reports:
        return None
    failed = [block for block in reports if _action(block) == "failed"]
    delayed = [block for block in reports if _action(block) == "delayed"]
    if not failed and not delayed:
        return Automatic()
    worst = failed or delayed
    recipients = dict.fromkeys(address for block in worst for address in _reported(block))
    return Bounce(tuple(recipients), bool(failed), _reason(worst[0]))


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _action(block: Message) -> str:
    """ "failed", "delayed" or another word of the report; where it has none its code decides."""
    words = _header(block, "Action").lower().split()
    word = words[0].strip(";,(") if words else ""
    if not word:
        return {"5": "failed", "4": "delayed"}.get(_header(block, "Status").strip()[:1], "")
    return "failed" if word.startswith(("fail", "error")) else word


def _reported(block: Message) -> Iterator[str]:
    for name in ("Original-Recipient", "Final-Recipient"):
        address = _header(block, name).rpartition(";")[2].strip(" <>\t").lower()
        if "@" in address:
            yield address


def _reason(block: Message) -> str:
    """The other server's words with the code in front: "5.1.1 The email account does not exist"."""
    words = " ".join(_header(block, "Diagnostic-Code").rpartition("smtp;")[2].split())
    status = STATUS.search(_header(block, "Status"))
    if status and status.group() not in words:
        words = f"{status.group()} {words}".strip()
    return words[:300] or "The other server gave no reason."


def _odd_bounce(message: Message, text: str) -> Bounce | None:
    """A bounce that is no report by the rules, as some servers still send it."""
    temporary, permanent = all_failures(message)
    found = permanent or temporary
    if not found:
        return None
    recipients = tuple(sorted(address.decode("ascii", "replace").lower() for address in found))
    return Bounce(recipients, bool(permanent), " ".join(text.split())[:300])


def _is_automatic(message: Message) -> bool:
    """RFC 3834, and the headers and subjects that came before it."""
    submitted = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no") or any(message.get(name) for name in SAYS_SO):
        return True
    if _header(message, "Precedence").strip().lower() in BULK or message.get_content_type() == "multipart/report":
        return True
    return bool(AWAY.match(_header(message, "Subject")))


def _references(message: Message) -> tuple[str, ...]:
    """What it answers first, then its thread from the newest; then the mail a report carries, as headers or quoted as text."""
    ids = MESSAGE_ID.findall(_header(message, "In-Reply-To"))
    ids += reversed(MESSAGE_ID.findall(_header(message, "References")))
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            ids += [header_id(original) for original in _blocks(part)]
        elif kind in ("text/rfc822-headers", "text/plain"):
            ids += QUOTED_ID.findall(_decoded(part))
    return tuple(dict.fromkeys(one for one in ids if one))


def _recipients(message: Message) -> tuple[str, ...]:
    headers = [str(value) for name in ("To", "Cc", "Delivered-To", "X-Original-To") for value in message.get_all(name, [])]
    return tuple(dict.fromkeys(address.lower() for _name, address in getaddresses(headers) if "@" in address))


def _text(message: Message) -> str:
    """The plain text where there is any, else the HTML as text. What is attached is not read."""
    plain, html = [], []
    for part in _own_parts(message):
        if part.get_filename() is None and part.get_content_type() in ("text/plain", "text/html"):
            (html if part.get_content_type() == "text/html" else plain).append(_decoded(part))
    text = "\n".join(plain)
    return text if text.strip() else "\n".join(from_html(one) for one in html)


def _own_parts(message: Message) -> Iterator[Message]:
    """The leaves of a message without those of the messages it carries."""
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.get_payload():
            yield from _own_parts(part)
    else:
        yield message


def _attachments(message: Message) -> tuple[str, ...]:
    """The names of the files; pictures inside the text (logos of signatures) are none."""
    names = []
    for part in _own_parts(message):
        inline = part.get_content_disposition() == "inline" or part.get("Content-ID")
        if part.get_content_type() == "message/rfc822":
            names += [f"{' '.join(_header(original, 'Subject').split())}.eml" for original in _blocks(part)]
        elif part.get_filename() and not (inline and part.get_content_maintype() == "image"):
            names.append(" ".join(_words(part.get_filename()).split())[:100])
    return tuple(names)


def _decoded(part: Message) -> str:
    """The text of one part; an unknown or wrong character set costs the characters, not the message."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    content = content[: 4 * TEXT_LIMIT]
    try:
        return _clean(content.decode(part.get_content_charset() or "utf-8"))
    except (LookupError, UnicodeError):
        return _clean(content.decode("utf-8" if _is_utf8(content) else "cp1252", "replace"))


def _is_utf8(content: bytes) -> bool:
    """Whether most of it is; the last character may have been cut off."""
    return content.decode("utf-8", "replace").count("\ufffd") <= 1


def _header(message: Message, name: str) -> str:
    return _words(message.get(name, ""))


def _words(value: object) -> str:
    """A header as people read it; as it stands where it cannot be decoded."""
    text = str(value)
    try:
        pieces = decode_header(text)
        return _clean("".join(piece if isinstance(piece, str) else _word(piece, charset) for piece, charset in pieces))
    except (HeaderParseError, ValueError):
        return _clean(text)


def _word(piece: bytes, charset: str | None) -> str:
    try:
        return piece.decode(charset or "utf-8", "replace")
    except LookupError:
        return piece.decode("utf-8", "replace")


def _clean(text: str) -> str:
    """Without what no database keeps: NUL, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _sent_at(mail: MailMessage) -> datetime.datetime | None:
    if mail.date == DEFAULT_EMAIL_DATE:
        return None
    return mail.date if mail.date.tzinfo else mail.date.replace(tzinfo=datetime.UTC)
