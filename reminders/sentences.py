"""Puts an event of the one log into a sentence. Pure: the event and the rows it names in, words out."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from arcollect.money import format_date, format_money
from arcollect.reader import reader_locale
from customers.models import Contact, Customer, Event
from customers.models.customer import Channel
from customers.models.desk import Outcome, TaskKind
from invoices.models import Invoice
from invoices.models.agreement import DisputeCode, DisputeOutcome, Preflight
from invoices.models.portal import SatisfactionAnswer
from invoices.preflight_words import NAMES
from reminders.models import Occasion, StepCode

Rows = Mapping[tuple[str, int], Model]

SENTENCES = {
    "account.change_asked": lazy("Other bank details asked for"),
    "account.changed": lazy("Other bank details confirmed by a second person"),
    "account.change_dropped": lazy("Other bank details dropped"),
    "customer.added": lazy("Customer added"),
    "customer.edited": lazy("Changed: {fields}"),
    "customer.imported": lazy("Came in with a file"),
    "customer.changed": lazy("Changed by a file: {fields}"),
    "customer.flags_changed": lazy("{changes}"),
    "customer.merged": lazy("Became one with another customer"),
    "customer.merged_away": lazy("Merged into another customer"),
    "customer.parted": lazy("Parted again from the customer it was merged with"),
    "customer.parted_away": lazy("Parted again: a customer of its own"),
    "customer.told_apart": lazy("Looks like another customer, but is none"),
    "customer.maybe_one": lazy("May be another customer after all"),
    "customer.policy_chosen": lazy("Follows a reminder policy chosen for them"),
    "customer.policy_reset": lazy("Follows the business's own reminder policy again"),
    "contact.added": lazy("Contact {contact} added"),
    "contact.edited": lazy("Contact {contact} changed: {fields}"),
    "contact.verified": lazy("Details of {contact} verified"),
    "contact.doubted": lazy("The number of {contact} reached somebody else: no longer verified"),
    "contact.bounced": lazy("Mail to {contact} came back"),
    "contact.mail_stopped": lazy("{contact} asked for no more e-mails: letters go by post"),
    "contact.mail_resumed": lazy("{contact} takes e-mails again"),
    "invoice.imported": lazy("Invoice {invoice} came in with a file"),
    "invoice.changed": lazy("Invoice {invoice} changed by a file"),
    "invoice.detailed": lazy("What invoice {invoice} says was kept from its electronic form"),
    "invoice.conflict_found": lazy("The accounts say something else of invoice {invoice}"),
    "invoice.conflict_settled": lazy("What the accounts say of invoice {invoice} was looked at"),
    "invoice.corrected": lazy("Invoice {invoice} completed: {fields}"),
    "preflight.checked": lazy("An invoice being made was checked"),
    "preflight.run": lazy("Invoices were checked"),
    "preflight.ticked": lazy("Invoice {invoice}: “{check}” let pass"),
    "preflight.unticked": lazy("Invoice {invoice}: “{check}” to be looked at again"),
    "invoice.written_off": lazy("{amount} of invoice {invoice} written off"),
    "invoice.recovered": lazy("{amount} of invoice {invoice} came in after it was written off"),
    "invoice.write_off_reversed": lazy("{amount} of invoice {invoice} no longer written off"),
    "invoice.write_off_unbooked": lazy("{amount} of invoice {invoice} written off by mistake: open again"),
    "invoice.reminders_stopped": lazy("No reminders for invoice {invoice}"),
    "invoice.reminders_resumed": lazy("Reminders for invoice {invoice} go on"),
    "invoice.interest_waived": lazy("Interest on invoice {invoice} waived"),
    "invoice.interest_claimed": lazy("Interest on invoice {invoice} claimed again"),
    "invoice.issued": lazy("Invoice {invoice} issued over {total}"),
    "invoice.sent": lazy("Invoice {invoice} sent to {contact}"),
    "draft.started": lazy("An invoice begun"),
    "draft.edited": lazy("An invoice being made changed"),
    "draft.papers_removed": lazy("Papers taken out of an invoice being made"),
    "draft.dropped": lazy("An invoice being made dropped"),
    "draft.taken_up": lazy("A dropped invoice taken up again"),
    "credit_note.issued": lazy("Credit note {credit_note} issued over {total}"),
    "credit_note.sent": lazy("Credit note {credit_note} sent to {contact}"),
    "payment.booked": lazy("{amount} received, booked on {invoices}"),
    "payment.applied": lazy("Payment matched to {invoices}"),
    "payment.returned": lazy("Payment taken back: its invoices are open again"),
    "payment.refunded": lazy("{amount} paid back"),
    "payment.refund_reversed": lazy("{amount} not paid back after all"),
    "payment.receipt_sent": lazy("Receipt sent to {contact}"),
    "payment.receipt_failed": lazy("The receipt could not be sent"),
    "payment.unbooked": lazy("Payment taken out again with the file it came in"),
    "payment.reinstated": lazy("The payment did not come back after all: it counts again"),
    "advice.kept": lazy("A payment of {amount} announced"),
    "advice.dropped": lazy("The announcement of {amount} removed"),
    "advice.applied": lazy("A payment matched as announced: {amount}"),
    "bank_line.booked": lazy("A line of a bank statement booked: {amount}"),
    "bank_line.taken_back": lazy("The booking of a line of a bank statement taken back: {amount}"),
    "bank_line.returned": lazy("A line of a bank statement took a payment back: {amount}"),
    "bank_line.left": lazy("A line of a bank statement left: not from a customer"),
    "bank_line.taken_up": lazy("A line of a bank statement is to be matched after all"),
    "credit_note.imported": lazy("Credit note {credit_note} came in with a file"),
    "credit_note.made": lazy("Credit note {credit_note} made: its invoice was taken back"),
    "credit_note.applied": lazy("Credit note {credit_note} taken off {invoices}"),
    "credit_note.unbooked": lazy("Credit note {credit_note} given back: it was taken off by mistake"),
    "credit_note.refunded": lazy("{amount} of credit note {credit_note} paid back"),
    "credit_note.refund_reversed": lazy("{amount} of credit note {credit_note} not paid back after all"),
    "dispute.opened": lazy("{amount} of invoice {invoice} in dispute: {code}"),
    "dispute.answered": lazy("Query about invoice {invoice} answered for the first time"),
    "dispute.given": lazy("Query about invoice {invoice} given to somebody"),
    "claim.opened": lazy("Something they said is to be checked"),
    "claim.checked": lazy("What they said was checked"),
    "task.assigned": lazy("{task}: given to somebody"),
    "paper.added": lazy("A paper was added"),
    "paper.removed": lazy("A paper was taken away"),
    "dispute.reopened": lazy("Query about invoice {invoice} opened again: {amount} of it in dispute"),
    "dispute.resolved": lazy("Query about invoice {invoice} closed: {outcome}"),
    "promise.made": lazy("Promised {amount} by {due_on}"),
    "promise.kept": lazy("Promise kept: {received} came in"),
    "promise.partial": lazy("Promise partly kept: only {received} came in"),
    "promise.broken": lazy("Promise broken"),
    "promise.cancelled": lazy("Promise cancelled"),
    "promise.superseded": lazy("Promise replaced by another"),
    "plan.drafted": lazy("Payment plan over {total} drafted"),
    "plan.offered": lazy("Payment plan offered"),
    "plan.viewed": lazy("Payment plan seen by the customer"),
    "plan.signed": lazy("Payment plan signed by the customer"),
    "plan.countersigned": lazy("Payment plan countersigned"),
    "signature.copy_sent": lazy("The signed copy went to both sides"),
    "signature.copy_failed": lazy("The signed copy could not be sent"),
    "plan.active": lazy("Payment plan active"),
    "plan.at_risk": lazy("Payment plan at risk"),
    "plan.paid": lazy("Paid of the plan: {received}"),
    "plan.paid_back": lazy("No longer paid of the plan: {received}"),
    "plan.completed": lazy("Payment plan paid in full"),
    "plan.defaulted": lazy("Payment plan defaulted"),
    "plan.cancelled": lazy("Payment plan cancelled"),
    "plan.expired": lazy("Payment plan offer expired"),
    "plan.declined": lazy("Payment plan declined"),
    "plan.countered": lazy("Payment plan answered with another proposal"),
    "plan.told": lazy("{contact} told of it by e-mail"),
    "plan.untold": lazy("They could not be told of it by e-mail"),
    "plan.answered": lazy("Their proposal declined in words they can read on their page"),
    "portal.issued": lazy("A link to their own page made"),
    "portal.revoked": lazy("A link to their own page revoked"),
    "portal.code_sent": lazy("A code to confirm who they are sent to {contact}"),
    "portal.code_refused": lazy("Somebody with their link gave a wrong code too often"),
    "portal.confirmed": lazy("They confirmed who they are on their page"),
    "portal.viewed": lazy("They looked at their page"),
    "portal.carries": lazy("Their link shows the payment plan"),
    "portal.extended": lazy("Their link opens until {expires}"),
    "portal.promised": lazy("They named the day of a payment on their page"),
    "portal.queried": lazy("They queried an invoice on their page"),
    "portal.paid_said": lazy("They said on their page that invoice {invoice} is paid"),
    "portal.call_asked": lazy("They asked on their page to be rung on {on}"),
    "portal.satisfaction": lazy("About invoice {invoice} they say: {answer}"),
    "portal.contact_told": lazy("They told us on their page that a contact changed"),
    "portal.proposed": lazy("They chose or proposed a payment plan on their page"),
    "portal.signed": lazy("They signed the payment plan on their page"),
    "portal.declined": lazy("They declined the payment plan on their page"),
    "portal.settlement_accepted": lazy("They accepted the settlement on their page"),
    "portal.settlement_declined": lazy("They declined the settlement on their page"),
    "settlement.offered": lazy("Settlement offered: {amount} instead of {total}"),
    "settlement.accepted": lazy("Settlement accepted: to be paid by {pay_by}"),
    "settlement.declined": lazy("Settlement declined"),
    "settlement.expired": lazy("Settlement not accepted in time"),
    "settlement.cancelled": lazy("Settlement offer taken back"),
    "settlement.kept": lazy("Settlement paid as agreed: the rest is credited"),
    "settlement.missed": lazy("Settlement not paid as agreed: the full sum is owed again"),
    "settlement.waived": lazy("A late or short payment of the settlement counts after all"),
    "settlement.revived": lazy("The money of the settlement did not stay: {total} is owed again"),
    "settlement.held": lazy("{amount} came in marked as full and final: held, not booked"),
    "handoff.handed": lazy("{amount} handed to an agency"),
    "handoff.taken_back": lazy("Taken back from the agency"),
    "handoff.closed": lazy("The agency is done with it"),
    "step.fired": lazy("Step “{step}” reached: {total} asked for"),
    "step.skipped": lazy("Step “{step}” left out"),
    "step.resumed": lazy("Step “{step}” is taken after all"),
    "followup.made": lazy("Follows: {occasion}"),
    "task.opened": lazy("To do: {task}"),
    "task.done": lazy("Done: {task}"),
    "task.cancelled": lazy("Not needed: {task}"),
    "task.reopened": lazy("To be done after all: {task}"),
    "task.snoozed": lazy("Put off until {until}: {task}"),
    "call.logged": lazy("Call: {outcome}"),
    "call.overridden": lazy("The owner let this call be made in spite of the contact limits"),
    "wording.saved": lazy("A text for letters saved"),
    "wording.reset": lazy("A text for letters put back to ours"),
    "calltext.saved": lazy("Words for calls saved"),
    "calltext.reset": lazy("Words for calls put back to ours"),
    "letter.approved": lazy("{letter} approved"),
    "letter.cancelled": lazy("{letter} cancelled"),
    "letter.edited": lazy("Words of {letter} changed"),
    "letter.unedited": lazy("{letter} has its own text again"),
    "letter.held": lazy("{letter} held until {until}"),
    "letter.let_go": lazy("{letter} no longer held"),
    "letter.taken_up": lazy("{letter} taken up again"),
    "letter.arrived": lazy("{letter} arrived, as somebody found out"),
    "letter.not_arrived": lazy("{letter} did not arrive: it goes out again"),
    "letter.forgotten": lazy("{letter} is not sent again, whether it arrived or not"),
    "letter.printed": lazy("{letter} printed"),
    "letter.unprinted": lazy("{letter} taken out of the print run"),
    "letter.posted": lazy("{letter} put in the post"),
    "letter.superseded": lazy("{letter} replaced by a later step"),
    "letter.withdrawn": lazy("{letter} taken back: it was no longer true"),
    "letter.sent": lazy("{letter} sent"),
    "letter.rerouted": lazy("{letter}: {lost}, so it goes by {channel}"),
    "letter.retried": lazy("{letter} goes out again"),
    "letter.hurried": lazy("{letter} sent at once, whatever the hour and the contact limits"),
    "letter.failed": lazy("{letter} could not be sent"),
    "letter.confirms": lazy("{letter} written"),
    "letter.offers": lazy("{letter} written: it names the settlement on offer"),
    "letter.final": lazy("{letter} written: the owner asked for it"),
    "letter.resent": lazy("{letter} written anew: the one before came back"),
    "mail.received": lazy("E-mail received"),
    "mail.given": lazy("E-mail received, and found to be theirs"),
    "mail.bounced": lazy("Mail came back: {letter} did not arrive"),
    "mail.returned": lazy("A mail came back"),
    "mail.delayed": lazy("A mail is held up on its way"),
    "mail.automatic": lazy("Automatic answer received"),
    "letter.unconfirmed": lazy("{letter}: not known whether it arrived"),
}

# These steps ask for no money (domain.md 3.2).
SERVICE_STEPS = {
    StepCode.COURTESY: lazy("Time for the courtesy call: {total} falls due"),
    StepCode.VERIFY_AP: lazy("Time to verify the contact"),
    StepCode.SATISFACTION: lazy("Time for the satisfaction letter"),
}

ICONS = {
    "customer": "user",
    "contact": "address-book",
    "invoice": "file-invoice",
    "draft": "file-pencil",
    "preflight": "checklist",
    "payment": "cash",
    "bank_line": "building-bank",
    "credit_note": "receipt-refund",
    "dispute": "message-question",
    "promise": "calendar-dollar",
    "settlement": "discount",
    "handoff": "briefcase",
    "plan": "calendar-repeat",
    "portal": "link",
    "signature": "signature",
    "step": "bell",
    "task": "checkbox",
    "call": "phone",
    "letter": "mail",
    "mail": "inbox",
}

# What a file or a night brings in by the dozen reads as one line.
DOZENS = {
    "invoice.imported": ngettext_lazy("{count} invoice came in with a file", "{count} invoices came in with a file"),
    "invoice.changed": ngettext_lazy("{count} invoice changed by a file", "{count} invoices changed by a file"),
    "invoice.detailed": ngettext_lazy(
        "What {count} invoice says was kept from its electronic form",
        "What {count} invoices say was kept from their electronic form",
    ),
    "credit_note.imported": ngettext_lazy("{count} credit note came in with a file", "{count} credit notes came in with a file"),
    "payment.booked": ngettext_lazy("{count} payment booked", "{count} payments booked"),
}

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
    "occasion": lambda value, _currency: _label(Occasion, value),
}
