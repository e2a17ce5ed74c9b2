"""Mail that answers a person at once, one function a mail. What asks for money is a Letter, and goes another way."""

from collections.abc import Mapping, Sequence
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string


def send_invitation(*, to: str, business: str, inviter: str, reply_to: str, link: str, days: int) -> None:
    """Asks somebody in. `link` opens the page to set a password and lives `days`. Raises OSError where mail cannot leave."""
    context = {"business": business, "inviter": inviter, "link": link, "days": days}
    _send("invitation", to, context, reply_to=reply_to)


def send_welcome(*, to: str, business: str, inviter: str, reply_to: str, link: str) -> None:
    """Tells somebody who has a password already that one more business is theirs to open."""
    _send("welcome", to, {"business": business, "inviter": inviter, "link": link}, reply_to=reply_to)


def send_code(*, to: str, business: str, reply_to: str, code: str, minutes: int) -> None:
    """The one-time code to a customer's address on file, in the language under way; what it is about stays out of it
    (domain.md 6.8, 7.5). Raises OSError where mail cannot leave."""
    _send("code", to, {"business": business, "code": code, "minutes": minutes}, reply_to=reply_to)


def send_plan_offer(*, to: str, name: str, business: str, phone: str, reply_to: str, news: str, link: str, until: str) -> None:
    """Tells a customer of a plan they may sign, in the language under way, under a subject that says nothing (domain.md 7.5).

    `news`: "offered", "accepted", "countered" or "dates". Raises OSError where mail cannot leave.
    """
    said = {"name": name, "business": business, "phone": phone, "news": news, "link": link, "until": until}
    _send("plan_offer", to, said, reply_to=reply_to)


def send_plan_declined(*, to: str, name: str, business: str, phone: str, reply_to: str, words: str, link: str) -> None:
    """Tells a customer that their proposal was declined, in the owner's `words`, and where to go on from there."""
    said = {"name": name, "business": business, "phone": phone, "words": words, "link": link}
    _send("plan_declined", to, said, reply_to=reply_to)


def send_receipt(
    *, to: str, name: str, business: str, phone: str, reply_to: str, amount: str, on: str, booked: Sequence[str], left: str
) -> None:
    """Thanks for a payment, in the language under way, under a subject that says nothing (domain.md 7.5).

    `booked`: a line an invoice it paid, in words; `left`: what no invoice has of it, or "". Raises OSError where mail
    cannot leave.
    """
    said = {"name": name, "business": business, "phone": phone, "amount": amount, "on": on, "booked": booked, "left": left}
    _send("receipt", to, said, reply_to=reply_to)


def send_weekly_summary(*, to: str, reply_to: str, said: Mapping[str, Any]) -> None:
    """How a business stands, for its owner, in the language under way, under a subject without a figure. `said`: what the
    templates ask for. Raises OSError where mail cannot leave."""
    _send("weekly_summary", to, dict(said), reply_to=reply_to)


def send_signed_copy(*, to: str, subject: str, text: str, sender: str, reply_to: str, name: str, content: bytes) -> None:
    """Hands out a signed agreement, in the words of its own language. Raises OSError where mail cannot leave."""
    files = [(name, content, "application/pdf")]
    _hand_out(to, sender, reply_to, subject, text, {"Auto-Submitted": "auto-generated"}, files)


def send_paper(
    *,
    to: str,
    sender: str,
    reply_to: str,
    subject: str,
    text: str,
    message_id: str,
    files: Sequence[tuple[str, bytes, str]],
) -> None:
    """Hands out an invoice or credit note, in the words of the customer's language. `files`: name, content, type.

    Raises OSError where mail cannot leave.
    """
    _hand_out(to, sender, reply_to, subject, text, {"Message-ID": message_id}, files)


def _hand_out(
    to: str,
    sender: str,
    reply_to: str,
    subject: str,
    text: str,
    headers: dict[str, str],
    files: Sequence[tuple[str, bytes, str]],
) -> None:
    """Sends files in the name of the business, in words that are made already."""
    EmailMessage(
        subject=" ".join(subject.split()),
        body=text,
        from_email=formataddr((sender, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[to],
        reply_to=[reply_to] if reply_to else None,
        headers=headers,
        attachments=list(files),
    ).send()


def _send(name: str, to: str, context: dict[str, Any], *, reply_to: str) -> None:
    """Sends templates/mail/<name>.{subject.txt,txt,html}."""
    subject = " ".join(render_to_string(f"mail/{name}.subject.txt", context).split())
    mail = EmailMultiAlternatives(
        subject,
        render_to_string(f"mail/{name}.txt", context),
        settings.DEFAULT_FROM_EMAIL,
        [to],
        reply_to=[reply_to] if reply_to else None,
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string(f"mail/{name}.html", context), "text/html")
    mail.send()
