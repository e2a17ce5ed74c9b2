"""Puts an event of the one log into a sentence. Pure: the event and the rows it names in, words out."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from arcollect.money import format_date, format_money
from arcollect.reader import reader_locale
from customers.models import Contact, Customer, Event
from customers.models.customer import Channel
from customers.models.desk import Outcome, TaskKind
from invoices.models import Invoice
from invoices.models.agreement import DisputeCode, DisputeOutcome, Preflight
from invoices.models.insight import Advice, Segment, SubType
from invoices.models.portal import SatisfactionAnswer
from invoices.preflight_words import NAMES
from reminders.models import Occasion, StepCode
from reminders.sentence_words import DOZENS, SENTENCES, SERVICE_STEPS

Rows = Mapping[tuple[str, int], Model]

# Why a letter cannot go the way it was to (reminders/ways.py).
LOST_WAYS = {
    "missing": lazy("there is no e-mail address"),
    "bounced": lazy("mail to their address came back"),
    "stopped": lazy("they asked for no more e-mails"),
    "no_street": lazy("there is no postal address"),
}

# Where people's own words about an event are kept: never in the event itself (architecture.md, "The one log").
DETAILS = {
    "call.logged": ("paraphrase", "agreement", "notes"),
    "contact.bounced": ("bounce_reason",),
    "mail.received": ("sender", "subject", "words"),
    "mail.given": ("sender", "subject", "words"),
    "mail.bounced": ("words",),
    "mail.returned": ("words",),
    "mail.delayed": ("words",),
    "mail.automatic": ("subject", "words"),
    "letter.sent": ("sent_to",),
    "letter.failed": ("problem",),
    "letter.cancelled": ("problem",),
    "letter.withdrawn": ("problem",),
    "letter.unconfirmed": ("problem",),
    "letter.held": ("hold_reason",),
    "step.skipped": ("skipped_reason",),
    "task.done": ("outcome_words",),
    "task.cancelled": ("outcome_words",),
    "settlement.accepted": ("accepted_by",),
    "settlement.offered": ("reason",),
    "handoff.handed": ("agency", "note"),
    "dispute.opened": ("summary",),
    "dispute.reopened": ("summary",),
    "dispute.resolved": ("resolution",),
    "segment.overridden": ("reason",),
    "credit_advice.declined": ("note",),
}


def sentence(event: Event, rows: Rows) -> str:
    """What happened, in the reader's language; a kind nobody put into words yet is named as it is."""
    words = SERVICE_STEPS.get(event.data.get("step")) or SENTENCES.get(event.kind)
    if words is None:
        return event.kind.replace(".", ": ").replace("_", " ").capitalize()
    return str(words).format_map(_values(event, rows))


def several(kind: str, count: int) -> str:
    """One sentence for many alike events."""
    return str(DOZENS[kind] % count).format(count=count)


def detail(event: Event, rows: Rows) -> tuple[str, ...]:
    """What people wrote about it: a call's words, a letter's recipient or trouble, a task's outcome, a query's text."""
    row = rows.get(named(event))
    texts = (getattr(row, name, "") for name in DETAILS.get(event.kind, ()))
    return tuple(text for text in texts if text)


def quoted(event: Event, rows: Rows) -> str:
    """What a reply repeats of the mail before it: folded away, but kept."""
    return getattr(rows.get(named(event)), "quoted", "") if event.kind == "mail.received" else ""


def named(event: Event) -> tuple[str, int]:
    """(kind of row, id) of an event's subject: ("invoice", 812); id 0 where it has none."""
    area, _colon, number = event.subject.partition(":")
    return area, int(number) if number.isdigit() else 0


def _values(event: Event, rows: Rows) -> Mapping[str, str]:
    """The words a sentence may ask for; what is not known reads as nothing."""
    data, subject, invoice = event.data, rows.get(named(event)), _invoice(event, rows)
    currency = data.get("currency") or getattr(subject, "currency", "") or getattr(invoice, "currency", "")
    words: dict[str, str] = defaultdict(str)
    words.update({name: READ[name](value, currency) for name, value in data.items() if name in READ and value})
    words["invoice"] = getattr(invoice, "number", "")
    words["credit_note"] = getattr(subject, "number", "")
    words["contact"] = str(rows.get(("contact", data.get("contact", 0)), ""))
    letter = subject if event.subject.startswith("letter:") else rows.get(("letter", data.get("letter", 0)))
    words["letter"] = getattr(letter, "get_code_display", str)()
    words["task"] = _label(TaskKind, data.get("task_kind") or getattr(subject, "kind", ""))
    words["invoices"] = _invoices(data, rows)
    words["sub_type"] = _label(SubType, data.get("sub_type", ""))
    words["changes"] = _flags(data["changes"]) if event.kind == "customer.flags_changed" else ""
    words["fields"] = ", ".join(_field_label(event, name) for name in data.get("fields", ()))
    return words


def _invoice(event: Event, rows: Rows) -> Model | None:
    """The invoice an event is about: its subject, one its data names, or the one its subject belongs to."""
    subject = rows.get(named(event))
    if event.subject.startswith("invoice:"):
        return subject
    return rows.get(("invoice", event.data.get("invoice", 0))) or getattr(subject, "invoice", None)


def _invoices(data: Mapping[str, Any], rows: Rows) -> str:
    numbers = [getattr(rows.get(("invoice", int(pk))), "number", pk) for pk, _amount in data.get("split", ())]
    return ", ".join(numbers) or _("no invoice yet")


def _field_label(event: Event, name: str) -> str:
    model = {"contact": Contact, "invoice": Invoice}.get(event.kind.partition(".")[0], Customer)
    return str(model._meta.get_field(name).verbose_name)


def _flags(changes: Mapping[str, list[Any]]) -> str:
    """Flags as they are now: "No reminders: on. Moratorium until: May 3, 2026."."""
    labels = {name: str(Customer._meta.get_field(name).verbose_name) for name in changes}
    return " ".join(
        f"{labels[name][:1].upper()}{labels[name][1:]}: {_state(name, now)}." for name, (_before, now) in changes.items()
    )


def _state(name: str, value: Any) -> str:
    choices = dict(Customer._meta.get_field(name).flatchoices)
    if choices:
        return str(choices.get(value, value))
    if isinstance(value, str) and value:
        return _day(value, "")
    return _("on") if value else _("off")


def _money(value: str, currency: str) -> str:
    return format_money(Decimal(value), currency, get_language() or "en") if currency else value


def _day(value: str, _currency: str) -> str:
    return format_date(datetime.date.fromisoformat(value), reader_locale(), "medium")


def _outcome(value: str, _currency: str) -> str:
    return _label(DisputeOutcome, value) or _label(Outcome, value)


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else ""


READ: dict[str, Callable[[Any, str], str]] = {
    "check": lambda value, _currency: str(NAMES[Preflight(value)]) if value in NAMES else value,
    "answer": lambda value, _currency: _label(SatisfactionAnswer, value),
    "amount": _money,
    "received": _money,
    "total": _money,
    "due_on": _day,
    "pay_by": _day,
    "expires": _day,
    "until": _day,
    "outcome": _outcome,
    "channel": lambda value, _currency: _label(Channel, value).lower(),
    "lost": lambda value, _currency: str(LOST_WAYS.get(value, "")),
    "code": lambda value, _currency: _label(DisputeCode, value),
    "step": lambda value, _currency: _label(StepCode, value),
    "segment": lambda value, _currency: _label(Segment, value),
    "advice": lambda value, _currency: _label(Advice, value),
    "occasion": lambda value, _currency: _label(Occasion, value),
}
