"""Tells the one log in words: what happened to a customer or an invoice, newest first, every id resolved in few queries."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model, Q, QuerySet

from customers.alike import one_and_merged
from customers.models import Business, Claim, Contact, Conversation, Customer, Event, Letter, ReceivedMail, Task
from invoices.models import (
    CreditAdvice,
    CreditNote,
    Dispute,
    Invoice,
    Payment,
    PaymentPlan,
    Promise,
    SegmentOverride,
    Settlement,
)
from reminders.models import HandOff, Reminder
from reminders.sentence_words import DOZENS, ICONS
from reminders.sentences import Rows, detail, named, quoted, sentence, several

# From so many alike events of one moment on, one line speaks for all.
A_FEW = 4

SUBJECTS: dict[str, QuerySet[Any]] = {
    "invoice": Invoice.objects.only("number", "currency"),
    "payment": Payment.objects.only("currency", "received_on"),
    "credit_note": CreditNote.objects.only("number", "currency"),
    "dispute": Dispute.objects.select_related("invoice").only(
        "code", "summary", "resolution", "invoice__number", "invoice__currency"
    ),
    "promise": Promise.objects.only("currency", "amount", "due_on"),
    "paymentplan": PaymentPlan.objects.only("currency", "total"),
    "settlement": Settlement.objects.only("currency", "accepted_by", "reason"),
    "letter": Letter.objects.only("code", "sent_to", "problem", "currency", "hold_reason"),
    "handoff": HandOff.objects.only("currency", "agency", "note"),
    "reminder": Reminder.objects.only("skipped_reason", "currency"),
    "mail": ReceivedMail.objects.select_related("conversation").only(
        "sender", "subject", "detail", "conversation__notes", "conversation__quoted"
    ),
    "claim": Claim.objects.only("what", "found"),
    "task": Task.objects.only("kind", "outcome", "state"),
    "segment_override": SegmentOverride.objects.only("reason"),
    "credit_advice": CreditAdvice.objects.only("note", "currency"),
    "conversation": Conversation.objects.only("outcome", "reason", "paraphrase", "agreement", "notes"),
    "contact": Contact.objects.only("name", "email", "phone"),
}

DOORS = {
    "invoice": "invoice-detail",
    "payment": "payment-detail",
    "credit_note": "credit-detail",
    "letter": "letter-detail",
    "task": "task-detail",
    "dispute": "dispute-detail",
    "promise": "promise-detail",
    "paymentplan": "plan-detail",
    "claim": "claim-check",
    "settlement": "settlement-detail",
    "contact": "contact-edit",
    "handoff": "handoff-detail",
    "conversation": "conversation-detail",
}
# What an event without a page of its own leads to: the first of these it names.
LEADS = ("letter", "task", "invoice")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline, on a `day` of the business's own.

    `who` is empty for what the program did by itself; `door` is the address that shows the row, or "".
    `quoted`: what a reply repeats of the mail before it.
    """

    at: datetime.datetime
    day: datetime.date
    who: str
    words: str
    detail: tuple[str, ...]
    icon: str
    door: str
    subject_id: int
    quoted: str = ""


# What a person may want to see alone, by the beginnings of the kinds of event.
PARTS = {
    "letters": ("letter.", "mail.", "step."),
    "calls": ("call.", "claim."),
    "money": ("payment.", "credit_note.", "invoice."),
    "agreed": ("portal.", "promise.", "plan.", "paymentplan.", "settlement.", "handoff.", "dispute.", "paper."),
    "person": ("customer.", "contact.", "score.", "segment.", "credit_advice."),
    "tasks": ("task.", "followup."),
}


def of_customer(
    customer: Customer, before: int | None = None, limit: int | None = 25, *, part: str = "", since: datetime.date | None = None
) -> tuple[list[Entry], int | None]:
    """(entries, id before which older ones lie or None) of one customer; `part` of PARTS alone, `since` a day.

    Without a limit: all of them, to be printed.
    """
    events = Event.objects.filter(customer__in=one_and_merged(customer))
    events = events.filter(pk__lt=before) if before else events
    if part in PARTS:
        events = events.filter(reduce(or_, (Q(kind__startswith=kind) for kind in PARTS[part])))
    if since is not None:
        zone = ZoneInfo(customer.business.time_zone)
        events = events.filter(at__gte=datetime.datetime.combine(since, datetime.time.min, zone))
    if limit is None:
        return told(customer.business, list(events.select_related("actor").order_by("-id"))), None
    page = list(events.select_related("actor").order_by("-id")[: limit + 1])
    older = page[limit - 1].pk if len(page) > limit else None
    return told(customer.business, page[:limit]), older


def of_invoice(invoice: Invoice) -> list[Entry]:
    """The history of one invoice: of itself, its payments and credit, its disputes, promises, plans and letters."""
    subjects = {f"invoice:{invoice.pk}"}
    for allocation in invoice.allocations.all():
        subjects.add(f"payment:{allocation.payment_id}" if allocation.payment_id else f"credit_note:{allocation.credit_note_id}")
    subjects |= {f"dispute:{pk}" for pk in invoice.disputes.values_list("pk", flat=True)}
    subjects |= {f"promise:{pk}" for pk in invoice.promise_lines.values_list("promise_id", flat=True)}
    subjects |= {f"settlement:{pk}" for pk in invoice.settlement_lines.values_list("settlement_id", flat=True)}
    subjects |= {f"paymentplan:{pk}" for pk in invoice.plan_lines.values_list("plan_id", flat=True)}
    fired = invoice.reminder_lines.values_list(
        "reminder_id", "reminder__task_id", "reminder__letter_id", "reminder__letter__facts__instead_of"
    )
    for reminder_id, task_id, letter_id, came_back in fired:
        subjects |= {f"reminder:{reminder_id}", f"task:{task_id}", *(f"letter:{pk}" for pk in (letter_id, *(came_back or ())))}
    subjects |= {
        f"mail:{pk}" for pk in ReceivedMail.objects.filter(letter__in=_ids_of("letter", subjects)).values_list("pk", flat=True)
    }
    return told(invoice.business, _about(invoice.business, subjects))


def of_plan(plan: PaymentPlan) -> list[Entry]:
    """The history of one plan: of itself, its tasks and links, and of the versions it came from and gave way to."""
    versions = {plan.pk, plan.replaces_id, *plan.replaced_by.values_list("pk", flat=True)} - {None}
    subjects = {f"paymentplan:{pk}" for pk in versions}
    tasks = Task.objects.filter(business=plan.business, subject__in=subjects).values_list("pk", flat=True)
    links = plan.portal_links.values_list("pk", flat=True)
    subjects |= {*(f"task:{pk}" for pk in tasks), *(f"link:{pk}" for pk in links)}
    return told(plan.business, _about(plan.business, subjects))


def told(business: Business, events: Sequence[Event]) -> list[Entry]:
    """The events as entries, in the order given; alike ones of one moment that came by the dozen become one."""
    rows = _rows(events)
    entries = []
    for (kind, _at, _actor), group in groupby(events, key=_heap):
        alike = list(group)
        if kind in DOZENS and len(alike) >= A_FEW:
            entries.append(_entry(business, alike[0], rows, several(kind, len(alike))))
        else:
            entries += [_entry(business, event, rows, sentence(event, rows), detail(event, rows)) for event in alike]
    return entries


def _ids_of(area: str, subjects: Iterable[str]) -> list[int]:
    """The ids in subjects of one kind: "letter:812" -> 812."""
    parts = (subject.partition(":") for subject in subjects)
    return [int(number) for name, _colon, number in parts if name == area and number.isdigit()]


def _about(business: Business, subjects: Iterable[str]) -> list[Event]:
    events = Event.objects.filter(business=business, subject__in=subjects)
    return list(events.select_related("actor").order_by("-id"))


def _heap(event: Event) -> tuple[str, datetime.datetime, int | None]:
    return event.kind, event.at, event.actor_id


def _entry(business: Business, event: Event, rows: Rows, words: str, more: tuple[str, ...] = ()) -> Entry:
    door, pk = _door(event, rows)
    return Entry(
        at=event.at,
        day=business.local_date(event.at),
        who=str(event.actor) if event.actor else "",
        words=words,
        detail=more,
        icon=ICONS.get(event.kind.split(".")[0], "point"),
        door=door,
        subject_id=pk,
        quoted=quoted(event, rows),
    )


def _door(event: Event, rows: Rows) -> tuple[str, int]:
    """(address that shows what the event is about, its id); ("", 0) where it has none, or its row was taken out again."""
    area, pk = named(event)
    if area == "mail":
        area, pk = "conversation", getattr(rows.get((area, pk)), "conversation_id", None) or 0
    if area == "link":
        return "link-list", event.customer_id or 0
    wanted = [(area, pk), *((name, event.data.get(name)) for name in LEADS)]
    return next(((DOORS[name], one) for name, one in wanted if name in DOORS and (name, one) in rows), ("", 0))


def _rows(events: Iterable[Event]) -> Rows:
    """Every row the events name, by (kind of subject, id): at most one query a kind."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for event in events:
        for area, pk in _mentioned(event):
            wanted[area].add(pk)
    found: dict[tuple[str, int], Model] = {}
    for area, ids in wanted.items():
        found |= {(area, row.pk): row for row in SUBJECTS[area].filter(pk__in=ids)}
    return found


def _mentioned(event: Event) -> Iterable[tuple[str, int]]:
    """(kind of subject, id) of each row an event names: its subject, ids in its data, the invoices of a split."""
    area, pk = named(event)
    if area in SUBJECTS and pk:
        yield area, pk
    yield from _ids(event.data)
    for invoice_id, _amount in event.data.get("split", ()):
        yield "invoice", int(invoice_id)


def _ids(data: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    for name in SUBJECTS.keys() & data.keys():
        if isinstance(data[name], int):
            yield name, data[name]
