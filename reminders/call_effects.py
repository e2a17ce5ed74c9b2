"""Writes what somebody said on the telephone, and what follows from the reason they gave (domain.md 4.1, machine table)."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arcollect.dates import Calendar
from customers.claims import open_claim
from customers.desk import open_task
from customers.editing import set_flags
from customers.models import Conversation, Customer, User
from customers.models.business import Role
from customers.models.customer import Approach, Kind
from customers.models.desk import TaskKind
from customers.reasons import Effect, Reason
from invoices.agreeing import AgreementError, make_promise
from invoices.disputing import open_dispute
from invoices.models import Dispute, Invoice
from invoices.offering import limits_of
from invoices.planning import offer_plan
from reminders.call_notes import CallNotes, QueryNote
from reminders.contact_limits import WEEK
from reminders.excuses import excuse_overused, said_too_often

NO_EFFECTS: frozenset[Effect] = frozenset()
# An owner looks at it next, so that nobody need ring them again for it.
OWNER_NEXT = frozenset({Effect.DECIDE, Effect.BLOCK, Effect.TERMS})


@dataclass(frozen=True, slots=True)
class Call:
    """One call somebody was reached in, with everything its effects need."""

    conversation: Conversation
    reason: Reason | None
    notes: CallNotes
    calendar: Calendar
    today: datetime.date
    by: User | None

    @property
    def customer(self) -> Customer:
        return self.conversation.customer

    @property
    def effects(self) -> frozenset[Effect]:
        return self.reason.effects if self.reason else NO_EFFECTS

    def task(self, kind: TaskKind, subject: str, due_on: datetime.date, reason: str, role: Role = Role.BOOKKEEPER) -> None:
        """Puts something that follows on the desk, from today on."""
        open_task(
            business=self.customer.business,
            customer=self.customer,
            kind=kind,
            subject=subject,
            role=role,
            opens_on=self.today,
            due_on=due_on,
            reason=reason,
            actor=self.by,
        )


def write_effects(
    *,
    conversation: Conversation,
    reason: Reason | None,
    notes: CallNotes,
    calendar: Calendar,
    today: datetime.date,
    by: User | None,
) -> None:
    """Everything a call brought, inside the caller's transaction. Raises AgreementError where something cannot be agreed."""
    call = Call(conversation, reason, notes, calendar, today, by)
    _set_customer(call)
    _agree(call)
    _claims(call)
    _desk(call)
    _follow_up(call)


def _set_customer(call: Call) -> None:
    """The diagnosis, and what the reason or the person on the telephone says of the customer (P21, domain.md 7.4)."""
    values = dict(_said_of_customer(call))
    if values:
        set_flags(customer=call.customer, values=values, actor=call.by)
        call.customer.refresh_from_db()


def _said_of_customer(call: Call) -> Iterator[tuple[str, Any]]:
    notes, reason = call.notes, call.reason
    if reason is None:
        return
    stalls = reason.name == "DECISION_MAKER_AWAY" and said_too_often(call.customer, reason, call.today)
    yield "approach", Approach.WONT if stalls else Approach(reason.diagnosis)
    if Effect.PO_REQUIRED in call.effects:
        yield "po_required", True
    if notes.pay_run:
        yield "pay_run", notes.pay_run
    if notes.vulnerable:
        yield "vulnerable", True
    yield from _pause(call)
    if Effect.BLOCK in call.effects:
        yield from _block(call)


def _pause(call: Call) -> Iterator[tuple[str, Any]]:
    """The later of a pause that stands and the one this call brings: by the reason itself, or as ticked."""
    by_itself = call.reason.pause_business_days and call.reason.paused_until(call.today, call.calendar)
    wanted = max(filter(None, (by_itself, call.notes.pause_until)), default=None)
    standing = call.customer.no_reminders_until
    if wanted and (standing is None or standing < wanted):
        yield "no_reminders_until", wanted


def _block(call: Call) -> Iterator[tuple[str, Any]]:
    if not (call.notes.insolvent or call.notes.moratorium_until):
        raise AgreementError(_("Say whether it is an insolvency, or until when the moratorium runs."))
    if call.notes.insolvent:
        yield "insolvent", True
    if call.notes.moratorium_until:
        yield "moratorium_until", call.notes.moratorium_until
    yield "on_hold", True
    yield "hold_reason", call.reason.label


def _agree(call: Call) -> None:
    """Promises, queries, a plan on offer."""
    notes, common = call.notes, {"conversation": call.conversation, "actor": call.by}
    if Effect.QUERY_ALL in call.effects and (notes.promises or notes.plan):
        words = _("With this reason everything they owe becomes a query: nothing is left for a promise or a plan. Take one away.")
        raise AgreementError(words)
    for query in (*notes.queries, *_everything(call)):
        open_dispute(
            invoice=query.invoice,
            code=query.code,
            amount=query.amount,
            on=call.today,
            calendar=call.calendar,
            summary=query.summary or notes.paraphrase,
            **common,
        )
    for promise in notes.promises:
        look_on = max(notes.next_on or call.today, call.calendar.roll_forward(promise.due_on))
        make_promise(
            customer=call.customer,
            currency=promise.currency,
            amount=promise.amount,
            made_on=call.today,
            due_on=promise.due_on,
            split=promise.split,
            contact=notes.contact,
            follow_up_on=look_on,
            **common,
        )
    if notes.plan is not None:
        terms = {"currency": notes.plan.currency, "instalments": notes.plan.instalments, "limits": limits_of(call.customer)}
        offer_plan(customer=call.customer, on=call.today, **terms, **common)


def _everything(call: Call) -> Iterator[QueryNote]:
    """All that is open and not in query yet, where they say that none of it is theirs; a query there must be of some kind."""
    if Effect.QUERY_ALL in call.effects:
        noted = {query.invoice.pk for query in call.notes.queries}
        for invoice in Invoice.objects.filter(customer=call.customer, balance__gt=0).exclude(pk__in=noted):
            contested = sum(invoice.disputes.filter(resolved_on=None).values_list("amount", flat=True), Decimal(0))
            if invoice.balance > contested:
                yield QueryNote(invoice, call.reason.query, invoice.balance - contested)
    elif Effect.QUERY in call.effects and not call.notes.queries:
        if not Dispute.objects.filter(customer=call.customer, resolved_on=None).exists():
            raise AgreementError(_("Say which invoice it is about, and what is wrong with it."))


def _claims(call: Call) -> None:
    """What they said that can be checked: as noted, else as the reason says (P07)."""
    common = {"customer": call.customer, "on": call.today, "conversation": call.conversation, "actor": call.by}
    for claim in call.notes.claims:
        open_claim(what=claim.what, how=claim.how, check_by=claim.check_by, reason=call.notes.reason, **common)
    if Effect.VERIFY in call.effects and not call.notes.claims:
        check_by = call.reason.follow_up_on(call.today, call.calendar, named=call.notes.named_on)
        open_claim(what=call.reason.verify, how=call.reason.check, check_by=check_by, reason=call.reason.code, **common)


def _desk(call: Call) -> None:
    """What the reason puts on the desk besides what was agreed."""
    effects, about = call.effects, f"conversation:{call.conversation.pk}"
    next_on = call.notes.next_on or call.calendar.add(call.today, 1)
    if Effect.MATCH in effects:
        words = _("They say it was paid: look among the money not matched yet, then answer them either way.")
        call.task(TaskKind.MATCH_CASH, f"customer:{call.customer.pk}", call.calendar.add(call.today, 1), words)
    if Effect.WARN in effects:
        words = _("They told us that money is short: think of a credit hold, and supply against advance payment only.")
        call.task(TaskKind.WARNING, about, next_on, words, Role.OWNER)
    if Effect.DECIDE in effects:
        words = _("They refuse to pay: sum it up in writing and decide what comes next.")
        call.task(TaskKind.DECIDE, about, next_on, words, Role.OWNER)
    if Effect.OWNER in effects:
        call.task(TaskKind.WARNING, about, next_on, _owner_words(effects), Role.OWNER)


def _owner_words(effects: frozenset[Effect]) -> str:
    if Effect.BLOCK in effects:
        return _("Insolvency or moratorium: file our claim, check retention of title, supply nothing more on credit.")
    if Effect.TERMS in effects:
        return _("They pay by terms of their own: decide on a longer term they pay for, or hold them to ours.")
    return _("A hard time for them: nothing goes out by itself. Decide how we go on.")


def _follow_up(call: Call) -> None:
    """Rings them again on the day agreed, or where nothing else brings it back to the desk, on the next date (domain.md 4.1)."""
    callback, notes = call.notes.callback, call.notes
    covered = bool(notes.promises or notes.plan or call.conversation.disputes.exists() or call.effects & OWNER_NEXT)
    # Some follow-ups come before the promised day: then they are made although it has its own.
    ahead = call.reason is not None and call.reason.follow_up < 0
    if callback is None and (notes.next_on is None or call.reason is None or (covered and not ahead)):
        return
    consent = callback is not None and callback.consent
    wanted = callback.on if callback else notes.next_on
    on = wanted if consent else _permitted(call, wanted)
    open_task(
        business=call.customer.business,
        customer=call.customer,
        kind=TaskKind.CALLBACK,
        subject=f"conversation:{call.conversation.pk}",
        opens_on=on,
        due_on=call.calendar.roll_forward(on),
        reason=" ".join(filter(None, _why(call))),
        actor=call.by,
    )


def _permitted(call: Call, wanted: datetime.date) -> datetime.date:
    """People and sole traders are not rung within a week of a conversation without their consent (domain.md 7.2)."""
    if call.customer.kind == Kind.COMPANY:
        return wanted
    return max(wanted, call.today + datetime.timedelta(days=WEEK))


def _why(call: Call) -> Iterator[str]:
    worn = excuse_overused(call.customer, call.today)
    if worn is not None:
        yield _("Ask for somebody who can decide: “%(reason)s” was said too often.") % {"reason": worn.label}
    if call.notes.callback is not None and call.notes.callback.at is not None:
        yield _("At %(time)s their time.") % {"time": f"{call.notes.callback.at:%H:%M}"}
    if call.reason is not None:
        yield _("Last time: %(reason)s.") % {"reason": call.reason.label}
