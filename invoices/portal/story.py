"""Tells what happened so far about the invoices of one link, in kind words and without what was said or noted."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext

from arcollect.filters import day, money
from customers.models import Conversation, Letter
from customers.models.desk import Outcome
from customers.models.letter import Channel, LetterState
from invoices.models import Allocation, PortalLink
from invoices.models.agreement import PlanState, Proposer
from invoices.models.agreement import PromiseState as State
from invoices.models.portal import SatisfactionAnswer
from invoices.portal.showing import Shown, asks_whether_all_is_well

# The newest letters looked through for those that name an invoice of the link.
LETTERS = 60


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the story."""

    on: datetime.date
    words: str


def story_of(link: PortalLink, shown: Shown) -> list[Happening]:
    """What happened, newest first. Three queries beside what is shown, four for a satisfaction letter."""
    found = [
        *_letters(link, shown),
        *_calls(link, shown),
        *_payments(shown),
        *_promises(shown),
        *_queries(shown),
        *_plans(link, shown),
        *_settlement(link, shown),
        *_well(link),
    ]
    return sorted(found, key=lambda row: row.on)[::-1]


def _letters(link: PortalLink, shown: Shown) -> Iterator[Happening]:
    """Letters that went out about an invoice of the link."""
    ids = {line.id for line in shown.lines}
    rows = Letter.objects.filter(customer=link.customer_id, currency=link.currency, state=LetterState.SENT)
    for sent_on, channel, facts in rows.order_by("-id").values_list("sent_on", "channel", "facts")[:LETTERS]:
        if ids & {row.get("invoice") for row in facts.get("lines", ())}:
            words = gettext("We wrote to you by post.") if channel == Channel.POST else gettext("We wrote to you.")
            yield Happening(sent_on, words)


def _calls(link: PortalLink, shown: Shown) -> Iterator[Happening]:
    """Calls in which we spoke with each other, since the oldest invoice: that they were, never what was said."""
    since = min((line.issued_on for line in shown.lines), default=shown.today)
    rows = Conversation.objects.filter(customer=link.customer_id, channel="call", outcome=Outcome.REACHED)
    rows = rows.filter(Q(task=None) | Q(task__currency__in=["", link.currency]))
    for at, inbound in rows.order_by("-at").values_list("at", "inbound")[:LETTERS]:
        on = link.business.local_date(at)
        if on >= since:
            yield Happening(on, gettext("You called us.") if inbound else gettext("We spoke on the telephone."))


def _payments(shown: Shown) -> Iterator[Happening]:
    """What was booked on these invoices; of a payment for several, one line."""
    ids = [line.id for line in shown.lines]
    sums: dict[tuple[datetime.date, bool, int | None, bool], Decimal] = {}
    rows = Allocation.objects.filter(invoice__in=ids).order_by("on", "id")
    names = ("on", "payment_id", "credit_note_id", "reversed_on", "amount")
    for on, payment, credit, reversed_on, amount in rows.values_list(*names):
        key = (on, payment is not None, payment or credit, reversed_on is not None)
        sums[key] = sums.get(key, Decimal(0)) + amount
    for (on, is_money, _source, is_back), amount in sums.items():
        if not is_back:
            words = gettext("We received %(amount)s. Thank you.") if is_money else gettext("We credited %(amount)s to you.")
            yield Happening(on, words % {"amount": money(amount, shown.currency)})


def _promises(shown: Shown) -> Iterator[Happening]:
    for row in shown.promises:
        if row.state != State.CANCELLED:
            words = gettext("You said you would pay %(amount)s by %(day)s.")
            yield Happening(row.made_on, words % {"amount": money(row.amount, shown.currency), "day": day(row.due_on)})


def _queries(shown: Shown) -> Iterator[Happening]:
    for row in shown.disputes:
        number = {"number": row.invoice.number}
        yield Happening(row.opened_on, gettext("You asked us to look at invoice %(number)s.") % number)
        if row.resolved_on is not None:
            yield Happening(row.resolved_on, gettext("We answered your question about invoice %(number)s.") % number)


def _settlement(link: PortalLink, shown: Shown) -> Iterator[Happening]:
    """The offer the link was made for, whatever became of it."""
    offer = link.settlement
    if offer is not None:
        words = gettext("We offered to settle everything for %(amount)s.")
        yield Happening(offer.offered_on, words % {"amount": money(offer.amount, shown.currency)})
        if offer.accepted_at:
            yield Happening(link.business.local_date(offer.accepted_at), gettext("You accepted our offer."))


def _well(link: PortalLink) -> Iterator[Happening]:
    """What they answered to the satisfaction letter of this link, once an answer."""
    if not asks_whether_all_is_well(link):
        return
    told = {
        SatisfactionAnswer.FINE: gettext("You told us that all is as ordered."),
        SatisfactionAnswer.WRONG: gettext("You told us that something is wrong."),
        SatisfactionAnswer.ADDRESS: gettext("You told us another address."),
    }
    answers = dict.fromkeys(link.satisfactions.order_by("at").values_list("at", "answer"))
    for at, answer in answers:
        yield Happening(link.business.local_date(at), told[SatisfactionAnswer(answer)])


def _plans(link: PortalLink, shown: Shown) -> Iterator[Happening]:
    for plan in shown.plans:
        if plan.proposed_by == Proposer.CUSTOMER:
            made_on = plan.offered_on or link.business.local_date(plan.created_at)
            yield Happening(made_on, gettext("You proposed to pay in parts."))
        elif plan.offered_on:
            yield Happening(plan.offered_on, gettext("We offered you to pay in parts."))
        if plan.signed_at:
            yield Happening(link.business.local_date(plan.signed_at), gettext("You signed the payment plan."))
        if plan.state == PlanState.COMPLETED and plan.ended_on:
            yield Happening(plan.ended_on, gettext("The payment plan was paid in full. Thank you."))
